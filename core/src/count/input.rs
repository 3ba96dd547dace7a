//! The count of a prompt: how many tokens, from which parts, and how that is known.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

/// Tokens of a prompt, with their parts and how they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InputCount {
    /// How many.
    pub tokens: TokenRange,
    /// How they are known.
    pub basis: Basis,
    /// Where they come from; the expected tokens of the parts add up to the whole.
    pub parts: Vec<CountPart>,
}

/// How a count is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Basis {
    /// By the provider's own vocabulary and measured rules.
    #[default]
    Exact,
    /// With a margin.
    Approximate {
        /// Half the width of the band, in parts per million of the count.
        margin_ppm: u32,
        /// Why it is not exact.
        why: Vec<String>,
    },
}

/// Tokens of one part of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountPart {
    /// Which part.
    pub kind: CountPartKind,
    /// Its tokens, as expected.
    pub tokens: u64,
}

/// Parts of a prompt that are counted apart.
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
pub enum CountPartKind {
    /// Sound.
    Audio,
    /// Documents.
    Files,
    /// What the provider adds around messages.
    Framing,
    /// Tools the provider runs.
    HostedTools,
    /// Pictures.
    Images,
    /// Reasoning sent back.
    Reasoning,
    /// The schema of the answer.
    Schema,
    /// Words.
    Text,
    /// Tool calls and their results.
    ToolHistory,
    /// Function tools.
    Tools,
}

/// A number of tokens that is not known exactly; `low <= expected <= high`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenRange {
    /// Hardly ever fewer.
    pub low: u64,
    /// The best single guess.
    pub expected: u64,
    /// Hardly ever more.
    pub high: u64,
}
