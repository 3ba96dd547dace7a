//! What a call cost, held against what it was estimated to cost.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::call::Attempt;
use crate::estimate::CostRange;
use crate::money::{Pusd, PusdDelta};
use crate::request::ModelId;
use crate::usage::Usage;

/// The bill of a call beside its estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
