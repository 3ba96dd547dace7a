//! Anthropic's and Google's formats over loopback.

mod wire;

use farebox_emulator::{Emulator, Options};
use serde_json::{Value, json};
use wire::{events, post, post_text, send};

const STREAM: &str = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";

fn message() -> Value {
    json!({"model": "claude-opus-4-6", "max_tokens": 2000,
        "messages": [{"role": "user", "content": "Where do retries belong?"}]})
}

#[tokio::test]
async fn messages_are_whole_and_billed_as_they_say() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let (status, whole) = post(&emulator, "/v1/messages", &message()).await;
    assert_eq!(status, 200);
    assert_eq!(
        (whole["type"].as_str(), whole["stop_reason"].as_str()),
        (Some("message"), Some("end_turn"))
    );
    let line = &emulator.bill().lines[0];
    assert_eq!(whole["usage"]["input_tokens"], line.input_tokens);
    assert_eq!(whole["usage"]["output_tokens"], line.output_tokens);
    let (_, count) = post(&emulator, "/v1/messages/count_tokens", &message()).await;
    assert_eq!(count["input_tokens"], line.input_tokens);
}

#[tokio::test]
async fn messages_stream_in_the_real_sequence() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut request = message();
    request["stream"] = json!(true);
    request["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
    let (_, text) = post_text(&emulator, "/v1/messages", &request).await;
    let seen = events(&text);
    let mut names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    assert_eq!(
        names,
        [
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    let line = &emulator.bill().lines[0];
    let usage = &seen[seen.len() - 2].1["usage"];
    assert_eq!(usage["output_tokens"], line.output_tokens + line.reasoning_tokens);
    assert_eq!(usage["output_tokens_details"]["thinking_tokens"], line.reasoning_tokens);
    assert!(line.reasoning_tokens > 0 && line.is_complete);
}

#[tokio::test]
async fn messages_call_tools_and_read_results() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut request = message();
    request["messages"][0]["content"] = json!("What is the weather in Lisbon?");
    request["tools"] = json!([{"name": "get_weather", "input_schema": {"type": "object",
        "properties": {"city": {"type": "string"}}, "required": ["city"]}}]);
    let (_, first) = post(&emulator, "/v1/messages", &request).await;
    assert_eq!(first["stop_reason"], "tool_use");
    assert_eq!(first["content"][0]["input"], json!({"city": "Lisbon"}));
    let result = json!({"type": "tool_result", "tool_use_id": first["content"][0]["id"],
        "content": [{"type": "text", "text": "18 degrees"}]});
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": first["content"]}));
    messages.push(json!({"role": "user", "content": [result]}));
    let (_, second) = post(&emulator, "/v1/messages", &request).await;
    assert!(second["content"][0]["text"].as_str().unwrap().contains("18 degrees"), "{second}");
}

#[tokio::test]
async fn marked_prompts_are_written_to_the_cache_and_read_back() {
    let options = Options { prompt_cache: true, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let mut request = message();
    request["system"] = json!([{"type": "text", "text": "a rule ".repeat(1500),
        "cache_control": {"type": "ephemeral"}}]);
    let (_, first) = post(&emulator, "/v1/messages", &request).await;
    let (_, second) = post(&emulator, "/v1/messages", &request).await;
    let written = first["usage"]["cache_creation_input_tokens"].as_u64().unwrap();
    assert!(written >= 1_024);
    assert_eq!(second["usage"]["cache_read_input_tokens"], written);
    assert_eq!(second["usage"]["cache_creation_input_tokens"], 0);
    assert_eq!(first["usage"]["input_tokens"], second["usage"]["input_tokens"]);
    let lines = emulator.bill().lines;
    assert_eq!((lines[0].cache_write_tokens, lines[1].cache_read_tokens), (written, written));
}

#[tokio::test]
async fn anthropic_errors_are_its_own() {
    let emulator = Emulator::start(Options::default()).unwrap();
    for (change, status, kind) in [
        (json!({"model": "claude-nope"}), 404, "not_found_error"),
        (json!({"max_tokens": null}), 400, "invalid_request_error"),
        (json!({"messages": []}), 400, "invalid_request_error"),
        (json!({"flavour": 1}), 400, "invalid_request_error"),
        (json!({"max_tokens": 10_000_000}), 400, "invalid_request_error"),
        (
            json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}),
            400,
            "invalid_request_error",
        ),
    ] {
        let mut request = message();
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (got, body) = post(&emulator, "/v1/messages", &request).await;
        assert_eq!((got, body["error"]["type"].as_str()), (status, Some(kind)), "{change}");
        assert_eq!(body["type"], "error");
    }
    for (fault, status, kind) in [
        ("overloaded", 529, "overloaded_error"),
        ("rate_limit", 429, "rate_limit_error"),
        ("server_error", 500, "api_error"),
        ("credit_balance_exhausted", 400, "invalid_request_error"),
    ] {
        let headers = [("x-emulator-fault", fault)];
        let answer = send(&emulator, "/v1/messages", &message(), &headers).await.unwrap();
        assert!(answer.headers().contains_key("request-id"));
        assert_eq!(answer.status(), status, "{fault}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["type"], kind);
    }
    let mut request = message();
    request["stream"] = json!(true);
    let headers = [("x-emulator-fault", "stream_error; error=overloaded")];
    let answer = send(&emulator, "/v1/messages", &request, &headers).await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(text.contains("event: error") && text.contains("overloaded_error"));
}

#[tokio::test]
async fn gemini_answers_whole_streamed_and_as_an_array() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let request = json!({"contents": [{"parts": [{"text": "Where do retries belong?"}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true}}});
    let path = "/v1beta/models/gemini-2.5-flash:generateContent";
    let (status, whole) = post(&emulator, path, &request).await;
    assert_eq!(status, 200, "{whole}");
    let parts = whole["candidates"][0]["content"]["parts"].as_array().unwrap();
    assert_eq!(parts[0]["thought"], true);
    let said = parts[1]["text"].as_str().unwrap();
    let (_, text) = post_text(&emulator, &format!("{STREAM}?alt=sse"), &request).await;
    let chunks = events(&text);
    let streamed: String = chunks
        .iter()
        .flat_map(|(_, chunk)| chunk["candidates"][0]["content"]["parts"].as_array().unwrap())
        .filter(|part| part["thought"] != true)
        .filter_map(|part| part["text"].as_str())
        .collect();
    assert_eq!(streamed, said);
    let last = &chunks.last().unwrap().1;
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
    let (_, text) = post_text(&emulator, STREAM, &request).await;
    let array: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(array.len(), chunks.len());
    for line in emulator.bill().lines {
        let usage = &whole["usageMetadata"];
        assert_eq!(usage["promptTokenCount"], line.input_tokens);
        assert_eq!(usage["candidatesTokenCount"], line.output_tokens);
        assert_eq!(usage["thoughtsTokenCount"], line.reasoning_tokens);
    }
}

#[tokio::test]
async fn gemini_calls_tools_fills_schemas_and_refuses() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let path = "/v1beta/models/gemini-2.5-flash-lite:generateContent";
    let request = json!({"contents": [{"role": "user", "parts": [{"text": "The weather in Lisbon?"}]}],
        "tools": [{"functionDeclarations": [{"name": "get_weather", "parameters": {
            "type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}}]}]});
    let (_, called) = post(&emulator, path, &request).await;
    let call = &called["candidates"][0]["content"]["parts"][0]["functionCall"];
    assert_eq!(call["args"], json!({"city": "Lisbon"}));
    let request = json!({"contents": [{"parts": [{"text": "Judge parser.rs"}]}],
        "generationConfig": {"responseMimeType": "application/json", "responseSchema": {
            "type": "OBJECT", "properties": {"lines": {"type": "INTEGER", "minimum": 4}},
            "required": ["lines"]}}});
    let (_, judged) = post(&emulator, path, &request).await;
    let text = judged["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), json!({"lines": 4}));
    let (status, body) = post(&emulator, path, &json!({"contents": []})).await;
    assert_eq!((status, body["error"]["status"].as_str()), (400, Some("INVALID_ARGUMENT")));
    let path = "/v1beta/models/gemini-nope:generateContent";
    let (status, body) = post(&emulator, path, &request).await;
    assert_eq!((status, body["error"]["status"].as_str()), (404, Some("NOT_FOUND")));
    let path = "/v1beta/models/gemini-2.5-flash:countTokens";
    let (_, count) = post(&emulator, path, &request).await;
    assert!(count["totalTokens"].as_u64().unwrap() > 3);
}
