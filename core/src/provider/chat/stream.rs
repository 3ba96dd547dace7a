//! What Chat Completions sends back, folded into an answer.
//!
//! Servers that call themselves compatible differ most here: roles come late or never, tool calls
//! lack an index or an id, content is a list, reasoning has three names, usage stands in three
//! places and the reason to stop may be missing. All of it is read; only the first choice is the
//! answer, further ones are kept aside.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::cohere;
use super::usage::usage;
use crate::error::Error;
use crate::order::sort_by_key;
use crate::provider::answer::{Answer, AnswerToolCall, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, text_of, tier_of};
use crate::provider::problem::Problem;
use crate::request::{ModelId, ServiceTier};
use crate::usage::Usage;

/// The fold of one completion.
#[derive(Clone, Debug, Default)]
pub struct ChatFold {
    id: Option<String>,
    model: Option<String>,
    service_tier: Option<ServiceTier>,
    text: String,
    refusal: Option<String>,
    reasoning: String,
    calls: Vec<Slot>,
    annotations: Vec<Value>,
    /// Fields of the message without a name here, by field.
    extra: Map<String, Value>,
    /// Texts of the choices after the first, by index.
    others: BTreeMap<u64, String>,
    finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
    has_begun: bool,
    is_done: bool,
}

/// One tool call as far as it came.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// The server's own number of it, where it gives one.
    index: Option<u64>,
    call: AnswerToolCall,
    is_started: bool,
}

impl ChatFold {
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Step, Error> {
        if data.trim() == "[DONE]" {
            if !self.has_begun {
                return Err(malformed("the stream ended before it held any of the answer"));
            }
            self.is_done = true;
            self.start_the_rest(sink);
            return Ok(Step::Done);
        }
        let Some(chunk) = parse_data(name, data)? else { return Ok(Step::Idle) };
        if name == "error" || chunk.get("error").is_some_and(|error| !error.is_null()) {
            self.read_usage(&chunk, None);
            return Ok(Step::Failed(Problem::of_value(None, &chunk)));
        }
        if cohere::is_event(&chunk) {
            return Ok(cohere::event(self, &chunk, sink));
        }
        if text_of(&chunk, "type") == "error" {
            return Ok(Step::Failed(Problem::of_value(None, &chunk)));
        }
        self.read_head(&chunk);
        let choices = chunk.get("choices").and_then(Value::as_array);
        let mut step = Step::Idle;
        for choice in choices.into_iter().flatten() {
            self.has_begun = true;
            let delta = choice.get("delta").or(choice.get("message"));
            let delta = delta.unwrap_or(&Value::Null);
            if choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0 {
                self.read_usage(choice, None);
                self.message(delta, sink);
                self.read_finish(choice);
            } else {
                let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
                self.others.entry(index).or_default().push_str(text_of(delta, "content"));
            }
            step = Step::Content;
        }
        self.read_usage(&chunk, Some("/x_groq/usage"));
        if self.finish.is_some() {
            self.start_the_rest(sink);
        }
        Ok(step)
    }

    pub(crate) fn whole(&mut self, body: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        if body.get("error").is_some_and(|error| !error.is_null()) {
            return Ok(Step::Failed(Problem::of_value(None, body)));
        }
        let choices = body.get("choices").and_then(Value::as_array);
        let Some(first) = choices.and_then(|choices| choices.first()) else {
            return Err(malformed("the body is no completion: it holds no `choices`"));
        };
        self.read_head(body);
        self.has_begun = true;
        self.message(first.get("message").unwrap_or(&Value::Null), sink);
        self.read_finish(first);
        for choice in choices.into_iter().flatten().skip(1) {
            self.extra.entry("choices").or_insert_with(|| json!([]));
            if let Some(Value::Array(list)) = self.extra.get_mut("choices") {
                list.push(choice.clone());
            }
        }
        self.read_usage(body, Some("/x_groq/usage"));
        self.start_the_rest(sink);
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
        let mut items = Vec::new();
        if !self.extra.is_empty() {
            items.push(Value::Object(self.extra.clone()));
        }
        for (index, text) in &self.others {
            items.push(json!({ "index": index, "message": { "content": text } }));
        }
        // Calls that are numbered stand in the order of their numbers, however they came.
        let mut calls: Vec<&Slot> = self.calls.iter().collect();
        if calls.iter().all(|slot| slot.index.is_some()) {
            sort_by_key(&mut calls, |slot| slot.index);
        }
        Answer {
            id: self.id.clone(),
            model: self.model.as_deref().map(ModelId::new),
            text: self.text.clone(),
            refusal: self.refusal.clone(),
            tool_calls: calls.into_iter().map(|slot| slot.call.clone()).collect(),
            reasoning: self.reasoning.clone(),
            annotations: self.annotations.clone(),
            finish: self.finish,
            usage: self.usage.clone(),
            items,
        }
    }

