//! The turns of a conversation and what they are made of.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The speaker's name, where the provider takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is said, in order.
    pub content: Vec<Part>,
}

/// Who speaks in a [`Message`].
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
pub enum Role {
    /// The model.
    Assistant,
    /// The application, on models that tell it from `system`.
    Developer,
    /// The application.
    System,
    /// A tool that was called.
    Tool,
    /// The user.
    User,
}

/// A piece of a [`Message`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Part {
    /// Sound.
    Audio {
        /// Where the bytes are.
        source: Source,
        /// How long it plays, where the caller knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
    },
    /// A document.
    File {
        /// Where the bytes are.
        source: Source,
        /// Its file name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
    },
    /// A picture.
    Image {
        /// Where the bytes are.
        source: Source,
        /// How closely to look at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
        /// Its size, where the caller knows; else it is read from the bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<PixelSize>,
    },
    /// Something of the provider's that Farebox has no name for.
    Other {
        /// It, as it was given.
        #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
        value: Value,
    },
    /// The model's own reasoning, sent back.
    Reasoning {
        /// The provider's id of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item_id: Option<String>,
        /// What of it may be read.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// What only the provider can read: encrypted or signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<String>,
        /// How many tokens it took, where the earlier usage said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasoning_tokens: Option<u32>,
    },
    /// The model's refusal, sent back.
    Refusal {
        /// Its words.
        text: String,
    },
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// A call of a tool by the model.
    ToolCall {
        /// Ties the result to the call.
        call_id: String,
        /// The provider's id of the item, where it has one beside the call's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item_id: Option<String>,
        /// The tool.
        name: String,
        /// Its arguments, as JSON text.
        arguments: String,
    },
    /// What a tool gave back.
    ToolResult {
        /// Ties the result to the call.
        call_id: String,
        /// What it gave back.
        content: Vec<Part>,
        /// Whether the tool failed.
        #[serde(default)]
        is_error: bool,
    },
}

/// Where the bytes of a picture, a sound or a document are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Source {
    /// Here, in base64.
    Base64 {
        /// What they are, such as `image/png`.
        media_type: String,
        /// The bytes in base64.
        data: String,
    },
    /// With the provider, uploaded before.
    FileId {
        /// The provider's id.
        id: String,
    },
    /// Behind an address the provider fetches.
    Url {
        /// The address.
        url: String,
    },
}

/// How closely the model looks at a picture.
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
pub enum ImageDetail {
    /// As the provider thinks best.
    #[default]
    Auto,
    /// Closely.
    High,
    /// At a glance.
    Low,
    /// At its full size, where the model can.
    Original,
}

/// The size of a picture.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PixelSize {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// The key in a [`Part::Other`] that stands for what the provider holds and nobody else can read,
/// such as a stored prompt or a cached document.
pub const UNSEEN: &str = "unseen";

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, name: None, content: alloc::vec![Part::Text { text: text.into() }] }
    }
}
