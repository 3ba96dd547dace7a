//! What the catalogue says happened to models, day by day, or what differs from another one.

use std::fs;
use std::path::PathBuf;

use farebox_core::catalog::{Catalog, Model, PriceSheet};
use farebox_core::request::ServiceTier;
use farebox_core::time::{Day, Timestamp};
use farebox_core::usage::TokenClass;
use serde::Serialize;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Tell which models came, went or changed their price, by day or against an older catalogue
///
/// Prices are those of the standard lane, input and output, in dollars for a million tokens.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The first day to tell of [default: 90 days ago]
    #[arg(long, value_parser = Day::parse, value_name = "YYYY-MM-DD")]
    since: Option<Day>,

    /// A catalogue of before; tells what the present one says otherwise, whenever it happened
    #[arg(long, value_name = "FILE", conflicts_with = "since")]
    against: Option<PathBuf>,
}

/// What happened to a model.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Change {
    /// Absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<Day>,
    model: String,
    what: String,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = shell.settings()?.catalog;
    let now = shell.now();
    let mut changes = match &args.against {
        Some(path) => {
            let file = fs::read(path).map_err(|error| Failure::file(path, &error))?;
            against(&Catalog::parse(&file)?, &catalog)
        }
        None => {
            let lately = Timestamp::from_ms(now.as_ms() - DAYS * MS_PER_DAY).date();
            let (since, today) = (args.since.unwrap_or(lately), now.date());
            let mut changes: Vec<Change> = catalog.models.iter().flat_map(history).collect();
            changes.retain(|change| change.on.is_some_and(|day| since <= day && day <= today));
            changes
        }
    };
    changes.sort();
    if shell.json {
        shell.print_json(&json!(changes))?;
        return Ok(Exit::Success);
    }
    let day = |change: &Change| change.on.map_or_else(|| "-".into(), |day| day.to_string());
    let rows: Vec<Vec<String>> = changes
        .iter()
        .map(|change| vec![day(change), change.model.clone(), change.what.clone()])
        .collect();
    let changes = if rows.len() == 1 { "change" } else { "changes" };
    shell.print(&format!("{}{} {changes}\n", show::table(&rows), rows.len()))?;
    Ok(Exit::Success)
}

/// All that is known to have happened to a model.
fn history(model: &Model) -> Vec<Change> {
    let change = |on, what| Change { on, model: model.id.to_string(), what };
    let mut changes = Vec::new();
    if let Some(day) = model.released_on {
        changes.push(change(Some(day), "released".into()));
    }
    for pair in model.prices.windows(2) {
        if let [before, after] = pair
            && let Some(what) = repriced(Some(before), Some(after))
        {
            changes.push(change(after.from, what));
        }
    }
    if let Some(day) = model.shutdown_on {
        changes.push(change(Some(day), ended(model)));
    }
    changes
}

/// What a catalogue says otherwise than an older one.
fn against(older: &Catalog, catalog: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for model in &catalog.models {
        let mut say = |on, what| changes.push(Change { on, model: model.id.to_string(), what });
        let Some(known) = older.models.iter().find(|known| known.id == model.id) else {
            say(model.released_on, "new in the catalogue".into());
            continue;
        };
        let sheet = model.prices.last();
        if let Some(what) = repriced(known.prices.last(), sheet) {
            say(sheet.and_then(|sheet| sheet.from), what);
        }
        if known.shutdown_on != model.shutdown_on {
            let what = match model.shutdown_on {
                Some(_) => ended(model),
                None => "no last day any more".into(),
            };
            say(model.shutdown_on, what);
        }
        let (before, after) = (known.limits.context_tokens, model.limits.context_tokens);
        if before != after {
            let what = format!("context {} -> {}", show::count(before), show::count(after));
            say(None, what);
        }
    }
    let is_gone = |known: &&Model| catalog.models.iter().all(|model| model.id != known.id);
    changes.extend(older.models.iter().filter(is_gone).map(|model| Change {
        on: None,
        model: model.id.to_string(),
        what: "left out of the catalogue".into(),
    }));
    changes
}

fn ended(model: &Model) -> String {
    let instead = model.successor.as_ref();
    let instead = instead.map_or_else(String::new, |model| format!(", `{model}` replaces it"));
    format!("answers no longer{instead}")
}

/// How the prices of the standard lane differ, if they do.
fn repriced(before: Option<&PriceSheet>, after: Option<&PriceSheet>) -> Option<String> {
    let rate = |sheet: Option<&PriceSheet>, class| {
        let lane = sheet?.lanes.get(&ServiceTier::Standard)?;
        lane.rates.get(&class).copied()
    };
    let shown =
        |sheet, class| rate(sheet, class).map_or_else(|| "-".into(), |rate| format!("${rate}"));
    let differences: Vec<String> = [("input", TokenClass::Input), ("output", TokenClass::Output)]
        .into_iter()
        .filter(|(_, class)| rate(before, *class) != rate(after, *class))
        .map(|(name, class)| format!("{name} {} -> {}", shown(before, class), shown(after, class)))
        .collect();
    (!differences.is_empty()).then(|| differences.join(", "))
}

/// How many days back is told of when nothing is asked for.
const DAYS: i64 = 90;
const MS_PER_DAY: i64 = 86_400_000;
