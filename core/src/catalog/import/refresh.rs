//! A catalogue brought up to date by an imported one, with every difference named.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Import;
use crate::catalog::{Catalog, Lane, Model, PriceSheet};
use crate::error::Error;
use crate::request::{ModelId, ServiceTier};
use crate::time::Day;
use crate::usage::TokenClass;

/// What is done where both know a model and their prices differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// The catalogue's own prices stay; the difference is only told.
    Keep,
    /// The imported prices hold from this day on, in a sheet of their own.
    From(Day),
}

/// Two prices of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disagreement {
    /// The model.
    pub model: ModelId,
    /// Which price, such as `batch cache_read above 272000`.
    pub price: String,
    /// The catalogue's, in dollars per million; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<String>,
    /// The imported one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
}

impl Catalog {
    /// Takes models that are new and, where asked to, prices that changed.
    ///
    /// What the catalogue knows beside prices stays; days of release and of knowledge that it lacks
    /// are taken. A price that only one side has is no disagreement on a lane that the other does
    /// not offer.
    ///
    /// # Errors
    ///
    /// `invalid_catalog` when the result does not hold together, such as when a price would begin
    /// before the one it follows; the catalogue is then as it was.
    pub fn refresh(&mut self, import: &Import, how: Refresh) -> Result<Vec<Disagreement>, Error> {
        let mut result = self.clone();
        let mut differences = Vec::new();
        for theirs in &import.catalog.models {
            let place = result.models.iter().position(|model| model.is_called(&theirs.id));
            match place.and_then(|place| result.models.get_mut(place)) {
                None => result.take(theirs),
                Some(ours) => {
                    let before = differences.len();
                    let day = import.catalog.checked_on;
                    compare(ours, theirs, day, &mut differences);
                    ours.take_history(theirs, day);
                    ours.released_on = ours.released_on.or(theirs.released_on);
                    ours.knowledge_cutoff = ours.knowledge_cutoff.or(theirs.knowledge_cutoff);
                    if let (Refresh::From(day), true) = (how, differences.len() > before) {
                        ours.reprice(theirs, day, import.catalog.checked_on);
                    }
                }
            }
        }
        for provider in &import.catalog.providers {
            if !result.providers.iter().any(|known| known.id == provider.id) {
                result.providers.push(provider.clone());
            }
        }
        result.checked_on = result.checked_on.max(import.catalog.checked_on);
        result.check()?;
        *self = result;
        Ok(differences)
    }

    fn take(&mut self, model: &Model) {
        let mut model = model.clone();
        model.aliases.retain(|alias| self.model(alias).is_none());
        self.models.push(model);
    }
}

impl Model {
    /// Takes another's older prices, where this has none and both agree on those of a day.
    fn take_history(&mut self, theirs: &Self, on: Day) {
        let now = theirs.prices.iter().rposition(|sheet| sheet.from.is_none_or(|day| day <= on));
        let (Some(now), [ours]) = (now, self.prices.as_mut_slice()) else { return };
        let Some((theirs_now, before)) = theirs.prices.get(..=now).and_then(<[_]>::split_last)
        else {
            return;
        };
        let ordinary = |sheet: &PriceSheet| sheet.lanes.get(&ServiceTier::Standard).cloned();
        if before.is_empty() || ours.from.is_some() || ordinary(ours) != ordinary(theirs_now) {
            return;
        }
        ours.from = theirs_now.from;
        let mut sheets = before.to_vec();
        sheets.iter_mut().for_each(|sheet| sheet.source = Some(theirs.source.clone()));
        sheets.append(&mut self.prices);
        self.prices = sheets;
    }

    /// Adds the newest sheet of another's prices, in those lanes that it has.
    fn reprice(&mut self, theirs: &Model, from: Day, checked_on: Day) {
        let (Some(ours), Some(theirs_last)) = (self.prices.last(), theirs.prices.last()) else {
            return;
        };
        let mut sheet: PriceSheet = ours.clone();
        sheet.from = Some(from);
        sheet.source = Some(theirs.source.clone());
        sheet.lanes.extend(theirs_last.lanes.clone());
        sheet.tool_fees.extend(theirs_last.tool_fees.clone());
        if ours.from == Some(from) {
            self.prices.pop();
        }
        self.prices.push(sheet);
        self.checked_on = checked_on;
    }
}

/// Every price of a day that differs.
fn compare(ours: &Model, theirs: &Model, on: Day, differences: &mut Vec<Disagreement>) {
    let (Some(our_sheet), Some(their_sheet)) = (ours.sheet(on.start()), theirs.sheet(on.start()))
    else {
        return;
    };
    for (tier, theirs_lane) in &their_sheet.lanes {
        let Some(lane) = our_sheet.lanes.get(tier) else { continue };
        let mut lengths: Vec<u64> = core::iter::once(0)
            .chain(lane.above.iter().map(|step| step.input_tokens))
            .chain(theirs_lane.above.iter().map(|step| step.input_tokens))
            .collect();
        lengths.sort_unstable();
        lengths.dedup();
        for above in lengths {
            // What is charged just above a threshold, whoever names that threshold.
            let of = |lane: &Lane, class| {
                lane.rates_for(above.saturating_add(u64::from(above > 0))).0.get(&class).copied()
            };
            for class in TokenClass::ALL {
                let (own, other) = (of(lane, class), of(theirs_lane, class));
                let Some(other) = other.filter(|other| Some(*other) != own) else { continue };
                let class = serde_json::to_value(class).ok();
                let class = class.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
                let length = if above > 0 { format!(" above {above}") } else { String::new() };
                differences.push(Disagreement {
                    model: ours.id.clone(),
                    price: format!("{} {class}{length}", tier.as_str()),
                    ours: own.map(|rate| rate.to_string()),
                    theirs: Some(other.to_string()),
                });
            }
        }
    }
}
