//! What Chat Completions sends back, folded into an answer.
//!
//! Servers that call themselves compatible differ most here: roles come late or never, tool calls
//! lack an index or an id, content is a list, reasoning has several names, usage stands in three
//! places and the reason to stop may be missing. All of it is read; only the first choice is the
//! answer, further ones are kept aside.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::cohere;
use super::message::{Message, REASONING, WANTED_BACK, merge};
use super::tool_calls::KNOWN as CALL_FIELDS;
use super::usage::usage;
use crate::error::Error;
use crate::json::{self, object};
use crate::provider::alike::Alike;
use crate::provider::answer::{Answer, Finish};
use crate::provider::fold::{
    Sink, Step, Unheard, malformed, parse_data, reports_error, text_of, tier_of,
};
use crate::provider::node::Node;
use crate::provider::numbered::Numbered;
use crate::provider::problem::Problem;
use crate::request::{ModelId, ServiceTier};
use crate::usage::Usage;

/// The fold of one completion.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChatFold {
    id: Option<String>,
    model: Option<String>,
    service_tier: Option<ServiceTier>,
    pub(super) message: Message,
    /// Fields of the choice without a name here, such as the probabilities of its tokens.
    choice: Map<String, Value>,
    /// Fields of the completion without a name here, as they were last.
    completion: Map<String, Value>,
    /// The choices after the first, by index.
    others: Numbered<ChatFold>,
    finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
    has_begun: bool,
    is_done: bool,
    /// The last chunk, if it held words and nothing else that was new, and what its words were.
    alike: Box<Alike>,
    again: Again,
}

/// What the words of a chunk are that holds nothing else.
#[derive(Clone, Copy, Debug, Default)]
enum Again {
    /// Of the arguments of the tool call with this number.
    Arguments(Option<u64>),
    /// Of the reasoning.
    Reasoning,
    /// Of the answer.
    #[default]
    Text,
}

impl ChatFold {
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Step, Error> {
        if let Some(words) = self.alike.words(name, data) {
            match self.again {
                Again::Arguments(number) => self.message.calls.go_on(number, &words, sink),
                Again::Reasoning => self.message.add_reasoning(&words, sink),
                Again::Text => self.message.add_text(&words, sink),
            }
            return Ok(Step::Content);
        }
        self.alike.forget();
        if data.trim() == "[DONE]" {
            if !self.has_begun {
                return Err(malformed("the stream ended before it held any of the answer"));
            }
            self.is_done = true;
            self.message.calls.start_the_rest(sink);
            return Ok(Step::Done);
        }
        let Some(chunk) = parse_data(name, data)? else { return Ok(Step::Idle) };
        if name == "error" || is_failure(&chunk) {
            self.read_usage(&chunk, None);
            return Ok(Step::Failed(Problem::of_node(&chunk)));
        }
        if cohere::is_event(&chunk) {
            return Ok(cohere::event(self, &chunk, sink));
        }
        self.read_head(&chunk);
        let choices = chunk.get("choices").and_then(Node::as_array);
        let mut step = Step::Idle;
        for choice in choices.into_iter().flatten() {
            self.has_begun = true;
            match choice.get("index").and_then(Node::as_u64).unwrap_or(0) {
                0 => self.read_choice(choice, sink),
                other => self.others.or_default(other).read_choice(choice, &mut Unheard),
            }
            step = Step::Content;
        }
        self.read_usage(&chunk, Some("x_groq"));
        if self.finish.is_some() {
            self.message.calls.start_the_rest(sink);
        }
        if self.finish.is_none()
            && let Some((again, words)) = only_words(&chunk)
        {
            self.again = again;
            let padding = chunk.get("obfuscation").and_then(Node::as_str);
            self.alike.keep(name, data, words, padding, None);
        }
        Ok(step)
    }

    pub(crate) fn whole(&mut self, body: &Node<'_>, sink: &mut dyn Sink) -> Result<Step, Error> {
        if is_failure(body) {
            return Ok(Step::Failed(Problem::of_node(body)));
        }
        let choices = body.get("choices").and_then(Node::as_array).unwrap_or_default();
        let is_first = |choice: &&Node<'_>| choice.get("index").and_then(Node::as_u64) == Some(0);
        let Some(first) = choices.iter().find(is_first).or(choices.first()) else {
            return Err(malformed("the body is no completion: it holds no `choices`"));
        };
        self.read_head(body);
        self.has_begun = true;
        self.read_choice(first, sink);
        for choice in choices.iter().filter(|choice| !core::ptr::eq(*choice, first)) {
            self.message.extra.entry("choices").or_insert_with(|| Value::Array(Vec::new()));
            if let Some(Value::Array(list)) = self.message.extra.get_mut("choices") {
                list.push(choice.to_value());
            }
        }
        self.read_usage(body, Some("x_groq"));
        self.message.calls.start_the_rest(sink);
        self.is_done = true;
        Ok(Step::Done)
    }

