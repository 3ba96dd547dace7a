//! A decision made concrete: attempts in order, each with its limits, under one budget.
//!
//! The chosen model comes first, then the one that is to answer when it fails: the highest rung
//! that could be asked. A model the request names has no other behind it, and work of high stakes
//! never falls back to a lower rung. Everything the plan could spend, every retry billed, fits what
//! the policy allows; where it does not, retries go first, then fallbacks, and the answer's length
//! is capped at what the rest pays for.

use alloc::format;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Model};
use crate::error::{Error, ErrorKind};
use crate::estimate::Estimate;
use crate::money::Pusd;
use crate::request::{Api, Request, ServiceTier, Stakes};
use crate::route::{Arm, Check, Decision, Policy, ReasonCode, Verify, needed_output, worst_case};
use crate::time::Timestamp;

/// What a call will try, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// Models in the order they are tried: the chosen one, then where to go when it fails. Holds
    /// every model that `verify` names.
    pub rungs: Vec<Rung>,
    /// How the answer is checked before it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// The most the whole call can cost, every attempt billed; absent when nobody published a
    /// price of the named model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_case: Option<Pusd>,
    /// Limits of time and repetition.
    pub limits: CallLimits,
}

/// One model of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rung {
    /// The model at an effort.
    pub arm: Arm,
    /// The format it is asked in.
    pub api: Api,
    /// The lane it runs in.
    pub service_tier: ServiceTier,
    /// The most tokens its answer may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// The most one attempt at it can cost; absent when nobody published a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_case: Option<Pusd>,
}

/// Makes a decision concrete.
///
/// # Errors
///
/// `invalid_request` when the decision names a model the catalogue or the estimates do not hold;
/// `over_budget` when not even one attempt at the chosen model fits the policy's limits.
pub fn plan(
    request: &Request,
    decision: &Decision,
    estimates: &[Estimate],
    catalog: &Catalog,
    policy: &Policy,
    now: Timestamp,
) -> Result<Plan, Error> {
    let mut verify = decision.verify.clone();
    let mut steps = Vec::new();
    for arm in arms(decision, catalog, policy) {
        steps.push(Step::of(arm, request, estimates, catalog, policy)?);
    }
    let limit = [policy.max_cost, policy.budget_left].into_iter().flatten().min();
    let mut limits = CallLimits::default();
    let total = |steps: &[Step<'_>], extra: u64, retries: u32| {
        let once = steps.iter().try_fold(Pusd::ZERO, |sum, step| {
            let tokens = step.output_tokens(extra);
            sum.checked_add(worst_case(step.model, step.estimate, tokens, policy, now)?)
        })?;
        once.checked_mul_ppm((u64::from(retries) + 1) * 1_000_000)
    };

    let mut extra_tokens = u64::MAX;
    if let Some(limit) = limit {
        let fits = |steps: &[Step<'_>], extra: u64, retries: u32| {
            total(steps, extra, retries).is_some_and(|total| total <= limit)
        };
        while limits.max_retries > 0 && !fits(&steps, 0, limits.max_retries) {
            limits.max_retries -= 1;
        }
        while steps.len() > 1 && !fits(&steps, 0, 0) {
            steps.pop();
            verify = None;
        }
        if !fits(&steps, 0, limits.max_retries) {
            return Err(too_dear(decision, total(&steps, 0, 0), limit));
        }
        extra_tokens = most(|extra| fits(&steps, extra, limits.max_retries));
    }
    let worst_case = total(&steps, extra_tokens, limits.max_retries);
    let rungs = steps
        .into_iter()
        .map(|step| step.rung(request, extra_tokens, limit.is_some(), policy, now))
        .collect();
    Ok(Plan { rungs, verify, worst_case, limits })
}

/// The arms to try, in order.
fn arms(decision: &Decision, catalog: &Catalog, policy: &Policy) -> Vec<Arm> {
    let mut arms = alloc::vec![decision.chosen.clone()];
    let mut push = |arm: &Arm| {
        if !arms.contains(arm) {
            arms.push(arm.clone());
        }
    };
    if let Some(verify) = &decision.verify {
        if let Check::Agreement { with } = &verify.check {
            push(with);
        }
        push(&verify.escalate_to);
        return arms;
    }
    let named = decision.reasons.iter().any(|reason| reason.code == ReasonCode::NamedModel);
    if !named && let Some(next) = next_arm(decision, catalog, policy) {
        push(next);
    }
    arms
}

