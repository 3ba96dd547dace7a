//! One request to a language model, whichever provider answers it.
//!
//! A [`Request`] is what the caller wants said and done; it names no wire format. A body that was
//! already written for one provider is parsed into the same type by `provider`, and kept beside
//! it untouched, so that sending it to that provider loses nothing. [`Hints`] tell the router what
//! no text can: which workload this is and what a wrong answer costs.

mod hints;
mod manner;
mod message;
mod tool;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sorted::SortedMap;

pub use hints::{Hints, Stakes, WorkKind};
pub use manner::{Effort, OutputFormat, ServiceTier};
pub use message::{ImageDetail, Message, Part, PixelSize, Role, Source, UNSEEN};
pub use tool::{HostedTool, Tool, ToolChoice};

/// A model by its provider's own name, such as `gpt-5.4-mini`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct ModelId(String);

/// A wire format: which endpoint of which provider family a body is written for.
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
pub enum Api {
    /// OpenAI Chat Completions, and every server compatible with it.
    Chat,
    /// Gemini `generateContent` and `streamGenerateContent`.
    GenerateContent,
    /// Anthropic Messages.
    Messages,
    /// OpenAI Responses.
    Responses,
}

/// What to ask a model, in no provider's format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Request {
    /// The model the caller names; whether it binds is the policy's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// Instructions that stand before the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The conversation so far, oldest first.
    pub conversation: Vec<Message>,
    /// Tools the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Whether, and which, tools are to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether one answer may hold several tool calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// The form the answer must have.
    #[serde(skip_serializing_if = "OutputFormat::is_text")]
    pub output: OutputFormat,
    /// The most tokens the answer may take, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// How hard the model should think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The provider's lane to run in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// Sampling temperature, in thousandths: 700 is 0.7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_milli: Option<u32>,
    /// Nucleus sampling mass, in thousandths: 900 is 0.9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p_milli: Option<u32>,
    /// How many of the likeliest tokens are told at every place of the answer, with their
    /// probabilities; Anthropic's models tell none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u32>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Labels the provider stores with the answer.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, string>", optional))]
    pub metadata: SortedMap<String, String>,
    /// An earlier answer that the provider holds and this request continues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_response_id: Option<String>,
    /// A key that keeps requests with a common prefix on one prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_key: Option<String>,
    /// What the router cannot read from the text.
    #[serde(skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
    /// The body this request was parsed from, sent as it stands to a provider of its format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<Box<NativeBody>>,
}

/// A request body in a provider's own shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NativeBody {
    /// The format it is written in.
    pub api: Api,
    /// Every field of it, the unknown ones too.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub body: Map<String, Value>,
}

impl ModelId {
    /// A model by its provider's own name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for ModelId {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl Request {
    /// An empty request, to be filled by the methods below.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the model.
    #[must_use]
    pub fn model(mut self, model: impl Into<ModelId>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the instructions that stand before the conversation.
    #[must_use]
    pub fn instructions(mut self, text: impl Into<String>) -> Self {
        self.instructions = Some(text.into());
        self
    }

    /// Adds words of the user.
    #[must_use]
    pub fn user(self, text: impl Into<String>) -> Self {
        self.message(Message::text(Role::User, text))
    }

    /// Adds words of the model, from an earlier answer.
    #[must_use]
    pub fn assistant(self, text: impl Into<String>) -> Self {
        self.message(Message::text(Role::Assistant, text))
    }

    /// Adds a message.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.conversation.push(message);
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Sets the most tokens the answer may take, reasoning included.
    #[must_use]
    pub fn max_output_tokens(mut self, tokens: u32) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    /// Sets how hard the model should think.
    #[must_use]
    pub fn effort(mut self, effort: Effort) -> Self {
        self.effort = Some(effort);
        self
    }

    /// Names the workload, so that outcomes are learned by it.
    #[must_use]
    pub fn workload(mut self, label: impl Into<String>) -> Self {
        self.hints.workload = Some(label.into());
        self
    }

    /// Says what a wrong answer costs.
    #[must_use]
    pub fn stakes(mut self, stakes: Stakes) -> Self {
        self.hints.stakes = Some(stakes);
        self
    }
}
