//! What a request asks for, whatever wire format it came in.

use farebox_core::request::{Api as WireFormat, ServiceTier};
use serde_json::Value;

use crate::models::Model;

/// The wire format of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Api {
    Chat,
    Gemini,
    Messages,
    Responses,
}

impl Api {
    pub(crate) fn format(self) -> WireFormat {
        match self {
            Api::Chat => WireFormat::Chat,
            Api::Gemini => WireFormat::GenerateContent,
            Api::Messages => WireFormat::Messages,
            Api::Responses => WireFormat::Responses,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Api::Chat => "chat",
            Api::Gemini => "gemini",
            Api::Messages => "messages",
            Api::Responses => "responses",
        }
    }
}

/// Who says a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Assistant,
    System,
    Tool,
    User,
}

/// One message, reduced to what can be read.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: Role,
    pub(crate) text: String,
    /// Calls an assistant made earlier, as name and arguments.
    pub(crate) calls: Vec<(String, String)>,
}

/// A function the caller offers.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) parameters: Value,
}

/// What the caller wants of the tools.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ToolChoice {
    Auto,
    Named(String),
    None,
    Required,
}

/// The form the answer must have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Format {
    JsonObject,
    Schema { name: String, schema: Value },
    Text,
}

/// A request, ready to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub(crate) api: Api,
    pub(crate) model: Model,
    /// The model as the caller wrote it.
    pub(crate) model_name: String,
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: ToolChoice,
    pub(crate) has_parallel_tools: bool,
    pub(crate) format: Format,
    pub(crate) max_output_tokens: Option<u64>,
    pub(crate) stop: Vec<String>,
    pub(crate) effort: Option<String>,
    /// Tokens of reasoning the caller set aside, where the format counts in tokens.
    pub(crate) thinking_tokens: Option<u64>,
    pub(crate) stream: bool,
    pub(crate) service_tier: ServiceTier,
    /// What the caller wants cached, where the format leaves that to the caller.
    pub(crate) marked_text: Option<String>,
}

impl Prompt {
    /// The text of the last message.
    pub(crate) fn last(&self) -> &str {
        self.messages.last().map_or("", |message| message.text.as_str())
    }

    /// The text of the last message a user wrote.
    pub(crate) fn question(&self) -> &str {
        self.messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User)
            .map_or("", |message| message.text.as_str())
    }

    /// The text of all messages, one under the other.
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self.messages.iter().map(|message| message.text.as_str()).collect();
        texts.join("\n")
    }

    /// The reasoning effort in force.
    pub(crate) fn effort(&self) -> &str {
        if self.model.can_reason() {
            self.effort.as_deref().unwrap_or(&self.model.default_effort)
        } else {
            "none"
        }
    }

    /// The lane as the format writes it, where the ordinary one is called `ordinary`.
    pub(crate) fn lane(&self, ordinary: &'static str) -> &'static str {
        match self.service_tier {
            ServiceTier::Standard => ordinary,
            lane => lane.as_str(),
        }
    }
}

/// The lane a request asks for by this name.
pub(crate) fn lane(name: Option<&str>) -> ServiceTier {
    match name {
        Some("batch") => ServiceTier::Batch,
        Some("flex") => ServiceTier::Flex,
        Some("fast" | "priority") => ServiceTier::Priority,
        Some("ultrafast") => ServiceTier::Ultrafast,
        _ => ServiceTier::Standard,
    }
}
