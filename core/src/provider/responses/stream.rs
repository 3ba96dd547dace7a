//! What Responses sends back, folded into an answer.
//!
//! A response is a list of output items, each opened, filled by deltas and closed by events of
//! its own; the terminal event repeats the whole. Some servers leave out deltas, some the items,
//! some the repetition, and some change ids on the way: an item is known by its place in the
//! list, and whatever was not yet handed on when its whole form comes is handed on then.

mod ending;

use alloc::string::{String, ToString};

use super::slot::Slot;
use crate::error::Error;
use crate::provider::alike::Alike;
use crate::provider::answer::{Answer, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, reports_error, text_of, tier_of};
use crate::provider::node::Node;
use crate::provider::numbered::Numbered;
use crate::provider::problem::Problem;
use crate::request::{ModelId, ServiceTier};
use crate::seek;
use crate::usage::Usage;
use ending::usage_of;

/// The fold of one response.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResponsesFold {
    id: Option<String>,
    model: Option<String>,
    service_tier: Option<ServiceTier>,
    slots: Numbered<Slot>,
    tool_calls: u32,
    reasoning: String,
    /// Item and part of the reasoning that came last, so that parts can be set apart.
    reasoning_part: Option<(u64, u64)>,
    finish: Option<Finish>,
    usage: Option<Usage>,
    has_begun: bool,
    is_complete: bool,
    /// The last event, if it held more of a text and nothing else, and which text.
    alike: Alike,
    again: Again,
}

/// Where the words of an event go that holds nothing else.
#[derive(Clone, Copy, Debug, Default)]
enum Again {
    /// Nowhere.
    #[default]
    Aside,
    /// To the arguments of a call.
    Arguments(u64),
    /// To a part of an item's reasoning.
    Reasoning(u64, u64),
    /// To a part of a message.
    Text(u64, Option<u64>),
}

impl ResponsesFold {
    /// Takes one event; nothing when it is a chunk of Chat Completions instead.
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Option<Step>, Error> {
        if let Some(words) = self.alike.words(name, data) {
            self.add(&words, sink);
            return Ok(Some(Step::Content));
        }
        self.alike.forget();
        let Some(event) = parse_data(name, data)? else { return Ok(Some(Step::Idle)) };
        let kind = event.get("type").and_then(Node::as_str).unwrap_or(name);
        let is_ours = kind.starts_with("response.");
        if !self.has_begun && !is_ours && event.get("choices").is_some_and(Node::is_array) {
            return Ok(None);
        }
        self.has_begun |= is_ours;
        // A tool that failed says so in an event of its own, and the model goes on.
        if kind == "error" || (!is_ours && reports_error(&event)) {
            return Ok(Some(Step::Failed(Problem::of_node(&event))));
        }
        let delta = text_of(&event, "delta");
        let part = event.get("content_index").and_then(Node::as_u64);
        match kind {
            "response.output_text.delta" => {
                self.again = Again::Text(self.slot_key(&event), part);
                self.learn(name, data, &event);
                self.add(delta, sink);
            }
            "response.output_text.done" => {
                self.slot(&event).complete_text(part, text_of(&event, "text"), sink);
            }
            "response.content_part.done" => {
                let whole = event.get("part").unwrap_or(&Node::Null);
                let slot = self.slot(&event);
                match text_of(whole, "type") {
                    "output_text" => slot.complete_text(part, text_of(whole, "text"), sink),
                    "refusal" => slot.complete_refusal(text_of(whole, "refusal"), sink),
                    _ => {}
                }
            }
            "response.refusal.delta" => {
                self.slot(&event).refusal.push_str(delta);
                sink.refusal(delta);
            }
            "response.refusal.done" => {
                self.slot(&event).complete_refusal(text_of(&event, "refusal"), sink);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                let key = self.slot_key(&event);
                self.again = Again::Reasoning(key, reasoning_part(&event, kind));
                self.learn(name, data, &event);
                self.add(delta, sink);
            }
            "response.reasoning_summary_text.done" | "response.reasoning_text.done" => {
                let key = self.slot_key(&event);
                let (part, whole) = (reasoning_part(&event, kind), text_of(&event, "text"));
                self.complete_reasoning(key, part, whole, sink);
            }
            "response.function_call_arguments.delta" => {
                self.again = Again::Arguments(self.slot_key(&event));
                self.learn(name, data, &event);
                self.add(delta, sink);
            }
            "response.function_call_arguments.done" => {
                let key = self.slot_key(&event);
                let slot = self.slots.or_default(key);
                slot.name_call(&event, &mut self.tool_calls, sink);
                slot.complete_arguments(text_of(&event, "arguments"), sink);
            }
            "response.custom_tool_call_input.delta" => {
                self.slot(&event).add_to_item("input", delta);
            }
            "response.mcp_call_arguments.delta" => {
                self.slot(&event).add_to_item("arguments", delta);
            }
            "response.code_interpreter_call_code.delta" => {
                self.slot(&event).add_to_item("code", delta);
            }
            "response.output_text.annotation.added" => {
                if let Some(annotation) = event.get("annotation") {
                    let annotation = annotation.to_value();
                    sink.annotation(&annotation);
                    self.slot(&event).annotations.push(annotation);
                }
            }
            "response.output_item.added" => self.open(&event, sink),
            "response.output_item.done" => {
                if let Some(item) = event.get("item") {
                    self.close(self.slot_key(&event), item, sink);
                }
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                // Some servers put what went wrong beside the response, in an event like the first.
                if reports_error(&event) {
                    return Ok(Some(Step::Failed(Problem::of_node(&event))));
                }
                self.read_head(event.get("response").unwrap_or(&Node::Null));
                return Ok(Some(Step::Idle));
            }
            "response.completed" | "response.incomplete" | "response.done" => {
                let response = event.get("response").ok_or_else(|| {
                    malformed("the event that ends the answer holds no `response`")
                })?;
                return Ok(Some(self.end(response, kind, sink)));
            }
            "response.failed" | "response.cancelled" | "response.error" => {
                let response = event.get("response").unwrap_or(&event);
                self.read_head(response);
                self.usage = usage_of(response).or(self.usage.take());
                return Ok(Some(Step::Failed(Problem::of_node(response))));
            }
            _ if is_ours => {}
            _ => return Ok(Some(Step::Idle)),
        }
        Ok(Some(Step::Content))
    }

