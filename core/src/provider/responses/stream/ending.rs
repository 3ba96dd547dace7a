//! The end of an item and of a response, whose whole form stands beside what was streamed.

use alloc::vec::Vec;

use serde_json::Value;

use super::{CONTENT_PARTS, ResponsesFold, Slot};
use crate::json::object;
use crate::provider::answer::Finish;
use crate::provider::fold::{Sink, Step, text_of};
use crate::provider::node::Node;
use crate::provider::problem::Problem;
use crate::provider::responses::usage::usage;
use crate::usage::Usage;

impl ResponsesFold {
    /// Takes an item whole, and hands on what of it was not yet.
    pub(super) fn close(&mut self, key: u64, item: &Node<'_>, sink: &mut dyn Sink) {
        let slot = self.slots.or_default(key);
        slot.close(item, &mut self.tool_calls, sink);
        if text_of(item, "type") == "reasoning" {
            let reasoned = slot.reasoned.iter().map(|(part, ())| part).collect::<Vec<_>>();
            for (list, name, base) in
                [("summary", "summary_text", 0), ("content", "reasoning_text", CONTENT_PARTS)]
            {
                // Words that came in pieces of one kind may be repeated as the other.
                let is_of_list = |part: &u64| (*part >= CONTENT_PARTS) == (base > 0);
                if !reasoned.is_empty() && !reasoned.iter().any(is_of_list) {
                    continue;
                }
                let parts = item.get(list).and_then(Node::as_array).into_iter().flatten();
                for (part, value) in parts.enumerate() {
                    if text_of(value, "type") == name {
                        let part = base + part as u64;
                        self.complete_reasoning(key, part, text_of(value, "text"), sink);
                    }
                }
            }
        }
    }

    /// Takes the response that ends the stream.
    pub(super) fn end(&mut self, response: &Node<'_>, kind: &str, sink: &mut dyn Sink) -> Step {
        self.read_head(response);
        let output = response.get("output").and_then(Node::as_array);
        if let Some(output) = output.filter(|output| !output.is_empty()) {
            self.take_output(output, sink);
        }
        let has_words = |slot: &Slot| !(slot.text.is_empty() && slot.refusal.is_empty());
        let words = text_of(response, "output_text");
        if !words.is_empty() && !self.slots.values().any(has_words) {
            let key = self.slots.next_number();
            self.slots.or_default(key).add_text(None, words, sink);
        }
        self.usage = usage_of(response).or(self.usage.take());
        let status = text_of(response, "status");
        if matches!(status, "failed" | "cancelled") {
            return Step::Failed(Problem::of_node(response));
        }
        let why = response.get("incomplete_details").and_then(|it| it.get("reason")?.as_str());
        self.finish = Some(match why {
            Some("max_output_tokens" | "max_tokens") => Finish::Length,
            Some("content_filter") => Finish::ContentFilter,
            Some(_) => Finish::Other,
            None if status == "incomplete" || kind == "response.incomplete" => Finish::Other,
            None if self.awaits_the_caller() => Finish::ToolCalls,
            None => Finish::Stop,
        });
        self.is_complete = true;
        Step::Done
    }

    /// Takes the list of all items that ends an answer; it is believed over what was streamed.
    fn take_output(&mut self, output: &[Node<'_>], sink: &mut dyn Sink) {
        let mut before = core::mem::take(&mut self.slots);
        for (place, item) in output.iter().enumerate() {
            // The list may leave out items that were streamed, and may name them anew.
            let id = text_of(item, "id");
            let same = before.iter().find(|(_, slot)| !id.is_empty() && slot.item_id == id);
            let same_kind = |key: &u64| {
                let kind = before.get(*key).map(Slot::kind);
                kind.is_some_and(|kind| kind.is_empty() || kind == text_of(item, "type"))
            };
            let place = place as u64;
            let key = same.map(|(key, _)| key).or(Some(place).filter(same_kind));
            let slot = key.and_then(|key| before.remove(key)).unwrap_or_default();
            self.slots.insert(place, slot);
            self.close(place, item, sink);
        }
        // A list without any message, or any call, forgot what was streamed and handed on.
        let left = before.iter().filter(|(_, slot)| slot.was_handed_on());
        for key in left.map(|(key, _)| key).collect::<Vec<_>>() {
            let mut slot = before.remove(key).unwrap_or_default();
            let kind = if slot.call.is_some() { "function_call" } else { "message" };
            if !output.iter().any(|item| text_of(item, "type") == kind) {
                // Of the items themselves the list is believed.
                (slot.item, slot.is_done) = (Value::Null, false);
                let key = self.slots.next_number();
                self.slots.insert(key, slot);
            }
        }
    }

    /// Calls of tools that take free text are kept among the items: xAI runs some of them itself,
    /// and only one that stands last waits for the caller.
    fn awaits_the_caller(&self) -> bool {
        let last = self.slots.last().map(|(_, slot)| slot.kind());
        self.slots.values().any(|slot| slot.call.is_some()) || last == Some("custom_tool_call")
    }
}

/// What a response reports as used, without a copy of all that it repeats.
pub(super) fn usage_of(response: &Node<'_>) -> Option<Usage> {
    let counters = response.get("usage")?.to_value();
    let output = response.get("output").and_then(Node::as_array).unwrap_or_default();
    let is_of_tool = |item: &&Node<'_>| text_of(item, "type").ends_with("_call");
    let tools: Vec<Value> = output.iter().filter(is_of_tool).map(Node::to_value).collect();
    usage(&object! { "usage" => counters, "output" => tools })
}
