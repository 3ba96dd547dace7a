//! Which arms passed every constraint, which models did not, and the error when none did.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::Value;

use super::decision::{Arm, Reason, ReasonCode, Rejected};
use super::filter::{self, Needs, reason};
use super::hash::Hash;
use super::policy::Policy;
use super::posterior::Posterior;
use crate::catalog::{Catalog, Model};
use crate::error::{Error, ErrorKind};
use crate::estimate::Estimate;
use crate::json;
use crate::money::Pusd;
use crate::order::sort_by_key;
use crate::request::{ModelId, Request};
use crate::time::Timestamp;

/// One arm that passed every constraint.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) arm: Arm,
    /// The arm as one word.
    pub(super) name: String,
    pub(super) model: &'a Model,
    pub(super) estimate: &'a Estimate,
    pub(super) rung: usize,
    pub(super) cost: Option<Pusd>,
}

/// What a choice is made from.
pub(super) struct Sources<'a> {
    pub(super) request: &'a Request,
    pub(super) estimates: &'a [Estimate],
    pub(super) catalog: &'a Catalog,
    pub(super) policy: &'a Policy,
    pub(super) posterior: &'a Posterior,
    pub(super) now: Timestamp,
}

/// Arms that can be asked, and models that cannot.
pub(super) struct Gathered<'a> {
    pub(super) candidates: Vec<Candidate<'a>>,
    pub(super) rejected: Vec<Rejected>,
}

/// Holds every model of the ladder, and the named one, against every constraint.
///
/// The named model takes its place on the ladder under the name it was given, else stands above
/// it.
pub(super) fn gather<'a>(
    sources: &Sources<'a>,
    ladder: &[ModelId],
    named: Option<&ModelId>,
) -> Result<Gathered<'a>, Error> {
    let Sources { request, estimates, catalog, policy, now, .. } = *sources;
    let needs = Needs::of(request);
    let mut gathered = Gathered { candidates: Vec::new(), rejected: Vec::new() };
    let is_named = |model: &Model| named.is_some_and(|name| model.is_called(name));
    let is_on_ladder = || ladder.iter().any(|name| catalog.model(name).is_some_and(is_named));
    let beside = named.filter(|_| !is_on_ladder());
    let names = Names::of(catalog);
    let estimated: Vec<Option<&Model>> =
        estimates.iter().map(|estimate| names.model(&estimate.model)).collect();

    for (rung, name) in ladder.iter().chain(beside).enumerate() {
        let Some(model) = names.model(name) else {
            let reason = reason(ReasonCode::UnknownModel, "the catalogue does not hold it");
            gathered.rejected.push(Rejected { model: name.clone(), reason });
            continue;
        };
        let name = named.filter(|_| is_named(model)).unwrap_or(name);
        let permitted = filter::permits(policy, model)
            .and_then(|()| filter::can_do(request, &needs, policy, catalog, model, now));
        if let Err(reason) = permitted {
            gathered.rejected.push(Rejected { model: name.clone(), reason });
            continue;
        }
        let mut of_model: Vec<&Estimate> = estimates
            .iter()
            .zip(&estimated)
            .filter(|(_, of)| of.is_some_and(|of| core::ptr::eq(of, model)))
            .map(|(estimate, _)| estimate)
            .collect();
        sort_by_key(&mut of_model, |estimate| estimate.effort);
        of_model.dedup_by_key(|estimate| estimate.effort);
        if of_model.is_empty() {
            return Err(Error::invalid_request(format!(
                "no estimate of `{name}` is given: one is needed for each model considered"
            ))
            .with("model", name.as_str()));
        }
        let mut first_reason = None;
        let before = gathered.candidates.len();
        for estimate in of_model {
            let effort = request.effort.or(estimate.effort).filter(|_| !model.efforts.is_empty());
            let arm = Arm { model: name.clone(), effort };
            match hold(sources, model, estimate, &arm, is_named(model)) {
                Ok(()) => gathered.candidates.push(Candidate {
                    name: arm.name(),
                    arm,
                    model,
                    estimate,
                    rung,
                    cost: estimate.cost.map(|cost| cost.expected),
                }),
                Err(reason) => {
                    first_reason.get_or_insert(reason);
                }
            }
        }
        if gathered.candidates.len() == before
            && let Some(reason) = first_reason
        {
            gathered.rejected.push(Rejected { model: name.clone(), reason });
        }
    }
    Ok(gathered)
}

