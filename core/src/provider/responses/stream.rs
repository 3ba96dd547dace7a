//! What Responses sends back, folded into an answer.
//!
//! A response is a list of output items, each opened, filled by deltas and closed by events of
//! its own; the terminal event repeats the whole. Some servers leave out deltas, some the items,
//! some the repetition, and some change ids on the way: an item is known by its place in the
//! list, and whatever was not yet handed on when its whole form comes is handed on then.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::usage::usage;
use crate::error::Error;
use crate::provider::answer::{Answer, AnswerToolCall, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, text_of, tier_of};
use crate::provider::problem::Problem;
use crate::request::{ModelId, ServiceTier};
use crate::usage::Usage;

/// The fold of one response.
#[derive(Clone, Debug, Default)]
pub struct ResponsesFold {
    id: Option<String>,
    model: Option<String>,
    service_tier: Option<ServiceTier>,
    slots: BTreeMap<u64, Slot>,
    tool_calls: u32,
    reasoning: String,
    /// Item and part of the reasoning that came last, so that parts can be set apart.
    reasoning_part: Option<(u64, u64)>,
    finish: Option<Finish>,
    usage: Option<Usage>,
    has_begun: bool,
    is_complete: bool,
}

/// One output item as far as it came.
#[derive(Clone, Debug, Default)]
struct Slot {
    item_id: String,
    item: Value,
    is_done: bool,
    text: String,
    refusal: String,
    reasoned: bool,
    annotations: Vec<Value>,
    call: Option<(u32, AnswerToolCall)>,
}

impl ResponsesFold {
    /// Takes one event; nothing when it is a chunk of Chat Completions instead.
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Option<Step>, Error> {
        let Some(event) = parse_data(name, data)? else { return Ok(Some(Step::Idle)) };
        let kind = event.get("type").and_then(Value::as_str).unwrap_or(name);
        if !self.has_begun && text_of(&event, "object") == "chat.completion.chunk" {
            return Ok(None);
        }
        self.has_begun = true;
        if event.get("error").is_some_and(Value::is_object) {
            return Ok(Some(Step::Failed(Problem::of_value(None, &event))));
        }
        let delta = || text_of(&event, "delta");
        let step = match kind {
            "response.output_text.delta" => {
                let delta = delta();
                self.slot(&event).text.push_str(delta);
                sink.text(delta);
                Step::Content
            }
            "response.refusal.delta" => {
                let delta = delta();
                self.slot(&event).refusal.push_str(delta);
                sink.refusal(delta);
                Step::Content
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                let part = ["summary_index", "content_index"]
                    .iter()
                    .find_map(|key| event.get(*key).and_then(Value::as_u64));
                self.slot(&event).reasoned = true;
                let item = self.slot_key(&event);
                self.add_reasoning((item, part.unwrap_or(0)), delta(), sink);
                Step::Content
            }
            "response.function_call_arguments.delta" => {
                let delta = delta();
                if let Some((index, call)) = &mut self.slot(&event).call {
                    call.arguments.push_str(delta);
                    sink.tool_call_delta(*index, delta);
                }
                Step::Content
            }
            "response.output_text.annotation.added" => {
                if let Some(annotation) = event.get("annotation") {
                    self.slot(&event).annotations.push(annotation.clone());
                    sink.annotation(annotation);
                }
                Step::Content
            }
            "response.output_item.added" => {
                self.open(&event, sink);
                Step::Content
            }
            "response.output_item.done" => {
                let key = self.slot_key(&event);
                if let Some(item) = event.get("item") {
                    self.close(key, item, sink);
                }
                Step::Content
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                self.read_head(event.get("response").unwrap_or(&Value::Null));
                Step::Idle
            }
            "response.completed" | "response.incomplete" | "response.done" => {
                let response = event.get("response").ok_or_else(|| {
                    malformed("the event that ends the answer holds no `response`")
                })?;
                self.end(response, sink)
            }
            "response.failed" | "response.cancelled" | "response.error" => {
                let response = event.get("response").unwrap_or(&event);
                self.read_head(response);
                self.usage = usage(response).or(self.usage.take());
                Step::Failed(Problem::of_value(None, response))
            }
            "error" => Step::Failed(Problem::of_value(None, &event)),
            kind if kind.starts_with("response.") => Step::Content,
            _ => Step::Idle,
        };
        Ok(Some(step))
    }

