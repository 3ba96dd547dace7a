//! The fare before the trip: what a request costs on every model of the ladder, which one should
//! answer it, and what the call will try.
//!
//! A quote is the three steps before a call made at once, from the same moment and the same data.
//! It needs no network and changes nothing.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Model, Terms};
use crate::count::Vocabularies;
use crate::error::Error;
use crate::estimate::{Estimate, estimate};
use crate::plan::{Plan, plan};
use crate::request::{ModelId, Part, Request};
use crate::route::{Decision, Policy, Posterior, route};
use crate::time::Timestamp;

/// What a request costs everywhere, who should answer it, and what the call will try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// One estimate a model: the ladder from the least to the strongest, then the model the request
    /// names, when it is not on it.
    pub estimates: Vec<Estimate>,
    /// The model that should answer, and why.
    pub decision: Decision,
    /// What the call will try, in order.
    pub plan: Plan,
}

impl Quote {
    /// The estimate of a model, if it was asked for one.
    pub fn estimate(&self, model: &ModelId) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.model == *model)
    }

    /// The estimate of the chosen model.
    pub fn chosen(&self) -> Option<&Estimate> {
        self.estimate(&self.decision.chosen.model)
    }
}

/// Quotes a request at a moment.
///
/// # Errors
///
/// `unknown_model` for a name the catalogue does not hold, `invalid_request` for an empty request,
/// `invalid_policy` for a policy that contradicts itself, `context_overflow`, `no_candidate` or
/// `over_budget` when no model can answer.
pub fn quote(
    request: &Request,
    catalog: &Catalog,
    vocabularies: &Vocabularies,
    policy: &Policy,
    posterior: &Posterior,
    now: Timestamp,
) -> Result<Quote, Error> {
    let terms = Terms {
        at: now,
        service_tier: request.service_tier.unwrap_or_default(),
        regional: policy.region.is_some(),
    };
    if says_nothing(request) {
        return Err(Error::invalid_request(
            "the request says nothing: give it a message or instructions",
        ));
    }
    let considered = considered(request, catalog, policy)?;
    let mut estimates = Vec::with_capacity(considered.len());
    for (name, model) in considered {
        // A lane that a model is not offered in is routing's reason to reject it, not an error.
        let lane = model.sheet(now).map(|sheet| sheet.lanes.contains_key(&terms.service_tier));
        if lane != Some(false) {
            let estimate = estimate(request, &model, catalog, vocabularies, &terms)?;
            estimates.push(Estimate { model: name, ..estimate });
        }
    }
    let decision = route(request, &estimates, catalog, policy, posterior, now)?;
    let plan = plan(request, &decision, &estimates, catalog, policy, now)?;
    Ok(Quote { estimates, decision, plan })
}

/// Whether a request has no word, no picture and nothing else for a model to answer.
fn says_nothing(request: &Request) -> bool {
    let is_blank = |part: &Part| matches!(part, Part::Text { text } if text.is_empty());
    let mut parts = request.conversation.iter().flat_map(|message| &message.content);
    request.instructions.as_ref().is_none_or(String::is_empty) && parts.all(is_blank)
}

/// The models worth an estimate: the ladder, then the one the request names, each under the name
/// it was given. A name that the catalogue does not hold is estimated by the nearest model's numbers,
/// where there is one.
fn considered<'a>(
    request: &Request,
    catalog: &'a Catalog,
    policy: &Policy,
) -> Result<Vec<(ModelId, Cow<'a, Model>)>, Error> {
    let ladder = match catalog.ladders.first() {
        Some(ladder) if policy.ladder.is_empty() => &ladder.rungs,
        _ => &policy.ladder,
    };
    let mut models: Vec<(ModelId, Cow<'a, Model>)> = Vec::with_capacity(ladder.len() + 1);
    for name in ladder.iter().chain(&request.model) {
        let model = match catalog.model(name) {
            Some(model) => Cow::Borrowed(model),
            None => Cow::Owned(catalog.stand_in(name)?),
        };
        match models.iter_mut().find(|(_, known)| known.id == model.id) {
            Some((known, _)) => *known = name.clone(),
            None => models.push((name.clone(), model)),
        }
    }
    Ok(models)
}
