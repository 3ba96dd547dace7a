//! What the caller should know of a model, this day, beside its price.

use alloc::format;
use alloc::vec::Vec;

use super::{Notice, NoticeCode};
use crate::catalog::{Catalog, Model};
use crate::money::Rate;
use crate::request::ServiceTier;
use crate::time::Day;
use crate::usage::TokenClass;

/// What the caller should know of a model on a day.
pub fn notices(model: &Model, catalog: &Catalog, on: Day) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut say = |code, message| notices.push(Notice { code, message });
    let name = &model.id;
    if catalog.model(name).is_none() {
        say(
            NoticeCode::UnknownModel,
            format!("`{name}` is not in the catalogue; numbers of its nearest relative stand in"),
        );
    }
    if let Some(day) = model.shutdown_on {
        let instead = model
            .successor
            .as_ref()
            .map_or_else(Default::default, |successor| format!("; `{successor}` replaces it"));
        if model.is_shut_down(on) {
            say(NoticeCode::ShutDown, format!("`{name}` was shut down on {day}{instead}"));
        } else if on.days_until(day) <= SOON_DAYS {
            let days = on.days_until(day);
            let message = format!("`{name}` is shut down on {day}, in {days} days{instead}");
            say(NoticeCode::ShutDownSoon, message);
        }
    }
    if model.prices.is_empty() {
        say(NoticeCode::Unpriced, format!("no price of `{name}` is published"));
    }
    if let Some(other) = cheaper(model, catalog, on) {
        let message =
            format!("`{}` costs less than `{name}` and can do at least as much", other.id);
        say(NoticeCode::CheaperModel, message);
    }
    notices
}

/// The cheapest model of the same provider that costs less and is known to do at least as much:
/// the named successor, or one with no worse a benchmark of any kind.
fn cheaper<'a>(model: &Model, catalog: &'a Catalog, on: Day) -> Option<&'a Model> {
    let (input, output) = list_price(model, on)?;
    let is_no_dearer = |other: &&Model| {
        list_price(other, on)
            .is_some_and(|price| price.0 <= input && price.1 <= output && price != (input, output))
    };
    // What is quick to see comes first: every model of the catalogue is looked at for every quote.
    let candidates = catalog.models.iter().filter(|other| {
        may_replace(other, model)
            && other.provider == model.provider
            && other.id != model.id
            && other.shutdown_on.is_none_or(|day| on.days_until(day) > SOON_DAYS)
            && can_replace(other, model)
            && is_no_dearer(other)
    });
    candidates.min_by_key(|other| (list_price(other, on), &other.id))
}

/// Whether a look at sizes alone leaves open that a model can replace another.
fn may_replace(other: &Model, model: &Model) -> bool {
    let is_no_smaller = other.limits.context_tokens >= model.limits.context_tokens
        && other.limits.max_output_tokens >= model.limits.max_output_tokens;
    let may_be_no_worse = !model.priors.is_empty() && other.priors.len() >= model.priors.len();
    is_no_smaller && (may_be_no_worse || model.successor.is_some())
}

fn can_replace(other: &Model, model: &Model) -> bool {
    let able = other.abilities.is_superset(&model.abilities)
        && other.hosted_tools.is_superset(&model.hosted_tools);
    let no_worse = !model.priors.is_empty()
        && model.priors.iter().all(|(kind, prior)| {
            other.priors.get(kind).is_some_and(|other| other.success_ppm >= prior.success_ppm)
        });
    able && (model.successor.as_ref() == Some(&other.id) || no_worse)
}

fn list_price(model: &Model, on: Day) -> Option<(Rate, Rate)> {
    let rates = &model.sheet(on.start())?.lanes.get(&ServiceTier::Standard)?.rates;
    Some((*rates.get(&TokenClass::Input)?, *rates.get(&TokenClass::Output)?))
}

/// Warnings begin this many days before the end.
const SOON_DAYS: i64 = 90;
