//! What providers report as used, in every shape they report it: told apart into classes that add
//! up to what was reported, and priced, whatever stands in it.

use farebox_core::catalog::Terms;
use farebox_core::error::ErrorKind;
use farebox_core::provider::parse_usage;
use farebox_core::request::Api;
use farebox_core::time::Day;
use farebox_core::usage::{TokenClass, Usage};
use serde_json::{Value, json};

use crate::cost::{Seed, shipped};

/// A report and what it holds: tokens of the prompt, of the answer, and those read from a cache.
struct Report {
    api: Api,
    model: &'static str,
    answer: Value,
    input: u64,
    output: u64,
    read: u64,
}

#[test]
fn every_class_of_a_report_is_counted_once() {
    let catalog = shipped();
    let at = Day::parse("2026-11-22").unwrap().start();
    let mut seed = Seed(20_261_122);
    for _ in 0..200 {
        for report in reports(&mut seed) {
            let Report { api, model, ref answer, .. } = report;
            let usage = parse_usage(answer, api).unwrap();
            assert_eq!(usage.input_tokens(), report.input, "{model} {answer}");
            assert_eq!(usage.output_tokens(), report.output, "{model} {answer}");
            assert_eq!(usage.tokens(TokenClass::CacheRead), report.read, "{model} {answer}");
            let model = catalog.stand_in(&model.into()).unwrap();
            let cost = model.cost(&usage, &Terms { at, ..Terms::default() }).unwrap();
            // Cached input is the cheaper one at every provider, writing and sound are not.
            let plain = |class: &TokenClass| {
                use TokenClass::{CacheRead, Input, Output, Reasoning};
                matches!(class, CacheRead | Input | Output | Reasoning)
            };
            if usage.tokens.keys().all(plain) {
                let uncached = Usage::of(report.input, report.output);
                let most = model.cost(&uncached, &Terms { at, ..Terms::default() }).unwrap();
                assert!(cost.total <= most.total, "{answer}");
            }
        }
    }
}

#[test]
fn reports_of_nonsense_are_priced_or_refused() {
    let catalog = shipped();
    let junk = [
        json!(null),
        json!(-1),
        json!(1.5),
        json!("1000"),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([{ "modality": "AUDIO", "tokenCount": u64::MAX }]),
    ];
    let mut seed = Seed(5);
    for round in 0..2_000 {
        let report = reports(&mut seed).swap_remove(round % SHAPES);
        let mut answer = report.answer;
        for _ in 0..=seed.below(4) {
            let value = junk[seed.below(junk.len() as u64) as usize].clone();
            replace(&mut answer, &value, &mut seed);
        }
        let Some(usage) = parse_usage(&answer, report.api) else { continue };
        let model = catalog.stand_in(&report.model.into()).unwrap();
        if let Err(error) = model.cost(&usage, &Terms::default()) {
            assert_eq!(error.kind, ErrorKind::InvalidRequest, "{answer}: {error}");
        }
    }
}

const SHAPES: usize = 9;

