//! What a body in a provider's own shape asks for that no other format has a word for.
//!
//! Such a body is sent untouched where it belongs. Anywhere else only what was read of it is sent, so
//! a field that was not read is refused there, unless it is a matter between the caller and the
//! provider and changes nothing about the answer. The lists are of the providers' references
//! (2026-11-22), a field within another by its path; one they do not know is taken for a wish.

use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value};

use super::build::Target;
use crate::error::Error;
use crate::request::{Api, NativeBody};

/// Refuses a body of another format that asks for what this one cannot.
pub(super) fn check(native: &NativeBody, target: &Target<'_>) -> Result<(), Error> {
    let known = match native.api {
        Api::Chat => CHAT,
        Api::GenerateContent => GEMINI,
        Api::Messages => ANTHROPIC,
        Api::Responses => RESPONSES,
    };
    // A choice that is written out and was not read: of several tools, or of one the provider runs.
    let choice = native.body.get("tool_choice").filter(|choice| choice.is_object());
    let unread = choice.filter(|_| target.request.tool_choice.is_none());
    match lost(&native.body, "", known).or(unread.map(|_| "tool_choice".into())) {
        None => Ok(()),
        Some(path) => {
            let instead = "leave it out, or stay with that provider";
            Err(target
                .cannot_carry(&format!("`{path}`, which only its own provider knows,"), instead))
        }
    }
}

/// The path of the first wish that was not read, within fields that stand at a path.
fn lost(fields: &Map<String, Value>, at: &str, known: &[&str]) -> Option<String> {
    fields.iter().find_map(|(key, value)| {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        if has(known, &path) {
            return None;
        }
        match value {
            Value::Object(inner) if holds(known, &path) => lost(inner, &path, known),
            _ => is_wish(key, value).then_some(path),
        }
    })
}

/// Whether a list holds fields within the one at a path.
fn holds(list: &[&str], path: &str) -> bool {
    list.iter().any(|known| {
        let mut known = letters(known);
        letters(path).all(|letter| known.next() == Some(letter)) && known.next() == Some(b'.')
    })
}

/// Whether a list holds a field, in either of the spellings that Gemini takes.
fn has(list: &[&str], key: &str) -> bool {
    list.iter().any(|known| letters(known).eq(letters(key)))
}

fn letters(word: &str) -> impl Iterator<Item = u8> {
    word.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

/// Whether a field asks for something: not where it says what holds without it.
fn is_wish(key: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => {
            let usual = if has(&["candidateCount", "n"], key) { 1.0 } else { 0.0 };
            number.as_f64() != Some(usual)
        }
        Value::String(word) => {
            !matches!(word.as_str(), "" | "default" | "disabled" | "medium" | "none")
        }
        // The choice of one tool is read, and of several there is none elsewhere.
        Value::Array(list) if has(&["allowedFunctionNames"], key) => list.len() > 1,
        Value::Array(list) => {
            !list.iter().all(|it| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("text")))
        }
        Value::Object(fields) => !fields.is_empty(),
    }
}

const CHAT: &[&str] = &[
    "function_call",
    "functions",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
];
const RESPONSES: &[&str] = &[
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning.effort",
    "reasoning.mode",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text.format",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
];
const ANTHROPIC: &[&str] = &[
    "anthropic_beta",
    "anthropic_version",
    "betas",
    "cache_control",
    "max_tokens",
    "mcp_servers",
    "messages",
    "metadata",
    "model",
    "output_config.effort",
    "output_config.format",
    "output_format",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking.budget_tokens",
    "thinking.type",
    "tool_choice",
    "tools",
    "top_p",
];
const GEMINI: &[&str] = &[
    "cachedContent",
    "contents",
    "generationConfig._responseJsonSchema",
    "generationConfig.logprobs",
    "generationConfig.maxOutputTokens",
    "generationConfig.responseJsonSchema",
    "generationConfig.responseLogprobs",
    "generationConfig.responseMimeType",
    "generationConfig.responseSchema",
    "generationConfig.stopSequences",
    "generationConfig.temperature",
    "generationConfig.thinkingConfig.thinkingBudget",
    "generationConfig.thinkingConfig.thinkingLevel",
    "generationConfig.topP",
    "model",
    "stream",
    "systemInstruction",
    "toolConfig.functionCallingConfig.mode",
    "tools",
];
