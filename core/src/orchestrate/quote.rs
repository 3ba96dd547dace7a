//! What a whole run will cost, before it starts, and whether the split pays.
//!
//! The plan is not known yet, so it is reckoned with one step a material, or a few where there are
//! none. Low is every step done at the first try; expected counts the retries and escalations the
//! router's own beliefs foretell, where somebody would notice; high is every step tried on every
//! rung as often as allowed, and one plan revised. Against it stands one call of the planner's
//! model that reads everything.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::action::RunRole;
use super::prompt;
use super::settings::{Goal, RunSettings, StepCheck};
use super::step::{Progress, Step};
use super::work_plan::WorkStep;
use crate::catalog::Catalog;
use crate::count::Vocabularies;
use crate::error::{Error, ErrorKind};
use crate::estimate::CostRange;
use crate::money::Pusd;
use crate::quote::{Quote, quote};
use crate::request::{ModelId, Request, WorkKind};
use crate::route::{Policy, Posterior};
use crate::sorted::SortedMap;
use crate::time::Timestamp;

/// What a run will cost, and what the same goal would cost without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RunQuote {
    /// The whole run.
    pub cost: CostRange,
    /// Its parts by role.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<RunRole, CostRange>>"))]
    pub roles: SortedMap<RunRole, CostRange>,
    /// How many steps were reckoned with.
    pub steps: StepRange,
    /// The model that would do it alone.
    pub alone_model: ModelId,
    /// What it would cost there: one call that reads the goal and every material.
    pub alone: CostRange,
    /// Whether the split pays, as far as prices and evidence tell.
    pub verdict: SplitVerdict,
    /// Why, the weightiest reason first.
    pub reasons: Vec<String>,
}

/// A number of steps that is not known before the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepRange {
    /// At least.
    pub low: u32,
    /// Probably.
    pub expected: u32,
    /// At most.
    pub high: u32,
}

/// Whether splitting work between a planner and workers pays.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SplitVerdict {
    /// It costs more, or the workers are not good enough at the work.
    No,
    /// The ranges overlap.
    Unclear,
    /// It costs less, and the workers are about as good at the work.
    Yes,
}

/// What a goal is quoted with: the same data as any single request.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// Models and prices.
    pub catalog: &'a Catalog,
    /// Vocabularies to count with.
    pub vocabularies: &'a Vocabularies,
    /// What is known of the caller's workloads.
    pub posterior: &'a Posterior,
    /// The moment.
    pub now: Timestamp,
}

