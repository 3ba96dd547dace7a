//! The table of models.

use std::fmt::Write;

use farebox_core::catalog::Model;
use farebox_core::request::ServiceTier;
use farebox_core::usage::TokenClass;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only models whose name or provider holds this
    filter: Option<String>,

    /// Models that no longer answer, too
    #[arg(long)]
    all: bool,
}

pub(super) fn run(args: &ListArgs, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let now = shell.now();
    let wanted = |model: &&Model| {
        let named = args
            .filter
            .as_deref()
            .is_none_or(|part| model.id.as_str().contains(part) || model.provider.0.contains(part));
        named && (args.all || !model.is_shut_down(now.date()))
    };
    let models: Vec<&Model> = settings.catalog.models.iter().filter(wanted).collect();
    if shell.json {
        shell.print_json(&json!(models))?;
        return Ok(Exit::Success);
    }
    let width = models.iter().map(|model| model.id.as_str().len()).max().unwrap_or(5).max(5);
    let mut text = format!(
        "{:<width$}  {:<10} {:>10} {:>10} {:>10} {:>9} {:>8}  last day\n",
        "model", "provider", "input", "cached", "output", "context", "answer"
    );
    for model in &models {
        let rate = |class| super::rate(model, now, ServiceTier::Standard, class);
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
