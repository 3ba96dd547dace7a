//! A report as text.

use std::fmt::Write;

use farebox_core::route::replay::{Band, Cell, Curve, OffPolicy, Online, Report};

/// The report as tables of fixed width.
pub(crate) fn text(report: &Report) -> String {
    let mut out = String::new();
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

/// Parts per million as a number with three decimals.
fn share(ppm: i64) -> String {
    format!("{:.3}", ppm as f64 / 1e6)
}
