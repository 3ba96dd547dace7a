//! What comes back, in pieces or whole, folded into one answer.

use alloc::format;

use serde_json::Value;

use super::answer::Answer;
use super::anthropic::stream::AnthropicFold;
use super::chat::stream::ChatFold;
use super::gemini::stream::GeminiFold;
use super::problem::Problem;
use super::responses::stream::ResponsesFold;
use super::surrogates;
use crate::error::{Error, ErrorKind};
use crate::json::Node;
use crate::json::{self, object};
use crate::request::{Api, ServiceTier};

/// Receives the pieces of an answer in the order they come.
///
/// Of every kind, the pieces together are what the whole answer holds.
pub trait Sink {
    /// A note of the provider's on the text.
    fn annotation(&mut self, value: &Value);
    /// More of the reasoning.
    fn reasoning(&mut self, text: &str);
    /// More of a refusal.
    fn refusal(&mut self, text: &str);
    /// What came so far no longer counts: the provider began anew inside the same stream.
    fn superseded(&mut self);
    /// More of the words.
    fn text(&mut self, text: &str);
    /// More of a tool call's arguments.
    fn tool_call_delta(&mut self, index: u32, arguments: &str);
    /// A tool call began.
    fn tool_call_started(&mut self, index: u32, call_id: &str, name: &str);
}

/// Hears nothing: for what is only kept aside.
pub(super) struct Unheard;

impl Sink for Unheard {
    fn annotation(&mut self, _: &Value) {}
    fn reasoning(&mut self, _: &str) {}
    fn refusal(&mut self, _: &str) {}
    fn superseded(&mut self) {}
    fn text(&mut self, _: &str) {}
    fn tool_call_delta(&mut self, _: u32, _: &str) {}
    fn tool_call_started(&mut self, _: u32, _: &str, _: &str) {}
}

/// What one event of a stream did.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The answer grew, or the model did something.
    Content,
    /// The answer is whole; nothing more is needed.
    Done,
    /// The provider reported a failure.
    Failed(Problem),
    /// Nothing of the answer: a sign of life, or something without a name here.
    Idle,
}

/// The fold of one answer.
#[derive(Clone, Debug)]
pub enum Fold {
    /// Of Chat Completions.
    Chat(ChatFold),
    /// Of Gemini.
    GenerateContent(GeminiFold),
    /// Of Anthropic Messages.
    Messages(AnthropicFold),
    /// Of Responses.
    Responses(ResponsesFold),
}

impl Fold {
    /// The fold of an answer in this format.
    pub fn new(api: Api) -> Self {
        match api {
            Api::Chat => Self::Chat(ChatFold::default()),
            Api::GenerateContent => Self::GenerateContent(GeminiFold::default()),
            Api::Messages => Self::Messages(AnthropicFold::default()),
            Api::Responses => Self::Responses(ResponsesFold::default()),
        }
    }

