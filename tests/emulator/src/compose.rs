//! Writing an answer in the wire format that was asked for.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::dialect::{self, Dialect};
use crate::intake::earlier;
use crate::prompt::{Api, Prompt};
use crate::state::Shared;
use crate::wire::fields::Fields;
use crate::wire::{Event, chat, gemini, messages, responses};

/// An answer in its wire format: an object, or the events of a stream.
#[derive(Debug)]
pub(crate) enum Written {
    Stream(Vec<Event>),
    Whole(Value),
}

/// Writes an answer; the usage of several choices is summed up in it.
pub(crate) fn write(
    shared: &Shared,
    fields: &Fields,
    prompt: &Prompt,
    answer: &mut Answer,
    is_array: bool,
    dialect: Option<Dialect>,
) -> Written {
    let written = original(shared, fields, prompt, answer, is_array);
    match (written, dialect) {
        (Written::Stream(events), Some(dialect)) => {
            Written::Stream(dialect::speak(dialect, prompt, answer, events))
        }
        (Written::Whole(mut whole), Some(dialect)) => {
            dialect::speak_whole(dialect, prompt, answer, &mut whole);
            Written::Whole(whole)
        }
        (written, None) => written,
    }
}

fn original(
    shared: &Shared,
    fields: &Fields,
    prompt: &Prompt,
    answer: &mut Answer,
    is_array: bool,
) -> Written {
    match prompt.api {
        Api::Chat => {
            let choices = chat::choices(fields);
            answer.usage.output_tokens *= choices;
            answer.usage.reasoning_tokens *= choices;
            let writer = chat::Writer::new(shared, prompt, fields, answer);
            pick(prompt, || writer.whole(), || writer.events())
        }
        Api::Gemini => {
            let writer = gemini::Writer::new(shared, prompt, fields, answer);
            pick(prompt, || writer.whole(), || writer.events(is_array))
        }
        Api::Messages => {
            let writer = messages::Writer::new(shared, prompt, answer);
            pick(prompt, || writer.whole(), || writer.events())
        }
        Api::Responses => {
            let writer = responses::Writer::new(shared, prompt, fields, answer);
            if fields.any("store").and_then(Value::as_bool) != Some(false) {
                store(shared, fields, &writer.id, &writer.whole());
            }
            pick(prompt, || writer.whole(), || writer.events())
        }
    }
}

fn pick(
    prompt: &Prompt,
    whole: impl FnOnce() -> Value,
    events: impl FnOnce() -> Vec<Event>,
) -> Written {
    if prompt.stream { Written::Stream(events()) } else { Written::Whole(whole()) }
}

/// Keeps a response, and all that was said until it, for requests that go on from it.
fn store(shared: &Shared, fields: &Fields, id: &str, whole: &Value) {
    let mut items = earlier(shared, fields).unwrap_or_default();
    items.extend(responses::items_of(fields).unwrap_or_default());
    items.extend(whole["output"].as_array().cloned().unwrap_or_default());
    shared.store(id, json!({"response": whole, "items": items}));
}
