//! A report as text: what routing does with the prompts in a sentence for each pair, then the
//! figures.

use std::fmt::Write;

use farebox_core::route::replay::{Band, Cell, Curve, OffPolicy, Online, Report};

/// The report as sentences and tables of fixed width. An answer of the stronger model costs
/// `strong_cost_ppm` of what a right one is worth where the prompts do not say otherwise.
pub(crate) fn text(report: &Report, strong_cost_ppm: u32) -> String {
    let mut out = String::new();
    for stream in &report.streams {
        sentence(&mut out, stream, &report.cells, strong_cost_ppm);
    }
    if !report.cells.is_empty() {
        cells(&mut out, &report.cells);
    }
    if !report.streams.is_empty() {
        streams(&mut out, &report.streams);
    }
    for arm in &report.logged {
        let cost = arm.cost.map_or_else(|| "-".to_string(), |cost| format!("${cost}"));
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{}: cost {cost}, from {} decisions worth {}; success always choosing it: ",
            arm.arm, arm.decisions, arm.effective_decisions
        );
        let _ = match arm.success {
            Some(OffPolicy { ips, snips, doubly_robust }) => writeln!(
                out,
                "doubly robust {}, SNIPS {}, IPS {}",
                banded(doubly_robust),
                banded(snips),
                banded(ips)
            ),
            None => writeln!(
                out,
                "unknown, for it had a chance in {} of the decisions only; let routing explore",
                share(arm.possible_ppm.into())
            ),
        };
    }
    out
}

fn sentence(out: &mut String, stream: &Online, cells: &[Cell], strong_cost_ppm: u32) {
    let ours = |cell: &&Cell| cell.strong == stream.strong && cell.weak == stream.weak;
    let right = |of: fn(&Cell) -> u32| {
        let (right, prompts) = cells.iter().filter(ours).fold((0, 0), |(right, prompts), cell| {
            let count = u64::from(cell.prompts);
            (right + u64::from(of(cell)) * count, prompts + count)
        });
        percent(right.checked_div(prompts).unwrap_or(0) as i64)
    };
    let Online { strong, weak, prompts, labels, scored, .. } = stream;
    let _ = writeln!(
        out,
        "{strong} is right in {} of {prompts} prompts, {weak} in {}.\n  Routed by the outcomes of {labels} {}, \
         the last {scored} prompts are answered right in {}, {} of them by {strong}.\n  \
         Where an answer of it costs {} of what a right one is worth, a prompt is worth {}; always asking \
         the better one, {}.\n",
        right(|cell| cell.strong_ppm),
        right(|cell| cell.weak_ppm),
        if *labels == 1 { "label" } else { "labels" },
        percent(stream.quality_ppm),
        percent(stream.strong_share_ppm),
        percent(strong_cost_ppm.into()),
        share(stream.kernel_ppm),
        share(stream.constant_ppm),
    );
}

fn cells(out: &mut String, cells: &[Cell]) {
    let _ = writeln!(
        out,
        "{:<58} {:>6} {:>6} {:>6}  {:>19} {:>6} {:>6} {:>6}  after labels: APGR (CPT50, CPT80, excess Brier)",
        "source: strong > weak", "n", "strong", "weak", "cold APGR", "length", "chance", "oracle"
    );
    for cell in cells {
        let name = format!("{}: {} > {}", cell.source, cell.strong, cell.weak);
        let cold = cell.cold.apgr.map_or_else(|| "no gap".to_string(), banded);
        let _ = write!(
            out,
            "{name:<58.58} {:>6} {:>6} {:>6}  {cold:>19} {:>6} {:>6} {:>6} ",
            cell.prompts,
            share(cell.strong_ppm.into()),
            share(cell.weak_ppm.into()),
            apgr(&cell.length),
            apgr(&cell.chance),
            apgr(&cell.oracle),
        );
        for labelled in &cell.labelled {
            let figure = |figure: Option<i64>| figure.map_or_else(|| "-".into(), share);
            let _ = write!(
                out,
                " {}: {} ({}, {}, {})",
                labelled.labels,
                figure(labelled.apgr_ppm),
                figure(labelled.cpt50_ppm),
                figure(labelled.cpt80_ppm),
                share(labelled.excess_brier_ppm)
            );
        }
        out.push('\n');
    }
    let cold: Vec<i64> = cells.iter().filter_map(|cell| Some(cell.cold.apgr?.ppm)).collect();
    if !cold.is_empty() {
        let mean = cold.iter().sum::<i64>() / cold.len() as i64;
        let held: u32 = cells.iter().map(|cell| cell.intervals_held).sum();
        let _ = writeln!(
            out,
            "cold start: mean APGR {} over {} cells with a gap; {held} of {} intervals hold the true rate",
            share(mean),
            cold.len(),
            cells.len() * 2
        );
    }
}

fn streams(out: &mut String, streams: &[Online]) {
    let _ = writeln!(
        out,
        "\n{:<50} {:>6} {:>6} {:>8} {:>7} {:>7} {:>7} {:>10} {:>8} {:>7} {:>7}",
        "online, keyed by label: strong > weak",
        "n",
        "labels",
        "constant",
        "kernel",
        "oracle",
        "gained",
        "regret 150",
        "quality",
        "strong",
        "Brier"
    );
    for stream in streams {
        let name = format!("{} > {}", stream.strong, stream.weak);
        let figure = |figure: Option<i64>| figure.map_or_else(|| "-".into(), share);
        let _ = writeln!(
            out,
            "{name:<50.50} {:>6} {:>6} {:>8} {:>7} {:>7} {:>7} {:>10} {:>8} {:>7} {:>7}",
            stream.prompts,
            stream.labels,
            share(stream.constant_ppm),
            share(stream.kernel_ppm),
            share(stream.task_oracle_ppm),
            figure(stream.share_of_gain_ppm),
            share(stream.regret_150_ppm),
            share(stream.quality_ppm),
            share(stream.strong_share_ppm),
            figure(stream.excess_brier_30_ppm),
        );
    }
}

fn apgr(curve: &Curve) -> String {
    curve.apgr.map_or_else(|| "-".into(), |band| share(band.ppm))
}

/// A figure with its interval.
fn banded(band: Band) -> String {
    format!("{} [{},{}]", share(band.ppm), share(band.low_ppm), share(band.high_ppm))
}

fn percent(ppm: i64) -> String {
    format!("{:.1} %", ppm as f64 / 1e4)
}

/// Parts per million as a number with three decimals.
fn share(ppm: i64) -> String {
    format!("{:.3}", ppm as f64 / 1e6)
}
