//! The quote and the receipt as a person reads them.

use farebox::Pusd;
use farebox::Quote;
use farebox::Receipt;
use farebox::kernel::count::{Basis, TokenRange};
use farebox::kernel::estimate::Estimate;

/// Prints what the request costs on every model, which one should answer and why.
pub(crate) fn quote(quote: &Quote) {
    println!(
        "  {:<22} {:>9}  {:>22}  {:>10} {:>10} {:>10}",
        "model", "input", "output", "low", "expected", "high"
    );
    for estimate in &quote.estimates {
        let mark = if estimate.model == quote.decision.chosen.model { '▸' } else { ' ' };
        println!("{mark} {}", row(estimate));
        for why in approximate(estimate) {
            println!("      input is approximate: {why}");
        }
        for notice in &estimate.notices {
            println!("      {}", notice.message);
        }
    }
    println!("\nroute: {}", quote.decision.sentence);
    for rejected in &quote.decision.rejected {
        println!("  not {}: {}", rejected.model, rejected.reason.message);
    }
    let rungs: Vec<String> =
        quote.plan.rungs.iter().map(|rung| rung.arm.model.to_string()).collect();
    let worst_case =
        quote.plan.worst_case.map_or("any amount".into(), |cost| format!("${}", usd(cost)));
    println!("plan: {}; at most {worst_case}", rungs.join(", then "));
}

/// Prints what the call cost, beside what it was said to cost.
pub(crate) fn receipt(receipt: &Receipt) {
    let usage = &receipt.usage;
    let model = receipt.model.as_ref().map_or("nobody", |model| model.as_str());
    println!("receipt: {model}, {} attempt(s)", receipt.attempts.len());
    println!("  input   {:>9} tokens{}", usage.input_tokens(), miscounted(receipt));
    println!("  output  {:>9} tokens", usage.output_tokens());
    println!("  cost    ${}", receipt.cost);
    if !receipt.unsettled.is_zero() {
        println!("  and up to ${} for attempts whose bill is not known", receipt.unsettled);
    }
    if let Some(estimate) = &receipt.estimate {
        let (low, expected, high) = (estimate.low, estimate.expected, estimate.high);
        println!("  quoted  ${} (${} to ${})", usd(expected), usd(low), usd(high));
    }
    if let Some(baseline) = &receipt.baseline {
        let (model, cost, saving) = (&baseline.model, baseline.cost, baseline.saving);
        let percent = saving.as_pusd() * 100 / i128::from(cost.as_pusd().max(1));
        println!("  {model} would have cost ${cost}: saved ${saving} ({percent} %)");
    }
}

fn row(estimate: &Estimate) -> String {
    let about = if estimate.input.basis == Basis::Exact { "" } else { "~" };
    let input = format!("{about}{}", estimate.input.tokens.expected);
    let cost = match &estimate.cost {
        Some(cost) => {
            let [low, expected, high] = [cost.low, cost.expected, cost.high].map(usd);
            format!("{low:>10} {expected:>10} {high:>10}")
        }
        None => format!("{:>32}", "no published price"),
    };
    let output = range(estimate.output.tokens);
    format!("{:<22} {input:>9}  {output:>22}  {cost}", estimate.model)
}

fn range(tokens: TokenRange) -> String {
    format!("{} / {} / {}", tokens.low, tokens.expected, tokens.high)
}

fn approximate(estimate: &Estimate) -> &[String] {
    match &estimate.input.basis {
        Basis::Exact => &[],
        Basis::Approximate { why, .. } => why,
    }
}

fn miscounted(receipt: &Receipt) -> String {
    match receipt.input_error_tokens {
        Some(0) => ", as counted".into(),
        Some(error) => format!(", counted {error:+}"),
        None => String::new(),
    }
}

/// An amount to a millionth of a dollar, for columns; receipts print it whole.
fn usd(amount: Pusd) -> String {
    let millionths = (u128::from(amount.as_pusd()) + 500_000) / 1_000_000;
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}
