//! What Anthropic Messages sends back, folded into an answer.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::usage::usage;
use crate::error::Error;
use crate::json;
use crate::provider::answer::{Answer, AnswerToolCall, Finish};
use crate::provider::fold::{Sink, Step, malformed, parse_data, reports_error, text_of, tier_of};
use crate::provider::node::{Node, to_map};
use crate::provider::numbered::Numbered;
use crate::provider::problem::Problem;
use crate::request::{ModelId, ServiceTier};

/// The fold of one message.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnthropicFold {
    id: Option<String>,
    model: Option<String>,
    service_tier: Option<ServiceTier>,
    blocks: Numbered<Block>,
    /// The key of the block that an index of the stream means now, where it is not the index.
    aliases: Numbered<u64>,
    calls: u32,
    text: String,
    reasoning: String,
    /// The block of the reasoning that came last, so that blocks can be set apart.
    reasoning_block: Option<u64>,
    annotations: Vec<Value>,
    finish: Option<Finish>,
    /// Words of a refusal, which arrive with the reason to stop.
    refusal: Option<String>,
    /// Counters of the start overlaid by those of the end.
    counters: Map<String, Value>,
    has_begun: bool,
    is_done: bool,
}

/// One content block as far as it came.
#[derive(Clone, Debug, Default)]
struct Block {
    value: Map<String, Value>,
    /// JSON text of a tool's input, as it comes in pieces.
    input: String,
    call: Option<u32>,
    is_closed: bool,
}

