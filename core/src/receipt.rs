//! What a call cost, held against what it was estimated to cost.

use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::call::{Attempt, Billing, Outcome};
use crate::catalog::{Catalog, Terms};
use crate::estimate::{CostRange, Estimate};
use crate::money::{Pusd, PusdDelta};
use crate::request::ModelId;
use crate::usage::Usage;

/// The bill of a call beside its estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The model whose answer was taken, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// What all attempts together used, as far as it was reported.
    pub usage: Usage,
    /// What they cost, as far as it was reported.
    pub cost: Pusd,
    /// What attempts whose bill is not known may have cost beside that.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub unsettled: Pusd,
    /// What the call was estimated to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<CostRange>,
    /// How far the counted prompt was from the reported one: counted less reported, tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_error_tokens: Option<i64>,
    /// What the same usage would have cost on the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Every attempt, failed ones too.
    pub attempts: Vec<Attempt>,
}

/// What the same usage would have cost elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// The model compared with.
    pub model: ModelId,
    /// The cost there.
    pub cost: Pusd,
    /// That cost less what was paid; negative when the baseline would have been cheaper.
    pub saving: PusdDelta,
}

/// All that a receipt is made from, as plain data.
#[derive(Clone, Debug, PartialEq, Deserialize, Readable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settlement {
    /// How the call ended.
    pub outcome: Outcome,
    /// The estimate of the model that was chosen first.
    #[serde(default)]
    pub estimate: Option<Estimate>,
    /// The model to compare with.
    #[serde(default)]
    pub baseline: Option<ModelId>,
}

impl Settlement {
    /// The receipt, as [`settle`] writes it.
    pub fn settle(&self, catalog: &Catalog) -> Receipt {
        settle(&self.outcome, self.estimate.as_ref(), catalog, self.baseline.as_ref())
    }
}

/// Holds what a call cost against its estimate and against a baseline.
///
/// `estimate` is that of the model that was chosen first. The baseline is priced with the usage of
/// the attempt that answered, at the moment and in the lane it ran; there is none without an
/// answer, a reported usage or a price.
///
/// # Examples
///
/// ```
/// use farebox_core::call::Outcome;
/// use farebox_core::catalog::Catalog;
/// use farebox_core::receipt::settle;
///
/// let cancelled = Outcome { answer: None, error: None, attempts: vec![] };
/// let receipt = settle(&cancelled, None, &Catalog::empty(), None);
/// assert!(receipt.cost.is_zero());
/// ```
pub fn settle(
    outcome: &Outcome,
    estimate: Option<&Estimate>,
    catalog: &Catalog,
    baseline: Option<&ModelId>,
) -> Receipt {
    let (mut usage, mut cost, mut unsettled) = (Usage::default(), Pusd::ZERO, Pusd::ZERO);
    for attempt in &outcome.attempts {
        match &attempt.billing {
            Billing::Free => {}
            Billing::Reported { usage: more, cost: bill } => {
                usage = usage.plus(more);
                cost = cost.saturating_add(bill.as_ref().map_or(Pusd::ZERO, |bill| bill.total));
            }
            Billing::Unknown { worst_case } => {
                unsettled = unsettled.saturating_add(worst_case.unwrap_or_default());
            }
        }
    }
    let answers = |attempt: &&Attempt| {
        attempt.error.is_none() && attempt.refused.is_none() && !attempt.only_checks
    };
    let answered = outcome.attempts.iter().rev().find(answers);
    let answered = answered.filter(|_| outcome.error.is_none());
    let reported = answered.and_then(|attempt| match &attempt.billing {
        Billing::Reported { usage, cost } => Some((attempt, usage, cost.as_ref())),
        _ => None,
    });
    let input_error_tokens = reported.and_then(|(attempt, usage, _)| {
        let estimate = estimate.filter(|estimate| estimate.model == attempt.model)?;
        let counted = i64::try_from(estimate.input.tokens.expected).ok()?;
        counted.checked_sub(i64::try_from(usage.input_tokens()).ok()?)
    });
    let baseline = reported.and_then(|(attempt, usage, bill)| {
        let name = baseline?;
        let terms = Terms {
            at: attempt.sent_at,
            service_tier: attempt.service_tier,
            regional: bill.is_some_and(|bill| !bill.regional_uplift.is_zero()),
        };
        let there = catalog.model(name)?.cost(usage, &terms).ok()?.total;
        Some(Baseline { model: name.clone(), cost: there, saving: there.minus(cost) })
    });
    Receipt {
        model: answered.map(|attempt| attempt.model.clone()),
        usage,
        cost,
        unsettled,
        estimate: estimate.and_then(|estimate| estimate.cost),
        input_error_tokens,
        baseline,
        attempts: outcome.attempts.clone(),
    }
}
