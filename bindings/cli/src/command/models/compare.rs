//! Models side by side.

use std::collections::BTreeSet;

use farebox_core::catalog::{Catalog, Match, Model};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::notices;
use farebox_core::request::{ModelId, ServiceTier};
use farebox_core::usage::TokenClass;
use serde::Serialize;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Set models side by side: prices in every lane, windows, abilities, days, and what is known of them
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of models, snapshots and routers' prefixes included
    #[arg(required = true, num_args = 2.., value_name = "MODEL")]
    models: Vec<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = shell.settings()?.catalog;
    let now = shell.now();
    let models: Vec<&Model> =
        args.models.iter().map(|name| known(&catalog, name)).collect::<Result<_, _>>()?;
    if shell.json {
        shell.print_json(&json!(models))?;
        return Ok(Exit::Success);
    }
    let mut rows = vec![row("model", &models, |model| model.id.to_string())];
    let mut add = |name: &str, show: &dyn Fn(&Model) -> String| {
        let row = row(name, &models, show);
        // What none of them has is no difference.
        if row[1..].iter().any(|cell| cell != "-") {
            rows.push(row);
        }
    };
    add("provider", &|model| model.provider.0.clone());
    for lane in LANES {
        for (name, class) in CLASSES {
            let name = format!("{name}, {}", lane.as_str());
            add(&name, &|model| super::rate(model, now, lane, class));
        }
    }
    add("context", &|model| show::count(model.limits.context_tokens));
    add("longest input", &|model| model.limits.max_input_tokens.map_or(none(), show::count));
    add("longest answer", &|model| show::count(model.limits.max_output_tokens));
    let abilities: BTreeSet<_> = models.iter().flat_map(|model| &model.abilities).collect();
    for ability in abilities {
        add(&word(ability), &|model| yes(model.abilities.contains(ability)));
    }
    let hosted_tools: BTreeSet<_> = models.iter().flat_map(|model| &model.hosted_tools).collect();
    for tool in hosted_tools {
        add(&format!("hosted {}", word(tool)), &|model| yes(model.hosted_tools.contains(tool)));
    }
    add("efforts", &|model| words(&model.efforts));
    add("regions", &|model| words(&model.regions));
    add("knows until", &|model| model.knowledge_cutoff.map_or(none(), |day| day.to_string()));
    add("released", &|model| model.released_on.map_or(none(), |day| day.to_string()));
    add("last day", &|model| model.shutdown_on.map_or(none(), |day| day.to_string()));
    add("replaced by", &|model| model.successor.as_ref().map_or(none(), ToString::to_string));
    let mut text = show::table(&rows);
    for model in &models {
        for notice in notices(model, &catalog, now.date()) {
            text.push_str(&format!("{}\n", notice.message));
        }
    }
    shell.print(&text)?;
    Ok(Exit::Success)
}

fn known<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Model, Error> {
    let nearest = match catalog.find(&ModelId::from(name)) {
        Some(Match::Known(model)) => return Ok(model),
        Some(Match::Nearest(model)) => format!(", `{}` is the nearest", model.id),
        None => String::new(),
    };
    let message = format!("no model is called `{name}`{nearest}");
    Err(Error::new(ErrorKind::UnknownModel, message).with("model", name))
}

fn row(name: &str, models: &[&Model], show: impl Fn(&Model) -> String) -> Vec<String> {
    let cells = models.iter().map(|model| show(model));
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// The words the API has for some values, in their order.
fn words<T: Serialize>(values: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = values.into_iter().map(|value| word(&value)).collect();
    if words.is_empty() { none() } else { words.join(" ") }
}

fn word(value: &impl Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

fn yes(is_so: bool) -> String {
    if is_so { "yes".into() } else { none() }
}

fn none() -> String {
    "-".into()
}

const LANES: [ServiceTier; 5] = [
    ServiceTier::Standard,
    ServiceTier::Batch,
    ServiceTier::Flex,
    ServiceTier::Priority,
    ServiceTier::Ultrafast,
];

const CLASSES: [(&str, TokenClass); 3] = [
    ("input", TokenClass::Input),
    ("cached", TokenClass::CacheRead),
    ("output", TokenClass::Output),
];
