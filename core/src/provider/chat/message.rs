//! A message of Chat Completions, whole or a piece of one.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::tool_calls::{Piece, ToolCalls};
use crate::provider::fold::{Sink, text_of};
use crate::provider::node::{Node, find};
use crate::provider::read::compact;

/// A message as far as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) refusal: Option<String>,
    pub(super) reasoning: String,
    /// Whether the reasoning came under the name that wants it back with the calls after it.
    pub(super) is_wanted_back: bool,
    pub(super) calls: ToolCalls,
    pub(super) annotations: Vec<Value>,
    /// Fields without a name here, by field.
    pub(super) extra: Map<String, Value>,
}

impl Message {
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

    pub(super) fn add_annotation(&mut self, value: &Node<'_>, sink: &mut dyn Sink) {
        let value = value.to_value();
        sink.annotation(&value);
        self.annotations.push(value);
    }

    /// Takes more of the message.
    pub(super) fn add(&mut self, fields: &[(Cow<'_, str>, Node<'_>)], sink: &mut dyn Sink) {
        let thought = REASONING.iter().find_map(|key| match find(fields, key) {
            Some(Node::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        });
        if let Some(text) = thought {
            self.is_wanted_back |= find(fields, WANTED_BACK).is_some_and(Node::is_string);
            self.add_reasoning(text, sink);
        }
        for (key, value) in fields {
            match key.as_ref() {
                "content" => self.content(value, sink),
                "refusal" => {
                    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                        self.refusal.get_or_insert_default().push_str(text);
                        sink.refusal(text);
                    }
                }
                "tool_calls" if value.is_array() => self.tool_calls(value, sink),
                "function_call" if value.is_object() => {
                    self.call((Some(0), ""), value, &[], false, sink);
                }
                "annotations" if value.is_array() => {
                    for annotation in value.as_array().into_iter().flatten() {
                        self.add_annotation(annotation, sink);
                    }
                }
                "role" | "index" => {}
                key if value.is_string() && REASONING.contains(&key) => {}
                _ if value.is_null() => {}
                key => merge(self.extra.entry(key).or_insert(Value::Null), &value.to_value()),
            }
        }
    }

    /// Takes the message whole where only pieces were to be expected: what came before is in it.
    pub(super) fn complete(&mut self, fields: &[(Cow<'_, str>, Node<'_>)], sink: &mut dyn Sink) {
        let has_calls = !self.calls.is_empty();
        let mut fields = fields.to_vec();
        fields.retain(|(key, _)| !(has_calls && key == "tool_calls"));
        for (_, value) in fields.iter_mut().filter(|(key, _)| key == "content") {
            if let Node::String(text) = value
                && let Some(rest) = text.strip_prefix(self.text.as_str())
            {
                *text = Cow::Owned(rest.into());
            }
        }
        self.add(&fields, sink);
    }

    /// Content is text, or with Mistral a list of texts and thoughts.
    fn content(&mut self, content: &Node<'_>, sink: &mut dyn Sink) {
        match content {
            Node::String(text) => self.add_text(text, sink),
            Node::Array(parts) => {
                for part in parts {
                    self.part(part, sink);
                }
            }
            Node::Object(_) => self.part(content, sink),
            _ => {}
        }
    }

    fn part(&mut self, part: &Node<'_>, sink: &mut dyn Sink) {
        match (text_of(part, "type"), part) {
            (_, Node::String(text)) => self.add_text(text, sink),
            ("text" | "output_text" | "", _) if part.get("text").is_some_and(Node::is_string) => {
                self.add_text(text_of(part, "text"), sink);
            }
            ("thinking", _) => match part.get("thinking") {
                Some(Node::Array(thoughts)) => {
                    for thought in thoughts {
                        self.add_reasoning(text_of(thought, "text"), sink);
                    }
                }
                _ => self.add_reasoning(text_of(part, "thinking"), sink),
            },
            ("refusal", _) => {
                let text = text_of(part, "refusal");
                self.refusal.get_or_insert_default().push_str(text);
                sink.refusal(text);
            }
            ("reference", _) => self.add_annotation(part, sink),
            _ => {
                let kept = self.extra.entry("content").or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(kept) = kept {
                    kept.push(part.to_value());
                }
            }
        }
    }

    fn tool_calls(&mut self, calls: &Node<'_>, sink: &mut dyn Sink) {
        for (place, call) in calls.as_array().into_iter().flatten().enumerate() {
            let named = |key| call.get(key).filter(|value| value.is_object());
            let function = named("function").or(named("custom")).unwrap_or(call);
            let number = call.get("index").and_then(Node::as_u64);
            let beside = call.as_object().unwrap_or_default();
            self.call((number, text_of(call, "id")), function, beside, place > 0, sink);
        }
    }

    fn call(
        &mut self,
        (number, id): (Option<u64>, &str),
        function: &Node<'_>,
        beside: &[(Cow<'_, str>, Node<'_>)],
        is_further: bool,
        sink: &mut dyn Sink,
    ) {
        let whole;
        let arguments = match function.get("arguments").or(function.get("input")) {
            Some(Node::String(text)) => text.as_ref(),
            // Ollama and some proxies send the arguments as an object.
            Some(value @ (Node::Object(_) | Node::Array(_))) => {
                whole = compact(&value.to_value());
                whole.as_str()
            }
            _ => "",
        };
        let name = text_of(function, "name");
        self.calls.add(Piece { number, id, name, arguments, beside, is_further }, sink);
    }
}

/// Joins the pieces of a field without a name here: texts and lists grow, objects merge, anything
/// else is replaced, and so is what only says which or of what kind a thing is.
pub(super) fn merge(so_far: &mut Value, more: &Value) {
    match (so_far, more) {
        (Value::String(text), Value::String(more)) => text.push_str(more),
        (Value::Array(list), Value::Array(more)) => list.extend(more.iter().cloned()),
        (Value::Object(fields), Value::Object(more)) => {
            for (key, value) in more.iter().filter(|(_, value)| !value.is_null()) {
                let so_far = fields.entry(key.as_str()).or_insert(Value::Null);
                if matches!(key.as_str(), "format" | "id" | "index" | "type") {
                    *so_far = value.clone();
                } else {
                    merge(so_far, value);
                }
            }
        }
        (so_far, more) => *so_far = more.clone(),
    }
}

/// Names of the reasoning: DeepSeek, vLLM and others; Groq and OpenRouter; GitHub's models; some
/// proxies. Several send the same words under two of them.
pub(super) const REASONING: [&str; 4] = [WANTED_BACK, "reasoning", "reasoning_text", "thinking"];

pub(super) const WANTED_BACK: &str = "reasoning_content";