impl AnthropicFold {
    pub(crate) fn event(
        &mut self,
        name: &str,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<Step, Error> {
        let Some(event) = parse_data(name, data)? else { return Ok(Step::Idle) };
        let kind = event.get("type").and_then(Node::as_str).unwrap_or(name);
        let index = event.get("index").and_then(Node::as_u64).unwrap_or(0);
        match kind {
            "message_start" => {
                let message = event.get("message").unwrap_or(&Node::Null);
                // A proxy that asks again inside one stream splices a second message in; one that
                // only stutters repeats the start.
                let is_same = self.id.as_deref().unwrap_or("") == text_of(message, "id");
                if self.id.is_some() && !is_same {
                    *self = Self::default();
                    sink.superseded();
                }
                if self.id.is_none() {
                    self.start(message);
                }
                Ok(Step::Idle)
            }
            "content_block_start" => {
                self.has_begun = true;
                if let Some(block @ Node::Object(_)) = event.get("content_block") {
                    let key = self.key_to_open(index);
                    self.open(key, block, sink);
                }
                Ok(Step::Content)
            }
            "content_block_delta" => {
                self.has_begun = true;
                self.delta(self.key(index), event.get("delta").unwrap_or(&Node::Null), sink);
                Ok(Step::Content)
            }
            "content_block_stop" => {
                self.close(self.key(index), sink);
                Ok(Step::Content)
            }
            "message_delta" => {
                self.has_begun = true;
                self.end(event.get("delta").unwrap_or(&Node::Null), sink);
                self.read_counters(&event);
                Ok(Step::Content)
            }
            "message_stop" => {
                if !self.has_begun {
                    return Err(malformed("the stream ended before it held any of the answer"));
                }
                self.close_all(sink);
                self.is_done = true;
                Ok(Step::Done)
            }
            "error" => Ok(Step::Failed(Problem::of_node(&event))),
            _ if reports_error(&event) => Ok(Step::Failed(Problem::of_node(&event))),
            _ => Ok(Step::Idle),
        }
    }

    pub(crate) fn whole(&mut self, body: &Node<'_>, sink: &mut dyn Sink) -> Result<Step, Error> {
        if reports_error(body) || text_of(body, "type") == "error" {
            return Ok(Step::Failed(Problem::of_node(body)));
        }
        let Some(content) = body.get("content").and_then(Node::as_array) else {
            return Err(malformed("the body is no message: it holds no `content`"));
        };
        self.start(body);
        for (index, block) in content.iter().enumerate() {
            if block.is_object() {
                self.open(index as u64, block, sink);
                self.close(index as u64, sink);
            }
        }
        self.end(body, sink);
        self.is_done = true;
        Ok(Step::Done)
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.is_done || self.finish.is_some()
    }

    pub(crate) fn service_tier(&self) -> Option<ServiceTier> {
        self.service_tier
    }

    pub(crate) fn answer(&self) -> Answer {
        let calls = self.blocks.values().filter(|block| block.call.is_some()).map(|block| {
            let word = |key| block.value.get(key).and_then(Value::as_str).unwrap_or("").into();
            AnswerToolCall { call_id: word("id"), name: word("name"), arguments: block.arguments() }
        });
        Answer {
            id: self.id.clone(),
            model: self.model.as_deref().map(ModelId::new),
            text: self.text.clone(),
            refusal: self.refusal.clone(),
            tool_calls: calls.collect(),
            reasoning: self.reasoning.clone(),
            annotations: self.annotations.clone(),
            finish: self.finish,
            // Until the last event the counter of the output is a stand-in, not a bill.
            usage: (self.finish.is_some() && !self.counters.is_empty())
                .then(|| usage(&Value::Object(self.counters.clone()))),
            items: self.blocks.values().map(|block| Value::Object(block.value.clone())).collect(),
        }
    }

    fn start(&mut self, message: &Node<'_>) {
        self.has_begun = true;
        let word = |key| message.get(key).and_then(Node::as_str).map(ToString::to_string);
        self.id = word("id");
        self.model = word("model");
        self.read_counters(message);
    }

    fn read_counters(&mut self, holder: &Node<'_>) {
        let Some(counters) = holder.get("usage").and_then(Node::as_object) else { return };
        for (key, value) in counters.iter().filter(|(_, value)| !value.is_null()) {
            self.counters.insert(key.clone().into_owned(), value.to_value());
        }
        let tier = self.counters.get("service_tier").and_then(Value::as_str);
        self.service_tier = tier.and_then(tier_of).or(self.service_tier);
    }

    fn key(&self, index: u64) -> u64 {
        self.aliases.get(index).copied().unwrap_or(index)
    }

    /// A place for a block that begins: some proxies give several of them one index.
    fn key_to_open(&mut self, index: u64) -> u64 {
        if self.blocks.get(self.key(index)).is_none() {
            return self.key(index);
        }
        let next = self.blocks.next_number();
        self.aliases.insert(index, next);
        next
    }

    /// Closes the blocks whose end never came.
    fn close_all(&mut self, sink: &mut dyn Sink) {
        let open = self.blocks.iter().filter(|(_, block)| !block.is_closed);
        for key in open.map(|(key, _)| key).collect::<Vec<_>>() {
            self.close(key, sink);
        }
    }

    fn open(&mut self, index: u64, value: &Node<'_>, sink: &mut dyn Sink) {
        let word = |key: &str| text_of(value, key);
        let fields = to_map(value.as_object().unwrap_or_default());
        let mut block = Block { value: fields, ..Block::default() };
        match word("type") {
            "text" => self.add_text(word("text"), sink),
            "thinking" => self.add_reasoning(index, word("thinking"), sink),
            "tool_use" => {
                let call = self.calls;
                self.calls += 1;
                block.call = Some(call);
                sink.tool_call_started(call, word("id"), word("name"));
                // A stream opens a call with an empty object and sends the input in pieces.
                let input = value.get("input").and_then(Node::as_object);
                if input.is_some_and(|input| !input.is_empty()) {
                    sink.tool_call_delta(call, &block.arguments());
                }
            }
            _ => {}
        }
        for citation in value.get("citations").and_then(Node::as_array).into_iter().flatten() {
            let citation = citation.to_value();
            sink.annotation(&citation);
            self.annotations.push(citation);
        }
        self.blocks.insert(index, block);
    }

    fn delta(&mut self, index: u64, delta: &Node<'_>, sink: &mut dyn Sink) {
        let kind = match text_of(delta, "type") {
            "text_delta" => "text",
            "thinking_delta" => "thinking",
            _ => "",
        };
        let block = self.blocks.or_default(index);
        if block.value.is_empty() && !kind.is_empty() {
            block.value.insert("type".into(), kind.into());
        }
        let append = |block: &mut Block, key: &str, text: &str| match block.value.get_mut(key) {
            Some(Value::String(so_far)) => so_far.push_str(text),
            _ => {
                block.value.insert(key.into(), text.into());
            }
        };
        match text_of(delta, "type") {
            "text_delta" => {
                append(block, "text", text_of(delta, "text"));
                self.add_text(text_of(delta, "text"), sink);
            }
            "thinking_delta" => {
                append(block, "thinking", text_of(delta, "thinking"));
                self.add_reasoning(index, text_of(delta, "thinking"), sink);
            }
            "signature_delta" => append(block, "signature", text_of(delta, "signature")),
            "compaction_delta" => append(block, "content", text_of(delta, "content")),
            "input_json_delta" => {
                let piece = text_of(delta, "partial_json");
                block.input.push_str(piece);
                if let Some(call) = block.call.filter(|_| !piece.is_empty()) {
                    sink.tool_call_delta(call, piece);
                }
            }
            "citations_delta" => {
                if let Some(citation) = delta.get("citation").map(Node::to_value) {
                    let list = block.value.entry("citations").or_insert(Value::Null);
                    match list {
                        Value::Array(list) => list.push(citation.clone()),
                        list => *list = Value::Array([citation.clone()].into()),
                    }
                    sink.annotation(&citation);
                    self.annotations.push(citation);
                }
            }
            // A kind without a name here goes on with the fields of its block that it names.
            _ => {
                let fields = delta.as_object().unwrap_or_default().iter();
                for (key, value) in fields.filter(|(key, value)| key != "type" && !value.is_null())
                {
                    match value {
                        Node::String(text) => append(block, key, text),
                        _ => _ = block.value.insert(key.clone().into_owned(), value.to_value()),
                    }
                }
            }
        }
    }

    fn close(&mut self, index: u64, sink: &mut dyn Sink) {
        let Some(block) = self.blocks.get_mut(index) else { return };
        let had_arguments = !block.arguments().is_empty();
        block.is_closed = true;
        if let (Some(call), false) = (block.call, had_arguments) {
            sink.tool_call_delta(call, &block.arguments());
        }
        if let Ok(input @ Value::Object(_)) = json::parse(block.input.as_bytes()) {
            block.value.insert("input".into(), input);
        }
    }

    fn end(&mut self, delta: &Node<'_>, sink: &mut dyn Sink) {
        let reason = text_of(delta, "stop_reason");
        if reason.is_empty() {
            return;
        }
        self.close_all(sink);
        self.finish = Some(match reason {
            "end_turn" | "stop_sequence" => Finish::Stop,
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "tool_use" => Finish::ToolCalls,
            "refusal" => Finish::ContentFilter,
            _ => Finish::Other,
        });
        let why = delta.get("stop_details").and_then(|it| it.get("explanation")?.as_str());
        if let (Some(Finish::ContentFilter), Some(why)) = (self.finish, why) {
            self.refusal = Some(why.into());
            sink.refusal(why);
        }
    }

    fn add_text(&mut self, text: &str, sink: &mut dyn Sink) {
        if !text.is_empty() {
            self.text.push_str(text);
            sink.text(text);
        }
    }

    fn add_reasoning(&mut self, index: u64, text: &str, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        if self.reasoning_block.is_some_and(|last| last != index) {
            self.reasoning.push_str("\n\n");
            sink.reasoning("\n\n");
        }
        self.reasoning_block = Some(index);
        self.reasoning.push_str(text);
        sink.reasoning(text);
    }
}

impl Block {
    /// The input of a tool as JSON text: as it came in pieces, else as it came whole.
    fn arguments(&self) -> String {
        if !self.input.is_empty() {
            return self.input.clone();
        }
        match self.value.get("input") {
            Some(Value::Object(input)) if !input.is_empty() => crate::json::text(input),
            _ if self.is_closed => "{}".into(),
            _ => String::new(),
        }
    }
}