    /// Whether it may end here: many servers send no mark after the reason to stop.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_done || self.finish.is_some()
    }

    pub(crate) fn service_tier(&self) -> Option<ServiceTier> {
        self.service_tier
    }

    pub(crate) fn answer(&self) -> Answer {
        let message = &self.message;
        let mut items = Vec::new();
        if !message.extra.is_empty() {
            items.push(Value::Object(message.extra.clone()));
        }
        if message.is_wanted_back && !message.calls.is_empty() {
            items.push(object! { WANTED_BACK => message.reasoning });
        }
        for (key, fields) in [("choice", &self.choice), ("completion", &self.completion)] {
            if !fields.is_empty() {
                items.push(object! { key => fields });
            }
        }
        let beside = message.calls.beside();
        if !beside.is_empty() {
            items.push(object! { "tool_calls" => beside });
        }
        items.extend(self.others.iter().map(|(index, other)| other.as_item(index)));
        Answer {
            id: self.id.clone(),
            model: self.model.as_deref().map(ModelId::new),
            text: message.text.clone(),
            refusal: message.refusal.clone(),
            tool_calls: message.calls.in_order(),
            reasoning: message.reasoning.clone(),
            annotations: message.annotations.clone(),
            finish: self.finish,
            usage: self.usage.clone(),
            items,
        }
    }

    /// A choice after the first, as the format writes one.
    fn as_item(&self, index: u64) -> Value {
        let Message { text, refusal, reasoning, calls, extra, .. } = &self.message;
        let mut message = extra.clone();
        message.insert("content".into(), text.as_str().into());
        for (key, words) in
            [("refusal", refusal.as_deref().unwrap_or("")), ("reasoning", reasoning)]
        {
            if !words.is_empty() {
                message.insert(key.into(), words.into());
            }
        }
        let calls = calls.in_order().into_iter().map(|call| {
            let function = object! { "name" => call.name, "arguments" => call.arguments };
            object! { "id" => call.call_id, "type" => "function", "function" => function }
        });
        let calls: Vec<Value> = calls.collect();
        if !calls.is_empty() {
            message.insert("tool_calls".into(), calls.into());
        }
        let mut choice = self.choice.clone();
        choice.insert("index".into(), index.into());
        choice.insert("message".into(), message.into());
        if let Some(finish) = self.finish {
            choice.insert("finish".into(), json::value(&finish));
        }
        choice.into()
    }

    pub(super) fn begin(&mut self, id: &str) {
        self.has_begun = true;
        if !id.is_empty() {
            self.id = Some(id.into());
        }
    }

    pub(super) fn end(&mut self, finish: Finish, sink: &mut dyn Sink) {
        self.finish = Some(finish);
        self.message.calls.start_the_rest(sink);
    }

    fn read_choice(&mut self, choice: &Node<'_>, sink: &mut dyn Sink) {
        self.read_usage(choice, None);
        let Some(fields) = choice.as_object() else { return };
        let object = |key| choice.get(key).and_then(Node::as_object);
        // Perplexity sends what came so far as a message beside each piece.
        match (object("delta"), object("message")) {
            (Some(delta), _) => self.message.add(delta, sink),
            (None, Some(message)) => self.message.complete(message, sink),
            // The format before chats.
            (None, None) => self.message.add_text(text_of(choice, "text"), sink),
        }
        for (key, value) in fields {
            match key.as_ref() {
                "delta" | "finish_reason" | "index" | "message" | "text" | "usage" => {}
                _ if value.is_null() => {}
                "logprobs" => {
                    let so_far = self.choice.entry(key.as_ref()).or_insert(Value::Null);
                    merge(so_far, &value.to_value());
                }
                _ => keep(&mut self.choice, key, value),
            }
        }
        self.finish = finish_of(text_of(choice, "finish_reason")).or(self.finish);
    }

    fn read_head(&mut self, chunk: &Node<'_>) {
        for (key, value) in chunk.as_object().into_iter().flatten() {
            match (key.as_ref(), value) {
                ("id", Node::String(word)) if !word.is_empty() => {
                    // The first id stands: some servers give each chunk a new one.
                    self.id.get_or_insert_with(|| word.to_string());
                }
                ("model", Node::String(word)) if !word.is_empty() => {
                    self.model.get_or_insert_with(|| word.to_string());
                }
                ("service_tier", Node::String(word)) => {
                    self.service_tier = tier_of(word).or(self.service_tier);
                }
                (key, _) if KNOWN.contains(&key) => {}
                (_, Node::Null) => {}
                _ => keep(&mut self.completion, key, value),
            }
        }
    }

    fn read_usage(&mut self, holder: &Node<'_>, other: Option<&str>) {
        let counts = |value: &&Node<'_>| value.as_object().is_some_and(|fields| !fields.is_empty());
        let counters = holder.get("usage").filter(counts);
        let counters = counters.or_else(|| holder.get(other?)?.get("usage").filter(counts));
        if let Some(counters) = counters {
            self.usage = Some(usage(&counters.to_value()));
        }
    }
}

