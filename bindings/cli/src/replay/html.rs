//! A report as one page that loads nothing: curves of quality against the share of prompts at the
//! stronger model, each in the band nineteen of twenty resamples fall in.

use std::fmt::Write;

use farebox_core::route::replay::{Cell, Curve, Report};

/// The page.
pub(crate) fn page(report: &Report) -> String {
    let mut out = String::from(HEAD);
    for cell in &report.cells {
        figure(&mut out, cell);
    }
    out.push_str("</main></html>\n");
    out
}

fn figure(out: &mut String, cell: &Cell) {
    let title = escape(&format!("{}: {} > {}", cell.source, cell.strong, cell.weak));
    let curves: [(&str, &str, &Curve); 4] = [
        ("oracle", "#9a9a9a", &cell.oracle),
        ("chance", "#c9c9c9", &cell.chance),
        ("length", "#d98e04", &cell.length),
        ("cold", "#1f6feb", &cell.cold),
    ];
    let points = || {
        curves.iter().flat_map(|(_, _, curve)| {
            let ends = curve.bands.iter().flat_map(|band| [band.low_ppm, band.high_ppm]);
            curve.quality_ppm.iter().copied().chain(ends)
        })
    };
    let (Some(low), Some(high)) = (points().min(), points().max()) else { return };
    let span = (high - low).max(1) as f64;
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<figure><figcaption>{title}, {} prompts</figcaption><svg viewBox=\"0 0 420 240\" role=\"img\">\
         <path d=\"M50 10V200H400\" fill=\"none\" stroke=\"#888\"/>\
         <text x=\"46\" y=\"14\" text-anchor=\"end\">{:.3}</text>\
         <text x=\"46\" y=\"200\" text-anchor=\"end\">{:.3}</text>\
         <text x=\"225\" y=\"232\" text-anchor=\"middle\">share of prompts at the stronger model</text>",
        cell.prompts,
        high as f64 / 1e6,
        low as f64 / 1e6
    );
    let x = |tenth: usize| 50.0 + 35.0 * tenth as f64;
    let y = |quality: i64| 200.0 - 190.0 * (quality - low) as f64 / span;
    for (index, (name, colour, curve)) in curves.iter().enumerate() {
        let mut area = String::new();
        let upper = curve.bands.iter().enumerate().map(|(tenth, band)| (tenth, band.high_ppm));
        let lower = curve.bands.iter().enumerate().map(|(tenth, band)| (tenth, band.low_ppm));
        for (tenth, quality) in upper.chain(lower.rev()) {
            let _ = write!(area, "{:.1},{:.1} ", x(tenth), y(quality));
        }
        let _ = writeln!(
            out,
            "<polygon points=\"{}\" fill=\"{colour}\" opacity=\"0.15\"/>",
            area.trim_end()
        );
        let mut path = String::new();
        for (tenth, quality) in curve.quality_ppm.iter().enumerate() {
            let command = if tenth == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x(tenth), y(*quality));
        }
        let y = 150 + 14 * index;
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"396\" y=\"{y}\" text-anchor=\"end\" fill=\"{colour}\">{name}</text>"
        );
    }
    out.push_str("</svg></figure>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Replay</title>\
<style>main{display:flex;flex-wrap:wrap;gap:1rem;font:13px system-ui}figure{margin:0;width:420px}\
svg text{font-size:11px}figcaption{font-weight:600}</style><main>\n";