/// One report of each provider, in its own shape.
fn reports(seed: &mut Seed) -> Vec<Report> {
    let mut some = |most: u64| seed.below(most + 1);
    let (read, fresh, write, long) = (some(50_000), some(50_000), some(9_000), some(9_000));
    let (thoughts, words, tools) = (some(5_000), 1 + some(5_000), some(3_000));
    let report = |api, model, answer, input, output, read| Report {
        api,
        model,
        answer,
        input,
        output,
        read,
    };
    let (prompt, whole) = (read + fresh, thoughts + words);
    let written = prompt + write + long;
    vec![
        report(
            Api::Chat,
            "gpt-5.4",
            json!({ "usage": {
                "prompt_tokens": prompt, "completion_tokens": whole, "total_tokens": prompt + whole,
                "prompt_tokens_details": { "cached_tokens": read, "audio_tokens": 0 },
                "completion_tokens_details": { "reasoning_tokens": thoughts },
            } }),
            prompt,
            whole,
            read,
        ),
        report(
            Api::Responses,
            "gpt-5.6-sol",
            json!({ "output": [], "usage": {
                "input_tokens": written, "output_tokens": whole,
                "input_tokens_details": { "cached_tokens": read, "cache_write_tokens": write + long,
                    "ttl_30m_tokens": write, "ttl_12h_tokens": long },
                "output_tokens_details": { "reasoning_tokens": thoughts },
            } }),
            written,
            whole,
            read,
        ),
        report(
            Api::Messages,
            "claude-opus-4-6",
            json!({ "usage": {
                "input_tokens": fresh, "cache_read_input_tokens": read, "output_tokens": whole,
                "cache_creation_input_tokens": write + long,
                "cache_creation": { "ephemeral_5m_input_tokens": write,
                    "ephemeral_1h_input_tokens": long },
            } }),
            written,
            whole,
            read,
        ),
        // A compaction stands among the iterations only.
        report(
            Api::Messages,
            "claude-sonnet-4-6",
            json!({ "usage": {
                "input_tokens": fresh, "output_tokens": words,
                "iterations": [
                    { "type": "compaction", "input_tokens": tools, "output_tokens": thoughts,
                        "cache_read_input_tokens": read },
                    { "type": "message", "input_tokens": fresh, "output_tokens": words },
                ],
            } }),
            prompt + tools,
            whole,
            read,
        ),
        report(
            Api::GenerateContent,
            "gemini-2.5-flash",
            json!({ "usageMetadata": {
                "promptTokenCount": prompt, "cachedContentTokenCount": read,
                "toolUsePromptTokenCount": tools, "candidatesTokenCount": words,
                "thoughtsTokenCount": thoughts,
                "totalTokenCount": prompt + tools + whole,
            } }),
            prompt + tools,
            whole,
            read,
        ),
        report(
            Api::Chat,
            "deepseek-chat",
            json!({ "usage": {
                "prompt_tokens": prompt, "completion_tokens": whole,
                "prompt_cache_hit_tokens": read, "prompt_cache_miss_tokens": fresh,
                "completion_tokens_details": { "reasoning_tokens": thoughts },
            } }),
            prompt,
            whole,
            read,
        ),
        // xAI counts reasoning beside the answer.
        report(
            Api::Chat,
            "grok-4.3",
            json!({ "usage": {
                "prompt_tokens": prompt, "completion_tokens": words,
                "total_tokens": prompt + whole,
                "prompt_tokens_details": { "text_tokens": prompt, "cached_tokens": read },
                "completion_tokens_details": { "reasoning_tokens": thoughts },
                "num_sources_used": 0,
            } }),
            prompt,
            whole,
            read,
        ),
        // Groq, Mistral and OpenRouter tell times and costs beside the tokens.
        report(
            Api::Chat,
            "openai/gpt-oss-120b",
            json!({ "usage": {
                "prompt_tokens": prompt, "completion_tokens": whole, "total_tokens": prompt + whole,
                "queue_time": 0.02, "prompt_time": 0.001, "total_time": 0.5,
                "prompt_audio_seconds": {}, "cost": 0.0125, "is_byok": false,
                "cost_details": { "upstream_inference_cost": null },
            } }),
            prompt,
            whole,
            0,
        ),
        report(
            Api::Chat,
            "gpt-audio-mini",
            json!({ "usage": {
                "prompt_tokens": prompt + tools, "completion_tokens": whole,
                "prompt_tokens_details": { "cached_tokens": read, "audio_tokens": tools },
                "completion_tokens_details": { "audio_tokens": thoughts, "text_tokens": words },
            } }),
            prompt + tools,
            whole,
            read,
        ),
    ]
}

/// Puts a value in the place of one somewhere in another.
fn replace(value: &mut Value, by: &Value, seed: &mut Seed) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let index = seed.below(map.len() as u64) as usize;
            let key = map.keys().nth(index).unwrap().clone();
            let whole = key == "usage" || key == "usageMetadata";
            if whole || (map[&key].is_object() && seed.below(2) == 0) {
                replace(&mut map[&key], by, seed);
            } else {
                map[&key] = by.clone();
            }
        }
        other => *other = by.clone(),
    }
}
