//! One source and pair: what is known cold, and what some labelled outcomes make of it.

use alloc::string::ToString;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::curve::{Curve, Scored, curve};
use super::rows::{Group, Row};
use super::{Cell, ReplayOptions, ppm};
use crate::route::hash::mix;
use crate::route::posterior::{About, Pairwise, Posterior, to_ppm};
use crate::time::Timestamp;

/// What so many labelled outcomes made of a cell; means over the draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Labelled {
    /// How many were learned from.
    pub labels: u32,
    /// Share of the gap closed on the rest, where there is a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apgr_ppm: Option<i64>,
    /// Share of prompts at which half of the gap is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpt50_ppm: Option<i64>,
    /// Share of prompts at which four fifths of the gap are closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpt80_ppm: Option<i64>,
    /// Mean squared error of the weaker model's forecast on the rest, less that of the rest's own
    /// true mean.
    pub excess_brier_ppm: i64,
}

/// Scores one cell.
pub(super) fn cell(group: &Group<'_>, options: &ReplayOptions) -> Cell {
    let rows = &group.rows;
    let count = rows.len().max(1) as f64;
    let strong = rows.iter().map(|row| row.strong).sum::<f64>() / count;
    let weak = rows.iter().map(|row| row.weak).sum::<f64>() / count;
    let resamples = options.resamples;
    let by = |score: &dyn Fn(usize, &Row) -> f64| {
        let scored: Vec<Scored> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| Scored {
                score: score(index, row),
                strong: row.strong,
                weak: row.weak,
            })
            .collect();
        curve(&scored, resamples, options.seed)
    };

    let blank = Posterior::new();
    let cold = by(&|_, row| {
        let [weak, strong] = blank.pair(KEY, &row.signal, Timestamp::default());
        strong.mean() - weak.mean()
    });
    // The intervals a first decision would have printed, on an ordinary prompt of the set.
    let middle = rows.get(rows.len() / 2).map(|row| &row.signal);
    let intervals_held = middle.map_or(0, |signal| {
        let [weak_belief, strong_belief] = blank.pair(KEY, signal, Timestamp::default());
        let held = |range: crate::route::PpmRange, rate: f64| {
            u32::from((range.low..=range.high).contains(&to_ppm(rate)))
        };
        held(weak_belief.range(), weak) + held(strong_belief.range(), strong)
    });
    Cell {
        source: group.source.clone(),
        strong: group.strong_model.to_string(),
        weak: group.weak_model.to_string(),
        prompts: rows.len() as u32,
        strong_ppm: to_ppm(strong),
        weak_ppm: to_ppm(weak),
        cold,
        length: by(&|_, row| f64::from(row.signal.features_milli[0])),
        chance: by(&|index, _| (mix(options.seed ^ mix(index as u64)) >> 11) as f64),
        oracle: by(&|_, row| row.strong - row.weak),
        intervals_held,
        labelled: options
            .labels
            .iter()
            .filter(|labels| **labels > 0 && (**labels as usize) * 2 <= rows.len())
            .map(|labels| after(rows, *labels, options))
            .collect(),
    }
}

/// Learns from some outcomes and scores the rest, several times over.
fn after(rows: &[&Row], labels: u32, options: &ReplayOptions) -> Labelled {
    let (mut apgr, mut cpt50, mut cpt80) = (Mean::default(), Mean::default(), Mean::default());
    let mut excess = Mean::default();
    for draw in 0..u64::from(options.draws.max(1)) {
        let order = shuffled(rows.len(), options.seed ^ mix(draw));
        let (learned, rest) = order.split_at(labels as usize);
        let posterior = taught(rows, learned, options.words);
        let mut scored = Vec::with_capacity(rest.len());
        let mut squares = 0.0;
        for row in rest.iter().filter_map(|index| rows.get(*index)) {
            let [weak, strong] = posterior.pair(KEY, &row.signal, Timestamp::default());
            squares += (weak.mean() - row.weak) * (weak.mean() - row.weak);
            let score = strong.mean() - weak.mean();
            scored.push(Scored { score, strong: row.strong, weak: row.weak });
        }
        let count = scored.len().max(1) as f64;
        let mean = scored.iter().map(|row| row.weak).sum::<f64>() / count;
        let floor = scored.iter().map(|row| (row.weak - mean) * (row.weak - mean)).sum::<f64>();
        excess.add(Some(ppm((squares - floor) / count)));
        let Curve { apgr: band, cpt50_ppm, cpt80_ppm, .. } = curve(&scored, 0, options.seed);
        apgr.add(band.map(|band| band.ppm));
        cpt50.add(cpt50_ppm);
        cpt80.add(cpt80_ppm);
    }
    Labelled {
        labels,
        apgr_ppm: apgr.mean(),
        cpt50_ppm: cpt50.mean(),
        cpt80_ppm: cpt80.mean(),
        excess_brier_ppm: excess.mean().unwrap_or(0),
    }
}

/// A posterior that saw both outcomes of some prompts of one workload.
fn taught(rows: &[&Row], learned: &[usize], words: bool) -> Posterior {
    let mut posterior = Posterior { words, half_life_ms: 0, ..Posterior::new() };
    for row in learned.iter().filter_map(|index| rows.get(*index)) {
        posterior.see(KEY, &row.signal);
        for (rung, arm, success) in
            [(0, Pairwise::WEAK, row.weak), (1, Pairwise::STRONG, row.strong)]
        {
            let about = About { workload: KEY, kind: None, rung };
            posterior.learn(about, arm, &row.signal, to_ppm(success), Timestamp::default());
        }
    }
    posterior
}

/// Numbers below a bound in a drawn order.
pub(super) fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<(u64, usize)> =
        (0..count).map(|index| (mix(seed ^ mix(index as u64 + 1)), index)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}

#[derive(Default)]
struct Mean {
    sum: i64,
    count: i64,
}

impl Mean {
    fn add(&mut self, figure: Option<i64>) {
        if let Some(figure) = figure {
            self.sum += figure;
            self.count += 1;
        }
    }

    fn mean(&self) -> Option<i64> {
        (self.count > 0).then(|| self.sum / self.count)
    }
}

/// The one workload of a cell: what the kernel sees of it is its prompts, not their category.
const KEY: &str = "replay";
