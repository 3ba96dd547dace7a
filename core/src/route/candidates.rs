//! Which arms passed every constraint, which models did not, and the error when none did.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::Value;

use super::decision::{Arm, Reason, ReasonCode, Rejected};
use super::filter::{self, Needs, reason};
use super::names::Names;
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
    let candidates = Vec::with_capacity(ladder.len() + 1);
    let mut gathered = Gathered { candidates, rejected: Vec::new() };
    let is_named = |model: &Model| named.is_some_and(|name| model.is_called(name));
    let of_estimates = estimates.iter().map(|estimate| &estimate.model);
    let known = Known::of(ladder.iter().chain(named).chain(of_estimates), catalog);
    let find = |name: &ModelId| {
        let place = known.place(name)?;
        Some((place, catalog.models.get(place)?))
    };
    let is_on_ladder = || ladder.iter().filter_map(find).any(|(_, model)| is_named(model));
    let beside = named.filter(|_| !is_on_ladder());
    let by_model = ByModel::of(estimates, &known, catalog);
    let mut of_model: Vec<&Estimate> = Vec::new();

    for (rung, name) in ladder.iter().chain(beside).enumerate() {
        let Some((place, model)) = find(name) else {
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
        of_model.clear();
        of_model.extend(by_model.of_model(place).filter_map(|index| estimates.get(index)));
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
        for estimate in of_model.drain(..) {
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

/// The models that a ladder and estimates name, found in one pass over the catalogue.
struct Known<'a> {
    names: Names<'a>,
    /// The place in the catalogue of the model that is meant, by the place of its name.
    models: Vec<Option<usize>>,
}

impl<'a> Known<'a> {
    fn of(wanted: impl Iterator<Item = &'a ModelId> + Clone, catalog: &Catalog) -> Self {
        let mut names = Names::with_room(wanted.clone().count());
        for name in wanted {
            names.insert(name.as_str());
        }
        let mut models = vec![None; names.places()];
        for (place, model) in catalog.models.iter().enumerate() {
            for name in core::iter::once(&model.id).chain(&model.aliases) {
                let slot = names.find(name.as_str()).and_then(|at| models.get_mut(at));
                if let Some(slot) = slot {
                    // Of two models of one name the first is meant.
                    slot.get_or_insert(place);
                }
            }
        }
        Self { names, models }
    }

    fn place(&self, name: &ModelId) -> Option<usize> {
        self.models.get(self.names.find(name.as_str())?).copied().flatten()
    }
}

/// Estimates by the place of their model in the catalogue: of each model the first, and after each
/// estimate the next of its model.
struct ByModel {
    first: Vec<Option<usize>>,
    next: Vec<Option<usize>>,
}

impl ByModel {
    fn of(estimates: &[Estimate], known: &Known<'_>, catalog: &Catalog) -> Self {
        let mut first = vec![None; catalog.models.len()];
        let mut next = vec![None; estimates.len()];
        for (index, estimate) in estimates.iter().enumerate().rev() {
            let slot = known.place(&estimate.model).and_then(|place| first.get_mut(place));
            if let (Some(slot), Some(next)) = (slot, next.get_mut(index)) {
                *next = slot.replace(index);
            }
        }
        Self { first, next }
    }

    fn of_model(&self, place: usize) -> impl Iterator<Item = usize> {
        let first = self.first.get(place).copied().flatten();
        core::iter::successors(first, |index| self.next.get(*index).copied().flatten())
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
