//! What Chat Completions reports as used.

use serde_json::Value;

use crate::provider::read::counter;
use crate::provider::responses::cache_writes;
use crate::usage::{TokenClass, Usage};

/// The usage of a `usage` object.
///
/// `prompt_tokens` holds the cached and the heard ones, `completion_tokens` holds the reasoning and
/// the spoken ones, so each is taken out of its total; rejected predictions stay in the output
/// they are billed as. DeepSeek reports cache hits under a name of its own.
/// <https://platform.openai.com/docs/api-reference/chat/object>, checked 2026-11-22.
pub(crate) fn usage(counters: &Value) -> Usage {
    let input = &counters["prompt_tokens_details"];
    let output = &counters["completion_tokens_details"];
    let read = counter(input, "cached_tokens").max(counter(counters, "prompt_cache_hit_tokens"));
    let (write, write_long) = cache_writes(input);
    // Heard tokens that came from the cache are counted in both details; the cache price is the
    // one that is billed, so they stay there.
    let whole = counter(counters, "prompt_tokens");
    let uncached = whole.saturating_sub(read + write + write_long);
    let heard = counter(input, "audio_tokens").min(uncached);
    let reasoning = counter(output, "reasoning_tokens");
    let spoken = counter(output, "audio_tokens");
    let mut whole_output = counter(counters, "completion_tokens");
    // xAI counts reasoning beside the answer; its total shows it (recorded traffic, 2026-11-22).
    let beside = whole.saturating_add(whole_output).saturating_add(reasoning);
    if reasoning > 0 && counter(counters, "total_tokens") == beside {
        whole_output = whole_output.saturating_add(reasoning);
    }
    Usage::default()
        .with(TokenClass::AudioInput, heard)
        .with(TokenClass::CacheRead, read)
        .with(TokenClass::CacheWrite, write)
        .with(TokenClass::CacheWriteLong, write_long)
        .with(TokenClass::Input, uncached - heard)
        .with(TokenClass::AudioOutput, spoken)
        .with(TokenClass::Reasoning, reasoning)
        .with(TokenClass::Output, whole_output.saturating_sub(reasoning + spoken))
}
