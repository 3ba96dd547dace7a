//! However bytes are cut, event streams and calls answer their vectors alike.

use std::path::PathBuf;

use farebox_conformance::{VectorFile, root};
use farebox_core::call::sse::{Chunk, SseScript};
use farebox_core::call::{Action, Input, Rehearsal, ScriptStep, Told, rehearse};
use farebox_core::catalog::Catalog;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn catalog() -> Catalog {
    Catalog::parse(&std::fs::read(root().join("tests/catalog.json")).unwrap()).unwrap()
}

fn read<T: DeserializeOwned>(input: &Value) -> T {
    serde_json::from_value(input.clone()).unwrap_or_else(|error| panic!("{error}: {input}"))
}

fn write(answer: impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

fn path(subject: &str) -> PathBuf {
    root().join("tests/vectors").join(format!("{subject}.json"))
}

#[test]
fn cutting_an_event_stream_changes_nothing() {
    let file = VectorFile::load(&path("sse")).unwrap();
    for case in &file.cases {
        let script: SseScript = read(&case.input);
        let whole: Vec<u8> = script.chunks.iter().flat_map(|chunk| chunk.0.clone()).collect();
        for size in [1, 2, 3, 7, whole.len().max(1)] {
            let chunks = whole.chunks(size).map(|chunk| Chunk(chunk.to_vec())).collect();
            let cut = SseScript { chunks, ..script.clone() };
            case.check(&cut.read().map(write)).unwrap();
        }
    }
}

/// Bodies cut byte by byte lead to the same events and the same outcome.
#[test]
fn cutting_bodies_changes_no_call() {
    let catalog = catalog();
    let file = VectorFile::load(&path("call")).unwrap();
    for case in file.cases.iter().filter(|case| case.expect.is_some()) {
        let whole: Rehearsal = read(&case.input);
        let mut cut = whole.clone();
        cut.steps = whole.steps.iter().flat_map(bytewise).collect();
        let told = |it: &Rehearsal| -> Vec<Told> {
            let told = rehearse(it, &catalog).unwrap().into_iter();
            let told = told.filter(|told| {
                !matches!(told.action, Action::Receive { .. } | Action::Sleep { .. })
            });
            told.collect()
        };
        let (mut cut, mut whole) = (told(&cut), told(&whole));
        // Once it is over it says so after every input.
        for told in [&mut cut, &mut whole] {
            let over = |told: &Told| matches!(told.action, Action::Finish { .. });
            let first = told.iter().position(over).unwrap_or(told.len());
            told.truncate(first + 1);
        }
        assert!(cut == whole, "{}", case.id);
    }
}

fn bytewise(step: &ScriptStep) -> Vec<ScriptStep> {
    let Input::Body { attempt, bytes } = &step.input else { return vec![step.clone()] };
    let pieces = bytes.iter().map(|byte| ScriptStep {
        at: step.at,
        input: Input::Body { attempt: *attempt, bytes: vec![*byte] },
    });
    pieces.collect()
}
