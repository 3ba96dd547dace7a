//! The one function: constraints, beliefs, the weighing, and the words for all of it.

use alloc::format;
use alloc::vec::Vec;

use super::appraise::{beliefs, choice, rank};
use super::candidates::{Candidate, Gathered, Sources, gather, refused};
use super::decision::{Arm, Decision};
use super::explain::{self, Told};
use super::explore;
use super::hash::Hash;
use super::policy::{NamedModel, Policy};
use super::posterior::{Posterior, thread_key};
use super::repetition::repetition;
use super::utility::{Choice, Scales, Wish};
use super::verify::{Checks, Rates};
use super::workload::Workload;
use crate::catalog::Catalog;
use crate::error::{Error, ErrorKind};
use crate::estimate::Estimate;
use crate::money::Pusd;
use crate::order::sort_by;
use crate::request::{ModelId, Request, Stakes, WorkKind};
use crate::time::Timestamp;

/// Chooses the model that should answer a request.
///
/// The choice is among the models of the policy's ladder, else of the catalogue's first one, and
/// the model the request names. `estimates` holds one estimate for each of them, or one for each
/// effort to be considered. The order of the catalogue and of the estimates makes no difference.
///
/// # Errors
///
/// `invalid_policy` when the policy contradicts itself or there is no ladder; `unknown_model` when
/// the request names a model the catalogue does not hold; `invalid_request` when an estimate is
/// missing. When no model can be asked: `context_overflow` if all are too small, `over_budget` if
/// all are too dear, else `no_candidate`, whose details list every model and reason. When the named
/// model cannot be asked, likewise for it alone.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embed-catalog")] {
/// use farebox_core::catalog::{Catalog, Terms};
/// use farebox_core::count::Vocabularies;
/// use farebox_core::estimate::estimate;
/// use farebox_core::request::Request;
/// use farebox_core::route::{Policy, Posterior, route};
/// use farebox_core::time::Day;
///
/// let catalog = Catalog::embedded();
/// let request = Request::new().user("Name three rivers of Spain.");
/// let now = Day::parse("2026-11-22").unwrap().start();
/// let terms = Terms { at: now, ..Terms::default() };
/// let estimates: Vec<_> = catalog.ladders[0]
///     .rungs
///     .iter()
///     .filter_map(|rung| catalog.model(rung))
///     .map(|model| estimate(&request, model, &catalog, &Vocabularies::new(), &terms).unwrap())
///     .collect();
/// let policy = Policy::default();
/// let decision =
///     route(&request, &estimates, &catalog, &policy, &Posterior::new(), now).unwrap();
/// assert_eq!(decision.chosen.model.as_str(), "gpt-5.4-mini");
/// # }
/// ```
pub fn route(
    request: &Request,
    estimates: &[Estimate],
    catalog: &Catalog,
    policy: &Policy,
    posterior: &Posterior,
    now: Timestamp,
) -> Result<Decision, Error> {
    policy.check()?;
    let workload = Workload::of(request);
    let ladder = ladder(catalog, policy)?;
    let named = named(request, catalog, policy)?;

    let sources = Sources { request, estimates, catalog, policy, posterior, now };
    let Gathered { mut candidates, rejected } = gather(&sources, ladder, named)?;
    if let Some(name) = named
        && !candidates.iter().any(|candidate| candidate.arm.model == *name)
    {
        return Err(refused(&rejected, Some(name)));
    }
    if candidates.is_empty() {
        return Err(refused(&rejected, None));
    }
    sort_by(&mut candidates, |one, other| {
        (one.rung, one.arm.effort, &one.arm.model).cmp(&(
            other.rung,
            other.arm.effort,
            &other.arm.model,
        ))
    });

    let known = beliefs(request, &candidates, &workload, ladder.len(), posterior, now);
    let thread = request.hints.thread.as_deref().and_then(|thread| {
        let thread = posterior.threads.get(&thread_key(thread))?;
        (now.ms_since(thread.at) <= THREAD_WARM_MS).then_some(&thread.arm)
    });
    let choices: Vec<Choice> = candidates
        .iter()
        .zip(&known)
        .map(|(candidate, known)| choice(request, policy, posterior, candidate, known, thread, now))
        .collect();
    let wish = wish(request, policy, estimates, &workload, ladder, &candidates, thread);
    let mut told = Told::new(request, &wish, &workload);
    let rates = Rates { posterior, kind: workload.kind, now };
    let checks = Checks::of(request, policy, &candidates, &choices, rates);
    let scales = Scales::new(&choices, &wish);

    let named_at = named.and_then(|name| {
        let mut usual = choices
            .iter()
            .zip(&candidates)
            .enumerate()
            .filter(|(_, (_, candidate))| candidate.arm.model == *name);
        let first = usual.clone().next().map(|(index, _)| index);
        usual.find(|(_, (choice, _))| choice.usual_effort).map(|(index, _)| index).or(first)
    });
    // Under a preset the rung stands, checked or not; the dial weighs checking as well.
    let checked_first = |wish: &Wish, settled: usize| {
        let weighed = wish.failure_cost.is_some() && !wish.wants_top();
        checks.as_ref().filter(|_| weighed)?.cheap_first(settled, wish)
    };

    let mut propensity_ppm = 1_000_000;
    let chosen = match named_at {
        Some(index) => index,
        None => {
            // Only a named model stands beside the ladder.
            let settled = scales.choose(&wish).ok_or_else(|| refused(&rejected, None))?;
            let repeated = repetition(&request.conversation);
            let lifted = repeated.and_then(|_| above(&choices, settled));
            told.repeated = repeated.filter(|_| lifted.is_some());
            let mut settled = lifted.unwrap_or(settled);
            if lifted.is_none()
                && let Some(cheap) = checked_first(&wish, settled)
            {
                settled = cheap;
                told.checked = true;
            }
            let draw = (lifted.is_none() && may_explore(policy, &wish, thread)).then(|| {
                let open: Vec<bool> = candidates
                    .iter()
                    .map(|candidate| within_budget(policy, posterior, candidate.cost))
                    .collect();
                let logits: Vec<(f64, f64)> =
                    known.iter().map(|known| known.belief.logit()).collect();
                let seed = Hash::new()
                    .number(policy.explore.seed)
                    .number(posterior.decisions)
                    .text(&workload.key)
                    .finish();
                explore::draw(&choices, &logits, &open, settled, wish.value_pusd(), seed)
            });
            match draw {
                Some(draw) => {
                    propensity_ppm = draw.propensity_ppm;
                    told.explored = draw.index != settled;
                    draw.index
                }
                None => settled,
            }
        }
    };

    let Some(first) = candidates.get(chosen) else { return Err(refused(&rejected, None)) };
    let (chosen_arm, chosen_name) = (first.arm.clone(), first.name.as_str());
    let reasons = explain::reasons(
        &told,
        &wish,
        &candidates,
        &scales,
        &rejected,
        ladder,
        chosen,
        named_at.is_some(),
        propensity_ppm,
    );
    let otherwise = if named_at.is_some() || told.explored || told.repeated.is_some() {
        Vec::new()
    } else {
        let settle = |wish: &Wish| {
            let settled = scales.choose(wish)?;
            checked_first(wish, settled).or(Some(settled))
        };
        explain::otherwise(&wish, &candidates, &choices, chosen, &settle)
    };
    let verify = checks.as_ref().and_then(|checks| checks.plan(chosen, &wish));
    let sentence = explain::sentence(&chosen_arm, &reasons, &otherwise);
    let id = Hash::new()
        .text(&workload.key)
        .number(now.as_ms() as u64)
        .number(posterior.decisions)
        .number(policy.explore.seed)
        .text(chosen_name)
        .finish();
    let ranked = rank(candidates, &choices, &known, chosen, wish.value_pusd());
    Ok(Decision {
        id: format!("d-{id:016x}"),
        chosen: chosen_arm,
        ranked,
        rejected,
        reasons,
        sentence,
        propensity_ppm,
        workload: workload.key,
        kind: workload.kind,
        stakes: wish.stakes,
        verify,
        otherwise,
    })
}

