//! Whether a check after the answer pays: cheap, then checked, then strong.
//!
//! A check that accepts a share g of good answers and b of bad ones turns a cheap arm of success p
//! into a cascade: it succeeds with p·g + (1 − p·g − (1 − p)·b)·q, where q is the strong arm's
//! success on what the cheap one failed, and costs the cheap arm, the check, and the strong arm on
//! the share that is refused. It pays where that has the higher utility; depth is never over two.
//! The shares are what was measured of the check on the kind of work, from a prior of ten answers.

use super::candidates::Candidate;
use super::decision::{Arm, Check, Verify};
use super::policy::{Policy, Verifier};
use super::posterior::Posterior;
use super::utility::{Choice, Wish, utility_pusd};
use crate::money::Pusd;
use crate::request::{OutputFormat, Request, Tool, WorkKind};
use crate::time::Timestamp;

/// How well checks do on a request's kind of work, as far as that was measured.
#[derive(Clone, Copy)]
pub(super) struct Rates<'a> {
    pub(super) posterior: &'a Posterior,
    pub(super) kind: Option<WorkKind>,
    pub(super) now: Timestamp,
}

/// The check that pays most, if one does.
pub(super) fn plan(
    request: &Request,
    policy: &Policy,
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    chosen: usize,
    wish: &Wish,
    rates: Rates<'_>,
) -> Option<Verify> {
    best_check(request, policy, candidates, choices, chosen, wish, rates).map(|(_, verify)| verify)
}

/// A lower arm that, checked after its answer, beats the settled one; nothing when none does.
pub(super) fn cheap_first(
    request: &Request,
    policy: &Policy,
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    settled: usize,
    wish: &Wish,
    rates: Rates<'_>,
) -> Option<usize> {
    let value = wish.value_pusd();
    let checked = |index: usize| {
        let gain = best_check(request, policy, candidates, choices, index, wish, rates)?.0;
        Some(i128::from(utility_pusd(choices.get(index)?, value)) + gain)
    };
    let to_beat = checked(settled)
        .or_else(|| choices.get(settled).map(|choice| i128::from(utility_pusd(choice, value))))?;
    (0..settled)
        .filter(|index| choices.get(*index).is_some_and(|choice| choice.rung >= wish.floor))
        .filter_map(|index| checked(index).map(|utility| (utility, index)))
        .filter(|(utility, _)| *utility > to_beat)
        .max()
        .map(|(_, index)| index)
}

/// The check of an arm that pays most, and what it gains.
fn best_check(
    request: &Request,
    policy: &Policy,
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    chosen: usize,
    wish: &Wish,
    rates: Rates<'_>,
) -> Option<(i128, Verify)> {
    let first = choices.get(chosen)?;
    let (strong_at, strong) = strongest(choices, first)?;
    let escalate_to = &candidates.get(strong_at)?.arm;
    let value = wish.value_pusd();

    let mut best: Option<(i128, Check)> = None;
    let mut consider = |check: Check, verifier: Verifier| {
        let verifier = rates.posterior.verifier(rates.kind, &check, verifier, rates.now);
        let gain = gain_pusd(first, strong, &verifier, value);
        if gain > 0 && best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, check));
        }
    };
    let checks = &policy.checks;
    if let Some(verifier) = checks.caller {
        consider(Check::Caller, verifier);
    }
    if checks.schema && matches!(request.output, OutputFormat::JsonSchema { .. }) {
        consider(Check::Schema, SHAPE);
    }
    if checks.tool_calls && request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. })) {
        consider(Check::ToolCalls, SHAPE);
    }
    if let Some(at_least_ppm) = checks.margin_ppm
        && request.top_logprobs.is_some_and(|alternatives| alternatives > 1)
    {
        consider(Check::Margin { at_least_ppm }, MARGIN);
    }
    if checks.agreement
        && request.tools.is_empty()
        && let Some((with, cost)) = second_cheap(candidates, choices, chosen, strong_at)
    {
        consider(Check::Agreement { with }, Verifier { cost, ..AGREEMENT });
    }
    best.map(|(gain, check)| (gain, Verify { check, escalate_to: escalate_to.clone() }))
}

/// What a check gains over taking the cheap answer as it is, in pico-dollars.
fn gain_pusd(first: &Choice, strong: &Choice, verifier: &Verifier, value_pusd: u64) -> i128 {
    const ALL: u128 = 1_000_000;
    let p = u128::from(first.success_ppm);
    let q = u128::from(strong.success_ppm) * RESCUED_PPM / ALL;
    let good = u128::from(verifier.accepts_good_ppm);
    let bad = u128::from(verifier.accepts_bad_ppm);
    // Shares of all answers, in parts per million.
    let kept = p * good / ALL;
    let refused = ALL - kept - (ALL - p) * bad / ALL;
    let success = kept + refused * q / ALL;
    let value = i128::from(value_pusd) * (success as i128 - p as i128) / ALL as i128;
    let strong_cost = u128::from(strong.charge_pusd) * refused / ALL;
    value - strong_cost as i128 - i128::from(verifier.cost.as_pusd())
}

fn strongest<'a>(choices: &'a [Choice], first: &Choice) -> Option<(usize, &'a Choice)> {
    let top = choices.iter().map(|choice| choice.rung).max()?;
    let on_top = || choices.iter().enumerate().filter(move |(_, choice)| choice.rung == top);
    let usual = on_top().find(|(_, choice)| choice.usual_effort).or_else(|| on_top().next());
    usual.filter(|_| top > first.rung)
}

/// The cheapest arm of another model than the chosen and the strong one, and its cost.
fn second_cheap(
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    chosen: usize,
    strong: usize,
) -> Option<(Arm, Pusd)> {
    let first = candidates.get(chosen)?;
    let last = candidates.get(strong)?;
    candidates
        .iter()
        .zip(choices)
        .filter(|(other, _)| other.model.id != first.model.id && other.model.id != last.model.id)
        .min_by_key(|(_, choice)| (choice.charge_pusd, choice.rung))
        .map(|(other, choice)| (other.arm.clone(), Pusd::from_pusd(choice.charge_pusd)))
}

/// Shape is right in every good answer and in most bad ones.
const SHAPE: Verifier =
    Verifier { accepts_good_ppm: 1_000_000, accepts_bad_ppm: 950_000, cost: Pusd::ZERO };
/// Two cheap models that agree are right far more often than either; on answers that can be
/// compared they agree on about three of four good ones and one of five bad ones.
const AGREEMENT: Verifier =
    Verifier { accepts_good_ppm: 750_000, accepts_bad_ppm: 200_000, cost: Pusd::ZERO };
/// Models are surer of what is right, though not by much.
const MARGIN: Verifier =
    Verifier { accepts_good_ppm: 800_000, accepts_bad_ppm: 500_000, cost: Pusd::ZERO };
/// How much of the strong arm's success is left on what the cheap one failed.
const RESCUED_PPM: u128 = 800_000;
