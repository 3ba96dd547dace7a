//! `farebox route`.

use anstyle::Style;
use farebox_core::route::Decision;

use super::quote::quoted;
use crate::failure::{Exit, Failure};
use crate::prompt::{PolicyArgs, PromptArgs};
use crate::shell::Shell;
use crate::show;

/// Say which model should answer a prompt, why, and why not the others
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    prompt: PromptArgs,

    #[command(flatten)]
    policy: PolicyArgs,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let decision = quoted(&args.prompt, &args.policy, shell)?.decision;
    if shell.json {
        shell.print_json(&decision)?;
    } else {
        shell.print(&text(&decision))?;
    }
    Ok(Exit::Success)
}

fn text(decision: &Decision) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}", decision.chosen.model);
    if let Some(effort) = decision.chosen.effort {
        text.push_str(&format!(" at effort {}", word(&effort)));
    }
    text.push_str(&format!("\n{}\n\n", decision.sentence));
    let heads = ["model", "effort", "expected cost", "believed to succeed"].map(String::from);
    let mut rows = vec![heads.to_vec()];
    for ranked in &decision.ranked {
        let percent = |ppm: u32| ppm / 10_000;
        let success = &ranked.success;
        rows.push(vec![
            ranked.arm.model.to_string(),
            ranked.arm.effort.map_or_else(String::new, |effort| word(&effort)),
            ranked.cost.map_or_else(|| "no published price".into(), show::dollars),
            format!(
                "{} % ({} to {})",
                percent(success.expected),
                percent(success.low),
                percent(success.high)
            ),
        ]);
    }
    text.push_str(&show::table(&rows));
    if !decision.rejected.is_empty() {
        text.push('\n');
    }
    for rejected in &decision.rejected {
        text.push_str(&format!("not {}: {}\n", rejected.model, rejected.reason.message));
    }
    text
}

/// The word the API has for a value.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

const BOLD: Style = Style::new().bold();
