//! What comes back, in pieces or whole, folded into one answer.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

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
use crate::seek;

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
pub struct Fold {
    form: Form,
    /// The last event, where it ends amid a character that the next one may end.
    held: Option<Held>,
}

#[derive(Clone, Debug)]
enum Form {
    Chat(ChatFold),
    GenerateContent(GeminiFold),
    Messages(AnthropicFold),
    Responses(ResponsesFold),
}

#[derive(Clone, Debug)]
struct Held {
    name: String,
    data: String,
}

impl Fold {
    /// The fold of an answer in this format.
    pub fn new(api: Api) -> Self {
        let form = match api {
            Api::Chat => Form::Chat(ChatFold::default()),
            Api::GenerateContent => Form::GenerateContent(GeminiFold::default()),
            Api::Messages => Form::Messages(AnthropicFold::default()),
            Api::Responses => Form::Responses(ResponsesFold::default()),
        };
        Self { form, held: None }
    }

    /// Takes one event of a stream.
    ///
    /// # Errors
    ///
    /// `malformed_response` when its data cannot be read; the answer stays as it was.
    pub fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        if self.held.is_none() {
            return self.next(name, data, sink);
        }
        if is_sign_of_life(name, data) {
            return self.form.event(name, data, sink);
        }
        let joined = self.held.as_mut().and_then(|held| {
            let (first, second) = surrogates::joined(&held.data, data)?;
            held.data = first;
            Some(second)
        });
        match self.release(sink)? {
            end @ (Step::Done | Step::Failed(_)) => Ok(end),
            _ => self.next(name, joined.as_deref().unwrap_or(data), sink),
        }
    }

    /// Takes the event that was held back for the next one, as none will come.
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    pub fn release(&mut self, sink: &mut dyn Sink) -> Result<Step, Error> {
        match self.held.take() {
            None => Ok(Step::Idle),
            Some(Held { name, data }) => self.form.paired(&name, &data, sink),
        }
    }

    fn next(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        let error = match self.form.event(name, data, sink) {
            Err(error) => error,
            step => return step,
        };
        if surrogates::ends_amid_character(data) {
            self.held = Some(Held { name: name.into(), data: data.into() });
            return Ok(Step::Content);
        }
        if surrogates::paired(data).is_some() {
            return self.form.paired(name, data, sink);
        }
        // Some proxies lose the blank lines, so that events run together, a line each.
        if is_lines(data) {
            let mut step = Step::Idle;
            for line in data.lines() {
                match self.form.event(name, line, sink)? {
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

    /// Takes a whole body at once.
    ///
    /// # Errors
    ///
    /// `malformed_response` when it is no answer of this format.
    pub fn whole(&mut self, body: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        let body = &Node::from(body);
        match &mut self.form {
            Form::Chat(fold) => fold.whole(body, sink),
            Form::GenerateContent(fold) => fold.whole(body, sink),
            Form::Messages(fold) => fold.whole(body, sink),
            Form::Responses(fold) => fold.whole(body, sink),
        }
    }

    /// Whether the answer may end here: its terminal event came, or all that must come before it.
    pub fn is_complete(&self) -> bool {
        match &*self.settled() {
            Form::Chat(fold) => fold.is_complete(),
            Form::GenerateContent(fold) => fold.is_complete(),
            Form::Messages(fold) => fold.is_complete(),
            Form::Responses(fold) => fold.is_complete(),
        }
    }

    /// The answer as far as it came.
    pub fn answer(&self) -> Answer {
        match &*self.settled() {
            Form::Chat(fold) => fold.answer(),
            Form::GenerateContent(fold) => fold.answer(),
            Form::Messages(fold) => fold.answer(),
            Form::Responses(fold) => fold.answer(),
        }
    }

    /// The lane the answer ran in, where the provider says so.
    pub fn service_tier(&self) -> Option<ServiceTier> {
        match &self.form {
            Form::Chat(fold) => fold.service_tier(),
            Form::Responses(fold) => fold.service_tier(),
            Form::Messages(fold) => fold.service_tier(),
            Form::GenerateContent(_) => None,
        }
    }

    /// What came, with what is held back.
    fn settled(&self) -> Cow<'_, Form> {
        let mut form = Cow::Borrowed(&self.form);
        if let Some(Held { name, data }) = &self.held {
            // What cannot be read adds nothing.
            let _ = form.to_mut().paired(name, data, &mut Unheard);
        }
        form
    }
}

impl Form {
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
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

    /// Takes an event with the mark for half characters in it.
    fn paired(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        let paired = surrogates::paired(data);
        self.event(name, paired.as_deref().unwrap_or(data), sink)
    }
}

/// The JSON of a whole body, read as leniently as the events of a stream are.
pub(crate) fn parse_body(body: &[u8]) -> Result<Value, json::Unreadable> {
    json::parse(body).or_else(|error| {
        let text = String::from_utf8_lossy(body);
        match surrogates::paired(&text) {
            Some(paired) => json::parse(paired.as_bytes()),
            None if matches!(text, Cow::Owned(_)) => json::parse(text.as_bytes()),
            None => Err(error),
        }
    })
}

/// Whether an event only keeps the connection open.
fn is_sign_of_life(name: &str, data: &str) -> bool {
    matches!(name, "ping" | "keepalive" | "heartbeat")
        || (data.len() < LONGEST_PING_BYTES && seek::has(data, "\"ping\""))
}

const LONGEST_PING_BYTES: usize = 32;

/// The JSON of an event's data; nothing when it is no concern of the answer's.
pub(super) fn parse_data<'a>(name: &str, data: &'a str) -> Result<Option<Node<'a>>, Error> {
    let data = data.trim();
    if data.is_empty() || data == "[DONE]" {
        return Ok(None);
    }
    match json::read_text(data) {
        Ok(value) => Ok(Some(value)),
        // Signs of life of some proxies carry words of their own.
        Err(_) if is_sign_of_life(name, "") => Ok(None),
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
