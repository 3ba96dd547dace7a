//! How servers that call themselves compatible with OpenAI differ from it.
//!
//! Each dialect is what recorded streams of that server show (checked 2026-11-22): where reasoning
//! and usage stand, what a server adds, and what it leaves out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::count::pieces;
use crate::models::Model;
use crate::prompt::{Api, Prompt};
use crate::wire::{Event, chat};

/// A server that speaks OpenAI's formats in its own way.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Content filter results, and a first chunk without choices.
    Azure,
    /// Reasoning in `reasoning_content`, usage in the last chunk that has a choice.
    Deepseek,
    /// Reasoning in `reasoning`, usage in the last chunk that has a choice and again in `x_groq`.
    Groq,
    /// Responses without `event:` lines and sequence numbers, ended by `[DONE]`.
    Litellm,
    /// Content in arrays of parts, thinking among them; usage in the last chunk with a choice.
    Mistral,
    /// Reasoning in `reasoning`; a complete answer that never says why it ends.
    Ollama,
    /// Comments while it waits, reasoning twice, the cost in dollars beside the usage.
    Openrouter,
}

/// Turns the events of an answer into the dialect's.
pub(crate) fn speak(
    dialect: Dialect,
    prompt: &Prompt,
    answer: &Answer,
    events: Vec<Event>,
) -> Vec<Event> {
    match prompt.api {
        Api::Chat => chunks(dialect, prompt, answer, events),
        Api::Responses if dialect == Dialect::Litellm => {
            let bare = events.into_iter().map(|event| {
                edited(event, |data| {
                    data.as_object_mut().map(|fields| fields.remove("sequence_number"));
                })
            });
            let nameless = bare.map(|event| Event { name: None, ..event });
            nameless.chain([done()]).collect()
        }
        _ => events,
    }
}

/// Turns a whole answer into the dialect's.
pub(crate) fn speak_whole(dialect: Dialect, prompt: &Prompt, answer: &Answer, whole: &mut Value) {
    if prompt.api != Api::Chat {
        return;
    }
    let thought = thought(answer);
    for choice in whole["choices"].as_array_mut().into_iter().flatten() {
        let message = &mut choice["message"];
        match (dialect, thought) {
            (Dialect::Deepseek, Some(text)) => message["reasoning_content"] = json!(text),
            (Dialect::Groq | Dialect::Ollama | Dialect::Openrouter, Some(text)) => {
                message["reasoning"] = json!(text);
            }
            (Dialect::Mistral, Some(text)) => {
                let said = message["content"].clone();
                message["content"] = json!([thinking(text), {"type": "text", "text": said}]);
            }
            (Dialect::Azure, _) => choice["content_filter_results"] = filters(),
            _ => {}
        }
    }
}

