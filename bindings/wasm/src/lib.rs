//! The kernel as one synchronous wasm module: conversion only, no meaning of its own.

mod answer;

use answer::Answer;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs one operation on JSON text and returns `{"ok": …}` or `{"error": …}` as JSON text.
///
/// Text is the fast way across: a page's own `JSON.parse` is several times quicker than building
/// objects one property at a time from this side.
#[wasm_bindgen]
pub fn run(operation: &str, input: &str) -> String {
    let answer = match operation {
        "version" => serde_json::from_str::<()>(input)
            .map(|()| serde_json::json!(env!("CARGO_PKG_VERSION")))
            .map_err(|error| answer::invalid(&error)),
        _ => Err(answer::unknown_operation(operation)),
    };
    Answer::from(answer).to_text()
}
