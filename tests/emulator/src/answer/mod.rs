//! What the emulator says: a scripted answer, else one made up from the request.
//!
//! The same request always gets the same answer. Needs the request only; knows no wire format.

mod invent;
mod review;
mod schema;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bill::Usage;
use crate::count;
use crate::matcher::{Matcher, Subject};
use crate::prompt::{Format, Prompt};

/// An answer given by the test, for the requests it matches.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scripted {
    /// Which requests it is for.
    pub when: Matcher,
    /// How often it is given; always unless given.
    pub times: Option<u32>,
    /// The text.
    pub text: Option<String>,
    /// A value sent as text, compact.
    pub json: Option<Value>,
    /// A refusal in place of a text.
    pub refusal: Option<String>,
    /// Calls of the caller's tools.
    pub tool_calls: Vec<ToolCall>,
    /// The text of the reasoning, where the format shows one.
    pub reasoning: Option<String>,
    /// Reasoning tokens to charge.
    pub reasoning_tokens: Option<u64>,
    /// Input tokens to report as read from the cache.
    pub cache_read_tokens: Option<u64>,
    /// Input tokens to report as written to the cache.
    pub cache_write_tokens: Option<u64>,
    /// Input tokens to report instead of the counted ones.
    pub input_tokens: Option<u64>,
    /// Output tokens to report instead of the counted ones.
    pub output_tokens: Option<u64>,
    /// How the answer ends, where that is not plain from its content.
    pub finish: Option<Finish>,
    /// The pieces the text is sent in; tokens unless given.
    pub deltas: Vec<String>,
    /// How fast its tokens are sent, per second.
    pub tokens_per_second: Option<u32>,
}

/// One call of a tool.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// Its arguments; a text is sent as it is, anything else as compact JSON.
    pub arguments: Value,
}

impl ToolCall {
    pub(crate) fn arguments_text(&self) -> String {
        match &self.arguments {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// A content filter stopped it.
    ContentFilter,
    /// The limit on output tokens was reached.
    Length,
    /// The model declined.
    Refusal,
    /// The answer is whole.
    #[default]
    Stop,
    /// The model calls tools.
    ToolCalls,
}

/// An answer, ready to be written in a wire format.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// The pieces of the text, in order; empty when there is no text.
    pub(crate) text: Vec<String>,
    pub(crate) refusal: Option<String>,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) reasoning: Option<String>,
    pub(crate) finish: Finish,
    /// The caller's stop sequence that ended the text.
    pub(crate) stopped_by: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) tokens_per_second: Option<u32>,
}

impl Answer {
    pub(crate) fn whole_text(&self) -> String {
        self.text.concat()
    }
}

/// Takes the first scripted answer that matches and has turns left.
pub(crate) fn take(scripted: &mut Vec<Scripted>, subject: &Subject<'_>) -> Option<Scripted> {
    let found = scripted.iter().position(|answer| answer.when.matches(subject))?;
    match scripted[found].times.as_mut() {
        None => Some(scripted[found].clone()),
        Some(times) if *times > 1 => {
            *times -= 1;
            Some(scripted[found].clone())
        }
        Some(_) => Some(scripted.remove(found)),
    }
}

/// Answers a request; the usage is complete but for what a cache saves.
pub(crate) fn answer(prompt: &Prompt, scripted: Option<Scripted>, input_tokens: u64) -> Answer {
    let said = scripted.unwrap_or_else(|| invent::invent(prompt));
    let mut answer = Answer {
        refusal: said.refusal,
        tool_calls: said.tool_calls,
        reasoning: said.reasoning,
        tokens_per_second: said.tokens_per_second,
        ..Answer::default()
    };
    let text = said.text.or_else(|| said.json.map(|json| json.to_string())).unwrap_or_default();
    let (text, stopped_by) = until_stop(&text, &prompt.stop);
    answer.stopped_by = stopped_by;
    answer.text = if said.deltas.is_empty() || answer.stopped_by.is_some() {
        count::pieces(&prompt.model, &text)
    } else {
        said.deltas
    };
    answer.finish = said.finish.unwrap_or({
        if !answer.tool_calls.is_empty() {
            Finish::ToolCalls
        } else if answer.refusal.is_some() {
            Finish::Refusal
        } else {
            Finish::Stop
        }
    });
    let reasoning_tokens = said.reasoning_tokens.unwrap_or_else(|| invent::reasoning(prompt));
    measure(prompt, &mut answer, reasoning_tokens);
    if let Some(output_tokens) = said.output_tokens {
        answer.usage.output_tokens = output_tokens.max(answer.usage.reasoning_tokens);
    }
    answer.usage.input_tokens = said.input_tokens.unwrap_or(input_tokens);
    answer.usage.cache_read_tokens =
        said.cache_read_tokens.unwrap_or(0).min(answer.usage.input_tokens);
    answer.usage.cache_write_tokens = said
        .cache_write_tokens
        .unwrap_or(0)
        .min(answer.usage.input_tokens - answer.usage.cache_read_tokens);
    answer
}

/// Counts the output and cuts it where the caller's limit is reached.
fn measure(prompt: &Prompt, answer: &mut Answer, reasoning_tokens: u64) {
    let limit_tokens =
        prompt.max_output_tokens.unwrap_or(u64::MAX).min(prompt.model.max_output_tokens);
    let frame_tokens = count::output_frame_tokens(prompt, reasoning_tokens > 0);
    let mut visible_tokens = frame_tokens;
    for call in &answer.tool_calls {
        visible_tokens += count::call_tokens(prompt, call);
    }
    if let Some(refusal) = &answer.refusal {
        visible_tokens += count::text_tokens(&prompt.model, refusal);
    }
    visible_tokens += count::text_tokens(&prompt.model, &answer.whole_text());
    let wanted_tokens = reasoning_tokens.saturating_add(visible_tokens);
    if wanted_tokens <= limit_tokens {
        answer.usage.output_tokens = wanted_tokens;
        answer.usage.reasoning_tokens = reasoning_tokens;
        return;
    }
    answer.finish = Finish::Length;
    answer.tool_calls.clear();
    answer.usage.output_tokens = limit_tokens;
    answer.usage.reasoning_tokens = reasoning_tokens.min(limit_tokens);
    let left_tokens = limit_tokens.saturating_sub(reasoning_tokens + frame_tokens);
    if let Some(refusal) = answer.refusal.take() {
        answer.refusal = Some(first_tokens(&prompt.model, &refusal, left_tokens));
    }
    let text = first_tokens(&prompt.model, &answer.whole_text(), left_tokens);
    answer.text = count::pieces(&prompt.model, &text);
}

fn first_tokens(model: &crate::models::Model, text: &str, limit_tokens: u64) -> String {
    let limit = usize::try_from(limit_tokens).unwrap_or(usize::MAX);
    count::pieces(model, text).into_iter().take(limit).collect()
}

fn until_stop(text: &str, stop: &[String]) -> (String, Option<String>) {
    let found = stop.iter().filter(|stop| !stop.is_empty());
    let first = found.filter_map(|stop| Some((text.find(stop)?, stop))).min();
    match first {
        Some((end, stop)) => (text[..end].to_owned(), Some(stop.clone())),
        None => (text.to_owned(), None),
    }
}

pub(crate) fn wants_json(prompt: &Prompt) -> bool {
    prompt.format != Format::Text
}
