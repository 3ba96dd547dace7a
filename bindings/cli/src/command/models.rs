//! `farebox models`.

use std::fmt::Write;

use farebox_core::catalog::{Model, Terms};
use farebox_core::request::ServiceTier;
use farebox_core::usage::TokenClass;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// List models with their prices, windows and last days
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only models whose name or provider holds this
    filter: Option<String>,

    /// Models that no longer answer, too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let today = shell.now().date();
    let wanted = |model: &&Model| {
        let named = args
            .filter
            .as_deref()
            .is_none_or(|part| model.id.as_str().contains(part) || model.provider.0.contains(part));
        named && (args.all || !model.is_shut_down(today))
    };
    let models: Vec<&Model> = settings.catalog.models.iter().filter(wanted).collect();
    if shell.json {
        shell.print_json(&json!(models))?;
        return Ok(Exit::Success);
    }
    let terms = Terms { at: shell.now(), ..Terms::default() };
    let width = models.iter().map(|model| model.id.as_str().len()).max().unwrap_or(5).max(5);
    let mut text = format!(
        "{:<width$}  {:<10} {:>10} {:>10} {:>10} {:>9} {:>8}  last day\n",
        "model", "provider", "input", "cached", "output", "context", "answer"
    );
    for model in &models {
        let lane = model.sheet(terms.at).and_then(|sheet| sheet.lanes.get(&ServiceTier::Standard));
        let rate = |class| {
            let rate = lane.and_then(|lane| lane.rates.get(&class));
            rate.map_or_else(|| "-".into(), |rate| format!("${rate}"))
        };
        let _ = writeln!(
            text,
            "{:<width$}  {:<10} {:>10} {:>10} {:>10} {:>9} {:>8}  {}",
            model.id.as_str(),
            model.provider.0,
            rate(TokenClass::Input),
            rate(TokenClass::CacheRead),
            rate(TokenClass::Output),
            model.limits.context_tokens,
            model.limits.max_output_tokens,
            model.shutdown_on.map_or_else(String::new, |day| day.to_string()),
        );
    }
    let _ = writeln!(
        text,
        "{} models, dollars for a million tokens, checked on {}",
        models.len(),
        settings.catalog.checked_on
    );
    shell.print(&text)?;
    Ok(Exit::Success)
}
