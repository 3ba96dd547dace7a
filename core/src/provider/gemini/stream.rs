//! What Gemini sends back, folded into an answer.
//!
//! Each event is a whole response that holds the next parts; the last one carries the reason to
//! stop. There is no mark after it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::partial;
use super::usage::usage;
use crate::error::Error;
use crate::json::object;
use crate::provider::answer::{Answer, AnswerToolCall, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, reports_error, text_of};
use crate::provider::node::Node;
use crate::provider::problem::Problem;
use crate::provider::read::compact;
use crate::request::ModelId;
use crate::usage::Usage;

/// The fold of one answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeminiFold {
    id: Option<String>,
    model: Option<String>,
    text: String,
    reasoning: String,
    refusal: Option<String>,
    calls: Vec<AnswerToolCall>,
    annotations: Vec<Value>,
    parts: Vec<Value>,
    /// Arguments of the last call, while they come piece by piece.
    growing: Option<Value>,
    /// Pieces of the candidates after the first, as they came.
    others: Vec<Value>,
    finish: Option<Finish>,
    usage: Option<Usage>,
}

impl GeminiFold {
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Step, Error> {
        match parse_data(name, data)? {
            None => Ok(Step::Idle),
            Some(chunk) if name == "error" => Ok(Step::Failed(Problem::of_node(&chunk))),
            Some(Node::Array(chunks)) => self.chunks(&chunks, sink),
            Some(chunk) => self.chunk(&chunk, sink),
        }
    }

    pub(crate) fn whole(&mut self, body: &Node<'_>, sink: &mut dyn Sink) -> Result<Step, Error> {
        let chunks = match body {
            // Without `alt=sse` a stream is one array of the same chunks.
            Node::Array(chunks) => chunks.as_slice(),
            body => core::slice::from_ref(body),
        };
        if let step @ Step::Failed(_) = self.chunks(chunks, sink)? {
            return Ok(step);
        }
        if self.finish.is_none() {
            return Err(malformed("the body is no answer: it holds no `candidates` that finished"));
        }
        Ok(Step::Done)
    }

    fn chunks(&mut self, chunks: &[Node<'_>], sink: &mut dyn Sink) -> Result<Step, Error> {
        let mut last = Step::Idle;
        for chunk in chunks {
            match self.chunk(chunk, sink)? {
                Step::Idle => {}
                step @ Step::Failed(_) => return Ok(step),
                step => last = step,
            }
        }
        Ok(last)
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
            finish: match self.finish {
                // The reason may come before the calls do.
                Some(Finish::Stop) if !self.calls.is_empty() => Some(Finish::ToolCalls),
                finish => finish,
            },
            usage: self.usage.clone(),
            items: self.parts.iter().chain(&self.others).cloned().collect(),
        }
    }

