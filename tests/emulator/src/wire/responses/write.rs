//! Writing an answer as a response object or as its event sequence.

use serde_json::{Value, json};

use crate::answer::{Answer, Finish};
use crate::bill::Usage;
use crate::count;
use crate::models::Model;
use crate::prompt::Prompt;
use crate::state::{Shared, unix_s};
use crate::wire::fields::Fields;
use crate::wire::{Event, obfuscation};

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) prompt: &'a Prompt,
    pub(crate) fields: &'a Fields,
    pub(crate) answer: &'a Answer,
    pub(crate) id: String,
    pub(crate) created_at: u64,
    items: Vec<Value>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        shared: &Shared,
        prompt: &'a Prompt,
        fields: &'a Fields,
        answer: &'a Answer,
    ) -> Self {
        let items = items(shared, prompt, fields, answer);
        Self { prompt, fields, answer, id: shared.id("resp_"), created_at: unix_s(), items }
    }

    /// The finished response.
    pub(crate) fn whole(&self) -> Value {
        let (status, details) = match self.answer.finish {
            Finish::Length => ("incomplete", json!({"reason": "max_output_tokens"})),
            Finish::ContentFilter => ("incomplete", json!({"reason": "content_filter"})),
            _ => ("completed", Value::Null),
        };
        let mut response = self.shell(status);
        response["incomplete_details"] = details;
        response["output"] = Value::Array(self.items.clone());
        response["usage"] = usage(&self.answer.usage, &self.prompt.model);
        if status == "completed" {
            response["completed_at"] = json!(unix_s());
        }
        response
    }

    /// The event sequence.
    pub(crate) fn events(&self) -> Vec<Event> {
        let started = self.shell("in_progress");
        let mut events = Sequence::default();
        events.push(json!({"type": "response.created", "response": started}), 0);
        events.push(json!({"type": "response.in_progress", "response": started}), 0);
        for (index, item) in self.items.iter().enumerate() {
            match item["type"].as_str() {
                Some("reasoning") => self.reasoning(&mut events, index, item),
                Some("function_call") => self.function_call(&mut events, index, item),
                _ => self.message(&mut events, index, item),
            }
        }
        let whole = self.whole();
        let name = match whole["status"].as_str() {
            Some("incomplete") => "response.incomplete",
            _ => "response.completed",
        };
        events.push(json!({"type": name, "response": whole}), 0);
        let mut events = events.events;
        if let Some(last) = events.pop() {
            events.push(last.last());
        }
        events
    }

    /// The response as it is before anything is known of the answer.
    pub(crate) fn shell(&self, status: &str) -> Value {
        let fields = self.fields;
        let effort =
            if self.prompt.model.can_reason() { json!(self.prompt.effort()) } else { Value::Null };
        let reasoning = fields.any("reasoning");
        let part = |name: &str| reasoning.and_then(|reasoning| reasoning.get(name)).cloned();
        let mut text = fields.echo_or("text", json!({}));
        if text.get("format").is_none() {
            text["format"] = json!({"type": "text"});
        }
        if text.get("verbosity").is_none() {
            text["verbosity"] = json!("medium");
        }
        json!({
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "status": status,
            "background": false,
            "completed_at": null,
            "error": null,
            "incomplete_details": null,
            "instructions": fields.echo("instructions"),
            "max_output_tokens": fields.echo("max_output_tokens"),
            "max_tool_calls": fields.echo("max_tool_calls"),
            "model": self.prompt.model.snapshot,
            "output": [],
            "parallel_tool_calls": fields.echo_or("parallel_tool_calls", json!(true)),
            "previous_response_id": fields.echo("previous_response_id"),
            "prompt_cache_key": fields.echo("prompt_cache_key"),
            "prompt_cache_retention": fields.echo("prompt_cache_retention"),
            "reasoning": { "effort": effort, "summary": part("summary") },
            "safety_identifier": fields.echo("safety_identifier"),
            "service_tier": self.prompt.lane("default"),
            "store": fields.echo_or("store", json!(true)),
            "temperature": fields.echo_or("temperature", json!(1.0)),
            "text": text,
            "tool_choice": fields.echo_or("tool_choice", json!("auto")),
            "tools": fields.echo_or("tools", json!([])),
            "top_logprobs": fields.echo_or("top_logprobs", json!(0)),
            "top_p": fields.echo_or("top_p", json!(1.0)),
            "truncation": fields.echo_or("truncation", json!("disabled")),
            "usage": null,
            "user": fields.echo("user"),
            "metadata": fields.echo_or("metadata", json!({})),
        })
    }

    fn reasoning(&self, events: &mut Sequence, index: usize, item: &Value) {
        let mut added = item.clone();
        added["summary"] = json!([]);
        events.item_added(index, added);
        let id = &item["id"];
        if let Some(text) = item["summary"][0]["text"].as_str() {
            events.push(
                json!({"type": "response.reasoning_summary_part.added", "item_id": id,
                    "output_index": index, "summary_index": 0,
                    "part": {"type": "summary_text", "text": ""}}),
                0,
            );
            for piece in count::pieces(&self.prompt.model, text) {
                let hidden = obfuscation(&piece, events.events.len());
                events.push(
                    json!({"type": "response.reasoning_summary_text.delta", "item_id": id,
                        "output_index": index, "summary_index": 0, "delta": piece,
                        "obfuscation": hidden}),
                    0,
                );
            }
            events.push(
                json!({"type": "response.reasoning_summary_text.done", "item_id": id,
                    "output_index": index, "summary_index": 0, "text": text}),
                0,
            );
            events.push(
                json!({"type": "response.reasoning_summary_part.done", "item_id": id,
                    "output_index": index, "summary_index": 0,
                    "part": {"type": "summary_text", "text": text}}),
                0,
            );
        }
        events.item_done(index, item.clone(), self.answer.usage.reasoning_tokens);
    }

    fn message(&self, events: &mut Sequence, index: usize, item: &Value) {
        let mut added = item.clone();
        added["status"] = json!("in_progress");
        added["content"] = json!([]);
        events.item_added(index, added);
        let id = &item["id"];
        let part = &item["content"][0];
        let (name, field) = match part["type"].as_str() {
            Some("refusal") => ("response.refusal", "refusal"),
            _ => ("response.output_text", "text"),
        };
        let mut empty = part.clone();
        empty[field] = json!("");
        events.push(
            json!({"type": "response.content_part.added", "item_id": id, "output_index": index,
                "content_index": 0, "part": empty}),
            0,
        );
        let pieces = match field {
            "text" => self.answer.text.clone(),
            _ => count::pieces(&self.prompt.model, part[field].as_str().unwrap_or_default()),
        };
        for piece in pieces {
            let hidden = obfuscation(&piece, events.events.len());
            let mut delta = json!({"type": format!("{name}.delta"), "item_id": id,
                "output_index": index, "content_index": 0, "delta": piece,
                "obfuscation": hidden});
            if field == "text" {
                delta["logprobs"] = json!([]);
            }
            events.push(delta, 1);
        }
        let mut done = json!({"type": format!("{name}.done"), "item_id": id,
            "output_index": index, "content_index": 0, field: part[field]});
        if field == "text" {
            done["logprobs"] = json!([]);
        }
        events.push(done, 0);
        events.push(
            json!({"type": "response.content_part.done", "item_id": id, "output_index": index,
                "content_index": 0, "part": part}),
            0,
        );
        events.item_done(index, item.clone(), 0);
    }

    fn function_call(&self, events: &mut Sequence, index: usize, item: &Value) {
        let mut added = item.clone();
        added["status"] = json!("in_progress");
        added["arguments"] = json!("");
        events.item_added(index, added);
        let id = &item["id"];
        let arguments = item["arguments"].as_str().unwrap_or_default();
        for piece in count::pieces(&self.prompt.model, arguments) {
            let hidden = obfuscation(&piece, events.events.len());
            events.push(
                json!({"type": "response.function_call_arguments.delta", "item_id": id,
                    "output_index": index, "delta": piece, "obfuscation": hidden}),
                1,
            );
        }
        events.push(
            json!({"type": "response.function_call_arguments.done", "item_id": id,
                "output_index": index, "arguments": arguments}),
            0,
        );
        events.item_done(index, item.clone(), 8);
    }
}

