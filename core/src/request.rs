//! One request to a language model, whichever provider answers it.
//!
//! A [`Request`] is what the caller wants said and done; it names no wire format. A body that was
//! already written for one provider is parsed into the same type by `provider`, and kept beside
//! it untouched, so that sending it to that provider loses nothing. [`Hints`] tell the router what
//! no text can: which workload this is and what a wrong answer costs.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A model by its provider's own name, such as `gpt-5.4-mini`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct ModelId(String);

/// A wire format: which endpoint of which provider family a body is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Labels the provider stores with the answer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NativeBody {
    /// The format it is written in.
    pub api: Api,
    /// Every field of it, the unknown ones too.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub body: Map<String, Value>,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PixelSize {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// Something the model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The form an answer must have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
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

/// The key in a [`Part::Other`] that stands for what the provider holds and nobody else can read,
/// such as a stored prompt or a cached document.
pub const UNSEEN: &str = "unseen";

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

/// What the router cannot read from the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, name: None, content: alloc::vec![Part::Text { text: text.into() }] }
    }
}

impl OutputFormat {
    /// Whether any words will do.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

impl Hints {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