    pub(super) fn begin(&mut self, id: &str) {
        self.has_begun = true;
        if !id.is_empty() {
            self.id = Some(id.into());
        }
    }

    pub(super) fn add_text(&mut self, text: &str, sink: &mut dyn Sink) {
        if !text.is_empty() {
            self.text.push_str(text);
            sink.text(text);
        }
    }

    pub(super) fn add_reasoning(&mut self, text: &str, sink: &mut dyn Sink) {
        if !text.is_empty() {
            self.reasoning.push_str(text);
            sink.reasoning(text);
        }
    }

    pub(super) fn add_annotation(&mut self, value: &Value, sink: &mut dyn Sink) {
        self.annotations.push(value.clone());
        sink.annotation(value);
    }

    pub(super) fn end(&mut self, finish: Finish, sink: &mut dyn Sink) {
        self.finish = Some(finish);
        self.start_the_rest(sink);
    }

    /// Takes one piece of a tool call. `number` is the server's own index of it.
    pub(super) fn add_call(
        &mut self,
        number: Option<u64>,
        id: &str,
        name: &str,
        arguments: &str,
        sink: &mut dyn Sink,
    ) {
        let place = self.place_of(number, id, name);
        let place = place.unwrap_or_else(|| {
            self.calls.push(Slot { index: number, ..Slot::default() });
            self.calls.len() - 1
        });
        let Some(slot) = self.calls.get_mut(place) else { return };
        if slot.call.call_id.is_empty() {
            slot.call.call_id = id.into();
        }
        if slot.call.name.is_empty() {
            slot.call.name = name.into();
        }
        slot.call.arguments.push_str(arguments);
        let index = place as u32;
        if slot.is_started {
            if !arguments.is_empty() {
                sink.tool_call_delta(index, arguments);
            }
        } else if !slot.call.name.is_empty() {
            slot.start(index, sink);
        }
    }

    /// The tool call a piece belongs to: by number, unless a new id and name show that a server
    /// numbers all its calls alike; else by id; else the last one.
    fn place_of(&self, number: Option<u64>, id: &str, name: &str) -> Option<usize> {
        let rotated = |slot: &Slot| {
            let is_other =
                !id.is_empty() && !slot.call.call_id.is_empty() && slot.call.call_id != id;
            is_other && !name.is_empty() && is_whole_json(&slot.call.arguments)
        };
        if number.is_some() {
            let place = self.calls.iter().rposition(|slot| slot.index == number)?;
            return (!rotated(&self.calls[place])).then_some(place);
        }
        if !id.is_empty() {
            return self.calls.iter().position(|slot| slot.call.call_id == id);
        }
        let last = self.calls.len().checked_sub(1)?;
        let is_new = !name.is_empty() && is_whole_json(&self.calls[last].call.arguments);
        (!is_new).then_some(last)
    }

    /// Announces calls whose name never came.
    fn start_the_rest(&mut self, sink: &mut dyn Sink) {
        for (index, slot) in self.calls.iter_mut().enumerate().filter(|(_, slot)| !slot.is_started)
        {
            slot.start(index as u32, sink);
        }
    }

    fn read_head(&mut self, chunk: &Value) {
        let word = |key| Some(text_of(chunk, key)).filter(|word| !word.is_empty());
        // The first id stands: some servers give each chunk a new one.
        if self.id.is_none() {
            self.id = word("id").map(ToString::to_string);
        }
        if let Some(model) = word("model") {
            self.model.get_or_insert_with(|| model.into());
        }
        self.service_tier = word("service_tier").and_then(tier_of).or(self.service_tier);
    }

    fn read_usage(&mut self, holder: &Value, other: Option<&str>) {
        let counters = holder.get("usage").filter(|counters| counters.is_object());
        let counters = counters.or_else(|| holder.pointer(other?).filter(|it| it.is_object()));
        if let Some(counters) = counters {
            self.usage = Some(usage(counters));
        }
    }

