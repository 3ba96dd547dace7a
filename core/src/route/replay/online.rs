//! A stream of prompts of one pair of models, keyed by label, with bandit feedback only.
//!
//! The kernel believes, draws and learns as it would live. Utility is the outcome of the chosen
//! model less its cost. The best constant tier, and an oracle that knows the best tier of each
//! label, are the marks: the share of the gain from the first to the second is what routing by
//! workload can win without reading minds.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::labelled::shuffled;
use super::rows::{Group, Row};
use super::{ReplayOptions, ppm};
use crate::route::explore;
use crate::route::hash::mix;
use crate::route::posterior::{About, Pairwise, Posterior, to_ppm};
use crate::route::utility::{Choice, best};
use crate::time::Timestamp;

/// How a stream went; rates and utilities are means over the draws, in parts per million of what a
/// right answer is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Online {
    /// The stronger model.
    pub strong: String,
    /// The weaker model.
    pub weak: String,
    /// How many prompts.
    pub prompts: u32,
    /// How many labels.
    pub labels: u32,
    /// Prompts at the end that are scored.
    pub scored: u32,
    /// Utility there of the better constant tier.
    pub constant_ppm: i64,
    /// Utility there of the kernel.
    pub kernel_ppm: i64,
    /// Utility there of the best tier of each label.
    pub task_oracle_ppm: i64,
    /// Share of the gain from the constant tier to the task oracle; absent where that is below a
    /// five-hundredth, and so noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_gain_ppm: Option<i64>,
    /// Utility lost against the better constant tier over the first 150 prompts, for each of them.
    pub regret_150_ppm: i64,
    /// Quality of the kernel there.
    pub quality_ppm: i64,
    /// Share of prompts it sent to the stronger model there.
    pub strong_share_ppm: i64,
    /// Mean squared error of forecasts on a label after 30 outcomes there, less that of the
    /// label's true mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess_brier_30_ppm: Option<i64>,
}

/// Runs a stream several times over in drawn orders.
pub(super) fn stream(group: &Group<'_>, options: &ReplayOptions) -> Online {
    let costs = Costs::of(&group.rows, options.strong_cost_ppm);
    let labels: BTreeMap<&str, [f64; 3]> =
        group.rows.iter().fold(BTreeMap::new(), |mut all, row| {
            let [count, weak, strong] = all.entry(row.label.as_str()).or_insert([0.0; 3]);
            *count += 1.0;
            *weak += costs.utility(row, false);
            *strong += costs.utility(row, true);
            all
        });
    let mut sum = Online::default();
    let mut briers = Vec::new();
    let draws = i64::from(options.draws.max(1));
    for draw in 0..draws {
        let run = run(group, &costs, &labels, options, mix(options.seed ^ mix(draw as u64)));
        sum.constant_ppm += run.constant_ppm;
        sum.kernel_ppm += run.kernel_ppm;
        sum.task_oracle_ppm += run.task_oracle_ppm;
        sum.regret_150_ppm += run.regret_150_ppm;
        sum.quality_ppm += run.quality_ppm;
        sum.strong_share_ppm += run.strong_share_ppm;
        sum.scored = run.scored;
        briers.extend(run.excess_brier_30_ppm);
    }
    let [constant, kernel, oracle] =
        [sum.constant_ppm, sum.kernel_ppm, sum.task_oracle_ppm].map(|figure| figure / draws);
    let gain = oracle - constant;
    Online {
        strong: group.strong_model.to_string(),
        weak: group.weak_model.to_string(),
        prompts: group.rows.len() as u32,
        labels: labels.len() as u32,
        scored: sum.scored,
        constant_ppm: constant,
        kernel_ppm: kernel,
        task_oracle_ppm: oracle,
        share_of_gain_ppm: (gain >= 2_000).then(|| (kernel - constant) * 1_000_000 / gain),
        regret_150_ppm: sum.regret_150_ppm / draws,
        quality_ppm: sum.quality_ppm / draws,
        strong_share_ppm: sum.strong_share_ppm / draws,
        excess_brier_30_ppm: (!briers.is_empty())
            .then(|| briers.iter().sum::<i64>() / briers.len() as i64),
    }
}