/// Where to go when the chosen arm fails: the rung above, else the one below where nothing holds the
/// request up.
// Apart, as a request that names its model needs none of it: an engine compiles what is called.
#[inline(never)]
fn next_arm<'a>(decision: &'a Decision, catalog: &Catalog, policy: &Policy) -> Option<&'a Arm> {
    let ladder = match catalog.ladders.first() {
        Some(ladder) if policy.ladder.is_empty() => ladder.rungs.as_slice(),
        _ => policy.ladder.as_slice(),
    };
    let rung = |arm: &Arm| ladder.iter().position(|name| *name == arm.model);
    let chosen = rung(&decision.chosen);
    let others =
        || decision.ranked.iter().map(|ranked| &ranked.arm).filter(|arm| rung(arm) != chosen);
    let above = others().filter(|arm| rung(arm) > chosen).max_by_key(|arm| rung(arm));
    let held_up = decision.stakes >= Stakes::High
        || decision.reasons.iter().any(|reason| {
            matches!(
                reason.code,
                ReasonCode::LongContext
                    | ReasonCode::Repetition
                    | ReasonCode::Sticky
                    | ReasonCode::WorkKind
            )
        });
    let below = others().filter(|arm| rung(arm) < chosen).max_by_key(|arm| rung(arm));
    above.or(below.filter(|_| !held_up))
}

/// One arm of a plan before its limits are known.
struct Step<'a> {
    arm: Arm,
    model: &'a Model,
    estimate: &'a Estimate,
    /// The fewest output tokens it must be let give.
    needed_tokens: u64,
    /// The most it can be let give.
    most_tokens: u64,
}

impl<'a> Step<'a> {
    fn of(
        arm: Arm,
        request: &Request,
        estimates: &'a [Estimate],
        catalog: &'a Catalog,
        policy: &Policy,
    ) -> Result<Self, Error> {
        let absent = |what: &str| {
            Error::invalid_request(format!(
                "the decision names `{}`, of which {what}: plan with what it was made from",
                arm.model
            ))
        };
        let model = catalog.model(&arm.model).ok_or_else(|| absent("the catalogue holds none"))?;
        let mut of_model = estimates.iter().filter(|estimate| model.is_called(&estimate.model));
        let estimate = of_model
            .clone()
            .find(|estimate| estimate.effort == arm.effort)
            .or_else(|| of_model.next())
            .ok_or_else(|| absent("there is no estimate"))?;
        let most_tokens = request
            .max_output_tokens
            .map_or(model.limits.max_output_tokens, u64::from)
            .min(model.limits.max_output_tokens);
        let needed_tokens = needed_output(request, policy, model, estimate);
        Ok(Self { arm, model, estimate, needed_tokens, most_tokens })
    }

    fn output_tokens(&self, extra: u64) -> u64 {
        self.needed_tokens.saturating_add(extra).min(self.most_tokens)
    }

    fn rung(
        self,
        request: &Request,
        extra: u64,
        capped: bool,
        policy: &Policy,
        now: Timestamp,
    ) -> Rung {
        let tokens = self.output_tokens(extra);
        let cut = capped && tokens < self.model.limits.max_output_tokens;
        Rung {
            api: self.estimate.api,
            service_tier: self.estimate.service_tier,
            max_output_tokens: (cut || request.max_output_tokens.is_some()).then_some(tokens),
            worst_case: worst_case(self.model, self.estimate, tokens, policy, now),
            arm: self.arm,
        }
    }
}

/// The largest number that fits, given that zero does and that nothing fits above what does not.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn most(fits: impl Fn(u64) -> bool) -> u64 {
    if fits(u64::MAX) {
        return u64::MAX;
    }
    // No answer is longer than this.
    let (mut low, mut high) = (0, 1 << 32);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn too_dear(decision: &Decision, worst_case: Option<Pusd>, limit: Pusd) -> Error {
    let model = &decision.chosen.model;
    let Some(worst_case) = worst_case else {
        let message = format!("nobody published a price of `{model}`, so ${limit} may not hold it");
        return Error::new(ErrorKind::OverBudget, message).with("limitPusd", limit.as_pusd());
    };
    let message =
        format!("one attempt at `{model}` may cost ${worst_case}, the limit of ${limit} is less");
    Error::new(ErrorKind::OverBudget, message)
        .with("worstCasePusd", worst_case.as_pusd())
        .with("limitPusd", limit.as_pusd())
}

/// Limits of time and repetition of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CallLimits {
    /// Attempts of one rung after the first.
    pub max_retries: u32,
    /// From sending to the status line.
    pub connect_timeout_ms: u64,
    /// From sending to the first content.
    pub first_content_timeout_ms: u64,
    /// From content to content; comments that keep the connection open do not count.
    pub idle_timeout_ms: u64,
    /// From the first attempt to the end of the call.
    pub total_timeout_ms: u64,
    /// The longest wait a server may ask for before the call ends instead.
    pub max_retry_after_ms: u64,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            max_retries: 2,
            connect_timeout_ms: 30_000,
            first_content_timeout_ms: 300_000,
            idle_timeout_ms: 120_000,
            total_timeout_ms: 600_000,
            max_retry_after_ms: 60_000,
        }
    }
}