    fn read_finish(&mut self, choice: &Value) {
        let reason = text_of(choice, "finish_reason");
        if !reason.is_empty() {
            self.finish = Some(match reason {
                "stop" | "eos" | "end_turn" => Finish::Stop,
                "length" | "max_tokens" | "model_length" => Finish::Length,
                "tool_calls" | "function_call" => Finish::ToolCalls,
                "content_filter" => Finish::ContentFilter,
                _ => Finish::Other,
            });
        }
    }

    fn message(&mut self, message: &Value, sink: &mut dyn Sink) {
        let Value::Object(fields) = message else { return };
        // DeepSeek, vLLM and others say `reasoning_content`, Groq and OpenRouter `reasoning`, and
        // some send the same words under both names.
        let named = ["reasoning_content", "reasoning"].map(|key| text_of(message, key));
        self.add_reasoning(if named[0].is_empty() { named[1] } else { named[0] }, sink);
        for (key, value) in fields {
            match key.as_str() {
                "content" => self.content(value, sink),
                "refusal" => {
                    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                        self.refusal.get_or_insert_default().push_str(text);
                        sink.refusal(text);
                    }
                }
                "tool_calls" => {
                    for call in value.as_array().into_iter().flatten() {
                        self.tool_call(call, sink);
                    }
                }
                "function_call" if value.is_object() => {
                    let (name, arguments) = (text_of(value, "name"), text_of(value, "arguments"));
                    self.add_call(Some(0), "", name, arguments, sink);
                }
                "annotations" => {
                    for annotation in value.as_array().into_iter().flatten() {
                        self.add_annotation(annotation, sink);
                    }
                }
                "role" | "index" | "reasoning_content" | "reasoning" => {}
                _ if value.is_null() => {}
                _ => merge(self.extra.entry(key.as_str()).or_insert(Value::Null), value),
            }
        }
    }

    /// Content is text, or with Mistral a list of texts and thoughts.
    fn content(&mut self, content: &Value, sink: &mut dyn Sink) {
        match content {
            Value::String(text) => self.add_text(text, sink),
            Value::Array(parts) => {
                for part in parts {
                    match text_of(part, "type") {
                        "text" | "output_text" => self.add_text(text_of(part, "text"), sink),
                        "thinking" => match part.get("thinking") {
                            Some(Value::Array(thoughts)) => {
                                for thought in thoughts {
                                    self.add_reasoning(text_of(thought, "text"), sink);
                                }
                            }
                            Some(Value::String(text)) => self.add_reasoning(text, sink),
                            _ => {}
                        },
                        "reference" => self.add_annotation(part, sink),
                        _ => {
                            let kept = self.extra.entry("content").or_insert_with(|| json!([]));
                            if let Value::Array(kept) = kept {
                                kept.push(part.clone());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn tool_call(&mut self, call: &Value, sink: &mut dyn Sink) {
        let function = call.get("function").or(call.get("custom")).unwrap_or(&Value::Null);
        let whole;
        let arguments = match function.get("arguments").or(function.get("input")) {
            Some(Value::String(text)) => text.as_str(),
            // Ollama and some proxies send the arguments as an object.
            Some(value @ Value::Object(_)) => {
                whole = value.to_string();
                &whole
            }
            _ => "",
        };
        let number = call.get("index").and_then(Value::as_u64);
        self.add_call(number, text_of(call, "id"), text_of(function, "name"), arguments, sink);
    }
}

impl Slot {
    fn start(&mut self, index: u32, sink: &mut dyn Sink) {
        self.is_started = true;
        sink.tool_call_started(index, &self.call.call_id, &self.call.name);
        if !self.call.arguments.is_empty() {
            sink.tool_call_delta(index, &self.call.arguments);
        }
    }
}

fn is_whole_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Joins the pieces of a field without a name here: texts and lists grow, objects merge, anything
/// else is replaced.
fn merge(so_far: &mut Value, more: &Value) {
    match (so_far, more) {
        (Value::String(text), Value::String(more)) => text.push_str(more),
        (Value::Array(list), Value::Array(more)) => list.extend(more.iter().cloned()),
        (Value::Object(fields), Value::Object(more)) => {
            for (key, value) in more {
                merge(fields.entry(key.as_str()).or_insert(Value::Null), value);
            }
        }
        (so_far, more) => *so_far = more.clone(),
    }
}
