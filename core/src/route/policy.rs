//! What the caller wants of a choice: how much a failure costs, and what is out of the question.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::money::Pusd;
use crate::request::{ModelId, Stakes};

/// The caller's wishes; every field has a sensible default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Policy {
    /// Which rung to prefer when nothing is known.
    pub preset: Preset,
    /// Models to choose among, from the least to the strongest; empty means the catalogue's first
    /// ladder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<ModelId>,
    /// What to do with a model the request names.
    pub named_model: NamedModel,
    /// What a wrong answer costs, in a word, unless the request says otherwise.
    pub stakes: Stakes,
    /// What a wrong answer costs, in dollars; over the word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_cost: Option<Pusd>,
    /// What a second of waiting costs, in dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_cost: Option<Pusd>,
    /// The longest an answer may be expected to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_budget_ms: Option<u64>,
    /// The most one call may cost in its worst case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<Pusd>,
    /// The only models to choose, where not empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<ModelId>,
    /// Models never to choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<ModelId>,
    /// The region the request must be processed in, such as `eu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Output tokens to keep room for when the request sets no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve_output_tokens: Option<u64>,
    /// How much may be spent on trying what is not known to be best.
    pub explore: Explore,
}

/// Which rung to prefer when nothing is known of the workload.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Preset {
    /// By price and evidence alone.
    Balanced,
    /// The lowest rung, for simple work in bulk.
    Bulk,
    /// The middle rung.
    #[default]
    Economy,
    /// The highest rung.
    Risk,
}

/// What to do with a model the request names.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NamedModel {
    /// Choose among the ladder all the same.
    Reroute,
    /// Choose it.
    #[default]
    Respect,
}

/// How much may be spent on trying what is not known to be best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Explore {
    /// The share of spending, in parts per million; none by default.
    pub budget_ppm: u32,
    /// What the draws are made from: the same seed, the same choice.
    pub seed: u64,
}
