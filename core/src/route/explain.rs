//! The words for a choice: why this one, and what would have changed it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::candidates::Candidate;
use super::decision::{Arm, Change, Otherwise, Reason, ReasonCode, Rejected};
use super::filter::reason;
use super::policy::Preset;
use super::repetition::Repetition;
use super::utility::{Choice, ENOUGH_OUTCOMES, Scales, Wish, best};
use super::workload::Workload;
use crate::money::Pusd;
use crate::request::{ModelId, Request, Stakes, WorkKind};

/// What happened on the way to a choice, as far as it is worth telling.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) repeated: Option<Repetition>,
    pub(super) explored: bool,
    pub(super) checked: bool,
    pub(super) thread: bool,
    pub(super) long: bool,
}

impl Told {
    pub(super) fn new(request: &Request, wish: &Wish, workload: &Workload) -> Self {
        let kind = workload.kind;
        Self {
            repeated: None,
            explored: false,
            checked: false,
            thread: request.hints.thread.is_some() && wish.floor > 0,
            long: wish.demanding && kind != Some(WorkKind::TerminalAgent),
        }
    }
}

/// Why the chosen arm, the weightiest reason first.
#[allow(clippy::too_many_arguments)]
pub(super) fn reasons(
    told: &Told,
    wish: &Wish,
    candidates: &[Candidate<'_>],
    scales: &Scales<'_>,
    rejected: &[Rejected],
    ladder: &[ModelId],
    chosen: usize,
    named: bool,
    propensity_ppm: u32,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let (Some(candidate), Some(choice)) = (candidates.get(chosen), scales.choices.get(chosen))
    else {
        return reasons;
    };
    if named {
        reasons.push(reason(ReasonCode::NamedModel, "the request names it"));
        return reasons;
    }
    if told.explored {
        let message = format!(
            "a draw of {} % tries it, to learn how it does on this workload",
            percent(propensity_ppm)
        );
        let told = reason(ReasonCode::Exploration, message);
        reasons.push(told.with("propensityPpm", propensity_ppm.into()));
    }
    if let Some(repeated) = told.repeated {
        let (what, times) = match repeated {
            Repetition::Calls { times } => ("made the same call", times),
            Repetition::Errors { times } => ("met the same error", times),
        };
        let message = format!("the agent {what} {times} times, so the next rung takes over");
        reasons.push(reason(ReasonCode::Repetition, message).with("times", times.into()));
    }
    if told.checked && !told.explored {
        let message = "checked after its answer, it may try before a dearer one";
        reasons.push(reason(ReasonCode::Check, message));
    }
    if wish.wants_top() && !told.explored {
        reasons.push(top_reason(told, wish));
    } else if told.thread && choice.rung == wish.floor {
        reasons.push(reason(ReasonCode::Sticky, "this piece of work is on it already"));
    }
    if reasons.is_empty() {
        reasons.push(weighed_reason(wish, scales, rejected, ladder, chosen));
    }
    if let Some(price) = price_reason(candidates, candidate) {
        reasons.push(price);
    }
    reasons
}

// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn top_reason(told: &Told, wish: &Wish) -> Reason {
    if wish.stakes >= Stakes::High {
        let word = stakes_word(wish.stakes);
        return reason(
            ReasonCode::Stakes,
            format!("stakes are {word}, which calls for the highest rung"),
        );
    }
    if told.long {
        let tokens = wish.prompt_tokens;
        let message = format!("the prompt has {tokens} tokens, which calls for the highest rung");
        return reason(ReasonCode::LongContext, message).with("promptTokens", tokens);
    }
    reason(ReasonCode::WorkKind, "work in a terminal calls for the highest rung")
}

