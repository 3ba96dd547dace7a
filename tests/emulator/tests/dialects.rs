//! What servers that are nearly OpenAI say differently.

#![allow(clippy::unwrap_used, reason = "tests")]

mod wire;

use farebox_emulator::{Dialect, Emulator, Options};
use serde_json::{Value, json};
use wire::{events, post, post_text, send};

async fn chunks(dialect: Dialect) -> (Vec<Value>, String) {
    let options = Options { dialect: Some(dialect), ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let request = json!({"model": "gpt-5", "stream": true, "reasoning_effort": "low",
        "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": "Name a river."}]});
    let (_, text) = post_text(&emulator, "/v1/chat/completions", &request).await;
    assert!(emulator.bill().lines[0].is_complete, "{dialect:?}");
    assert!(text.ends_with("data: [DONE]\n\n"));
    let chunks = events(&text).into_iter().map(|(_, data)| data).filter(Value::is_object);
    (chunks.collect(), text)
}

fn has_delta(chunks: &[Value], name: &str) -> bool {
    chunks.iter().any(|chunk| {
        chunk["choices"][0]["delta"][name].as_str().is_some_and(|text| !text.is_empty())
    })
}

#[tokio::test]
async fn reasoning_stands_where_each_server_puts_it() {
    let (deepseek, _) = chunks(Dialect::Deepseek).await;
    assert!(has_delta(&deepseek, "reasoning_content"));
    for dialect in [Dialect::Groq, Dialect::Ollama, Dialect::Openrouter] {
        assert!(has_delta(&chunks(dialect).await.0, "reasoning"), "{dialect:?}");
    }
    let (mistral, _) = chunks(Dialect::Mistral).await;
    assert_eq!(mistral[1]["choices"][0]["delta"]["content"][0]["type"], "thinking");
    let texts = mistral.iter().map(|chunk| &chunk["choices"][0]["delta"]["content"][0]);
    assert!(texts.filter(|part| part["type"] == "text").count() > 10);
}

#[tokio::test]
async fn usage_stands_where_each_server_puts_it() {
    for dialect in [Dialect::Deepseek, Dialect::Groq, Dialect::Mistral] {
        let (chunks, _) = chunks(dialect).await;
        let last = chunks.last().unwrap();
        assert_eq!(last["choices"][0]["finish_reason"], "stop", "{dialect:?}");
        assert!(last["usage"]["completion_tokens"].as_u64().unwrap() > 128);
    }
    for dialect in [Dialect::Azure, Dialect::Ollama, Dialect::Openrouter] {
        let (chunks, _) = chunks(dialect).await;
        assert_eq!(chunks.last().unwrap()["choices"], json!([]), "{dialect:?}");
    }
}

#[tokio::test]
async fn each_server_adds_and_omits_its_own() {
    let (azure, _) = chunks(Dialect::Azure).await;
    assert_eq!(azure[0]["choices"], json!([]));
    assert!(azure[0]["prompt_filter_results"].is_array());
    let (_, openrouter) = chunks(Dialect::Openrouter).await;
    assert!(openrouter.starts_with(": OPENROUTER PROCESSING\n\n"));
    let (ollama, _) = chunks(Dialect::Ollama).await;
    assert!(ollama.iter().all(|chunk| chunk["choices"][0]["finish_reason"].is_null()));
}

#[tokio::test]
async fn litellm_leaves_names_and_numbers_out_of_responses() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let request = json!({"model": "gpt-5.4", "stream": true, "input": "Name a river."});
    let headers = [("x-emulator-fault", "dialect=litellm")];
    let answer = send(&emulator, "/v1/responses", &request, &headers).await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(!text.contains("event:") && !text.contains("sequence_number"));
    assert!(text.contains("response.completed") && text.ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn whole_answers_have_their_dialects_too() {
    let options = Options { dialect: Some(Dialect::Deepseek), ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let request = json!({"model": "gpt-5", "messages": [
        {"role": "user", "content": "Name a river."}]});
    let (_, whole) = post(&emulator, "/v1/chat/completions", &request).await;
    assert!(whole["choices"][0]["message"]["reasoning_content"].is_string());
}

#[tokio::test]
async fn an_answer_cut_at_its_end_is_complete() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let request = json!({"model": "gpt-5.4", "stream": true, "input": "Name a river."});
    let headers = [("x-emulator-fault", "cut_at_end")];
    let mut answer = send(&emulator, "/v1/responses", &request, &headers).await.unwrap();
    let mut text = Vec::new();
    let end = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.extend(chunk),
            end => break end,
        }
    };
    assert!(String::from_utf8(text).unwrap().contains("response.completed"));
    assert!(end.is_err());
    assert!(emulator.bill().lines[0].is_complete);
}