fn ladder<'a>(catalog: &'a Catalog, policy: &'a Policy) -> Result<&'a [ModelId], Error> {
    let ladder = match catalog.ladders.first() {
        _ if !policy.ladder.is_empty() => policy.ladder.as_slice(),
        Some(ladder) => ladder.rungs.as_slice(),
        None => &[],
    };
    if ladder.is_empty() {
        let message = "there is no ladder to choose from: give `ladder` at least one model";
        return Err(Error::new(ErrorKind::InvalidPolicy, message));
    }
    Ok(ladder)
}

/// The model that is to be chosen because the request names it.
fn named<'a>(
    request: &'a Request,
    catalog: &Catalog,
    policy: &Policy,
) -> Result<Option<&'a ModelId>, Error> {
    let Some(name) = &request.model else { return Ok(None) };
    if policy.named_model == NamedModel::Reroute {
        return Ok(None);
    }
    if catalog.model(name).is_none() {
        let message = format!("the catalogue holds no model `{name}`: name one of its models");
        return Err(Error::new(ErrorKind::UnknownModel, message).with("model", name.as_str()));
    }
    Ok(Some(name))
}

fn wish(
    request: &Request,
    policy: &Policy,
    estimates: &[Estimate],
    workload: &Workload,
    ladder: &[ModelId],
    candidates: &[Candidate<'_>],
    thread: Option<&Arm>,
) -> Wish {
    let mut wish = Wish::of(request, policy);
    let tokens = estimates.iter().map(|estimate| estimate.input.tokens.expected);
    wish.prompt_tokens = tokens.max().unwrap_or(0);
    wish.rungs = ladder.len();
    wish.demanding =
        workload.kind == Some(WorkKind::TerminalAgent) || wish.prompt_tokens > LONG_CONTEXT_TOKENS;
    let on = thread
        .and_then(|arm| candidates.iter().find(|candidate| candidate.model.is_called(&arm.model)));
    wish.floor = on.map_or(0, |candidate| candidate.rung).min(ladder.len() - 1);
    wish
}

/// The first arm on the rung above, where there is one.
fn above(choices: &[Choice], settled: usize) -> Option<usize> {
    let rung = choices.get(settled)?.rung;
    let next = choices.iter().map(|choice| choice.rung).filter(|next| *next > rung).min()?;
    let on_next = || choices.iter().enumerate().filter(move |(_, choice)| choice.rung == next);
    on_next().find(|(_, choice)| choice.usual_effort).or_else(|| on_next().next()).map(|(at, _)| at)
}

fn may_explore(policy: &Policy, wish: &Wish, thread: Option<&Arm>) -> bool {
    policy.explore.budget_ppm > 0
        && wish.stakes < Stakes::High
        && !wish.wants_top()
        && thread.is_none()
}

/// Whether trying an arm keeps the share of spending on trials under the cap.
fn within_budget(policy: &Policy, posterior: &Posterior, cost: Option<Pusd>) -> bool {
    let Some(cost) = cost else { return false };
    let tried = u128::from(posterior.explored.as_pusd()) + u128::from(cost.as_pusd());
    let spent = u128::from(posterior.spent.as_pusd()) + u128::from(cost.as_pusd());
    tried * 1_000_000 <= spent * u128::from(policy.explore.budget_ppm)
}

/// Providers keep a prompt cache warm for half an hour at most without asking.
const THREAD_WARM_MS: u64 = 30 * 60 * 1_000;
/// Published long-context scores of the smaller models stop here.
const LONG_CONTEXT_TOKENS: u64 = 128_000;
