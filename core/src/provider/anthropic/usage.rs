//! What Messages reports as used.

use serde_json::Value;

use crate::provider::read::counter;
use crate::request::HostedTool;
use crate::usage::{TokenClass, Usage};

/// The usage of a `usage` object.
///
/// `input_tokens` does not hold the cached ones: reads and writes stand beside it. A compaction
/// pass is billed too but stands only among the iterations, so where those are listed their sum is
/// what was used. <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>, checked
/// 2026-11-22.
pub(crate) fn usage(counters: &Value) -> Usage {
    let passes = counters["iterations"].as_array().filter(|passes| !passes.is_empty());
    let mut usage = Usage::default();
    match passes {
        Some(passes) => passes.iter().for_each(|pass| add(&mut usage, pass)),
        None => add(&mut usage, counters),
    }
    let ran = &counters["server_tool_use"];
    let tools = [
        ("web_search_requests", HostedTool::WebSearch),
        ("web_fetch_requests", HostedTool::WebFetch),
        ("code_execution_requests", HostedTool::CodeInterpreter),
    ];
    for (key, tool) in tools {
        match counter(ran, key) {
            0 => {}
            calls => drop(usage.tool_calls.insert(tool, calls)),
        }
    }
    usage
}

fn add(usage: &mut Usage, counters: &Value) {
    let all_writes = counter(counters, "cache_creation_input_tokens");
    let long = counter(&counters["cache_creation"], "ephemeral_1h_input_tokens").min(all_writes);
    let counts = [
        (TokenClass::CacheRead, counter(counters, "cache_read_input_tokens")),
        (TokenClass::CacheWrite, all_writes - long),
        (TokenClass::CacheWriteLong, long),
        (TokenClass::Input, counter(counters, "input_tokens")),
        (TokenClass::Output, counter(counters, "output_tokens")),
    ];
    for (class, tokens) in counts.into_iter().filter(|(_, tokens)| *tokens > 0) {
        let sum = usage.tokens(class).saturating_add(tokens);
        usage.tokens.insert(class, sum);
    }
}
