//! What a usage costs: dated price sheets, and the one function that reads them.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::money::{Pusd, Rate};
use crate::request::{HostedTool, ServiceTier};
use crate::sorted::SortedMap;
use crate::time::Day;
use crate::usage::TokenClass;

/// Prices that hold from a day on, until the next sheet begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceSheet {
    /// The first day they hold; absent when they held from the model's first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Prices in each of the provider's lanes; a lane that is absent is not offered.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<ServiceTier, Lane>>"))]
    pub lanes: SortedMap<ServiceTier, Lane>,
    /// What holding the request to a region adds, in parts per million of the price.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub regional_uplift_ppm: u32,
    /// What one call of a tool the provider runs costs, beside its tokens; as a rate, dollars for
    /// a million calls.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<HostedTool, Rate>>", optional))]
    pub tool_fees: SortedMap<HostedTool, Rate>,
    /// Where the prices come from, when not from where the model's other facts do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Prices in one of the provider's lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lane {
    /// Prices of the classes of tokens; an absent class falls back as [`TokenClass`] is priced.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<TokenClass, Rate>>"))]
    pub rates: SortedMap<TokenClass, Rate>,
    /// Prices of the whole request once its input is longer than a threshold, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<Threshold>,
}

/// Prices of a whole request whose input is longer than a number of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Threshold {
    /// Strictly more input tokens than this, cached ones included, take these prices.
    pub input_tokens: u64,
    /// The prices, for every token of the request.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<TokenClass, Rate>>"))]
    pub rates: SortedMap<TokenClass, Rate>,
}

/// What a usage costs, part by part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cost {
    /// The sum of the parts.
    pub total: Pusd,
    /// What each class of tokens costs.
    pub tokens: Vec<TokenCost>,
    /// What calls of the provider's tools cost.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub tool_fees: Pusd,
    /// What holding the request to a region adds.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub regional_uplift: Pusd,
    /// The lane it was priced in.
    pub service_tier: ServiceTier,
    /// The threshold whose prices applied, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_input_tokens: Option<u64>,
    /// The first day of the price sheet, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet_from: Option<Day>,
}

/// What the tokens of one class cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenCost {
    /// The class.
    pub class: TokenClass,
    /// How many.
    pub tokens: u64,
    /// The price of one.
    pub rate: Rate,
    /// Their price together.
    pub cost: Pusd,
}

fn is_zero(ppm: &u32) -> bool {
    *ppm == 0
}