/// The models of a catalogue by each of their names, so that a long ladder is not held against
/// every model: a table of hashes that is at most half full.
struct Names<'a> {
    slots: Vec<Option<(&'a ModelId, &'a Model)>>,
}

impl<'a> Names<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let count = catalog.models.iter().map(|model| 1 + model.aliases.len()).sum::<usize>();
        let mut names = Self { slots: vec![None; (2 * count).next_power_of_two()] };
        for model in &catalog.models {
            for name in core::iter::once(&model.id).chain(&model.aliases) {
                let at = names.place(name);
                if let Some(slot) = names.slots.get_mut(at) {
                    // Of two models of one name the first is meant.
                    slot.get_or_insert((name, model));
                }
            }
        }
        names
    }

    fn model(&self, name: &ModelId) -> Option<&'a Model> {
        let slot = self.slots.get(self.place(name)).copied().flatten();
        slot.map(|(_, model)| model)
    }

    /// Where a name stands, else where it would.
    fn place(&self, name: &ModelId) -> usize {
        let last = self.slots.len() - 1;
        let mut at = Hash::new().text(name.as_str()).finish() as usize & last;
        while let Some(Some((other, _))) = self.slots.get(at)
            && *other != name
        {
            at = (at + 1) & last;
        }
        at
    }
}

/// Holds one estimate against the constraints that depend on it.
fn hold(
    sources: &Sources<'_>,
    model: &Model,
    estimate: &Estimate,
    arm: &Arm,
    named: bool,
) -> Result<(), Reason> {
    let Sources { request, policy, posterior, now, .. } = *sources;
    filter::fits(request, policy, model, estimate)?;
    if estimate.cost.is_none() && !named {
        return Err(reason(ReasonCode::Unpriced, "nobody published its price"));
    }
    filter::affordable(policy, || {
        let output_tokens = filter::needed_output(request, policy, model, estimate);
        filter::worst_case(model, estimate, output_tokens, policy, now)
    })?;
    filter::in_time(policy, posterior, arm, estimate.output.tokens.expected)
}

/// The error for when nothing can be asked, or the named model cannot.
pub(super) fn refused(rejected: &[Rejected], named: Option<&ModelId>) -> Error {
    let relevant = || rejected.iter().filter(|entry| named.is_none_or(|name| entry.model == *name));
    let all = |codes: &[ReasonCode]| {
        relevant().next().is_some() && relevant().all(|entry| codes.contains(&entry.reason.code))
    };
    let kind = if all(&[ReasonCode::ContextWindow, ReasonCode::InputLimit]) {
        ErrorKind::ContextOverflow
    } else if all(&[ReasonCode::Budget, ReasonCode::Price]) {
        ErrorKind::OverBudget
    } else {
        ErrorKind::NoCandidate
    };
    let list: Vec<String> =
        relevant().map(|entry| format!("`{}`: {}", entry.model, entry.reason.message)).collect();
    let message = match named {
        Some(name) => {
            let why = relevant().next().map_or("", |entry| entry.reason.message.as_str());
            format!("`{name}` cannot be asked: {why}; name another model or none")
        }
        None => format!("no model can be asked ({})", list.join("; ")),
    };
    let details: Vec<Value> = rejected.iter().map(|entry| json::value(entry)).collect();
    let mut error = Error::new(kind, message).with("rejected", details);
    // The model that comes nearest shows what would be right.
    let nearest = relevant().max_by_key(|entry| {
        let numbers = &entry.reason.numbers;
        ["contextTokens", "maxInputTokens", "limitPusd"]
            .iter()
            .filter_map(|key| numbers.get(*key))
            .max()
            .copied()
    });
    if let Some(entry) = nearest.filter(|_| kind != ErrorKind::NoCandidate) {
        for (key, number) in &entry.reason.numbers {
            error = error.with(key, *number);
        }
    }
    error
}