fn run(
    group: &Group<'_>,
    costs: &Costs,
    labels: &BTreeMap<&str, [f64; 3]>,
    options: &ReplayOptions,
    seed: u64,
) -> Online {
    let rows: Vec<&Row> = shuffled(group.rows.len(), seed)
        .into_iter()
        .filter_map(|index| group.rows.get(index).copied())
        .collect();
    let mut posterior = Posterior { half_life_ms: 0, words: options.words, ..Posterior::new() };
    let mut totals: [f64; 3] = [0.0; 3];
    for of_label in labels.values() {
        totals.iter_mut().zip(of_label).for_each(|(total, one)| *total += one);
    }
    let strong_is_better = totals[2] > totals[1];
    let scored = 500.min(rows.len().div_ceil(3)).max(1);
    let (mut kernel, mut constant, mut oracle) = (0.0, 0.0, 0.0);
    let (mut regret, mut quality, mut sent) = (0.0, 0.0, 0_u32);
    let mut calibration: BTreeMap<(&str, bool), Calibration> = BTreeMap::new();

    for (step, row) in rows.iter().enumerate() {
        posterior.see(&row.label, &row.signal);
        let known = posterior.pair_known(&row.label, &row.signal, Timestamp::default());
        let choices = [(false, &known[0]), (true, &known[1])].map(|(strong, known)| Choice {
            rung: usize::from(strong),
            usual_effort: true,
            success_ppm: to_ppm(known.belief.mean()),
            charge_pusd: costs.charge_pusd(row, strong),
            outcomes: known.outcomes,
        });
        let logits = known.map(|known| known.belief.logit());
        let settled = best(choices.iter().enumerate(), WORTH_PUSD).unwrap_or(0);
        let draw = mix(seed ^ mix(step as u64));
        let drawn = explore::draw(&choices, &logits, &[true, true], settled, WORTH_PUSD, draw);
        let strong = drawn.index == 1;
        let success = if strong { row.strong } else { row.weak };

        let forecast = known[usize::from(strong)].belief.mean();
        let outcomes = known[usize::from(strong)].outcomes;
        calibration.entry((&row.label, strong)).or_default().add(forecast, success, outcomes);

        let arm = if strong { Pairwise::STRONG } else { Pairwise::WEAK };
        let about = About { workload: &row.label, kind: None, rung: u32::from(strong) };
        posterior.learn(about, arm, &row.signal, to_ppm(success), Timestamp::default());

        let utility = costs.utility(row, strong);
        let fixed = costs.utility(row, strong_is_better);
        if step < 150 {
            regret += fixed - utility;
        }
        if step + scored >= rows.len() {
            kernel += utility;
            constant += fixed;
            let of_label = labels.get(row.label.as_str()).copied().unwrap_or_default();
            oracle += costs.utility(row, of_label[2] > of_label[1]);
            quality += success;
            sent += u32::from(strong);
        }
    }
    let of = |sum: f64| ppm(sum / scored as f64);
    let briers: Vec<f64> = calibration.values().filter_map(Calibration::excess).collect();
    Online {
        scored: scored as u32,
        constant_ppm: of(constant),
        kernel_ppm: of(kernel),
        task_oracle_ppm: of(oracle),
        regret_150_ppm: ppm(regret / rows.len().clamp(1, 150) as f64),
        quality_ppm: of(quality),
        strong_share_ppm: of(f64::from(sent)),
        excess_brier_30_ppm: (!briers.is_empty())
            .then(|| ppm(briers.iter().sum::<f64>() / briers.len() as f64)),
        ..Online::default()
    }
}

/// Forecasts of one arm on one label from its thirtieth outcome there on.
#[derive(Default)]
struct Calibration {
    forecasts: Vec<(f64, f64)>,
}

impl Calibration {
    fn add(&mut self, forecast: f64, success: f64, outcomes: f64) {
        if outcomes >= 29.5 {
            self.forecasts.push((forecast, success));
        }
    }

    fn excess(&self) -> Option<f64> {
        if self.forecasts.len() < 20 {
            return None;
        }
        let count = self.forecasts.len() as f64;
        let mean = self.forecasts.iter().map(|(_, success)| success).sum::<f64>() / count;
        let sum: f64 = self
            .forecasts
            .iter()
            .map(|(forecast, success)| {
                (forecast - success) * (forecast - success) - (mean - success) * (mean - success)
            })
            .sum();
        Some(sum / count)
    }
}

/// What answers cost, as a share of what a right one is worth.
struct Costs {
    share: f64,
    /// Dollars that count as that share, where the outcomes carry costs.
    mean_strong_cost: Option<f64>,
}

impl Costs {
    fn of(rows: &[&Row], strong_cost_ppm: u32) -> Self {
        let costs: Option<Vec<f64>> =
            rows.iter().map(|row| row.strong_cost.filter(|_| row.weak_cost.is_some())).collect();
        let mean = costs.map(|costs| costs.iter().sum::<f64>() / costs.len().max(1) as f64);
        Self {
            share: f64::from(strong_cost_ppm) / 1e6,
            mean_strong_cost: mean.filter(|mean| *mean > 0.0),
        }
    }

    fn share_of(&self, row: &Row, strong: bool) -> f64 {
        let cost = if strong { row.strong_cost } else { row.weak_cost };
        match (self.mean_strong_cost, cost) {
            (Some(mean), Some(cost)) => self.share * cost / mean,
            _ => self.share * f64::from(u8::from(strong)),
        }
    }

    /// What the arm is charged before it answers: its usual cost, for its bill is not known yet.
    fn charge_pusd(&self, row: &Row, strong: bool) -> u64 {
        libm::round(self.share_of(row, strong) * WORTH_PUSD as f64) as u64
    }

    fn utility(&self, row: &Row, strong: bool) -> f64 {
        let success = if strong { row.strong } else { row.weak };
        success - self.share_of(row, strong)
    }
}

/// What a right answer is worth in a replay: one dollar.
const WORTH_PUSD: u64 = 1_000_000_000_000;
