//! Writing an answer as a message or as its event sequence.

use serde_json::{Value, json};

use crate::answer::{Answer, Finish};
use crate::count;
use crate::prompt::Prompt;
use crate::state::Shared;
use crate::wire::Event;

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    prompt: &'a Prompt,
    answer: &'a Answer,
    id: String,
    blocks: Vec<Value>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(shared: &Shared, prompt: &'a Prompt, answer: &'a Answer) -> Self {
        let mut blocks = Vec::new();
        if answer.usage.reasoning_tokens > 0 {
            let thought = answer.reasoning.as_deref().unwrap_or("I weigh what is asked.");
            let signature = format!("Ev{}", shared.id("").repeat(5));
            blocks.push(json!({"type": "thinking", "thinking": thought, "signature": signature}));
        }
        let text = match &answer.refusal {
            Some(refusal) => refusal.clone(),
            None => answer.whole_text(),
        };
        if !text.is_empty() {
            blocks.push(json!({"type": "text", "text": text}));
        }
        for call in &answer.tool_calls {
            // Arguments that are not JSON stay a text: the model's fault, as in a real answer.
            let arguments = call.arguments_text();
            let input = serde_json::from_str(&arguments).unwrap_or_else(|_| json!(arguments));
            blocks.push(json!({"type": "tool_use", "id": shared.id("toolu_"), "name": call.name,
                "input": input}));
        }
        Self { prompt, answer, id: shared.id("msg_"), blocks }
    }

    pub(crate) fn whole(&self) -> Value {
        let mut message = self.shell();
        message["content"] = Value::Array(self.blocks.clone());
        message["stop_reason"] = json!(self.stop_reason());
        message["stop_sequence"] = json!(self.answer.stopped_by);
        message["usage"]["output_tokens"] = json!(self.answer.usage.output_tokens);
        message["usage"]["output_tokens_details"] = self.details();
        message
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events =
            vec![Event::named(json!({"type": "message_start", "message": self.shell()}))];
        for (index, block) in self.blocks.iter().enumerate() {
            let (empty, deltas) = self.deltas(block);
            events.push(Event::named(
                json!({"type": "content_block_start", "index": index, "content_block": empty}),
            ));
            if index == 0 {
                events.push(Event::named(json!({"type": "ping"})));
            }
            for (delta, tokens) in deltas {
                events.push(
                    Event::named(
                        json!({"type": "content_block_delta", "index": index, "delta": delta}),
                    )
                    .tokens(tokens),
                );
            }
            events.push(Event::named(json!({"type": "content_block_stop", "index": index})));
        }
        let mut usage = self.input_usage();
        usage["output_tokens"] = json!(self.answer.usage.output_tokens);
        usage["output_tokens_details"] = self.details();
        events.push(Event::named(json!({"type": "message_delta",
            "delta": {"stop_reason": self.stop_reason(), "stop_sequence": self.answer.stopped_by,
                "stop_details": null},
            "usage": usage})));
        events.push(Event::named(json!({"type": "message_stop"})).last());
        events
    }

    /// A block as it starts, and the deltas that complete it with the tokens each brings.
    fn deltas(&self, block: &Value) -> (Value, Vec<(Value, u64)>) {
        let model = &self.prompt.model;
        let mut empty = block.clone();
        let mut deltas = Vec::new();
        match block["type"].as_str() {
            Some("thinking") => {
                empty["thinking"] = json!("");
                empty["signature"] = json!("");
                let text = block["thinking"].as_str().unwrap_or_default();
                for piece in in_groups(&count::pieces(model, text)) {
                    deltas.push((json!({"type": "thinking_delta", "thinking": piece.0}), 0));
                }
                let signature = json!({"type": "signature_delta", "signature": block["signature"]});
                deltas.push((signature, self.answer.usage.reasoning_tokens));
            }
            Some("tool_use") => {
                empty["input"] = json!({});
                let arguments = block["input"].to_string();
                deltas.push((json!({"type": "input_json_delta", "partial_json": ""}), 8));
                for piece in in_groups(&count::pieces(model, &arguments)) {
                    let delta = json!({"type": "input_json_delta", "partial_json": piece.0});
                    deltas.push((delta, piece.1));
                }
            }
            _ => {
                empty["text"] = json!("");
                let refusal = self.answer.refusal.as_ref();
                let pieces = match refusal {
                    Some(refusal) => count::pieces(model, refusal),
                    None => self.answer.text.clone(),
                };
                for piece in in_groups(&pieces) {
                    deltas.push((json!({"type": "text_delta", "text": piece.0}), piece.1));
                }
            }
        }
        (empty, deltas)
    }

    fn shell(&self) -> Value {
        let mut usage = self.input_usage();
        usage["cache_creation"] = json!({
            "ephemeral_5m_input_tokens": self.answer.usage.cache_write_tokens,
            "ephemeral_1h_input_tokens": 0,
        });
        usage["output_tokens"] = json!(1);
        usage["service_tier"] = json!(self.prompt.lane("standard"));
        usage["inference_geo"] = json!("global");
        json!({"id": self.id, "type": "message", "role": "assistant",
            "model": self.prompt.model.snapshot, "content": [], "stop_reason": null,
            "stop_sequence": null, "usage": usage})
    }

    /// The input counters; here the full rate excludes what the cache read and took.
    fn input_usage(&self) -> Value {
        let usage = &self.answer.usage;
        json!({
            "input_tokens":
                usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens,
            "cache_creation_input_tokens": usage.cache_write_tokens,
            "cache_read_input_tokens": usage.cache_read_tokens,
        })
    }

    fn details(&self) -> Value {
        json!({"thinking_tokens": self.answer.usage.reasoning_tokens})
    }

    fn stop_reason(&self) -> &'static str {
        match self.answer.finish {
            Finish::ContentFilter | Finish::Refusal => "refusal",
            Finish::Length => "max_tokens",
            Finish::Stop if self.answer.stopped_by.is_some() => "stop_sequence",
            Finish::Stop => "end_turn",
            Finish::ToolCalls => "tool_use",
        }
    }
}

/// Pieces joined by three, as these streams send them, with the tokens of each.
fn in_groups(pieces: &[String]) -> Vec<(String, u64)> {
    pieces.chunks(3).map(|group| (group.concat(), group.len() as u64)).collect()
}