/// Quotes a whole run.
///
/// # Errors
///
/// As [`quote`](crate::quote::quote) for any of the run's requests, and `no_candidate` where a
/// model has no published price, for then there is nothing to quote.
pub fn quote_run(
    goal: &Goal,
    settings: &RunSettings,
    market: Market<'_>,
) -> Result<RunQuote, Error> {
    let workload = &settings.workload;
    let limits = settings.limits;
    let first = settings.workers.first().cloned().unwrap_or_default();
    let last = settings.workers.last().cloned().unwrap_or_default();
    let mut steps = expected_steps(goal, limits.max_steps);
    let mut roles: SortedMap<RunRole, CostRange> = SortedMap::new();

    let plan_request = prompt::plan(goal, workload, limits, &[], None);
    let (planned, _) = priced(&plan_request, &settings.planner, market)?;
    let mut planner = planned;

    let mut worker = CostRange::default();
    let mut verifier = CostRange::default();
    let (mut success_ppm, mut best_ppm) = (1_000_000, 1_000_000);
    for place in 0..steps.len() {
        let Some(step) = steps.get(place) else { break };
        let request = prompt::step(goal, workload, &steps, step);
        let (once, of_first) = priced(&request, &first, market)?;
        let (again, of_last) = priced(&request, &last, market)?;
        let (believed_ppm, strong_ppm) = (believed_ppm(&of_first), believed_ppm(&of_last));
        success_ppm = success_ppm.min(believed_ppm);
        best_ppm = best_ppm.min(strong_ppm);
        let notices = settings.check != StepCheck::None;
        let failure_ppm = if notices { 1_000_000 - believed_ppm } else { 0 };
        let tries = u64::from(limits.max_retries) + 1;
        let rungs = settings.workers.len() as u64;
        worker = sum(
            worker,
            CostRange {
                low: once.low,
                expected: with_failures(once.expected, again.expected, failure_ppm, tries, rungs),
                high: times(
                    sum_of(once.high, if rungs > 1 { again.high } else { Pusd::ZERO }),
                    tries,
                ),
            },
        );
        let answer_tokens = of_first.chosen().map_or(0, |it| it.output.tokens.expected);
        let text = "word ".repeat(usize::try_from(answer_tokens).unwrap_or(0).min(LONGEST_RESULT));
        if settings.check == StepCheck::Verifier {
            let request = prompt::check(goal, workload, step, &text);
            let (check, _) = priced(&request, &settings.verifier, market)?;
            verifier = sum(verifier, CostRange { high: times(check.high, tries * rungs), ..check });
        }
        if let Some(step) = steps.get_mut(place) {
            step.answer = Some(text);
        }
    }
    let (answered, _) = priced(&prompt::answer(goal, workload, &steps), &settings.planner, market)?;
    planner = sum(planner, answered);
    if limits.max_replans > 0 {
        planner.high = sum_of(planner.high, planned.high);
    }
    roles.insert(RunRole::Planner, planner);
    roles.insert(RunRole::Worker, worker);
    if settings.check == StepCheck::Verifier {
        roles.insert(RunRole::Verifier, verifier);
    }
    let mut cost = roles.values().fold(CostRange::default(), |all, role| sum(all, *role));
    if let Some(limit) = limits.max_cost {
        cost.high = cost.high.min(limit).max(cost.low.min(limit));
    }

    let (alone, of_alone) = priced(&prompt::alone(goal), &settings.planner, market)?;
    let alone_model = of_alone.decision.chosen.model.clone();
    let is_checked = settings.check != StepCheck::None;
    let (verdict, reasons) =
        judge(cost, alone, &alone_model, Quality { success_ppm, best_ppm, is_checked });
    let expected = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let steps = StepRange { low: 1.min(expected), expected, high: limits.max_steps };
    Ok(RunQuote { cost, roles, steps, alone_model, alone, verdict, reasons })
}

/// What is believed of the workers' success at a step.
struct Quality {
    success_ppm: u64,
    best_ppm: u64,
    is_checked: bool,
}

fn judge(
    cost: CostRange,
    alone: CostRange,
    model: &ModelId,
    quality: Quality,
) -> (SplitVerdict, Vec<String>) {
    let mut reasons = vec![];
    let percent = |ppm: u64| ppm / 10_000;
    let is_dearer = cost.expected >= alone.expected;
    let (run, one) = (cost.expected, alone.expected);
    if is_dearer {
        reasons.push(format!("the run is expected to cost ${run}, `{model}` alone ${one}"));
    } else {
        reasons.push(format!("`{model}` alone is expected to cost ${one}, the run ${run}"));
    }
    let is_worse = quality.success_ppm + WORSE_BY_PPM <= quality.best_ppm;
    if is_worse {
        let (worker, best) = (percent(quality.success_ppm), percent(quality.best_ppm));
        let who = if quality.is_checked {
            "failures cost a check and a retry"
        } else {
            "and nobody checks"
        };
        reasons.push(format!(
            "workers are believed to succeed at {worker} % of such steps, the strongest at \
             {best} %: {who}"
        ));
    }
    let verdict = if is_dearer || (is_worse && !quality.is_checked) {
        SplitVerdict::No
    } else if cost.high < alone.expected && !is_worse {
        SplitVerdict::Yes
    } else {
        SplitVerdict::Unclear
    };
    if verdict != SplitVerdict::No {
        reasons.push(EVIDENCE.into());
    }
    (verdict, reasons)
}

