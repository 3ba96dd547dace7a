//! What each arm is worth to a request: beliefs, charges, and the order they make.

use alloc::vec::Vec;

use super::candidates::Candidate;
use super::decision::{Arm, Ranked};
use super::policy::Policy;
use super::posterior::{Known, Posterior, catalog_prior};
use super::signal::Signal;
use super::utility::{Choice, utility_pusd};
use super::workload::Workload;
use crate::catalog::{Model, Terms};
use crate::estimate::Estimate;
use crate::money::Pusd;
use crate::order::places;
use crate::request::Request;
use crate::time::Timestamp;
use crate::usage::{TokenClass, Usage};

/// What is believed of each arm on the request's workload.
pub(super) fn beliefs(
    request: &Request,
    candidates: &[Candidate<'_>],
    workload: &Workload,
    rungs: usize,
    posterior: &Posterior,
    now: Timestamp,
) -> Vec<Known> {
    let top = rungs.saturating_sub(1).max(1);
    let arms: Vec<(&str, u32)> = candidates
        .iter()
        .map(|candidate| (candidate.name.as_str(), candidate.rung as u32))
        .collect();
    let priors: Vec<(f64, f64)> = candidates
        .iter()
        .map(|candidate| {
            let place = candidate.rung.min(top) as f64 / top as f64;
            catalog_prior(workload.kind, candidate.model, candidate.arm.effort, place)
        })
        .collect();
    let has_words = posterior
        .workloads
        .get(&workload.key)
        .is_some_and(|known| known.heads.values().any(|head| head.words.is_some()));
    let signal = Signal::of(request, has_words);
    posterior.beliefs(&workload.key, workload.kind, &arms, &priors, &signal, now)
}

/// An arm as the weighing sees it.
pub(super) fn choice(
    request: &Request,
    policy: &Policy,
    posterior: &Posterior,
    candidate: &Candidate<'_>,
    known: &Known,
    thread: Option<&Arm>,
    now: Timestamp,
) -> Choice {
    let tokens = candidate.estimate.output.tokens.expected;
    let waiting = policy.second_cost.map_or(0, |second| {
        let ms = posterior.expected_latency_ms(&candidate.name, tokens).unwrap_or(0);
        u128::from(second.as_pusd()) * u128::from(ms) / 1_000
    });
    let switching = match (thread, request.hints.cached_tokens) {
        (Some(arm), Some(tokens)) if *arm != candidate.arm => {
            cache_loss(candidate.model, candidate.estimate, tokens, policy, now)
        }
        _ => Pusd::ZERO,
    };
    let money = candidate.cost.unwrap_or_default().saturating_add(switching);
    let waiting = Pusd::from_pusd(u64::try_from(waiting).unwrap_or(u64::MAX));
    let usual = request.effort.or(candidate.model.default_effort);
    Choice {
        rung: candidate.rung,
        usual_effort: candidate.arm.effort == usual || candidate.arm.effort.is_none(),
        success_ppm: super::posterior::to_ppm(known.belief.mean()),
        charge_pusd: money.saturating_add(waiting).as_pusd(),
        outcomes: known.outcomes,
    }
}

/// What reading these tokens anew costs over reading them from a cache.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn cache_loss(
    model: &Model,
    estimate: &Estimate,
    tokens: u64,
    policy: &Policy,
    now: Timestamp,
) -> Pusd {
    let terms =
        Terms { at: now, service_tier: estimate.service_tier, regional: policy.region.is_some() };
    let tokens = tokens.min(estimate.input.tokens.expected);
    let price = |class| {
        let usage = Usage::default().with(class, tokens);
        model.cost(&usage, &terms).map_or(Pusd::ZERO, |cost| cost.total)
    };
    price(TokenClass::Input).saturating_sub(price(TokenClass::CacheRead))
}

/// Every arm with what is expected of it: the chosen one, then by utility. Nothing needs the
/// candidates after.
pub(super) fn rank(
    candidates: Vec<Candidate<'_>>,
    choices: &[Choice],
    known: &[Known],
    chosen: usize,
    value_pusd: u64,
) -> Vec<Ranked> {
    let keys: Vec<(bool, i64, u64)> = choices
        .iter()
        .enumerate()
        .map(|(index, choice)| {
            let utility = utility_pusd(choice, value_pusd).max(-i64::MAX);
            (index != chosen, -utility, choice.charge_pusd)
        })
        .collect();
    let order = places(keys.len(), &|one, other| keys.get(one).cmp(&keys.get(other)));
    let mut candidates: Vec<Option<Candidate<'_>>> = candidates.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|index| {
            let &(_, utility, _) = keys.get(index)?;
            let candidate = candidates.get_mut(index)?.take()?;
            Some(Ranked {
                arm: candidate.arm,
                rung: candidate.rung as u32,
                success: known.get(index)?.belief.range(),
                cost: candidate.cost,
                utility_pusd: -utility,
            })
        })
        .collect()
}