    /// Takes one event of a stream.
    ///
    /// # Errors
    ///
    /// `malformed_response` when its data cannot be read; the answer stays as it was.
    pub fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        let error = match self.one(name, data, sink) {
            Err(error) => error,
            step => return step,
        };
        // Some proxies lose the blank lines, so that events run together, a line each.
        if is_lines(data) {
            let mut step = Step::Idle;
            for line in data.lines() {
                match self.one(name, line, sink)? {
                    Step::Idle => {}
                    end @ (Step::Done | Step::Failed(_)) => return Ok(end),
                    Step::Content => step = Step::Content,
                }
            }
            return Ok(step);
        }
        // An error in plain words is an error all the same.
        if name == "error" && !data.trim().is_empty() {
            return Ok(Step::Failed(Problem::of_value(
                None,
                &object! { "message" => data.trim() },
            )));
        }
        Err(error)
    }

    fn one(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        match self {
            Self::Chat(fold) => fold.event(name, data, sink),
            Self::GenerateContent(fold) => fold.event(name, data, sink),
            Self::Messages(fold) => fold.event(name, data, sink),
            Self::Responses(fold) => match fold.event(name, data, sink)? {
                Some(step) => Ok(step),
                None => {
                    // Azure answers for some models in the other format, whatever was asked.
                    let mut chat = ChatFold::default();
                    let step = chat.event(name, data, sink);
                    *self = Self::Chat(chat);
                    step
                }
            },
        }
    }

    /// Takes a whole body at once.
    ///
    /// # Errors
    ///
    /// `malformed_response` when it is no answer of this format.
    pub fn whole(&mut self, body: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        let body = &Node::from(body);
        match self {
            Self::Chat(fold) => fold.whole(body, sink),
            Self::GenerateContent(fold) => fold.whole(body, sink),
            Self::Messages(fold) => fold.whole(body, sink),
            Self::Responses(fold) => fold.whole(body, sink),
        }
    }

    /// Whether the answer may end here: its terminal event came, or all that must come before it.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Chat(fold) => fold.is_complete(),
            Self::GenerateContent(fold) => fold.is_complete(),
            Self::Messages(fold) => fold.is_complete(),
            Self::Responses(fold) => fold.is_complete(),
        }
    }

    /// The answer as far as it came.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Chat(fold) => fold.answer(),
            Self::GenerateContent(fold) => fold.answer(),
            Self::Messages(fold) => fold.answer(),
            Self::Responses(fold) => fold.answer(),
        }
    }

    /// The lane the answer ran in, where the provider says so.
    pub fn service_tier(&self) -> Option<ServiceTier> {
        match self {
            Self::Chat(fold) => fold.service_tier(),
            Self::Responses(fold) => fold.service_tier(),
            Self::Messages(fold) => fold.service_tier(),
            Self::GenerateContent(_) => None,
        }
    }
}

/// The JSON of an event's data; nothing when it is no concern of the answer's.
pub(super) fn parse_data<'a>(name: &str, data: &'a str) -> Result<Option<Node<'a>>, Error> {
    let data = data.trim();
    if data.is_empty() || data == "[DONE]" {
        return Ok(None);
    }
    let parsed = json::read_text(data).or_else(|error| {
        let paired = surrogates::paired(data).ok_or(error)?;
        json::parse(paired.as_bytes()).map(Node::from)
    });
    match parsed {
        Ok(value) => Ok(Some(value)),
        // Signs of life of some proxies carry words of their own.
        Err(_) if matches!(name, "ping" | "keepalive" | "heartbeat") => Ok(None),
        Err(error) => Err(malformed(&format!("an event of the stream is not JSON ({error})"))),
    }
}

/// Whether the data of an event is several, a line each.
fn is_lines(data: &str) -> bool {
    let is_event = |line: &str| {
        let line = line.trim();
        line.is_empty() || line == "[DONE]" || json::is_json(line)
    };
    data.trim().contains('\n') && data.lines().all(is_event)
}

/// Whether a field `error` says more than that there is none.
pub(super) fn reports_error(value: &Node<'_>) -> bool {
    match value.get("error") {
        Some(Node::Object(fields)) => !fields.is_empty(),
        Some(Node::String(words)) => !words.is_empty(),
        Some(Node::Bool(is_wrong)) => *is_wrong,
        Some(Node::Number(code)) => code.as_u64() != Some(0),
        _ => false,
    }
}

pub(super) fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::MalformedResponse, what)
}

/// The text of a field, empty when there is none.
pub(super) fn text_of<'n>(value: &'n Node<'_>, key: &str) -> &'n str {
    value.get(key).and_then(Node::as_str).unwrap_or("")
}

/// The lane a provider's word stands for.
pub(super) fn tier_of(word: &str) -> Option<ServiceTier> {
    match word {
        "batch" => Some(ServiceTier::Batch),
        "default" | "on_demand" | "standard" => Some(ServiceTier::Standard),
        "flex" => Some(ServiceTier::Flex),
        "priority" => Some(ServiceTier::Priority),
        "ultrafast" => Some(ServiceTier::Ultrafast),
        _ => None,
    }
}
