//! An audit as one page that loads nothing: its tables, bars of the errors, and what was spent.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::row::dollars;
use super::tally::{Errors, Tally};

/// The page.
pub(crate) fn page(tally: &Tally) -> String {
    let mut out = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<h1>Estimates against bills</h1><p>{} rows, {} skipped</p>",
        tally.rows, tally.skipped
    );
    spend(&mut out, tally);
    let groups =
        [("provider", &tally.by_provider), ("class", &tally.by_class), ("model", &tally.by_model)];
    for (name, group) in groups {
        if !group.is_empty() {
            bars(&mut out, name, group);
            table(&mut out, name, group);
        }
    }
    out.push_str("</main></html>\n");
    out
}

fn spend(out: &mut String, tally: &Tally) {
    let spend = &tally.spend;
    if spend.rows == 0 {
        return;
    }
    let mut lines = vec![
        ("billed", dollars(spend.billed), "#24292f"),
        ("estimated, low", spend.low, "#9ec1f7"),
        ("estimated, expected", spend.expected, "#1f6feb"),
        ("estimated, high", spend.high, "#9ec1f7"),
    ];
    let routed = &tally.routed;
    if routed.rows > 0 {
        lines.push(("billed, of what could be routed", dollars(routed.billed), "#24292f"));
        lines.push(("routed", dollars(routed.moved), "#2da44e"));
    }
    let most = lines.iter().map(|(_, amount, _)| *amount).fold(1e-12, f64::max);
    let _ = writeln!(
        out,
        "<h2>Spend of {} answers</h2><svg viewBox=\"0 0 720 {}\" role=\"img\">",
        spend.rows,
        lines.len() * 24 + 4
    );
    for (index, (name, amount, colour)) in lines.iter().enumerate() {
        let y = index * 24 + 4;
        let _ = writeln!(
            out,
            "<text x=\"210\" y=\"{}\" text-anchor=\"end\">{name}</text>\
             <rect x=\"220\" y=\"{y}\" width=\"{:.1}\" height=\"16\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{}\">${amount:.4}</text>",
            y + 13,
            400.0 * amount / most,
            226.0 + 400.0 * amount / most,
            y + 13,
        );
    }
    out.push_str("</svg>\n");
}

/// How many rows of each group were counted exactly, nearly, and otherwise.
fn bars(out: &mut String, name: &str, group: &BTreeMap<String, Errors>) {
    let rows = largest(group);
    let _ = writeln!(
        out,
        "<h2>By {name}</h2><p class=\"key\"><b style=\"color:#2da44e\">exact</b> \
         <b style=\"color:#9ec1f7\">within 2</b> <b style=\"color:#d0d7de\">further off</b></p>\
         <svg viewBox=\"0 0 720 {}\" role=\"img\">",
        rows.len() * 20 + 4
    );
    for (index, (key, errors)) in rows.iter().enumerate() {
        let y = index * 20 + 2;
        let exact = 400.0 * errors.share(errors.exact);
        let near = 400.0 * errors.share(errors.within_two);
        let _ = writeln!(
            out,
            "<text x=\"210\" y=\"{0}\" text-anchor=\"end\">{1}</text>\
             <rect x=\"220\" y=\"{y}\" width=\"400\" height=\"14\" fill=\"#d0d7de\"/>\
             <rect x=\"220\" y=\"{y}\" width=\"{near:.1}\" height=\"14\" fill=\"#9ec1f7\"/>\
             <rect x=\"220\" y=\"{y}\" width=\"{exact:.1}\" height=\"14\" fill=\"#2da44e\"/>\
             <text x=\"626\" y=\"{0}\">{2:.1} %</text>",
            y + 12,
            escape(key),
            100.0 * errors.share(errors.exact),
        );
    }
    out.push_str("</svg>\n");
}

fn table(out: &mut String, name: &str, group: &BTreeMap<String, Errors>) {
    let _ = writeln!(
        out,
        "<table><tr><th>{name}<th>rows<th>exact<th>within 2<th>MAPE<th>p95<th>covered\
         <th>half width</tr>"
    );
    for (key, errors) in largest(group) {
        let _ = writeln!(
            out,
            "<tr><td>{}<td>{}<td>{:.2} %<td>{:.2} %<td>{:.2} %<td>{:.2} %<td>{:.1} %<td>{:.2} %</tr>",
            escape(key),
            errors.rows,
            100.0 * errors.share(errors.exact),
            100.0 * errors.share(errors.within_two),
            100.0 * errors.mean_error(),
            100.0 * errors.p95_error(),
            100.0 * errors.share(errors.covered),
            100.0 * errors.mean_half_width(),
        );
    }
    out.push_str("</table>\n");
}

/// The groups with the most rows, as many as a page can show.
fn largest(group: &BTreeMap<String, Errors>) -> Vec<(&String, &Errors)> {
    let mut rows: Vec<(&String, &Errors)> = group.iter().collect();
    rows.sort_by(|a, b| b.1.rows.cmp(&a.1.rows).then(a.0.cmp(b.0)));
    rows.truncate(MAX_ROWS);
    rows
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const MAX_ROWS: usize = 60;

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Farebox audit</title>\
<style>main{max-width:60rem;margin:auto;padding:1rem;font:14px system-ui}svg text{font-size:11px}\
table{border-collapse:collapse}td,th{padding:.2rem .6rem;text-align:right}\
td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#f6f8fa}\
.key b{margin-right:1rem}</style><main>\n";
