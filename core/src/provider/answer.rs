//! A model's answer, in no provider's format.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::request::ModelId;
use crate::usage::Usage;

/// A model's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct Answer {
    /// The provider's id of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered, as the provider names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// Its words.
    pub text: String,
    /// Its refusal, if it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Tools it wants called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<AnswerToolCall>,
    /// Its reasoning or the summary of it, as far as it is shown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Notes of the provider's on the text, as they were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown[]", optional))]
    pub annotations: Vec<Value>,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish: Option<Finish>,
    /// What it used; absent when the provider did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Parts of the answer Farebox has no name for, and those to be sent back unchanged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown[]", optional))]
    pub items: Vec<Value>,
}

impl Answer {
    /// Whether nothing of it has come but its name.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.refusal.is_none()
            && self.tool_calls.is_empty()
            && self.reasoning.is_empty()
            && self.annotations.is_empty()
            && self.items.is_empty()
    }
}

/// A tool the model wants called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct AnswerToolCall {
    /// Ties the result to the call.
    pub call_id: String,
    /// The tool.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
}

/// Why an answer stopped.
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
pub enum Finish {
    /// The provider withheld the rest.
    ContentFilter,
    /// It reached the limit of tokens.
    Length,
    /// Something else.
    Other,
    /// It was done.
    Stop,
    /// It wants tools called.
    ToolCalls,
}
