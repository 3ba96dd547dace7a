//! The one function that prices a usage, whether predicted or reported.
//!
//! Every token lies in one class, every class has one price in one lane of one dated sheet, and
//! all of it is integers: the sum is exact and does not depend on its order.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::model::Model;
use super::price::{Cost, Lane, PriceSheet, TokenCost};
use crate::error::{Error, ErrorKind};
use crate::money::{Pusd, Rate};
use crate::request::ServiceTier;
use crate::sorted::SortedMap;
use crate::time::Timestamp;
use crate::usage::{TokenClass, Usage};

/// When, in which lane and where a usage is priced.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Terms {
    /// The moment, which picks the price sheet.
    pub at: Timestamp,
    /// The provider's lane.
    pub service_tier: ServiceTier,
    /// Whether the request is held to a region.
    pub regional: bool,
}

impl Model {
    /// The prices that hold at a moment: the newest sheet that has begun, or the oldest one when
    /// none has.
    pub fn sheet(&self, at: Timestamp) -> Option<&PriceSheet> {
        let day = at.date();
        let begun =
            self.prices.iter().rev().find(|sheet| sheet.from.is_none_or(|from| from <= day));
        begun.or(self.prices.first())
    }

    /// What a usage costs, exactly.
    ///
    /// A class without a price of its own takes its parent's: reasoning and spoken or drawn output
    /// that of output; cached, heard and seen input that of input. A tool without a fee is free.
    /// The uplift of a region applies to tokens, rounded half up to a pico-dollar.
    ///
    /// # Errors
    ///
    /// `unknown_model` when nobody published a price, `invalid_request` when the lane is not
    /// offered or the amount is over the maximum.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embed-catalog")] {
    /// use farebox_core::catalog::{Catalog, Terms};
    /// use farebox_core::usage::Usage;
    ///
    /// let catalog = Catalog::embedded();
    /// let mini = catalog.model(&"gpt-5.4-mini".into()).unwrap();
    /// let cost = mini.cost(&Usage::of(1_000, 200), &Terms::default()).unwrap();
    /// assert_eq!(cost.total.to_string(), "0.00165");
    /// # }
    /// ```
    pub fn cost(&self, usage: &Usage, terms: &Terms) -> Result<Cost, Error> {
        let sheet = self.sheet(terms.at).ok_or_else(|| self.unpriced())?;
        let lane = sheet
            .lanes
            .get(&terms.service_tier)
            .ok_or_else(|| self.lane_not_offered(sheet, terms.service_tier))?;
        let (rates, above_input_tokens) = lane.rates_for(usage.input_tokens());

        let mut tokens = Vec::new();
        let mut sum = Pusd::ZERO;
        for (&class, &count) in usage.tokens.iter().filter(|(_, count)| **count > 0) {
            let rate = rate_of(rates, class).ok_or_else(|| self.unpriced())?;
            let cost = rate.checked_times(count).ok_or_else(|| self.too_dear())?;
            sum = sum.checked_add(cost).ok_or_else(|| self.too_dear())?;
            tokens.push(TokenCost { class, tokens: count, rate, cost });
        }

        let uplift_ppm = if terms.regional { sheet.regional_uplift_ppm } else { 0 };
        let regional_uplift =
            sum.checked_mul_ppm(u64::from(uplift_ppm)).ok_or_else(|| self.too_dear())?;

        let mut tool_fees = Pusd::ZERO;
        for (tool, calls) in &usage.tool_calls {
            let fee = sheet.tool_fees.get(tool).copied().unwrap_or(Rate::ZERO);
            let cost = fee.checked_times(*calls).ok_or_else(|| self.too_dear())?;
            tool_fees = tool_fees.checked_add(cost).ok_or_else(|| self.too_dear())?;
        }

        let total = sum.checked_add(regional_uplift).and_then(|sum| sum.checked_add(tool_fees));
        Ok(Cost {
            total: total.ok_or_else(|| self.too_dear())?,
            tokens,
            tool_fees,
            regional_uplift,
            service_tier: terms.service_tier,
            above_input_tokens,
            sheet_from: sheet.from,
        })
    }

    fn unpriced(&self) -> Error {
        let message = format!("no price of `{}` is published: give one in the catalogue", self.id);
        Error::new(ErrorKind::UnknownModel, message).with("model", self.id.as_str())
    }

    fn lane_not_offered(&self, sheet: &PriceSheet, tier: ServiceTier) -> Error {
        let offered: Vec<String> =
            sheet.lanes.keys().map(|tier| format!("`{}`", tier.as_str())).collect();
        Error::invalid_request(format!(
            "`{}` is not offered at service tier `{}`, but at {}",
            self.id,
            tier.as_str(),
            offered.join(", ")
        ))
        .with("model", self.id.as_str())
        .with("serviceTier", tier.as_str())
    }

    fn too_dear(&self) -> Error {
        Error::invalid_request(format!(
            "this usage of `{}` costs more than ${} and cannot be held",
            self.id,
            Pusd::MAX
        ))
    }
}

impl Lane {
    /// The prices of a request with this many input tokens, and the threshold they begin above.
    pub fn rates_for(&self, input_tokens: u64) -> (&SortedMap<TokenClass, Rate>, Option<u64>) {
        let passed = self.above.iter().rev().find(|step| input_tokens > step.input_tokens);
        match passed {
            Some(step) => (&step.rates, Some(step.input_tokens)),
            None => (&self.rates, None),
        }
    }
}

/// The price of a class, or of the nearest class it is a kind of.
pub(super) fn rate_of(rates: &SortedMap<TokenClass, Rate>, class: TokenClass) -> Option<Rate> {
    let mut class = Some(class);
    while let Some(at) = class {
        if let Some(rate) = rates.get(&at) {
            return Some(*rate);
        }
        class = parent(at);
    }
    None
}

fn parent(class: TokenClass) -> Option<TokenClass> {
    match class {
        TokenClass::CacheWriteLong => Some(TokenClass::CacheWrite),
        TokenClass::AudioInput
        | TokenClass::CacheRead
        | TokenClass::CacheWrite
        | TokenClass::ImageInput => Some(TokenClass::Input),
        TokenClass::AudioOutput | TokenClass::ImageOutput | TokenClass::Reasoning => {
            Some(TokenClass::Output)
        }
        TokenClass::Input | TokenClass::Output => None,
    }
}
