//! `farebox quote`.

use anstyle::Style;
use farebox_core::quote::{Quote, quote};

use crate::failure::{Exit, Failure};
use crate::prompt::{PolicyArgs, PromptArgs};
use crate::shell::Shell;
use crate::show;

/// Say what a prompt costs on every model of the ladder, and which one should answer it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    prompt: PromptArgs,

    #[command(flatten)]
    policy: PolicyArgs,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let quoted = quoted(&args.prompt, &args.policy, shell)?;
    if shell.json {
        shell.print_json(&quoted)?;
    } else {
        shell.print(&text(&quoted))?;
    }
    Ok(Exit::Success)
}

/// The quote of what the flags say.
pub(crate) fn quoted(
    prompt: &PromptArgs,
    policy: &PolicyArgs,
    shell: &Shell,
) -> Result<Quote, Failure> {
    let settings = shell.settings()?;
    let request = prompt.read(shell)?;
    let policy = policy.read(&settings)?;
    let vocabularies = settings.vocabularies(settings.models(&policy, request.model.as_ref()));
    let (catalog, posterior) = (&settings.catalog, &settings.posterior);
    Ok(quote(&request, catalog, &vocabularies, &policy, posterior, shell.now())?)
}

fn text(quote: &Quote) -> String {
    let chosen = &quote.decision.chosen.model;
    let mut text = format!("{BOLD}{chosen}{BOLD:#}: {}\n\n", quote.decision.sentence);
    let heads = ["model", "input", "output", "cost"].map(String::from);
    let mut rows = vec![heads.to_vec()];
    let mut doubts = Vec::new();
    let mut notices = Vec::new();
    for estimate in &quote.estimates {
        rows.push(vec![
            estimate.model.to_string(),
            show::tokens(estimate.input.tokens),
            show::tokens(estimate.output.tokens),
            show::cost(estimate.cost),
        ]);
        let named = |what: String| format!("{}: {what}", estimate.model);
        doubts.extend(show::doubt(&estimate.input.basis).map(named));
        notices.extend(estimate.notices.iter().map(|notice| named(notice.message.clone())));
    }
    text.push_str(&show::table(&rows));
    for rejected in &quote.decision.rejected {
        text.push_str(&format!("not {}: {}\n", rejected.model, rejected.reason.message));
    }
    for notice in notices {
        text.push_str(&format!("{notice}\n"));
    }
    for doubt in doubts {
        text.push_str(&format!("count not exact for {doubt}\n"));
    }
    if let Some(worst_case) = quote.plan.worst_case {
        let tries = quote.plan.rungs.len();
        let plural = if tries == 1 { "" } else { "s" };
        let worst_case = show::dollars(worst_case);
        text.push_str(&format!(
            "\nat worst {worst_case} over {tries} model{plural} and every retry"
        ));
        if quote.plan.rungs.iter().any(|rung| rung.max_output_tokens.is_none()) {
            text.push_str(", each answer as long as the model can; --max-output-tokens lowers it");
        }
        text.push('\n');
    }
    text
}

const BOLD: Style = Style::new().bold();
