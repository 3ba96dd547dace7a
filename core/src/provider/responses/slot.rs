//! One output item of a response as far as it came.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use crate::json::object;
use crate::provider::answer::AnswerToolCall;
use crate::provider::fold::{Sink, text_of};
use crate::provider::node::Node;
use crate::provider::numbered::Numbered;
use crate::provider::read::compact;

/// One output item as far as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    pub(super) item_id: String,
    pub(super) item: Value,
    pub(super) is_done: bool,
    pub(super) text: String,
    pub(super) refusal: String,
    pub(super) annotations: Vec<Value>,
    pub(super) call: Option<(u32, AnswerToolCall)>,
    /// Parts of the reasoning of which words came.
    pub(super) reasoned: Numbered<()>,
    /// Arguments of a call that was not yet named.
    early: String,
    /// The part of the text that grows, and where in the text it begins.
    part: u64,
    part_at: usize,
}

impl Slot {
    pub(super) fn kind(&self) -> &str {
        self.item.get("type").and_then(Value::as_str).unwrap_or("")
    }

    /// Whether the caller holds words or a call of it.
    pub(super) fn was_handed_on(&self) -> bool {
        self.call.is_some() || !(self.text.is_empty() && self.refusal.is_empty())
    }

    /// The item, as far as it is of use without its end.
    pub(super) fn item(&self) -> Option<&Value> {
        let is_rebuilt = matches!(self.kind(), "" | "function_call" | "message" | "reasoning");
        (self.is_done || !is_rebuilt).then_some(&self.item)
    }

    pub(super) fn open(&mut self, item: &Node<'_>, calls: &mut u32, sink: &mut dyn Sink) {
        self.item_id = text_of(item, "id").into();
        self.item = item.to_value();
        self.start_call(item, calls, sink);
        if let Some((_, call)) = &self.call
            && call.arguments.is_empty()
        {
            // Some servers open an item with its arguments already whole.
            let arguments: String = text_of(item, "arguments").into();
            self.add_arguments(&arguments, sink);
        }
    }

    pub(super) fn add_text(&mut self, part: Option<u64>, more: &str, sink: &mut dyn Sink) {
        self.turn_to(part);
        self.text.push_str(more);
        sink.text(more);
    }

    /// Takes a part of the text whole, of which some or all may have come.
    pub(super) fn complete_text(&mut self, part: Option<u64>, whole: &str, sink: &mut dyn Sink) {
        // Some servers count the part otherwise when they repeat it.
        let is_repeated = part.is_some_and(|part| part != self.part) && self.text.ends_with(whole);
        if is_repeated {
            return;
        }
        self.turn_to(part);
        let so_far = self.text.get(self.part_at..).unwrap_or("");
        if let Some(rest) = whole.strip_prefix(so_far) {
            sink.text(rest);
            self.text.push_str(rest);
        }
    }

    pub(super) fn complete_refusal(&mut self, whole: &str, sink: &mut dyn Sink) {
        if let Some(rest) = whole.strip_prefix(self.refusal.as_str()) {
            sink.refusal(rest);
            self.refusal.push_str(rest);
        }
    }

    pub(super) fn add_arguments(&mut self, more: &str, sink: &mut dyn Sink) {
        match &mut self.call {
            Some((index, call)) => {
                call.arguments.push_str(more);
                sink.tool_call_delta(*index, more);
            }
            None => self.early.push_str(more),
        }
    }

    pub(super) fn complete_arguments(&mut self, whole: &str, sink: &mut dyn Sink) {
        match &mut self.call {
            Some((index, call)) => {
                if let Some(rest) = whole.strip_prefix(call.arguments.as_str()) {
                    sink.tool_call_delta(*index, rest);
                    call.arguments.push_str(rest);
                }
            }
            None => self.early = whole.into(),
        }
    }

    /// More of a text of the item's own, such as the input of a tool that takes free text.
    pub(super) fn add_to_item(&mut self, key: &str, more: &str) {
        match self.item.get_mut(key) {
            Some(Value::String(so_far)) => so_far.push_str(more),
            _ => {
                if let Value::Object(fields) = &mut self.item {
                    fields.insert(key.into(), more.into());
                }
            }
        }
    }

    /// Takes the item's whole form and hands on what no delta held.
    pub(super) fn close(&mut self, item: &Node<'_>, calls: &mut u32, sink: &mut dyn Sink) {
        self.start_call(item, calls, sink);
        if let Some((index, call)) = &mut self.call {
            let whole;
            let arguments = match item.get("arguments") {
                Some(value @ Node::Object(_)) => {
                    whole = compact(&value.to_value());
                    &whole
                }
                _ => text_of(item, "arguments"),
            };
            if let Some(rest) = arguments.strip_prefix(call.arguments.as_str()) {
                if !rest.is_empty() {
                    sink.tool_call_delta(*index, rest);
                }
                call.arguments = arguments.into();
            }
        }
        if matches!(text_of(item, "type"), "message" | "") {
            self.close_message(item, sink);
        }
        self.item = item.to_value();
        self.is_done = true;
    }

    fn close_message(&mut self, item: &Node<'_>, sink: &mut dyn Sink) {
        let (mut text, mut refusal, mut annotations) = (String::new(), String::new(), Vec::new());
        // Some servers write the words in place of the list of parts.
        text.push_str(text_of(item, "content"));
        let parts = item.get("content").and_then(Node::as_array);
        for part in parts.into_iter().flatten() {
            match text_of(part, "type") {
                "output_text" | "text" => text.push_str(text_of(part, "text")),
                "refusal" => refusal.push_str(text_of(part, "refusal")),
                _ => {}
            }
            let notes = part.get("annotations").and_then(Node::as_array);
            annotations.extend(notes.into_iter().flatten().map(Node::to_value));
        }
        hand_on(&mut self.text, text, |rest| sink.text(rest));
        hand_on(&mut self.refusal, refusal, |rest| sink.refusal(rest));
        for annotation in annotations.iter().skip(self.annotations.len()) {
            sink.annotation(annotation);
        }
        if annotations.len() >= self.annotations.len() {
            self.annotations = annotations;
        }
    }

    /// Names the call of an event that repeats it whole, where no item did.
    pub(super) fn name_call(&mut self, event: &Node<'_>, calls: &mut u32, sink: &mut dyn Sink) {
        if self.call.is_none() && !text_of(event, "name").is_empty() {
            let id = [text_of(event, "call_id"), text_of(event, "item_id")];
            let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or("");
            let name = text_of(event, "name");
            let item = object! { "type" => "function_call", "call_id" => id, "name" => name };
            self.start_call(&Node::from(item), calls, sink);
        }
    }

    fn turn_to(&mut self, part: Option<u64>) {
        let part = part.unwrap_or(self.part);
        if part != self.part {
            self.part = part;
            self.part_at = self.text.len();
        }
    }

    fn start_call(&mut self, item: &Node<'_>, count: &mut u32, sink: &mut dyn Sink) {
        if text_of(item, "type") != "function_call" || self.call.is_some() {
            return;
        }
        let call_id = match text_of(item, "call_id") {
            "" => text_of(item, "id"),
            call_id => call_id,
        };
        let name = text_of(item, "name");
        sink.tool_call_started(*count, call_id, name);
        let arguments = core::mem::take(&mut self.early);
        if !arguments.is_empty() {
            sink.tool_call_delta(*count, &arguments);
        }
        let call = AnswerToolCall { call_id: call_id.into(), name: name.into(), arguments };
        self.call = Some((*count, call));
        *count += 1;
    }
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
