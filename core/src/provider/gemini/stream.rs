//! What Gemini sends back, folded into an answer.
//!
//! Each event is a whole response that holds the next parts; the last one carries the reason to
//! stop. There is no mark after it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::usage::usage;
use crate::error::Error;
use crate::provider::answer::{Answer, AnswerToolCall, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, text_of};
use crate::provider::problem::Problem;
use crate::request::ModelId;
use crate::usage::Usage;

/// The fold of one answer.
#[derive(Clone, Debug, Default)]
pub struct GeminiFold {
    id: Option<String>,
    model: Option<String>,
    text: String,
    reasoning: String,
    refusal: Option<String>,
    calls: Vec<AnswerToolCall>,
    annotations: Vec<Value>,
    parts: Vec<Value>,
    finish: Option<Finish>,
    usage: Option<Usage>,
}

impl GeminiFold {
    pub(crate) fn event(&mut self, data: &str, sink: &mut dyn Sink) -> Result<Step, Error> {
        let Some(chunk) = parse_data("", data)? else { return Ok(Step::Idle) };
        self.chunk(&chunk, sink)
    }

    pub(crate) fn whole(&mut self, body: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        let chunks = match body {
            // Without `alt=sse` a stream is one array of the same chunks.
            Value::Array(chunks) => chunks.as_slice(),
            body => core::slice::from_ref(body),
        };
        for chunk in chunks {
            if let step @ Step::Failed(_) = self.chunk(chunk, sink)? {
                return Ok(step);
            }
        }
        if self.finish.is_none() {
            return Err(malformed("the body is no answer: it holds no `candidates` that finished"));
        }
        Ok(Step::Done)
    }

    /// Whether the reason to stop came; the connection's end is the only other mark.
    pub(crate) fn is_complete(&self) -> bool {
        self.finish.is_some()
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer {
            id: self.id.clone(),
            model: self.model.as_deref().map(ModelId::new),
            text: self.text.clone(),
            refusal: self.refusal.clone(),
            tool_calls: self.calls.clone(),
            reasoning: self.reasoning.clone(),
            annotations: self.annotations.clone(),
            finish: self.finish,
            usage: self.usage.clone(),
            items: self.parts.clone(),
        }
    }

    fn chunk(&mut self, chunk: &Value, sink: &mut dyn Sink) -> Result<Step, Error> {
        if chunk.get("error").is_some_and(Value::is_object) {
            return Ok(Step::Failed(Problem::of_value(None, chunk)));
        }
        let word = |key| chunk.get(key).and_then(Value::as_str).map(ToString::to_string);
        self.id = word("responseId").or(self.id.take());
        self.model = word("modelVersion").or(self.model.take());
        if let Some(counters) = chunk.get("usageMetadata") {
            self.usage = Some(usage(counters));
        }
        if let Some(reason) = chunk.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
            let why = format!("the prompt was blocked: {reason}");
            sink.refusal(&why);
            self.refusal = Some(why);
            self.finish = Some(Finish::ContentFilter);
            return Ok(Step::Content);
        }
        let Some(candidate) = chunk.pointer("/candidates/0") else { return Ok(Step::Idle) };
        let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            self.part(part, sink);
        }
        if let Some(notes) = candidate.get("groundingMetadata") {
            self.annotations.push(notes.clone());
            sink.annotation(notes);
        }
        if let Some(reason) = candidate.get("finishReason").and_then(Value::as_str) {
            self.finish = Some(match reason {
                "STOP" if !self.calls.is_empty() => Finish::ToolCalls,
                "STOP" => Finish::Stop,
                "MAX_TOKENS" => Finish::Length,
                "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
                | "IMAGE_SAFETY" => Finish::ContentFilter,
                _ => Finish::Other,
            });
        }
        Ok(Step::Content)
    }

    fn part(&mut self, part: &Value, sink: &mut dyn Sink) {
        let text = text_of(part, "text");
        if !text.is_empty() {
            if part.get("thought").and_then(Value::as_bool) == Some(true) {
                self.reasoning.push_str(text);
                sink.reasoning(text);
            } else {
                self.text.push_str(text);
                sink.text(text);
            }
        }
        if let Some(call) = part.get("functionCall") {
            let index = self.calls.len() as u32;
            // Only some models number their calls; the place stands in for the number.
            let call_id = match text_of(call, "id") {
                "" => format!("call_{index}"),
                id => id.into(),
            };
            let arguments = match call.get("args") {
                Some(arguments @ Value::Object(_)) => arguments.to_string(),
                _ => "{}".into(),
            };
            let name: String = text_of(call, "name").into();
            sink.tool_call_started(index, &call_id, &name);
            sink.tool_call_delta(index, &arguments);
            self.calls.push(AnswerToolCall { call_id, name, arguments });
        }
        let last = self.parts.last_mut().filter(|last| is_plain_text(last) && is_plain_text(part));
        match last.and_then(|last| last.get_mut("text")) {
            // Pieces of one text are one part, unless they carry something else.
            Some(Value::String(so_far)) => so_far.push_str(text),
            _ => self.parts.push(part.clone()),
        }
    }
}

fn is_plain_text(part: &Value) -> bool {
    part.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("text"))
}
