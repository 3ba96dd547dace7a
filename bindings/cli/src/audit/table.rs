//! The table of an audit.

use std::collections::BTreeMap;
use std::fmt::Write;

use farebox_core::money::Pusd;

use super::row::dollars;
use super::tally::{Errors, Tally};
use crate::failure::Failure;
use crate::shell::Shell;

/// Writes the table.
pub(crate) fn print(tally: &Tally, shell: &Shell) -> Result<(), Failure> {
    let mut text = String::new();
    let groups =
        [("provider", &tally.by_provider), ("class", &tally.by_class), ("model", &tally.by_model)];
    for (name, group) in groups {
        if !group.is_empty() {
            section(&mut text, name, group);
        }
    }
    spend(&mut text, tally);
    shell.print(&text)
}

fn section(text: &mut String, name: &str, group: &BTreeMap<String, Errors>) {
    let mut rows: Vec<(&String, &Errors)> = group.iter().collect();
    rows.sort_by(|a, b| b.1.rows.cmp(&a.1.rows).then(a.0.cmp(b.0)));
    let width = rows.iter().map(|(key, _)| key.len()).max().unwrap_or(0).clamp(name.len(), 44);
    let _ = writeln!(
        text,
        "{name:<width$} {:>7} {:>8} {:>9} {:>9} {:>9} {:>8} {:>11}",
        "rows", "exact", "within 2", "MAPE", "p95", "covered", "half width"
    );
    for (key, errors) in rows {
        let key: String = key.chars().take(width).collect();
        let _ = writeln!(
            text,
            "{key:<width$} {:>7} {:>7.2}% {:>8.2}% {:>8.2}% {:>8.2}% {:>7.1}% {:>10.2}%",
            errors.rows,
            100.0 * errors.share(errors.exact),
            100.0 * errors.share(errors.within_two),
            100.0 * errors.mean_error(),
            100.0 * errors.p95_error(),
            100.0 * errors.share(errors.covered),
            100.0 * errors.mean_half_width(),
        );
    }
    text.push('\n');
}

fn spend(text: &mut String, tally: &Tally) {
    let spend = &tally.spend;
    let _ = writeln!(text, "{} rows, {} skipped", tally.rows, tally.skipped);
    if spend.rows == 0 || spend.billed == Pusd::ZERO {
        return;
    }
    let _ = writeln!(
        text,
        "billed ${:.4} for {} answers; estimated ${:.4} (${:.4} to ${:.4}); the bill lay in the \
         estimate's range in {:.1} % of them",
        dollars(spend.billed),
        spend.rows,
        spend.expected,
        spend.low,
        spend.high,
        100.0 * spend.covered as f64 / spend.rows as f64,
    );
    let routed = &tally.routed;
    if routed.rows > 0 && routed.billed > Pusd::ZERO {
        let (billed, moved) = (dollars(routed.billed), dollars(routed.moved));
        let _ = writeln!(
            text,
            "routed by the default policy, {} of them would have cost ${moved:.4} in place of \
             ${billed:.4} for the same tokens ({:+.1} %)",
            routed.rows,
            100.0 * (moved - billed) / billed,
        );
    }
}
