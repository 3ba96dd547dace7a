//! What the model may call.

use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Something the model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Tool {
    /// A function of the caller's.
    Function {
        /// Its name.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The JSON schema of its arguments.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "unknown", optional))]
        parameters: Option<Value>,
        /// Whether the arguments must satisfy the schema exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
    /// A tool the provider runs itself.
    Hosted {
        /// Which one.
        kind: HostedTool,
        /// Its settings, in the provider's shape.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>", optional))]
        settings: Map<String, Value>,
    },
}

/// Tools that providers run themselves.
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
pub enum HostedTool {
    /// Edits files by patches.
    ApplyPatch,
    /// Runs code in the provider's sandbox.
    CodeInterpreter,
    /// Works a screen.
    ComputerUse,
    /// Searches uploaded documents.
    FileSearch,
    /// Draws pictures.
    ImageGeneration,
    /// Calls a remote tool server.
    Mcp,
    /// One that Farebox has no name for.
    Other,
    /// Runs shell commands.
    Shell,
    /// Loads stored skills.
    Skills,
    /// Finds tools among many.
    ToolSearch,
    /// Reads the page behind an address.
    WebFetch,
    /// Searches the web.
    WebSearch,
}

/// Whether, and which, tools are to be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ToolChoice {
    /// As the model thinks best.
    Auto,
    /// None.
    None,
    /// At least one, whichever.
    Required,
    /// This one.
    Tool {
        /// Its name.
        name: String,
    },
}