    /// Takes a whole response object.
    pub(crate) fn whole(&mut self, body: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        if body.get("error").is_some_and(|error| !error.is_null()) {
            self.usage = usage(body);
            return Ok(Step::Failed(Problem::of_value(None, body)));
        }
        if !body.get("output").is_some_and(Value::is_array) {
            return Err(malformed("the body is no response: it holds no `output`"));
        }
        Ok(self.end(body, sink))
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    pub(crate) fn service_tier(&self) -> Option<ServiceTier> {
        self.service_tier
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut answer = Answer {
            id: self.id.clone(),
            model: self.model.as_deref().map(ModelId::new),
            reasoning: self.reasoning.clone(),
            finish: self.finish,
            usage: self.usage.clone(),
            ..Answer::default()
        };
        for slot in self.slots.values() {
            answer.text.push_str(&slot.text);
            if !slot.refusal.is_empty() {
                answer.refusal.get_or_insert_default().push_str(&slot.refusal);
            }
            answer.annotations.extend(slot.annotations.iter().cloned());
            answer.tool_calls.extend(slot.call.iter().map(|(_, call)| call.clone()));
            if slot.is_done {
                answer.items.push(slot.item.clone());
            }
        }
        answer
    }

    fn read_head(&mut self, response: &Value) {
        let word = |key| response.get(key).and_then(Value::as_str).map(ToString::to_string);
        self.id = word("id").or(self.id.take());
        self.model = word("model").or(self.model.take());
        let tier = response.get("service_tier").and_then(Value::as_str);
        self.service_tier = tier.and_then(tier_of).or(self.service_tier);
    }

    fn slot_key(&self, event: &Value) -> u64 {
        if let Some(index) = event.get("output_index").and_then(Value::as_u64) {
            return index;
        }
        let id = text_of(event, "item_id");
        let by_id = self.slots.iter().find(|(_, slot)| !id.is_empty() && slot.item_id == id);
        by_id.or(self.slots.last_key_value()).map_or(0, |(key, _)| *key)
    }

    fn slot(&mut self, event: &Value) -> &mut Slot {
        let key = self.slot_key(event);
        self.slots.entry(key).or_default()
    }

    fn open(&mut self, event: &Value, sink: &mut dyn Sink) {
        let Some(item) = event.get("item") else { return };
        let last = self.slots.last_key_value().map_or(0, |(key, _)| key + 1);
        let key = event.get("output_index").and_then(Value::as_u64).unwrap_or(last);
        let slot = self.slots.entry(key).or_default();
        slot.item_id = text_of(item, "id").into();
        slot.item = item.clone();
        start_call(slot, item, &mut self.tool_calls, sink);
        if let Some((index, call)) = &mut slot.call {
            // Some servers open an item with its arguments already whole.
            let arguments = text_of(item, "arguments");
            if call.arguments.is_empty() && !arguments.is_empty() {
                call.arguments.push_str(arguments);
                sink.tool_call_delta(*index, arguments);
            }
        }
    }

    /// Takes an item's whole form and hands on what no delta held.
    fn close(&mut self, key: u64, item: &Value, sink: &mut dyn Sink) {
        let slot = self.slots.entry(key).or_default();
        start_call(slot, item, &mut self.tool_calls, sink);
        if let Some((index, call)) = &mut slot.call {
            let arguments = text_of(item, "arguments");
            if let Some(rest) = arguments.strip_prefix(call.arguments.as_str()) {
                if !rest.is_empty() {
                    sink.tool_call_delta(*index, rest);
                }
                call.arguments = arguments.into();
            }
        }
        let (mut text, mut refusal, mut annotations) = (String::new(), String::new(), Vec::new());
        let parts = item.get("content").and_then(Value::as_array);
        let is_message = matches!(text_of(item, "type"), "message" | "");
        for part in parts.into_iter().flatten().filter(|_| is_message) {
            match text_of(part, "type") {
                "output_text" | "text" => text.push_str(text_of(part, "text")),
                "refusal" => refusal.push_str(text_of(part, "refusal")),
                _ => {}
            }
            let notes = part.get("annotations").and_then(Value::as_array);
            annotations.extend(notes.into_iter().flatten().cloned());
        }
        hand_on(&mut slot.text, text, |rest| sink.text(rest));
        hand_on(&mut slot.refusal, refusal, |rest| sink.refusal(rest));
        for annotation in annotations.iter().skip(slot.annotations.len()) {
            sink.annotation(annotation);
        }
        if annotations.len() >= slot.annotations.len() {
            slot.annotations = annotations;
        }
        slot.item = item.clone();
        slot.is_done = true;
        if !slot.reasoned && text_of(item, "type") == "reasoning" {
            slot.reasoned = true;
            for (list, name) in [("summary", "summary_text"), ("content", "reasoning_text")] {
                let parts = item.get(list).and_then(Value::as_array).into_iter().flatten();
                for (part, value) in parts.enumerate() {
                    if text_of(value, "type") == name {
                        self.add_reasoning((key, part as u64), text_of(value, "text"), sink);
                    }
                }
            }
        }
    }

    fn end(&mut self, response: &Value, sink: &mut dyn Sink) -> Step {
        self.read_head(response);
        let output = response.get("output").and_then(Value::as_array);
        let output = output.filter(|output| !output.is_empty());
        if output.is_some() {
            let mut before = core::mem::take(&mut self.slots);
            for (place, item) in output.into_iter().flatten().enumerate() {
                // The list may leave out items that were streamed, and may name them anew.
                let id = text_of(item, "id");
                let same = before.iter().find(|(_, slot)| !id.is_empty() && slot.item_id == id);
                let same_kind = |key: &u64| {
                    let slot = before.get(key);
                    let kind = slot.map(|slot| text_of(&slot.item, "type"));
                    kind.is_some_and(|kind| kind.is_empty() || kind == text_of(item, "type"))
                };
                let place = place as u64;
                let key = same.map(|(key, _)| *key).or(Some(place).filter(same_kind));
                let slot = key.and_then(|key| before.remove(&key)).unwrap_or_default();
                self.slots.insert(place, slot);
                self.close(place, item, sink);
            }
        }
        self.usage = usage(response).or(self.usage.take());
        match text_of(response, "status") {
            "failed" | "cancelled" => return Step::Failed(Problem::of_value(None, response)),
            "queued" | "in_progress" => return Step::Content,
            _ => {}
        }
        let why = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        self.finish = Some(match why {
            Some("max_output_tokens" | "max_tokens") => Finish::Length,
            Some("content_filter") => Finish::ContentFilter,
            Some(_) => Finish::Other,
            None if self.awaits_the_caller() => Finish::ToolCalls,
            None => Finish::Stop,
        });
        self.is_complete = true;
        Step::Done
    }

    /// Calls of tools that take free text are kept among the items: xAI runs some of them itself,
    /// and only one that stands last waits for the caller.
    fn awaits_the_caller(&self) -> bool {
        let last = self.slots.last_key_value().map(|(_, slot)| text_of(&slot.item, "type"));
        self.slots.values().any(|slot| slot.call.is_some()) || last == Some("custom_tool_call")
    }

    fn add_reasoning(&mut self, part: (u64, u64), text: &str, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        if self.reasoning_part.is_some_and(|last| last != part) {
            self.reasoning.push_str("\n\n");
            sink.reasoning("\n\n");
        }
        self.reasoning_part = Some(part);
        self.reasoning.push_str(text);
        sink.reasoning(text);
    }
}

fn start_call(slot: &mut Slot, item: &Value, count: &mut u32, sink: &mut dyn Sink) {
    if text_of(item, "type") != "function_call" || slot.call.is_some() {
        return;
    }
    let call_id = match text_of(item, "call_id") {
        "" => text_of(item, "id"),
        call_id => call_id,
    };
    let name = text_of(item, "name");
    sink.tool_call_started(*count, call_id, name);
    let call =
        AnswerToolCall { call_id: call_id.into(), name: name.into(), arguments: String::new() };
    slot.call = Some((*count, call));
    *count += 1;
}

/// Hands on what `whole` holds beyond what was handed on before, and keeps the whole.
fn hand_on(so_far: &mut String, whole: String, mut rest: impl FnMut(&str)) {
    if whole.is_empty() {
        return;
    }
    if let Some(tail) = whole.strip_prefix(so_far.as_str()).filter(|tail| !tail.is_empty()) {
        rest(tail);
    }
    *so_far = whole;
}