    /// Expects more events like this one.
    fn learn(&mut self, name: &str, data: &str, event: &Node<'_>) {
        if let Some(Node::String(words)) = event.get("delta") {
            let padding = event.get("obfuscation").and_then(Node::as_str);
            self.alike.keep(name, data, words, padding, Some("\"sequence_number\":"));
        }
    }

    /// Takes more of the text that the last event was about.
    fn add(&mut self, words: &str, sink: &mut dyn Sink) {
        match self.again {
            Again::Aside => {}
            Again::Arguments(key) => {
                self.slots.or_default(key).add_arguments(words, sink);
            }
            Again::Reasoning(key, part) => self.add_reasoning(key, part, words, sink),
            Again::Text(key, part) => self.slots.or_default(key).add_text(part, words, sink),
        }
    }

    /// Takes a whole response object.
    pub(crate) fn whole(&mut self, body: &Node<'_>, sink: &mut dyn Sink) -> Result<Step, Error> {
        if reports_error(body) {
            self.usage = usage_of(body);
            return Ok(Step::Failed(Problem::of_node(body)));
        }
        if !body.get("output").is_some_and(Node::is_array) {
            return Err(malformed("the body is no response: it holds no `output`"));
        }
        if matches!(text_of(body, "status"), "in_progress" | "queued") {
            self.read_head(body);
            return Ok(Step::Content);
        }
        Ok(self.end(body, "", sink))
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
            answer.items.extend(slot.item().cloned());
        }
        answer
    }

    fn read_head(&mut self, response: &Node<'_>) {
        let word = |key| response.get(key).and_then(Node::as_str).map(ToString::to_string);
        self.id = word("id").or(self.id.take());
        self.model = word("model").or(self.model.take());
        let tier = response.get("service_tier").and_then(Node::as_str);
        self.service_tier = tier.and_then(tier_of).or(self.service_tier);
    }

    /// The item an event is about: the one at its place, unless only another has its id.
    fn slot_key(&self, event: &Node<'_>) -> u64 {
        let place = event.get("output_index").and_then(Node::as_u64);
        let id = match event.get("item") {
            Some(item) => text_of(item, "id"),
            None => text_of(event, "item_id"),
        };
        let has_id = |slot: &Slot| !id.is_empty() && slot.item_id == id;
        if let Some(place) = place
            && self.slots.get(place).is_some_and(has_id)
        {
            return place;
        }
        let by_id = self.slots.iter().find(|(_, slot)| has_id(slot)).map(|(key, _)| key);
        let last = self.slots.last().map(|(key, _)| key);
        by_id.or(place).or(last).unwrap_or(0)
    }

    fn slot(&mut self, event: &Node<'_>) -> &mut Slot {
        let key = self.slot_key(event);
        self.slots.or_default(key)
    }

    fn open(&mut self, event: &Node<'_>, sink: &mut dyn Sink) {
        let Some(item) = event.get("item") else { return };
        let next = self.slots.next_number();
        let place = event.get("output_index").and_then(Node::as_u64).unwrap_or(next);
        let id = text_of(item, "id");
        // Some proxies give all items one place.
        let is_taken = self.slots.get(place).is_some_and(|slot| {
            let is_other = slot.item_id != id || slot.kind() != text_of(item, "type");
            is_other && !slot.item.is_null() && (slot.is_done || slot.was_handed_on())
        });
        let slot = self.slots.or_default(if is_taken { next } else { place });
        slot.open(item, &mut self.tool_calls, sink);
    }

    fn add_reasoning(&mut self, item: u64, part: u64, text: &str, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        self.slots.or_default(item).reasoned.insert(part, ());
        if self.reasoning_part.is_some_and(|last| last != (item, part)) {
            self.reasoning.push_str("\n\n");
            sink.reasoning("\n\n");
        }
        self.reasoning_part = Some((item, part));
        self.reasoning.push_str(text);
        sink.reasoning(text);
    }

    /// Takes a part of the reasoning whole, unless its words came in pieces.
    fn complete_reasoning(&mut self, item: u64, part: u64, whole: &str, sink: &mut dyn Sink) {
        let came = self.slots.get(item).is_some_and(|slot| slot.reasoned.get(part).is_some());
        if !came {
            self.add_reasoning(item, part, whole, sink);
        }
    }
}

/// The part of an item's reasoning an event is about; its own words are counted from far above the
/// parts of their summary.
fn reasoning_part(event: &Node<'_>, kind: &str) -> u64 {
    let index = |key: &str| event.get(key).and_then(Node::as_u64).unwrap_or(0);
    if seek::has(kind, "summary") {
        index("summary_index")
    } else {
        CONTENT_PARTS.saturating_add(index("content_index"))
    }
}

const CONTENT_PARTS: u64 = 1 << 32;
