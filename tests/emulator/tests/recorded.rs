//! Every event has the fields that recorded ones of its type have: none made up, none left out.

#![allow(clippy::unwrap_used, reason = "tests")]

mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use farebox_emulator::{Emulator, Options};
use serde_json::{Value, json};
use wire::{events, post_text};

/// Fields of one type of event, with how often each was seen.
#[derive(Default)]
struct Shape {
    seen: usize,
    fields: BTreeMap<String, usize>,
}

type Shapes = BTreeMap<String, Shape>;

/// The shapes of recorded streams by format, or nothing where the machine has none.
fn recorded() -> Option<BTreeMap<String, Shapes>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let given = std::env::var_os("FAREBOX_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| root.join("../shared/data")).join("streams");
    let Ok(packed) = fs::File::open(folder.join("streams.tar.gz")) else {
        println!("skipped: no recorded streams in {}", folder.display());
        return None;
    };
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let index = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let index: BTreeMap<_, _> =
        index.map(|about| (about["file"].as_str().unwrap().to_owned(), about)).collect();
    let mut shapes: BTreeMap<String, Shapes> = BTreeMap::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let name = path.trim_start_matches("./").trim_start_matches("streams/");
        let Some(about) = index.get(name).filter(|about| is_original(about)) else { continue };
        let mut body = String::new();
        entry.read_to_string(&mut body).unwrap();
        let shapes = shapes.entry(about["api"].as_str().unwrap().to_owned()).or_default();
        add(shapes, &body);
    }
    Some(shapes)
}

/// Whether a stream is of the company whose format it is in.
fn is_original(about: &Value) -> bool {
    let host = about["host"].as_str().unwrap_or_default();
    let model = about["model"].as_str().unwrap_or_default();
    match about["api"].as_str() {
        Some("messages") => host.contains("anthropic"),
        Some("responses") => host.contains("openai") && model.starts_with("gpt-5"),
        _ => host == "api.openai.com",
    }
}

fn add(shapes: &mut Shapes, body: &str) {
    for (_, data) in events(&body.replace("\r\n", "\n")).iter().filter(|(_, data)| data.is_object())
    {
        let shape = shapes.entry(kind(data)).or_default();
        shape.seen += 1;
        let mut fields = BTreeSet::new();
        collect(data, String::new(), &mut fields);
        for field in fields {
            *shape.fields.entry(field).or_default() += 1;
        }
    }
}

fn kind(data: &Value) -> String {
    data["type"].as_str().unwrap_or("chunk").to_owned()
}

/// The paths of all fields; what callers fill in themselves is left out.
fn collect(value: &Value, path: String, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = format!("{path}.{name}");
                if !name.starts_with("metadata") && name != "tools" {
                    collect(value, path.clone(), fields);
                }
                fields.insert(path);
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| collect(item, format!("{path}[]"), fields));
        }
        _ => {}
    }
}

#[tokio::test]
async fn events_have_the_fields_of_recorded_ones() {
    let Some(recorded) = recorded() else { return };
    let emulator = Emulator::start(Options::default()).unwrap();
    let weather = json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false});
    let requests = [
        (
            "responses",
            "/v1/responses",
            json!({"model": "gpt-5", "input": "Name a river.",
            "stream": true, "reasoning": {"effort": "low", "summary": "auto"}}),
        ),
        (
            "responses",
            "/v1/responses",
            json!({"model": "gpt-5.4", "stream": true,
            "input": "What is the weather in Lisbon?",
            "tools": [{"type": "function", "name": "get_weather", "strict": true,
                "parameters": weather}]}),
        ),
        (
            "chat",
            "/v1/chat/completions",
            json!({"model": "gpt-4o", "stream": true,
            "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": "Name a river."}]}),
        ),
        (
            "messages",
            "/v1/messages",
            json!({"model": "claude-opus-4-6", "max_tokens": 2048,
            "stream": true, "thinking": {"type": "adaptive"},
            "messages": [{"role": "user", "content": "Name a river."}]}),
        ),
        (
            "messages",
            "/v1/messages",
            json!({"model": "claude-opus-4-6", "max_tokens": 2048,
            "stream": true, "tools": [{"name": "get_weather", "input_schema": weather}],
            "messages": [{"role": "user", "content": "What is the weather in Lisbon?"}]}),
        ),
    ];
    let mut kinds = BTreeSet::new();
    for (api, path, request) in &requests {
        let (status, text) = post_text(&emulator, path, request).await;
        assert_eq!(status, 200, "{text}");
        let mut own = Shapes::new();
        add(&mut own, &text);
        for (kind, shape) in &own {
            let Some(known) = recorded[*api].get(kind) else {
                panic!("{api} never recorded an event of type {kind}")
            };
            let made_up: Vec<_> =
                shape.fields.keys().filter(|field| !known.fields.contains_key(*field)).collect();
            assert!(made_up.is_empty(), "{api} {kind} has no {made_up:?}");
            let always = known.fields.iter().filter(|(_, count)| **count == known.seen);
            let left_out: Vec<_> = always
                .map(|(field, _)| field)
                .filter(|field| !shape.fields.contains_key(*field))
                .collect();
            assert!(left_out.is_empty(), "{api} {kind} always has {left_out:?}");
            kinds.insert(format!("{api} {kind}"));
        }
    }
    println!("{} types of events compared", kinds.len());
    assert!(kinds.len() >= 20, "{kinds:?}");
}