    fn chunk(&mut self, chunk: &Node<'_>, sink: &mut dyn Sink) -> Result<Step, Error> {
        if reports_error(chunk) {
            return Ok(Step::Failed(Problem::of_node(chunk)));
        }
        let word = |key| chunk.get(key).and_then(Node::as_str).map(ToString::to_string);
        self.id = word("responseId").or(self.id.take());
        self.model = word("modelVersion").or(self.model.take());
        if let Some(counters) = chunk.get("usageMetadata") {
            self.usage = Some(usage(&counters.to_value()));
        }
        if let Some(reason) =
            chunk.get("promptFeedback").and_then(|it| it.get("blockReason")?.as_str())
        {
            let why = format!("the prompt was blocked: {reason}");
            sink.refusal(&why);
            self.refusal = Some(why);
            self.finish = Some(Finish::ContentFilter);
            return Ok(Step::Content);
        }
        let candidates = chunk.get("candidates").and_then(Node::as_array);
        let is_first =
            |candidate: &&Node<'_>| candidate.get("index").and_then(Node::as_u64).unwrap_or(0) == 0;
        let others = candidates.into_iter().flatten().filter(|candidate| !is_first(candidate));
        self.others.extend(others.map(Node::to_value));
        let Some(candidate) = candidates.and_then(|list| list.iter().find(is_first)) else {
            return Ok(if candidates.is_some() { Step::Content } else { Step::Idle });
        };
        let parts = candidate.get("content").and_then(|content| content.get("parts")?.as_array());
        for part in parts.into_iter().flatten() {
            self.part(part, sink);
        }
        for key in ["groundingMetadata", "citationMetadata", "urlContextMetadata"] {
            let notes = candidate.get(key).and_then(Node::as_object);
            // The same notes may stand in every chunk, and empty ones do.
            if notes.is_none_or(<[_]>::is_empty) {
                continue;
            }
            let notes = candidate.get(key).map_or(Value::Null, Node::to_value);
            if self.annotations.last() != Some(&notes) {
                sink.annotation(&notes);
                self.annotations.push(notes);
            }
        }
        if let Some(told) = candidate.get("logprobsResult").filter(|told| told.is_object()) {
            self.others.push(object! { "logprobsResult" => told.to_value() });
        }
        if let Some(told) = candidate.get("finishMessage").filter(|told| !told.is_null()) {
            self.others.push(object! { "finishMessage" => told.to_value() });
        }
        let reason = text_of(candidate, "finishReason");
        if !matches!(reason, "" | "FINISH_REASON_UNSPECIFIED") {
            self.complete_call(sink);
            self.finish = Some(match reason {
                "STOP" => Finish::Stop,
                "MAX_TOKENS" => Finish::Length,
                "BLOCKLIST"
                | "IMAGE_PROHIBITED_CONTENT"
                | "IMAGE_RECITATION"
                | "IMAGE_SAFETY"
                | "PROHIBITED_CONTENT"
                | "RECITATION"
                | "SAFETY"
                | "SPII" => Finish::ContentFilter,
                _ => Finish::Other,
            });
        }
        Ok(Step::Content)
    }

    fn part(&mut self, part: &Node<'_>, sink: &mut dyn Sink) {
        let text = text_of(part, "text");
        if !text.is_empty() {
            if part.get("thought").and_then(Node::as_bool) == Some(true) {
                self.reasoning.push_str(text);
                sink.reasoning(text);
            } else {
                self.text.push_str(text);
                sink.text(text);
            }
        }
        if let Some(call) = part.get("functionCall") {
            self.call(call, sink);
        }
        let is_plain = is_plain_text(part);
        let last =
            self.parts.last_mut().filter(|last| is_plain && is_plain_text(&Node::from(&**last)));
        match last.and_then(|last| last.get_mut("text")) {
            // Pieces of one text are one part, unless they carry something else.
            Some(Value::String(so_far)) => so_far.push_str(text),
            _ => self.parts.push(part.to_value()),
        }
    }

    fn call(&mut self, call: &Node<'_>, sink: &mut dyn Sink) {
        let name = text_of(call, "name");
        if !(name.is_empty() && self.growing.is_some()) {
            self.complete_call(sink);
            let index = self.calls.len() as u32;
            // Only some models number their calls; the place stands in for the number.
            let call_id = match text_of(call, "id") {
                "" => format!("call_{index}"),
                id => id.into(),
            };
            sink.tool_call_started(index, &call_id, name);
            let call = AnswerToolCall { call_id, name: name.into(), arguments: String::new() };
            self.calls.push(call);
        }
        let arguments = self.growing.get_or_insert_with(|| Value::Object(Map::new()));
        if let Some(whole @ Node::Object(_)) = call.get("args") {
            *arguments = whole.to_value();
        }
        for piece in call.get("partialArgs").and_then(Node::as_array).into_iter().flatten() {
            partial::add(arguments, piece);
        }
        if call.get("willContinue").and_then(Node::as_bool) != Some(true) {
            self.complete_call(sink);
        }
    }

    /// Hands on the arguments of the last call, which are a text only once they are whole.
    fn complete_call(&mut self, sink: &mut dyn Sink) {
        let index = self.calls.len().saturating_sub(1) as u32;
        if let (Some(arguments), Some(call)) = (self.growing.take(), self.calls.last_mut()) {
            call.arguments = compact(&arguments);
            sink.tool_call_delta(index, &call.arguments);
        }
    }
}

fn is_plain_text(part: &Node<'_>) -> bool {
    part.as_object().is_some_and(|fields| matches!(fields, [(key, _)] if key == "text"))
}
