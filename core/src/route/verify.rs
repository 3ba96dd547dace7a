//! Whether a check after the answer pays: cheap, then checked, then strong.
//!
//! A check that accepts a share g of good answers and b of bad ones turns a cheap arm of success p
//! into a cascade: it succeeds with p·g + (1 − p·g − (1 − p)·b)·q, where q is the strong arm's
//! success on what the cheap one failed, and costs the cheap arm, the check, and the strong arm on
//! the share that is refused. It pays where that has the higher utility; depth is never over two.
//! The shares are what was measured of the check on the kind of work, from a prior of ten answers.

use alloc::vec::Vec;

use super::candidates::Candidate;
use super::decision::{Check, Verify};
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

/// The checks that answers to a request can be held to, found once for all its arms.
pub(super) struct Checks<'a> {
    candidates: &'a [Candidate<'a>],
    choices: &'a [Choice],
    /// Each with the rates it was seen to have; another arm's part in agreement is filled in later.
    offered: Vec<(Check, Verifier)>,
    /// The arm that what is refused goes to.
    strong: usize,
    /// The cheapest arm of another model than the strong one, and the cheapest of neither's.
    cheap: [Option<usize>; 2],
}

impl<'a> Checks<'a> {
    pub(super) fn of(
        request: &Request,
        policy: &Policy,
        candidates: &'a [Candidate<'a>],
        choices: &'a [Choice],
        rates: Rates<'_>,
    ) -> Option<Self> {
        let strong = strongest(choices)?;
        let mut offered = Vec::new();
        let mut offer = |check: Check, before: Verifier| {
            let seen = rates.posterior.verifier(rates.kind, &check, before, rates.now);
            offered.push((check, seen));
        };
        let checks = &policy.checks;
        if let Some(verifier) = checks.caller {
            offer(Check::Caller, verifier);
        }
        if checks.schema && matches!(request.output, OutputFormat::JsonSchema { .. }) {
            offer(Check::Schema, SHAPE);
        }
        let is_function = |tool: &Tool| matches!(tool, Tool::Function { .. });
        if checks.tool_calls && request.tools.iter().any(is_function) {
            offer(Check::ToolCalls, SHAPE);
        }
        if let Some(at_least_ppm) = checks.margin_ppm
            && request.top_logprobs.is_some_and(|alternatives| alternatives > 1)
        {
            offer(Check::Margin { at_least_ppm }, MARGIN);
        }
        let mut cheap = [None; 2];
        if checks.agreement && request.tools.is_empty() {
            let last = candidates.get(strong)?;
            cheap[0] = cheapest(candidates, choices, [last, last]);
            if let Some(first) = cheap[0].and_then(|cheap| candidates.get(cheap)) {
                cheap[1] = cheapest(candidates, choices, [last, first]);
                offer(Check::Agreement { with: first.arm.clone() }, AGREEMENT);
            }
        }
        Some(Self { candidates, choices, offered, strong, cheap })
    }

    /// The check that pays most after an arm's answer, if one does.
    pub(super) fn plan(&self, chosen: usize, wish: &Wish) -> Option<Verify> {
        let (_, check) = self.best(chosen, wish.value_pusd())?;
        let check = match check {
            Check::Agreement { .. } => {
                Check::Agreement { with: self.second(chosen)?.0.arm.clone() }
            }
            other => other.clone(),
        };
        let escalate_to = self.candidates.get(self.strong)?.arm.clone();
        Some(Verify { check, escalate_to })
    }

    /// A lower arm that, checked after its answer, beats the settled one; nothing when none does.
    // Apart, for few need it: an engine compiles a function when it is first called, all of it.
    #[inline(never)]
    pub(super) fn cheap_first(&self, settled: usize, wish: &Wish) -> Option<usize> {
        let value = wish.value_pusd();
        let plain = |index: usize| {
            self.choices.get(index).map(|choice| i128::from(utility_pusd(choice, value)))
        };
        let checked = |index: usize| Some(plain(index)? + self.best(index, value)?.0);
        let to_beat = checked(settled).or_else(|| plain(settled))?;
        (0..settled)
            .filter(|index| {
                self.choices.get(*index).is_some_and(|choice| choice.rung >= wish.floor)
            })
            .filter_map(|index| checked(index).map(|utility| (utility, index)))
            .filter(|(utility, _)| *utility > to_beat)
            .max()
            .map(|(_, index)| index)
    }

    /// The check of an arm that pays most, and what it gains.
    fn best(&self, index: usize, value_pusd: u64) -> Option<(i128, &Check)> {
        let first = self.choices.get(index)?;
        let strong = self.choices.get(self.strong).filter(|strong| strong.rung > first.rung)?;
        let mut best: Option<(i128, &Check)> = None;
        for (check, verifier) in &self.offered {
            let mut verifier = *verifier;
            if matches!(check, Check::Agreement { .. }) {
                let Some((_, second)) = self.second(index) else { continue };
                verifier.cost = Pusd::from_pusd(second.charge_pusd);
            }
            let gain = gain_pusd(first, strong, &verifier, value_pusd);
            if gain > 0 && best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, check));
            }
        }
        best
    }

    /// The cheapest arm of another model than an arm's own and the strong one.
    fn second(&self, index: usize) -> Option<(&'a Candidate<'a>, &'a Choice)> {
        let own = &self.candidates.get(index)?.model.id;
        let is_other = |at: &usize| {
            self.candidates.get(*at).is_some_and(|candidate| candidate.model.id != *own)
        };
        let at = self.cheap.into_iter().flatten().find(is_other)?;
        Some((self.candidates.get(at)?, self.choices.get(at)?))
    }
}