/// The reason of an ordinary choice: the preset, the evidence, or the scales.
// Apart, as a request that names its model needs none of it: an engine compiles what is called.
#[inline(never)]
fn weighed_reason(
    wish: &Wish,
    scales: &Scales<'_>,
    rejected: &[Rejected],
    ladder: &[ModelId],
    chosen: usize,
) -> Reason {
    let choices = scales.choices;
    let Some(choice) = choices.get(chosen) else { return reason(ReasonCode::Price, "") };
    let success = percent(choice.success_ppm);
    let stands = wish.failure_cost.is_none()
        && wish.preset_rung().is_some()
        && scales.choose_blindly(wish) == Some(chosen);
    if stands {
        let rung = wish.preset_rung().unwrap_or(0);
        let wanted = ladder.get(rung);
        let out = wanted.and_then(|wanted| rejected.iter().find(|entry| entry.model == *wanted));
        let preset = preset_word(wish.preset);
        return match (out, wanted) {
            (Some(out), Some(wanted)) if choice.rung != rung => reason(
                ReasonCode::Preset,
                format!(
                    "it is nearest to the {preset} preset's `{wanted}`, which is out: {}",
                    out.reason.message
                ),
            ),
            _ => reason(ReasonCode::Preset, format!("the {preset} preset stands for it")),
        };
    }
    if choice.outcomes >= ENOUGH_OUTCOMES
        || choices.iter().any(|choice| choice.outcomes >= ENOUGH_OUTCOMES)
    {
        let outcomes: f64 = choices.iter().map(|choice| choice.outcomes).sum();
        let outcomes = libm::round(outcomes) as u64;
        let message =
            format!("{outcomes} outcomes of this workload put its success at {success} %");
        return reason(ReasonCode::Evidence, message)
            .with("outcomes", outcomes)
            .with("successPpm", choice.success_ppm.into());
    }
    let value = Pusd::from_pusd(wish.value_pusd());
    let message =
        format!("at {} for a failure, a success of {success} % is worth its price", dollars(value));
    reason(ReasonCode::Price, message)
        .with("failureCostPusd", value.as_pusd())
        .with("successPpm", choice.success_ppm.into())
}