fn chunks(dialect: Dialect, prompt: &Prompt, answer: &Answer, events: Vec<Event>) -> Vec<Event> {
    let usage = chat::usage(&answer.usage, &prompt.model);
    let mut spoken = Vec::new();
    match dialect {
        Dialect::Azure => {
            let mut first = shell(&events);
            first["prompt_filter_results"] =
                json!([{"prompt_index": 0, "content_filter_results": filters()}]);
            spoken.push(Event::bare(first));
        }
        Dialect::Openrouter => {
            spoken.extend((0..3).map(|_| Event::raw(": OPENROUTER PROCESSING\n\n".to_owned())));
        }
        _ => {}
    }
    let shell = shell(&events);
    for (index, event) in events.into_iter().enumerate() {
        if event.is_raw {
            spoken.push(event);
            continue;
        }
        let is_usage = event.data.contains(r#""choices":[]"#);
        if is_usage && puts_usage_with_choice(dialect) {
            continue;
        }
        let ends = event.data.contains(r#""finish_reason":""#);
        let is_last = event.is_last || (ends && puts_usage_with_choice(dialect));
        let event = edited(event, |chunk| edit(dialect, chunk, &usage, index == 0, ends));
        spoken.push(Event { is_last, ..event });
        if index == 0 {
            spoken.extend(reasoning(dialect, &prompt.model, answer, &shell));
        }
    }
    spoken
}

fn edit(dialect: Dialect, chunk: &mut Value, usage: &Value, is_first: bool, ends: bool) {
    let Some(fields) = chunk.as_object_mut() else { return };
    fields.remove("obfuscation");
    if dialect != Dialect::Deepseek && fields.get("usage").is_some_and(Value::is_null) {
        fields.remove("usage");
    }
    if ends && puts_usage_with_choice(dialect) {
        fields.insert("usage".to_owned(), usage.clone());
    }
    match dialect {
        Dialect::Groq if is_first => {
            fields.insert("x_groq".to_owned(), json!({"id": "req_emulator", "seed": 1}));
        }
        Dialect::Groq if ends => {
            fields.insert("x_groq".to_owned(), json!({"id": "req_emulator", "usage": usage}));
        }
        Dialect::Openrouter => {
            fields.insert("provider".to_owned(), json!("Emulator"));
            if let Some(usage) = fields.get_mut("usage") {
                usage["cost"] = json!(0.000_837);
                usage["is_byok"] = json!(false);
            }
        }
        _ => {}
    }
    for choice in fields.get_mut("choices").and_then(Value::as_array_mut).into_iter().flatten() {
        match dialect {
            Dialect::Azure => choice["content_filter_results"] = filters(),
            Dialect::Ollama => choice["finish_reason"] = Value::Null,
            Dialect::Openrouter => {
                choice["native_finish_reason"] = choice["finish_reason"].clone();
            }
            Dialect::Mistral => {
                if let Some(text) = choice["delta"]["content"].as_str().filter(|_| !ends) {
                    choice["delta"]["content"] = json!([{"type": "text", "text": text}]);
                }
            }
            _ => {}
        }
    }
}

fn reasoning(dialect: Dialect, model: &Model, answer: &Answer, shell: &Value) -> Vec<Event> {
    let Some(text) = thought(answer) else { return Vec::new() };
    let delta = |piece: &str| match dialect {
        Dialect::Deepseek => Some(json!({"content": null, "reasoning_content": piece})),
        Dialect::Groq => Some(json!({"reasoning": piece, "channel": "analysis"})),
        Dialect::Mistral => Some(json!({"content": [thinking(piece)]})),
        Dialect::Ollama => Some(json!({"content": "", "reasoning": piece})),
        Dialect::Openrouter => Some(json!({"content": "", "reasoning": piece,
            "reasoning_details": [{"type": "reasoning.text", "text": piece, "index": 0}]})),
        Dialect::Azure | Dialect::Litellm => None,
    };
    let deltas = pieces(model, text).into_iter().filter_map(|piece| delta(&piece));
    deltas
        .map(|delta| {
            let mut chunk = shell.clone();
            chunk["choices"] = json!([{"index": 0, "delta": delta, "finish_reason": null}]);
            Event::bare(chunk)
        })
        .collect()
}

fn thought(answer: &Answer) -> Option<&str> {
    answer.reasoning.as_deref().filter(|_| answer.usage.reasoning_tokens > 0)
}

/// A chunk of this answer without choices.
fn shell(events: &[Event]) -> Value {
    let first = events.first().map_or("{}", |event| event.data.as_str());
    let mut chunk: Value = serde_json::from_str(first).unwrap_or_else(|_| json!({}));
    chunk["choices"] = json!([]);
    if let Some(fields) = chunk.as_object_mut() {
        fields.remove("obfuscation");
        fields.remove("usage");
    }
    chunk
}

fn edited(event: Event, edit: impl FnOnce(&mut Value)) -> Event {
    let Ok(mut data) = serde_json::from_str(&event.data) else { return event };
    edit(&mut data);
    Event { data: data.to_string(), ..event }
}

fn puts_usage_with_choice(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Deepseek | Dialect::Groq | Dialect::Mistral)
}

fn thinking(text: &str) -> Value {
    json!({"type": "thinking", "thinking": [{"type": "text", "text": text}]})
}

fn filters() -> Value {
    let safe = json!({"filtered": false, "severity": "safe"});
    json!({"hate": safe, "self_harm": safe, "sexual": safe, "violence": safe})
}

fn done() -> Event {
    Event::raw("data: [DONE]\n\n".to_owned())
}
