//! Recorded streams of real providers fold as their official client folds them, however cut.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

use farebox_conformance::root;
use farebox_core::call::{EventKind, Finish, Folded, fold};
use farebox_core::error::ErrorKind;
use farebox_core::request::Api;
use farebox_core::usage::TokenClass;
use serde_json::Value;

pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) api: Api,
    pub(crate) body: Vec<u8>,
    oracle: Option<Value>,
}

/// The recorded streams, or nothing where the machine has none.
pub(crate) fn recorded() -> Option<Vec<Recorded>> {
    let given = std::env::var_os("FAREBOX_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| root().join("../shared/data")).join("streams");
    let Ok(packed) = fs::File::open(folder.join("streams.tar.gz")) else {
        println!("skipped: no recorded streams in {}", folder.display());
        return None;
    };
    let lines = |name: &str| -> BTreeMap<String, Value> {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let values = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        values.map(|value| (value["file"].as_str().unwrap().to_owned(), value)).collect()
    };
    let (index, oracle) = (lines("index.jsonl"), lines("folded.jsonl"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let name = path.trim_start_matches("./").trim_start_matches("streams/").to_owned();
        let Some(about) = index.get(&name) else { continue };
        let api = match about["api"].as_str().unwrap() {
            "chat" => Api::Chat,
            "messages" => Api::Messages,
            _ => Api::Responses,
        };
        let mut body = Vec::new();
        entry.read_to_end(&mut body).unwrap();
        found.push(Recorded { oracle: oracle.get(&name).cloned(), name, api, body });
    }
    assert_eq!(found.len(), index.len());
    Some(found)
}

fn whole(stream: &Recorded) -> Folded {
    fold(stream.api, 200, [stream.body.as_slice()])
}

#[test]
fn cuts_change_nothing() {
    let Some(streams) = recorded() else { return };
    let mut draw = 0x2545_f491_u64;
    for stream in &streams {
        let expected = whole(stream);
        for size in [1, 2, 3, 7] {
            let cut = fold(stream.api, 200, stream.body.chunks(size));
            assert_eq!(cut, expected, "{} in pieces of {size}", stream.name);
        }
        for _ in 0..3 {
            let (mut pieces, mut rest) = (Vec::new(), stream.body.as_slice());
            while !rest.is_empty() {
                draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let size = (1 + (draw >> 40) as usize % 400).min(rest.len());
                let (piece, after) = rest.split_at(size);
                pieces.push(piece);
                rest = after;
            }
            assert_eq!(fold(stream.api, 200, pieces), expected, "{}", stream.name);
        }
    }
    println!("{} streams, 7 ways of cutting each", streams.len());
}

#[test]
fn the_pieces_together_are_the_answer() {
    let Some(streams) = recorded() else { return };
    let mut contradictory = 0;
    for stream in &streams {
        let folded = whole(stream);
        let (mut text, mut reasoning, mut refusal) = (String::new(), String::new(), String::new());
        let mut calls: Vec<(String, String, String)> = Vec::new();
        for event in folded.events {
            match event {
                EventKind::TextDelta { text: more } => text += &more,
                EventKind::ReasoningDelta { text: more } => reasoning += &more,
                EventKind::RefusalDelta { text: more } => refusal += &more,
                EventKind::ToolCallStarted { index, call_id, name } => {
                    assert_eq!(index as usize, calls.len(), "{}", stream.name);
                    calls.push((call_id, name, String::new()));
                }
                EventKind::ToolCallDelta { index, arguments } => {
                    calls[index as usize].2 += &arguments;
                }
                EventKind::Superseded { .. } => {
                    (text, reasoning, refusal) = Default::default();
                    calls.clear();
                }
                _ => {}
            }
        }
        let answer = &folded.answer;
        if text != answer.text {
            // An abridged recording: its last event contradicts its own pieces, and is believed.
            contradictory += 1;
        }
        assert_eq!(reasoning, answer.reasoning, "{}", stream.name);
        assert_eq!(refusal, answer.refusal.clone().unwrap_or_default(), "{}", stream.name);
        let whole = answer.tool_calls.iter();
        let whole = whole.map(|it| (it.call_id.clone(), it.name.clone(), it.arguments.clone()));
        assert_eq!(calls, whole.collect::<Vec<_>>(), "{}", stream.name);
    }
    assert!(contradictory <= 1, "{contradictory} streams whose pieces are not their answer");
}

#[test]
fn folds_equal_those_of_the_official_client() {
    let Some(streams) = recorded() else { return };
    let (mut equal, mut rejected, mut wrong) = (0, 0, Vec::new());
    for stream in &streams {
        let Some(oracle) = &stream.oracle else { continue };
        let folded = whole(stream);
        let Some(expected) = oracle.get("final") else {
            rejected += 1;
            continue;
        };
        let differences =
            differences(&folded, expected, oracle["raw"]["text"].as_str().unwrap_or(""));
        if differences.is_empty() {
            equal += 1;
        } else {
            wrong.push(format!("{}: {}", stream.name, differences.join("; ")));
        }
    }
    println!("{equal} equal, {rejected} that the official client rejects");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn differences(folded: &Folded, expected: &Value, raw: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: Value, theirs: Value| {
        if ours != theirs {
            found.push(format!("{what}: ours {ours}, theirs {theirs}"));
        }
    };
    let answer = &folded.answer;
    if let Some(error) = &folded.error {
        compare("error", error.to_string().into(), Value::Null);
    }
    let theirs = |key: &str| expected.get(key).cloned().unwrap_or(Value::Null);
    let text = theirs("text").as_str().unwrap_or("").to_owned();
    // The official client turns a list of content into this word of JavaScript's, and believes
    // OpenRouter's `output_text`, which is empty whatever the answer.
    let is_unreadable = text.contains("[object Object]");
    let is_raw = text.is_empty() && answer.text == raw;
    if !is_unreadable && !is_raw {
        compare("text", answer.text.clone().into(), text.into());
    }
    let refusal = answer.refusal.clone().unwrap_or_default();
    compare("refusal", refusal.into(), theirs("refusal").as_str().unwrap_or("").into());
    let calls = answer
        .tool_calls
        .iter()
        .map(|call| Value::from(vec![call.name.clone(), call.arguments.clone()]));
    let calls = Value::from(calls.collect::<Vec<_>>());
    compare("calls", calls, expected.get("calls").cloned().unwrap_or_else(|| Value::Array(vec![])));
    if let Some(finish) = theirs("finish").as_str() {
        let ours = match answer.finish {
            Some(Finish::Stop) => "stop",
            Some(Finish::Length) => "length",
            Some(Finish::ToolCalls) => "tool_calls",
            Some(Finish::ContentFilter) => "content_filter",
            _ => "other",
        };
        compare("finish", ours.into(), finish.into());
    }
    if let Some(id) = theirs("id").as_str() {
        compare("id", answer.id.clone().into(), id.into());
    }
    if let Some(items) = theirs("items").as_array() {
        let ours = answer.items.iter().map(|item| item["type"].clone()).collect::<Vec<_>>();
        compare("items", ours.into(), items.clone().into());
    }
    if let Some(usage) = theirs("usage").as_array() {
        let ours = answer.usage.clone().unwrap_or_default();
        let class = |class| ours.tokens(class);
        let counters = [
            ours.input_tokens(),
            ours.output_tokens(),
            class(TokenClass::CacheRead),
            class(TokenClass::Reasoning),
        ];
        let theirs: Vec<u64> = usage.iter().map(|it| it.as_u64().unwrap_or(0)).collect();
        // xAI counts reasoning beside the answer in this format, as its documentation says.
        let beside = counters[1] == theirs[1] + theirs[3]
            && answer.model.as_ref().is_some_and(|it| it.as_str().contains("grok"));
        if !beside {
            compare("usage", counters.to_vec().into(), theirs.into());
        }
    }
    found
}

#[test]
fn what_fails_is_typed() {
    let Some(streams) = recorded() else { return };
    for stream in &streams {
        if let Some(error) = whole(stream).error {
            println!("{}: {error}", stream.name);
            assert!(
                matches!(
                    error.kind,
                    ErrorKind::MalformedResponse
                        | ErrorKind::ProviderRejected
                        | ErrorKind::ProviderUnavailable
                        | ErrorKind::Permission
                ),
                "{}: {error}",
                stream.name
            );
        }
    }
}
