//! What Responses reports as used.

use serde_json::Value;

use crate::provider::read::counter;
use crate::request::HostedTool;
use crate::usage::{TokenClass, Usage};

/// The usage of a whole response; nothing when it reports none.
///
/// `input_tokens` holds the cached ones and those written to a cache, `output_tokens` holds the
/// reasoning, so each is taken out of its total. The tools that ran stand among the output items.
/// <https://platform.openai.com/docs/api-reference/responses/object>, checked 2026-11-22.
pub(crate) fn usage(response: &Value) -> Option<Usage> {
    let counters = response.get("usage").filter(|usage| usage.is_object())?;
    let input = &counters["input_tokens_details"];
    let output = &counters["output_tokens_details"];
    let read = counter(input, "cached_tokens");
    let (write, write_long) = cache_writes(input);
    let reasoning = counter(output, "reasoning_tokens");
    let mut usage = Usage::default()
        .with(TokenClass::CacheRead, read)
        .with(TokenClass::CacheWrite, write)
        .with(TokenClass::CacheWriteLong, write_long)
        .with(TokenClass::Reasoning, reasoning);
    let whole = counter(counters, "input_tokens");
    usage = usage.with(TokenClass::Input, whole.saturating_sub(read + write + write_long));
    let whole = counter(counters, "output_tokens");
    usage = usage.with(TokenClass::Output, whole.saturating_sub(reasoning));
    for item in response.get("output").and_then(Value::as_array).into_iter().flatten() {
        let tool = match item["type"].as_str() {
            Some("code_interpreter_call") => HostedTool::CodeInterpreter,
            Some("file_search_call") => HostedTool::FileSearch,
            Some("image_generation_call") => HostedTool::ImageGeneration,
            // Opening and reading a page found is no search of its own.
            Some("web_search_call") if searches(&item["action"]) => HostedTool::WebSearch,
            _ => continue,
        };
        *usage.tool_calls.or_default(tool) += 1;
    }
    Some(usage)
}

/// Tokens written to the cache for the ordinary and for the long lifetime.
pub(in crate::provider) fn cache_writes(details: &Value) -> (u64, u64) {
    let long = counter(details, "ttl_12h_tokens");
    let all = counter(details, "cache_write_tokens").max(counter(details, "ttl_30m_tokens") + long);
    (all - long, long)
}

fn searches(action: &Value) -> bool {
    !matches!(action["type"].as_str(), Some("open_page" | "find" | "find_in_page"))
}
