//! What the router cannot read from a request's text.

use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

/// What the router cannot read from the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Hints {
    /// The caller's name for requests of this sort; outcomes are learned by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The kind of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkKind>,
    /// What a wrong answer costs, in a word; over the policy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stakes: Option<Stakes>,
    /// Ties the calls of one piece of work together, so that its model changes only upward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Input tokens of this prompt that are probably in a model's prompt cache now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
}

/// What a wrong answer costs, from least to most.
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
pub enum Stakes {
    /// Hardly anything.
    Low,
    /// Some annoyance.
    #[default]
    Normal,
    /// Real money or trust.
    High,
    /// More than any price of a call.
    Critical,
}

/// Kinds of work that models differ at.
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
pub enum WorkKind {
    /// Sorting into classes, in bulk.
    BulkClassification,
    /// Pulling fields out of text, in bulk.
    BulkExtraction,
    /// Deciding where something goes, in bulk.
    BulkRouting,
    /// Conversation.
    Chat,
    /// Writing code that is much like other code.
    CodeBoilerplate,
    /// Finding a fault in code.
    CodeDebug,
    /// Reviewing code.
    CodeReview,
    /// Working a screen.
    ComputerUse,
    /// Mathematics, science and other long deduction.
    HardReasoning,
    /// Deciding the steps that others take.
    Planning,
    /// Research whose statements carry their sources.
    Research,
    /// Saying the same in other or fewer words.
    Rewrite,
    /// An agent in a shell.
    TerminalAgent,
    /// An agent that calls the caller's tools.
    ToolAgent,
    /// One step of somebody else's plan.
    WorkerStep,
}

impl Hints {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
