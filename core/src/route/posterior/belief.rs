//! From counts to beliefs: the prior of an arm on a workload, and what outcomes make of it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Belief, Posterior, Tally, logit, sigmoid};
use crate::catalog::Model;
use crate::request::{Effort, WorkKind};
use crate::time::Timestamp;

/// One arm, as far as beliefs need it.
#[derive(Debug)]
pub(in crate::route) struct Arms<'a> {
    pub(in crate::route) name: String,
    pub(in crate::route) model: &'a Model,
    pub(in crate::route) effort: Option<Effort>,
    /// Its place from the least to the strongest, in parts per million of the ladder.
    pub(in crate::route) strength_ppm: u32,
}

/// A belief and how many outcomes of the workload itself stand behind it.
#[derive(Clone, Copy, Debug)]
pub(in crate::route) struct Known {
    pub(in crate::route) belief: Belief,
    pub(in crate::route) outcomes: f64,
}

impl Posterior {
    /// What is believed of each arm on a workload.
    pub(in crate::route) fn beliefs(
        &self,
        workload: &str,
        kind: Option<WorkKind>,
        arms: &[Arms<'_>],
        now: Timestamp,
    ) -> Vec<Known> {
        let known = self.workloads.get(workload);
        let priors: Vec<(f64, f64)> =
            arms.iter().map(|arm| self.kind_prior(kind, arm, now)).collect();
        let counts: Vec<(f64, f64)> = arms
            .iter()
            .map(|arm| known.and_then(|known| known.arms.get(&arm.name)))
            .map(|tally| tally.map_or((0.0, 0.0), |tally| self.faded(tally, now)))
            .collect();

        // How much easier or harder than its prior the workload proved for each arm.
        let shifts: Vec<(f64, f64)> = priors
            .iter()
            .zip(&counts)
            .map(|(&(mean, strength), &count)| {
                let outcomes = count.0 + count.1;
                let proved = Belief::new(mean, strength, count).mean();
                (logit(proved) - logit(mean), outcomes)
            })
            .collect();

        (0..arms.len())
            .zip(priors.iter().zip(&counts))
            .map(|(index, (&(mean, strength), &count))| {
                let others = shifts.iter().enumerate().filter(|(other, _)| *other != index);
                let (sum, weight) = others.fold((0.0, 0.0), |(sum, weight), (_, (shift, n))| {
                    (sum + shift * n, weight + n)
                });
                let shift = if weight > 0.0 { ALIKE * sum / weight } else { 0.0 };
                let mean = sigmoid(logit(mean) + shift);
                Known { belief: Belief::new(mean, strength, count), outcomes: count.0 + count.1 }
            })
            .collect()
    }

    /// Mean and strength of the belief in an arm at a kind of work, before the workload speaks.
    fn kind_prior(&self, kind: Option<WorkKind>, arm: &Arms<'_>, now: Timestamp) -> (f64, f64) {
        let (mean, strength) = catalog_prior(kind, arm);
        let tally = self.kinds.get(kind_key(kind)).and_then(|arms| arms.get(&arm.name));
        let Some(tally) = tally else { return (mean, strength) };
        let (good, bad) = self.faded(tally, now);
        (Belief::new(mean, strength, (good, bad)).mean(), strength)
    }

    fn faded(&self, tally: &Tally, now: Timestamp) -> (f64, f64) {
        tally.faded(now, self.half_life_ms)
    }
}

/// The name that outcomes of a kind of work stand under.
pub(super) fn kind_key(kind: Option<WorkKind>) -> &'static str {
    kind.map_or("any", super::super::workload::kind_word)
}

/// Mean and strength of the belief in an arm from the catalogue alone.
///
/// Without a benchmark for the kind, the mean of the model's other benchmarks stands in; without
/// any, its place on the ladder.
fn catalog_prior(kind: Option<WorkKind>, arm: &Arms<'_>) -> (f64, f64) {
    let published = kind.and_then(|kind| arm.model.priors.get(&kind));
    if let Some(prior) = published {
        // A benchmark at another effort says less about this one.
        let strength =
            if prior.effort == arm.effort { SAME_EFFORT_STRENGTH } else { PRIOR_STRENGTH };
        return (f64::from(prior.success_ppm) / 1e6, strength);
    }
    let priors = &arm.model.priors;
    if priors.is_empty() {
        let rung = f64::from(arm.strength_ppm) / 1e6;
        return (LEAST_MEAN + (MOST_MEAN - LEAST_MEAN) * rung, PRIOR_STRENGTH);
    }
    let sum: u64 = priors.values().map(|prior| u64::from(prior.success_ppm)).sum();
    (sum as f64 / priors.len() as f64 / 1e6, PRIOR_STRENGTH)
}

/// How much of one arm's surprise on a workload is another's.
const ALIKE: f64 = 0.7;
/// Outcomes a prior is worth. Rates on workloads of one kind lie a fifth apart or more, and a
/// forecast from elsewhere is often plainly wrong, so it is few.
const PRIOR_STRENGTH: f64 = 3.0;
/// Outcomes a benchmark at the same effort is worth.
const SAME_EFFORT_STRENGTH: f64 = 4.0;
/// What is believed of the lowest rung when nothing is known at all.
const LEAST_MEAN: f64 = 0.6;
/// And of the highest.
const MOST_MEAN: f64 = 0.75;
