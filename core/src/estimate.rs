//! What a request will use and cost, before it is sent.
//!
//! An estimate is the price of a predicted usage. The input is counted; the output can only be
//! forecast, so it is a range, and so is the cost.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::count::{InputCount, TokenRange};
use crate::money::Pusd;
use crate::request::{Api, Effort, ModelId, ServiceTier};

/// An amount that is not known exactly; `low <= expected <= high`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostRange {
    /// The price of the low usage.
    pub low: Pusd,
    /// The price of the expected usage.
    pub expected: Pusd,
    /// The price of the high usage.
    pub high: Pusd,
}

/// What one request will use and cost on one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Estimate {
    /// The model.
    pub model: ModelId,
    /// The format it would be asked in.
    pub api: Api,
    /// The effort it would be asked for, where it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The lane it was priced in.
    pub service_tier: ServiceTier,
    /// Tokens of the prompt.
    pub input: InputCount,
    /// Tokens of the answer, reasoning included.
    pub output: OutputForecast,
    /// What it will cost; absent when nobody published a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRange>,
    /// What the caller should know of this model, this day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// Tokens an answer will probably take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputForecast {
    /// All of them, as billed.
    pub tokens: TokenRange,
    /// Those of them that are reasoning.
    pub reasoning: TokenRange,
    /// Why the range is as wide as it is.
    pub why: Vec<String>,
}

/// Something the caller should know, with a stable word for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// The word.
    pub code: NoticeCode,
    /// The sentence.
    pub message: String,
}

/// What a [`Notice`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeCode {
    /// Another model costs less and can do at least as much.
    CheaperModel,
    /// Input is long enough for the whole request to be priced higher.
    LongContextPrice,
    /// The model no longer answers.
    ShutDown,
    /// The model will stop answering soon.
    ShutDownSoon,
    /// Nobody published a price.
    Unpriced,
    /// The model is not in the catalogue; its nearest relative's numbers stand in.
    UnknownModel,
}