/// What a check gains over taking the cheap answer as it is, in pico-dollars.
fn gain_pusd(first: &Choice, strong: &Choice, verifier: &Verifier, value_pusd: u64) -> i128 {
    const ALL: u64 = 1_000_000;
    let p = u64::from(first.success_ppm);
    let q = u64::from(strong.success_ppm) * RESCUED_PPM / ALL;
    let good = u64::from(verifier.accepts_good_ppm);
    let bad = u64::from(verifier.accepts_bad_ppm);
    // Shares of all answers, in parts per million.
    let kept = p * good / ALL;
    let refused = ALL - kept - (ALL - p) * bad / ALL;
    let success = kept + refused * q / ALL;
    let strong_cost = i128::from(share(strong.charge_pusd, refused));
    let value = match success.checked_sub(p) {
        Some(more) => i128::from(share(value_pusd, more)),
        None => -i128::from(share(value_pusd, p - success)),
    };
    value - strong_cost - i128::from(verifier.cost.as_pusd())
}

/// So many millionths of an amount, rounded down.
fn share(pusd: u64, ppm: u64) -> u64 {
    // Nearly always the product fits 64 bits, whose division takes a tenth of the time.
    match pusd.checked_mul(ppm) {
        Some(product) => product / 1_000_000,
        None => (u128::from(pusd) * u128::from(ppm) / 1_000_000) as u64,
    }
}

/// The arm on the highest rung, at its usual effort where that is among them.
fn strongest(choices: &[Choice]) -> Option<usize> {
    let top = choices.iter().map(|choice| choice.rung).max()?;
    let on_top = || choices.iter().enumerate().filter(move |(_, choice)| choice.rung == top);
    let usual = on_top().find(|(_, choice)| choice.usual_effort).or_else(|| on_top().next());
    usual.map(|(index, _)| index)
}

/// The cheapest arm of another model than these.
fn cheapest(
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    but: [&Candidate<'_>; 2],
) -> Option<usize> {
    candidates
        .iter()
        .zip(choices)
        .enumerate()
        .filter(|(_, (other, _))| but.iter().all(|but| other.model.id != but.model.id))
        .min_by_key(|(_, (_, choice))| (choice.charge_pusd, choice.rung))
        .map(|(index, _)| index)
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
const RESCUED_PPM: u64 = 800_000;
