//! What logged decisions say of each arm, seen through how probable each choice was.
//!
//! Always choosing one arm is estimated in three ways. The first weights each outcome of the arm
//! with the inverse of its probability; the second scales that to the sum of the weights; the third
//! takes what each decision believed of the arm, and weights only by how far the outcomes lay from
//! that. The belief was written down before the outcome was known, so it cannot flatter itself.
//! None of them can tell of an arm that had no chance: where that was so in more than a few
//! decisions, there is no figure.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::curve::{Band, band, resampled};
use super::rows::LoggedDecision;
use super::{ReplayOptions, ppm};
use crate::money::Pusd;
use crate::route::hash::mix;

/// What always choosing one arm would have given, estimated from logged decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LoggedArm {
    /// The arm, as one word.
    pub arm: String,
    /// Judged decisions that chose it.
    pub decisions: u32,
    /// How many evenly weighted decisions they are worth.
    pub effective_decisions: u32,
    /// Share of the judged decisions in which it had a chance.
    pub possible_ppm: u32,
    /// Its success on all logged traffic; absent where it had no chance in more than a twentieth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<OffPolicy>,
    /// What one answer cost, where that was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pusd>,
}

/// A success that was not observed as such, estimated three ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct OffPolicy {
    /// By the inverse of each choice's probability.
    pub ips: Band,
    /// The same, scaled to the sum of the weights.
    pub snips: Band,
    /// By each decision's own belief, corrected by the outcomes.
    pub doubly_robust: Band,
}

/// What logged decisions say of every arm that was chosen in any.
pub(super) fn by_arm(logged: &[LoggedDecision], options: &ReplayOptions) -> Vec<LoggedArm> {
    let judged: Vec<(&LoggedDecision, f64)> = logged
        .iter()
        .filter_map(|entry| Some((entry, f64::from(entry.observation.success_ppm?) / 1e6)))
        .collect();
    let arms: BTreeSet<String> =
        judged.iter().map(|(entry, _)| entry.decision.chosen.name()).collect();
    let once = vec![1; judged.len()];
    arms.into_iter()
        .map(|arm| {
            let seen: Vec<Seen> =
                judged.iter().map(|(entry, success)| Seen::of(entry, *success, &arm)).collect();
            let sum = |of: &dyn Fn(&Seen) -> f64| seen.iter().map(of).sum::<f64>();
            let weight = sum(&|one| one.weight);
            let possible = sum(&|one| f64::from(u8::from(one.possible))) / seen.len() as f64;
            let cost_weight = sum(&|one| one.cost.map_or(0.0, |_| one.weight));
            let cost = sum(&|one| one.cost.map_or(0.0, |cost| one.weight * cost));
            LoggedArm {
                arm,
                decisions: seen.iter().filter(|one| one.weight > 0.0).count() as u32,
                effective_decisions: (weight * weight / sum(&|one| one.weight * one.weight)) as u32,
                possible_ppm: ppm(possible) as u32,
                success: (possible >= POSSIBLE).then(|| {
                    let again: Vec<[f64; 3]> = (0..u64::from(options.resamples))
                        .map(|number| resampled(seen.len(), options.seed ^ mix(number)))
                        .filter_map(|counts| estimates(&seen, &counts))
                        .collect();
                    let whole = estimates(&seen, &once).unwrap_or_default();
                    let [ips, snips, doubly_robust] = [0, 1, 2].map(|way: usize| {
                        let way = |all: &[f64; 3]| all.get(way).copied().unwrap_or(0.0);
                        band(way(&whole), again.iter().map(way).collect())
                    });
                    OffPolicy { ips, snips, doubly_robust }
                }),
                cost: (cost_weight > 0.0).then(|| Pusd::from_pusd((cost / cost_weight) as u64)),
            }
        })
        .collect()
}

/// One decision as it tells of one arm.
struct Seen {
    /// The inverse of the choice's probability; zero where another arm was chosen.
    weight: f64,
    success: f64,
    /// What the decision believed of the arm.
    belief: f64,
    possible: bool,
    cost: Option<f64>,
}

impl Seen {
    fn of(entry: &LoggedDecision, success: f64, arm: &str) -> Self {
        let decision = &entry.decision;
        let chosen = decision.chosen.name() == arm;
        let ranked = decision.ranked.iter().find(|ranked| ranked.arm.name() == arm);
        let propensity = f64::from(decision.propensity_ppm.max(1)) / 1e6;
        Self {
            weight: if chosen { 1.0 / propensity } else { 0.0 },
            success,
            belief: ranked.map_or(0.0, |ranked| f64::from(ranked.success.expected) / 1e6),
            possible: chosen || (ranked.is_some() && decision.propensity_ppm < 1_000_000),
            cost: entry.cost.map(|cost| cost.as_pusd() as f64),
        }
    }
}

/// The three estimates from decisions, each so many times; nothing when none of them chose the arm.
fn estimates(seen: &[Seen], counts: &[u32]) -> Option<[f64; 3]> {
    let (mut all, mut weights, mut sum, mut corrected) = (0.0, 0.0, 0.0, 0.0);
    for (one, count) in seen.iter().zip(counts) {
        let count = f64::from(*count);
        all += count;
        weights += count * one.weight;
        sum += count * one.weight * one.success;
        corrected += count * (one.belief + one.weight * (one.success - one.belief));
    }
    (weights > 0.0).then(|| [sum / all, sum / weights, corrected / all])
}

/// The share of decisions in which an arm must have had a chance.
const POSSIBLE: f64 = 0.95;