/// Stand-ins for the steps of the plan that is not there yet: one a material.
fn expected_steps(goal: &Goal, max_steps: u32) -> Vec<Step> {
    let stand_in = |inputs: Vec<String>, number: usize| {
        let plan = WorkStep {
            id: format!("step-{number}"),
            kind: goal.request.hints.kind.unwrap_or(WorkKind::WorkerStep),
            instruction: STAND_IN.into(),
            inputs,
            after: vec![],
            acceptance: Some(STAND_IN.into()),
        };
        let mut step = Step::new(plan, 0);
        step.progress = Progress::Done;
        step
    };
    let mut steps: Vec<Step> = if goal.materials.is_empty() {
        (0..STEPS_WITHOUT_MATERIALS).map(|at| stand_in(vec![WorkStep::GOAL.into()], at)).collect()
    } else {
        let materials = goal.materials.iter().enumerate();
        materials.map(|(at, material)| stand_in(vec![material.name.clone()], at)).collect()
    };
    steps.truncate(max_steps as usize);
    steps
}

fn priced(
    request: &Request,
    policy: &Policy,
    market: Market<'_>,
) -> Result<(CostRange, Quote), Error> {
    let Market { catalog, vocabularies, posterior, now } = market;
    let quote = quote(request, catalog, vocabularies, policy, posterior, now)?;
    let Some(cost) = quote.chosen().and_then(|estimate| estimate.cost) else {
        let model = &quote.decision.chosen.model;
        let message = format!("nobody published a price of `{model}`, so the run has no quote");
        return Err(Error::new(ErrorKind::NoCandidate, message));
    };
    Ok((cost, quote))
}

/// How often the chosen model is believed to succeed.
fn believed_ppm(quote: &Quote) -> u64 {
    let chosen = quote.decision.ranked.iter().find(|it| it.arm == quote.decision.chosen);
    chosen.map_or(1_000_000, |it| u64::from(it.success.expected).min(1_000_000))
}

/// What a step costs when each try fails so often: tries on the first rung, then one on the last.
fn with_failures(once: Pusd, again: Pusd, failure_ppm: u64, tries: u64, rungs: u64) -> Pusd {
    let mut reached_ppm = 1_000_000;
    let mut cost = Pusd::ZERO;
    for _ in 0..tries {
        cost = sum_of(cost, once.checked_mul_ppm(reached_ppm).unwrap_or(Pusd::MAX));
        reached_ppm = reached_ppm * failure_ppm / 1_000_000;
    }
    if rungs > 1 {
        cost = sum_of(cost, again.checked_mul_ppm(reached_ppm).unwrap_or(Pusd::MAX));
    }
    cost
}

fn sum(one: CostRange, other: CostRange) -> CostRange {
    CostRange {
        low: sum_of(one.low, other.low),
        expected: sum_of(one.expected, other.expected),
        high: sum_of(one.high, other.high),
    }
}

fn sum_of(one: Pusd, other: Pusd) -> Pusd {
    one.saturating_add(other)
}

fn times(one: Pusd, factor: u64) -> Pusd {
    one.checked_mul_ppm(factor.saturating_mul(1_000_000)).unwrap_or(Pusd::MAX)
}

/// As long as an instruction of a step tends to be; what it says does not matter.
const STAND_IN: &str = "Do this part of the work on what you are given, completely and exactly as \
the goal wants it, and give the result in the form that the next step needs it in.";

const STEPS_WITHOUT_MATERIALS: usize = 4;

/// Words of a result that is handed on, at most; more is cut from the reckoning, not from the run.
const LONGEST_RESULT: usize = 8_000;

/// Workers this much less likely to succeed than the strongest are not about as good.
const WORSE_BY_PPM: u64 = 50_000;

/// Published results that go both ways (aider polyglot leaderboard and its table of architect and
/// editor pairs, <https://aider.chat/docs/leaderboards/>, checked 2026-11-22).
const EVIDENCE: &str = "a split is no free quality: on aider's polyglot benchmark R1 planning for \
Sonnet reached 64.0 % against 56.9 % and 51.6 % alone, but o3 planning for gpt-4.1 78.2 % against \
81.3 % for o3 alone";