/// The words of a chunk that, read once more with other words, would do nothing but add them.
fn only_words<'n>(chunk: &'n Node<'_>) -> Option<(Again, &'n str)> {
    let [choice] = chunk.get("choices")?.as_array()? else { return None };
    let is_first = choice.get("index").is_none_or(|index| index.as_u64() == Some(0));
    let adds = choice.get("logprobs").is_some_and(|value| !value.is_null());
    if !is_first || adds {
        return None;
    }
    let mut said = choice
        .get("delta")?
        .as_object()?
        .iter()
        .filter(|(key, value)| !value.is_null() && !matches!(key.as_ref(), "index" | "role"));
    let (Some((key, value)), None) = (said.next(), said.next()) else { return None };
    match (key.as_ref(), value) {
        ("content", Node::String(words)) => Some((Again::Text, words)),
        ("tool_calls", Node::Array(calls)) => {
            let [call] = calls.as_slice() else { return None };
            let function = call.get("function")?;
            let is_named = [text_of(call, "id"), text_of(function, "name")] != ["", ""];
            let mut fields = call.as_object()?.iter();
            if !fields.all(|(key, value)| value.is_null() || CALL_FIELDS.contains(&key.as_ref())) {
                return None;
            }
            let number = call.get("index").and_then(Node::as_u64);
            let arguments = function.get("arguments")?.as_str()?;
            (!is_named).then_some((Again::Arguments(number), arguments))
        }
        (key, Node::String(words)) if REASONING.contains(&key) => Some((Again::Reasoning, words)),
        _ => None,
    }
}

/// Whether a chunk or a body reports a failure; servers of their own write it in their own way.
fn is_failure(chunk: &Node<'_>) -> bool {
    let is_said = |key| chunk.get(key).is_some_and(Node::is_string);
    reports_error(chunk)
        || [text_of(chunk, "object"), text_of(chunk, "type")].contains(&"error")
        || chunk.get("x_groq").is_some_and(reports_error)
        || (chunk.get("choices").is_none()
            && chunk.get("code").is_some_and(|code| !code.is_null())
            && is_said("message"))
}

/// The reason to stop a server's word stands for.
fn finish_of(reason: &str) -> Option<Finish> {
    Some(match reason.to_ascii_lowercase().as_str() {
        // Older servers of Qwen write the word between pieces.
        "" | "null" => return None,
        "complete" | "end_turn" | "eos" | "eos_token" | "stop" | "stop_sequence" => Finish::Stop,
        "length" | "max_length" | "max_output_tokens" | "max_tokens" | "model_length" => {
            Finish::Length
        }
        "function_call" | "tool_call" | "tool_calls" | "tool_use" => Finish::ToolCalls,
        "content_filter" | "recitation" | "refusal" | "safety" | "sensitive" => {
            Finish::ContentFilter
        }
        _ => Finish::Other,
    })
}

/// Keeps a field as it was last; most that repeat do not change.
fn keep(fields: &mut Map<String, Value>, key: &str, value: &Node<'_>) {
    if !fields.get(key).is_some_and(|kept| value.is_value(kept)) {
        fields.insert(key.into(), value.to_value());
    }
}

/// Fields of a chunk that are read, or that say nothing of the answer.
const KNOWN: &[&str] = &[
    "choices",
    "created",
    "error",
    "id",
    "model",
    "object",
    "obfuscation",
    "service_tier",
    "system_fingerprint",
    "usage",
    "x_groq",
];