/// Events with their sequence numbers.
#[derive(Debug, Default)]
struct Sequence {
    events: Vec<Event>,
}

impl Sequence {
    fn push(&mut self, mut data: Value, tokens: u64) {
        data["sequence_number"] = json!(self.events.len());
        self.events.push(Event::named(data).tokens(tokens));
    }

    fn item_added(&mut self, index: usize, item: Value) {
        self.push(
            json!({"type": "response.output_item.added", "output_index": index, "item": item}),
            0,
        );
    }

    fn item_done(&mut self, index: usize, item: Value, tokens: u64) {
        self.push(
            json!({"type": "response.output_item.done", "output_index": index, "item": item}),
            tokens,
        );
    }
}

fn items(shared: &Shared, prompt: &Prompt, fields: &Fields, answer: &Answer) -> Vec<Value> {
    let mut items = Vec::new();
    if answer.usage.reasoning_tokens > 0 {
        let mut item = json!({"id": shared.id("rs_"), "type": "reasoning", "summary": []});
        let summary = fields.any("reasoning").and_then(|reasoning| reasoning.get("summary"));
        if let (Some(_), Some(text)) = (summary.and_then(Value::as_str), &answer.reasoning) {
            item["summary"] = json!([{"type": "summary_text", "text": text}]);
        }
        let wanted = fields.any("include").and_then(Value::as_array);
        if wanted.is_some_and(|wanted| wanted.contains(&json!("reasoning.encrypted_content"))) {
            item["encrypted_content"] = json!(format!("gAAAAAB{}", shared.id("").repeat(4)));
        }
        items.push(item);
    }
    let status = if answer.finish == Finish::Length { "incomplete" } else { "completed" };
    let is_silent = answer.text.is_empty() && answer.refusal.is_none();
    let out_of_room = answer.finish == Finish::Length && answer.usage.reasoning_tokens > 0;
    if !is_silent || (answer.tool_calls.is_empty() && !out_of_room) {
        let content = match &answer.refusal {
            Some(refusal) => json!({"type": "refusal", "refusal": refusal}),
            None => json!({"type": "output_text", "text": answer.whole_text(),
                "annotations": [], "logprobs": []}),
        };
        let mut item = json!({"id": shared.id("msg_"), "type": "message", "status": status,
            "role": "assistant", "content": [content]});
        if has_phases(&prompt.model.id) {
            let is_last = answer.tool_calls.is_empty();
            item["phase"] = json!(if is_last { "final_answer" } else { "commentary" });
        }
        items.push(item);
    }
    for call in &answer.tool_calls {
        items.push(json!({"id": shared.id("fc_"), "type": "function_call", "status": "completed",
            "arguments": call.arguments_text(), "call_id": shared.id("call_"),
            "name": call.name}));
    }
    items
}

/// Whether answers say which of their messages is the final one (recorded from gpt-5.4 on).
fn has_phases(model: &str) -> bool {
    ["gpt-5.4", "gpt-5.5", "gpt-5.6", "gpt-6"].iter().any(|family| model.starts_with(family))
}

fn usage(usage: &Usage, model: &Model) -> Value {
    let mut report = json!({
        "input_tokens": usage.input_tokens,
        "input_tokens_details": { "cached_tokens": usage.cache_read_tokens },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        "total_tokens": usage.total_tokens(),
    });
    if count::counts_cache_writes(model) {
        report["input_tokens_details"]["cache_write_tokens"] = json!(usage.cache_write_tokens);
    }
    report
}
