//! What a body in a provider's own shape asks for that no other format has a word for.
//!
//! Such a body is sent untouched where it belongs. Anywhere else only what was read of it is sent, so
//! a field that was not read is refused there, unless it is a matter between the caller and the
//! provider and changes nothing about the answer. The lists are of the providers' references
//! (2026-11-22); a field they do not know is taken for a wish.

use alloc::format;

use serde_json::Value;

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
    let config = native.body.iter().find(|(key, _)| native.is_config(key));
    let inner = config.and_then(|(_, config)| config.as_object()).into_iter().flatten();
    let outer = native.body.iter().filter(|(key, _)| !native.is_config(key));
    let lost = outer
        .filter(|(key, value)| !has(known, key) && is_wish(key, value))
        .chain(inner.filter(|(key, value)| !has(GEMINI_CONFIG, key) && is_wish(key, value)))
        .next();
    match lost {
        None => Ok(()),
        Some((key, _)) => {
            let instead = "leave it out, or stay with that provider";
            Err(target
                .cannot_carry(&format!("`{key}`, which only its own provider knows,"), instead))
        }
    }
}

impl NativeBody {
    fn is_config(&self, key: &str) -> bool {
        self.api == Api::GenerateContent && has(&["generationConfig"], key)
    }
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
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
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
    "output_config",
    "output_format",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_p",
];
const GEMINI: &[&str] =
    &["cachedContent", "contents", "model", "stream", "systemInstruction", "toolConfig", "tools"];
const GEMINI_CONFIG: &[&str] = &[
    "_responseJsonSchema",
    "logprobs",
    "maxOutputTokens",
    "responseJsonSchema",
    "responseLogprobs",
    "responseMimeType",
    "responseSchema",
    "stopSequences",
    "temperature",
    "thinkingConfig",
    "topP",
];
