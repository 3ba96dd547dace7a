//! From counts to beliefs: the prior of an arm on a workload, and what outcomes make of it.

use alloc::vec::Vec;

use super::super::signal::Signal;
use super::arms::Arms;
use super::head::{Head, Shared};
use super::{Belief, Moments, Posterior, logit, sigmoid};
use crate::catalog::Model;
use crate::request::{Effort, WorkKind};
use crate::time::Timestamp;

/// A belief and how many outcomes of the workload itself stand behind it.
#[derive(Clone, Copy, Debug)]
pub(in crate::route) struct Known {
    pub(in crate::route) belief: Belief,
    pub(in crate::route) outcomes: f64,
}

/// A mean and how many outcomes it is worth.
pub(in crate::route) type Mean = (f64, f64);

impl Posterior {
    /// What is believed of each arm, given by name and rung, on a workload; `priors` is what is
    /// believed of each before any outcome.
    pub(in crate::route) fn beliefs(
        &self,
        workload: &str,
        kind: Option<WorkKind>,
        arms: &[(&str, u32)],
        priors: &[Mean],
        signal: &Signal,
        now: Timestamp,
    ) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::with_capacity(arms.len());
        self.each_belief(workload, kind, arms, priors, signal, now, |one| known.push(one));
        known
    }

    /// The same for a fixed number of arms.
    pub(super) fn beliefs_of<const N: usize>(
        &self,
        workload: &str,
        kind: Option<WorkKind>,
        arms: &[(&str, u32); N],
        priors: &[Mean; N],
        signal: &Signal,
        now: Timestamp,
    ) -> [Known; N] {
        let blank = Known { belief: Belief::new(0.5, 1.0, (0.0, 0.0)), outcomes: 0.0 };
        let mut known = [blank; N];
        let mut slots = known.iter_mut();
        self.each_belief(workload, kind, arms, priors, signal, now, |one| {
            if let Some(slot) = slots.next() {
                *slot = one;
            }
        });
        known
    }

    #[allow(clippy::too_many_arguments)]
    fn each_belief(
        &self,
        workload: &str,
        kind: Option<WorkKind>,
        arms: &[(&str, u32)],
        priors: &[Mean],
        signal: &Signal,
        now: Timestamp,
        mut give: impl FnMut(Known),
    ) {
        let known = self.workloads.get(workload);
        let of_kind = self.kinds.get(kind_key(kind));
        let half_life_ms = self.half_life_ms;
        let by_name = Arms::of(arms);
        let kinds = by_name.pick(of_kind);
        let tallies = by_name.pick(known.map(|known| &known.arms));
        let stand: Vec<Stand> = priors
            .iter()
            .zip(kinds.zip(tallies))
            .map(|(&(mean, strength), (of_kind, tally))| {
                let count = tally.map_or((0.0, 0.0), |tally| tally.faded(now, half_life_ms));
                let mean = match of_kind {
                    Some(tally) => {
                        let all = tally.faded(now, half_life_ms);
                        Belief::new(mean, KIND_STRENGTH, elsewhere(all, count)).mean()
                    }
                    None => mean,
                };
                let outcomes = count.0 + count.1;
                let (mut shift, mut before) = (0.0, None);
                if outcomes > 0.0 {
                    let proved = Belief::new(mean, strength, count).mean();
                    let logit_before = logit(mean);
                    shift = logit(proved) - logit_before;
                    before = Some(logit_before);
                }
                Stand { mean, strength, count, outcomes, shift, before }
            })
            .collect();
        let (all, outcomes) = stand.iter().fold((0.0, 0.0), |(sum, weight), arm| {
            (sum + arm.shift * arm.outcomes, weight + arm.outcomes)
        });

        let x = match known {
            Some(known) => known.moments.standard(signal),
            None => Moments::default().standard(signal),
        };
        let shared = known.and_then(|known| Some(Shared::of(known.shared.as_ref()?, &x)));
        let heads = by_name.pick(known.map(|known| &known.heads));
        for ((&(_, rung), stand), own) in arms.iter().zip(&stand).zip(heads) {
            let Stand { mean, strength, count, outcomes: n, shift, before } = *stand;
            let others = outcomes - n;
            let mean = if others > 0.0 {
                let before = before.unwrap_or_else(|| logit(mean));
                sigmoid(before + ALIKE * (all - shift * n) / others)
            } else {
                mean
            };
            let belief = Belief::new(mean, strength, count);
            let success = match shared.as_ref().zip(own) {
                Some((shared, own)) => shared.success(own, belief.mean(), &x, signal),
                None => Head::unlearned(rung, belief.mean(), &x),
            };
            give(Known { belief: belief.moved_to(success), outcomes: n });
        }
    }
}

/// What is known of one arm before others say their part.
struct Stand {
    mean: f64,
    strength: f64,
    count: (f64, f64),
    outcomes: f64,
    /// How much easier or harder than its prior the workload proved for it.
    shift: f64,
    /// The prior on the logit scale, where it was needed.
    before: Option<f64>,
}

/// The outcomes of a kind that came in on other workloads: counted twice, the first few of a
/// workload would be all that is known of it before them.
fn elsewhere(of_kind: (f64, f64), here: (f64, f64)) -> (f64, f64) {
    ((of_kind.0 - here.0).max(0.0), (of_kind.1 - here.1).max(0.0))
}

/// The name that outcomes of a kind of work stand under.
pub(super) fn kind_key(kind: Option<WorkKind>) -> &'static str {
    kind.map_or("any", super::super::workload::kind_word)
}

/// What is believed of a model at an effort from the catalogue alone; `place` is its place from
/// the least to the strongest of the ladder, from 0 to 1.
///
/// Without a benchmark for the kind, the mean of the model's other benchmarks stands in; without
/// any, its place.
pub(in crate::route) fn catalog_prior(
    kind: Option<WorkKind>,
    model: &Model,
    effort: Option<Effort>,
    place: f64,
) -> Mean {
    if let Some(prior) = kind.and_then(|kind| model.priors.get(&kind)) {
        // A benchmark at another effort says less about this one.
        let strength = if prior.effort == effort { SAME_EFFORT_STRENGTH } else { PRIOR_STRENGTH };
        return (f64::from(prior.success_ppm) / 1e6, strength);
    }
    let priors = &model.priors;
    if priors.is_empty() {
        return rung_prior(place);
    }
    let sum: u64 = priors.values().map(|prior| u64::from(prior.success_ppm)).sum();
    (sum as f64 / priors.len() as f64 / 1e6, PRIOR_STRENGTH)
}

/// What is believed of a model of which nothing is known but its place on the ladder.
pub(super) fn rung_prior(place: f64) -> Mean {
    (LEAST_MEAN + (MOST_MEAN - LEAST_MEAN) * place, PRIOR_STRENGTH)
}

/// How much of one arm's surprise on a workload is another's.
const ALIKE: f64 = 0.7;
/// Outcomes a prior is worth. Rates on workloads of one kind lie a fifth apart or more, and a
/// forecast from elsewhere is often plainly wrong, so it is few.
const PRIOR_STRENGTH: f64 = 3.0;
/// Outcomes a prior is worth against those of the kind's other workloads, of which a few of the
/// caller's own say more than any benchmark.
const KIND_STRENGTH: f64 = 3.0;
/// Outcomes a benchmark at the same effort is worth.
const SAME_EFFORT_STRENGTH: f64 = 4.0;
/// What is believed of the lowest rung when nothing is known at all.
const LEAST_MEAN: f64 = 0.6;
/// And of the highest.
const MOST_MEAN: f64 = 0.75;
