//! Models that will not answer much longer.

use farebox_core::catalog::Model;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Tell which models are to be shut down, when, and what replaces them
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only those that end within so many days
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = shell.settings()?.catalog;
    let today = shell.now().date();
    let days_left = |model: &Model| model.shutdown_on.map(|day| today.days_until(day));
    let mut ending: Vec<(i64, &Model)> = catalog
        .models
        .iter()
        .filter_map(|model| Some((days_left(model)?, model)))
        .filter(|(days, _)| *days > 0 && args.within.is_none_or(|most| *days <= i64::from(most)))
        .collect();
    ending.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    if shell.json {
        let models = ending.iter().map(|(days, model)| {
            json!({
                "model": model.id, "provider": model.provider, "shutdownOn": model.shutdown_on,
                "days": days, "successor": model.successor,
            })
        });
        shell.print_json(&json!(models.collect::<Vec<_>>()))?;
        return Ok(Exit::Success);
    }
    let mut rows = vec![["last day", "days", "model", "replaced by"].map(String::from).to_vec()];
    rows.extend(ending.iter().map(|(days, model)| {
        vec![
            model.shutdown_on.map_or_else(String::new, |day| day.to_string()),
            show::count(days.unsigned_abs()),
            model.id.to_string(),
            model.successor.as_ref().map_or_else(|| "-".into(), ToString::to_string),
        ]
    }));
    shell.print(&show::table(&rows))?;
    Ok(Exit::Success)
}
