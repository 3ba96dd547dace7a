//! How an answer is to be given: its form, the thought put into it and the lane it runs in.

use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form an answer must have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum OutputFormat {
    /// Some JSON object.
    JsonObject,
    /// JSON that satisfies a schema.
    JsonSchema {
        /// The schema's name.
        name: String,
        /// What it describes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The schema.
        #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
        schema: Value,
        /// Whether the answer must satisfy it exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
    /// Words.
    #[default]
    Text,
}

/// How hard a model thinks before it answers, from least to most.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effort {
    /// Not at all.
    None,
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Hard.
    High,
    /// Very hard.
    Xhigh,
    /// As hard as it can.
    Max,
}

/// The provider's lane a request runs in; never to be confused with a tier, a class of models.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceTier {
    /// Answered within a day, at a discount.
    Batch,
    /// Answered when there is room, at a discount.
    Flex,
    /// Answered first, at a surcharge.
    Priority,
    /// The ordinary lane.
    #[default]
    Standard,
    /// A dearer lane for the fastest hardware, where a provider has one.
    Ultrafast,
}

impl OutputFormat {
    /// Whether any words will do.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

impl ServiceTier {
    /// The lane's word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Standard => "standard",
            Self::Ultrafast => "ultrafast",
        }
    }
}