// Apart, as a request that names its model needs none of it: an engine compiles what is called.
#[inline(never)]
fn price_reason(candidates: &[Candidate<'_>], chosen: &Candidate<'_>) -> Option<Reason> {
    let top = candidates.iter().max_by_key(|candidate| candidate.rung)?;
    let (cost, top_cost) = (chosen.cost?, top.cost?);
    if top.arm.model == chosen.arm.model || top_cost <= cost {
        return None;
    }
    let message = format!(
        "it is expected to cost {}, `{}` {}",
        dollars(cost),
        top.arm.model,
        dollars(top_cost)
    );
    let told = reason(ReasonCode::Price, message);
    Some(told.with("costPusd", cost.as_pusd()).with("topCostPusd", top_cost.as_pusd()))
}

/// What would have changed the choice: other stakes, other presets, a dearer failure; `settle`
/// chooses by another wish as the decision did by its own.
// Apart, as a request that names its model needs none of it: an engine compiles what is called.
#[inline(never)]
pub(super) fn otherwise(
    wish: &Wish,
    candidates: &[Candidate<'_>],
    choices: &[Choice],
    chosen: usize,
    settle: &dyn Fn(&Wish) -> Option<usize>,
) -> Vec<Otherwise> {
    let mut all = Vec::new();
    let mut tell = |change: Change, index: Option<usize>, [before, what, after]: [&str; 3]| {
        let Some(candidate) =
            index.filter(|index| *index != chosen).and_then(|i| candidates.get(i))
        else {
            return;
        };
        let message = format!("{} {before} {what}{after}", candidate.arm.model);
        all.push(Otherwise { change, chosen: candidate.arm.clone(), message });
    };
    for stakes in [Stakes::Low, Stakes::Normal, Stakes::High, Stakes::Critical] {
        if stakes != wish.stakes {
            let index = settle(&Wish { stakes, ..*wish });
            let when = ["if stakes were", stakes_word(stakes), ""];
            tell(Change::Stakes { stakes }, index, when);
        }
    }
    for preset in [Preset::Balanced, Preset::Bulk, Preset::Economy, Preset::Risk] {
        if preset != wish.preset && wish.failure_cost.is_none() {
            let index = settle(&Wish { preset, ..*wish });
            let when = ["under the", preset_word(preset), " preset"];
            tell(Change::Preset { preset }, index, when);
        }
    }
    if !wish.wants_top()
        && let Some((usd, index)) = dearer_failure(wish, choices, chosen)
        // A check that pays at that price may keep the cheaper arm, and one that wins for a moment
        // only is no answer to what would change the choice.
        && [just_above(usd), a_tenth_above(usd)].into_iter().all(|failure_cost| {
            settle(&Wish { failure_cost: Some(failure_cost), ..*wish }) == Some(index)
        })
    {
        let when = ["above", &dollars(usd), " per failure"];
        tell(Change::FailureCostAbove { usd }, Some(index), when);
    }
    all
}

/// The least cost of a failure above which the weighing chooses a likelier arm than the chosen one.
///
/// Given the cost, price and evidence alone decide, whatever preset stands now. So this goes from
/// the arm that is best at the cost of today, or at none, to the one that is best next, until one
/// is likelier than the chosen.
fn dearer_failure(wish: &Wish, choices: &[Choice], chosen: usize) -> Option<(Pusd, usize)> {
    let now = choices.get(chosen)?;
    let floor = choices.iter().map(|choice| choice.rung).max()?.min(wish.floor);
    let open = || choices.iter().enumerate().filter(move |(_, choice)| choice.rung >= floor);
    let mut usd = wish.failure_cost.unwrap_or_default();
    let mut current = choices.get(best(open(), usd.as_pusd())?)?;
    loop {
        let (even, _, index, next) = open()
            .filter_map(|(index, other)| {
                let even = even_failure(current, other)?;
                Some((even, u32::MAX - other.success_ppm, index, other))
            })
            .min_by_key(|&(even, unlikely, index, _)| (even, unlikely, index))?;
        usd = usd.max(even);
        if next.success_ppm > now.success_ppm {
            return Some((usd, index));
        }
        current = next;
    }
}

/// The cost of a failure above which a likelier, dearer arm is worth its price.
fn even_failure(now: &Choice, other: &Choice) -> Option<Pusd> {
    let gain = other.success_ppm.checked_sub(now.success_ppm).filter(|gain| *gain > 0)?;
    let dearer = other.charge_pusd.checked_sub(now.charge_pusd)?;
    let even = match dearer.checked_mul(1_000_000) {
        Some(product) => product / u64::from(gain),
        None => u64::try_from(u128::from(dearer) * 1_000_000 / u128::from(gain)).ok()?,
    };
    Some(Pusd::from_pusd(even))
}

/// So much above an amount that what was even there is not.
fn just_above(usd: Pusd) -> Pusd {
    let pusd = usd.as_pusd();
    Pusd::from_pusd(pusd.saturating_add(pusd / 1_000).saturating_add(EVEN_SLACK_PUSD))
}

fn a_tenth_above(usd: Pusd) -> Pusd {
    just_above(just_above(usd).saturating_add(Pusd::from_pusd(usd.as_pusd() / 10)))
}

/// The choice and its reasons in one sentence.
pub(super) fn sentence(chosen: &Arm, reasons: &[Reason], otherwise: &[Otherwise]) -> String {
    let mut clauses: Vec<&str> = reasons.iter().map(|reason| reason.message.as_str()).collect();
    if let Some(first) = otherwise.first() {
        clauses.push(&first.message);
    }
    format!("`{chosen}`: {}", clauses.join("; "))
}

/// Parts per million as percent with one decimal, rounded half up.
fn percent(ppm: u32) -> String {
    let tenths = (u64::from(ppm) + 500) / 1_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// An amount with three significant digits, for reading.
fn dollars(amount: Pusd) -> String {
    let pusd = amount.as_pusd();
    let digits = pusd.to_string().len() as u32;
    let unit = 10_u64.pow(digits.saturating_sub(3));
    let rounded = pusd.saturating_add(unit / 2) / unit * unit;
    format!("${}", Pusd::from_pusd(rounded))
}

fn stakes_word(stakes: Stakes) -> &'static str {
    match stakes {
        Stakes::Low => "low",
        Stakes::Normal => "normal",
        Stakes::High => "high",
        Stakes::Critical => "critical",
    }
}

fn preset_word(preset: Preset) -> &'static str {
    match preset {
        Preset::Balanced => "balanced",
        Preset::Bulk => "bulk",
        Preset::Economy => "economy",
        Preset::Risk => "risk",
    }
}

/// Utilities are whole pico-dollars, so a gain of one in a million shows from here on.
const EVEN_SLACK_PUSD: u64 = 1_000_000;
