//! What Gemini reports as used.

use serde_json::Value;

use crate::provider::read::counter;
use crate::usage::{TokenClass, Usage};

/// The usage of a `usageMetadata` object.
///
/// `promptTokenCount` holds the cached ones; what tools put into the prompt and the thoughts stand
/// beside it and beside `candidatesTokenCount`. Sound is told apart by modality.
/// <https://ai.google.dev/api/generate-content#UsageMetadata>, checked 2026-11-22.
pub(crate) fn usage(counters: &Value) -> Usage {
    let read = counter(counters, "cachedContentTokenCount");
    let whole = counter(counters, "promptTokenCount")
        .saturating_add(counter(counters, "toolUsePromptTokenCount"));
    let uncached = whole.saturating_sub(read);
    let heard = modality(&counters["promptTokensDetails"], "AUDIO")
        .saturating_sub(modality(&counters["cacheTokensDetails"], "AUDIO"))
        .min(uncached);
    let output = counter(counters, "candidatesTokenCount");
    let spoken = modality(&counters["candidatesTokensDetails"], "AUDIO").min(output);
    let drawn = modality(&counters["candidatesTokensDetails"], "IMAGE").min(output - spoken);
    Usage::default()
        .with(TokenClass::AudioInput, heard)
        .with(TokenClass::CacheRead, read)
        .with(TokenClass::Input, uncached - heard)
        .with(TokenClass::AudioOutput, spoken)
        .with(TokenClass::ImageOutput, drawn)
        .with(TokenClass::Output, output - spoken - drawn)
        .with(TokenClass::Reasoning, counter(counters, "thoughtsTokenCount"))
}

fn modality(details: &Value, name: &str) -> u64 {
    let entries = details.as_array().into_iter().flatten();
    let of_name = entries.filter(|entry| entry["modality"].as_str() == Some(name));
    of_name.fold(0, |sum, entry| u64::saturating_add(sum, counter(entry, "tokenCount")))
}
