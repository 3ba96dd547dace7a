//! What a person sees of a run: its quote, its events as they come, and the tree of its steps.

use farebox::Pusd;
use farebox::kernel::orchestrate::{
    RunEvent, RunEventKind, RunOutcome, RunQuote, StepReport, StepStatus,
};
use farebox::kernel::time::Timestamp;

pub(crate) fn quote(quote: &RunQuote) {
    let range = |it: &farebox::kernel::estimate::CostRange| {
        format!("${} (${} to ${})", cents(it.expected), cents(it.low), cents(it.high))
    };
    let steps = quote.steps;
    println!("a run of about {} steps: {}", steps.expected, range(&quote.cost));
    println!("{} alone: {}", quote.alone_model, range(&quote.alone));
    println!("does the split pay? {:?}", quote.verdict);
    for reason in &quote.reasons {
        println!("  {reason}");
    }
}

pub(crate) fn event(event: &RunEvent, start: Timestamp) {
    let text = match &event.kind {
        RunEventKind::AnswerStarted => "the planner gives the answer".into(),
        RunEventKind::Planned { plan, steps } => {
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            format!("plan {plan}: {}", ids.join(", "))
        }
        RunEventKind::PlanStarted { plan: 0, .. } => "the planner makes a plan".into(),
        RunEventKind::PlanStarted { because, .. } => {
            let because = because.as_ref().map_or("", |error| &error.message);
            format!("the planner plans anew: {because}")
        }
        RunEventKind::StepChecked { step, accepted: true, .. } => format!("{step}: accepted"),
        RunEventKind::StepChecked { step, reason, .. } => format!("{step}: not accepted: {reason}"),
        RunEventKind::StepDone { step, model, .. } => {
            format!("{step}: done by {}", model.as_ref().map_or("?", |model| model.as_str()))
        }
        RunEventKind::StepEscalated { step, .. } => format!("{step}: goes to a stronger model"),
        RunEventKind::StepFailed { step, error } => format!("{step}: failed: {}", error.message),
        RunEventKind::StepRetried { step, .. } => format!("{step}: tried again"),
        RunEventKind::StepSkipped { step } => format!("{step}: dropped"),
        RunEventKind::StepStarted { step, .. } => format!("{step}: started"),
        RunEventKind::Stopping { error } => format!("stopping: {}", error.message),
        _ => return,
    };
    let ms = event.at.ms_since(start);
    println!("{ms:>6} ms  ${:<9} {text}", cents(event.spent));
}

pub(crate) fn outcome(outcome: &RunOutcome) {
    println!("\nthe steps:");
    let roots = outcome.steps.iter().filter(|step| step.waited_for.is_empty());
    for step in roots {
        line(step, 0);
        below(step, &outcome.steps, 1);
    }
    println!("\nthe receipt:");
    for (role, of_role) in &outcome.receipt.roles {
        let role = format!("{role:?}").to_lowercase();
        let (input, output) = (of_role.usage.input_tokens(), of_role.usage.output_tokens());
        println!(
            "  {role:<9} {:>2} calls  {input:>6} in  {output:>5} out  ${}",
            of_role.calls,
            cents(of_role.cost)
        );
    }
    println!("  together ${}", cents(outcome.receipt.cost));
    if let Some(quote) = &outcome.receipt.quote {
        println!(
            "  quoted   ${}, {} alone ${}",
            cents(quote.cost.expected),
            quote.alone_model,
            cents(quote.alone.expected)
        );
    }
    if let Some(error) = &outcome.error {
        println!("\nnot complete: {}", error.message);
    }
    if let Some(answer) = &outcome.answer {
        println!("\nthe answer:\n{}", answer.text);
    }
}

/// The steps for which this one is the last they waited for, so that each stands once.
fn below(step: &StepReport, steps: &[StepReport], depth: usize) {
    let place = |id: &String| steps.iter().position(|step| step.id == *id);
    for next in steps {
        let last = next.waited_for.iter().max_by_key(|id| place(id));
        if last == Some(&step.id) {
            line(next, depth);
            below(next, steps, depth + 1);
        }
    }
}

fn line(step: &StepReport, depth: usize) {
    let status = match step.status {
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
        StepStatus::Skipped => "dropped",
        _ => "open",
    };
    let name = format!("{:indent$}{}", "", step.id, indent = depth * 2);
    let model = step.model.as_ref().map_or("-", |model| model.as_str());
    let took_ms = match (step.started_at, step.ended_at) {
        (Some(start), Some(end)) => end.ms_since(start),
        _ => 0,
    };
    let (calls, cost) = (step.calls, cents(step.cost));
    println!("  {name:<14} {status:<8} {model:<24} {calls} calls  {took_ms:>5} ms  ${cost}");
}

/// Dollars to a thousandth of a cent.
fn cents(amount: Pusd) -> String {
    let unit = 10_000_000;
    let rounded = (amount.as_pusd() + unit / 2) / unit * unit;
    Pusd::from_pusd(rounded).to_string()
}
