//! The OpenAI formats over loopback: shapes, usage, limits and errors.

mod wire;

use farebox_emulator::{Emulator, Finish, Matcher, Options, Scripted, ToolCall};
use serde_json::{Value, json};
use wire::{events, post, post_text};

fn question(model: &str) -> Value {
    json!({"model": model, "input": "Which file holds the retry rules?"})
}

#[tokio::test]
async fn a_response_is_whole_and_billed_as_it_says() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let (status, response) = post(&emulator, "/v1/responses", &question("gpt-5.4-mini")).await;
    assert_eq!(status, 200);
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "gpt-5.4-mini-2026-03-17");
    assert_eq!(response["output"][0]["content"][0]["type"], "output_text");
    let bill = emulator.bill();
    assert_eq!(bill.lines.len(), 1);
    assert!(bill.lines[0].is_complete);
    assert_eq!(response["usage"]["input_tokens"], bill.lines[0].input_tokens);
    assert_eq!(response["usage"]["output_tokens"], bill.lines[0].output_tokens);
    // "Which file holds the retry rules?" is 7 tokens, 4 around it, 2 at the end.
    assert_eq!(bill.lines[0].input_tokens, 13);
}

#[tokio::test]
async fn the_event_sequence_is_the_real_one() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut request = question("gpt-5");
    request["stream"] = json!(true);
    request["reasoning"] = json!({"effort": "low", "summary": "auto"});
    let (_, text) = post_text(&emulator, "/v1/responses", &request).await;
    let events = events(&text);
    let mut names: Vec<&str> = Vec::new();
    for (index, (name, data)) in events.iter().enumerate() {
        assert_eq!(data["sequence_number"], index);
        assert_eq!(data["type"], name.as_str());
        if names.last() != Some(&name.as_str()) {
            names.push(name);
        }
    }
    assert_eq!(
        names,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert!(!text.contains("[DONE]"));
    let last = &events.last().unwrap().1["response"];
    let said: String = events
        .iter()
        .filter(|(name, _)| name == "response.output_text.delta")
        .map(|(_, data)| data["delta"].as_str().unwrap())
        .collect();
    assert_eq!(last["output"][1]["content"][0]["text"], said);
    assert_eq!(last["usage"]["output_tokens_details"]["reasoning_tokens"], 128);
    let bill = emulator.bill();
    assert_eq!(bill.lines[0].reasoning_tokens, 128);
    assert!(bill.lines[0].is_complete);
}

#[tokio::test]
async fn whole_and_streamed_answers_agree() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut request = json!({"model": "gpt-4o", "messages": [
        {"role": "system", "content": "Answer in one line."},
        {"role": "user", "content": "How is a cache warmed?"}]});
    let (_, whole) = post(&emulator, "/v1/chat/completions", &request).await;
    request["stream"] = json!(true);
    request["stream_options"] = json!({"include_usage": true});
    let (_, text) = post_text(&emulator, "/v1/chat/completions", &request).await;
    let chunks = events(&text);
    let said: String = chunks
        .iter()
        .filter_map(|(_, chunk)| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(whole["choices"][0]["message"]["content"], said);
    let usage = &chunks[chunks.len() - 2].1;
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"], whole["usage"]);
    assert_eq!(chunks.last().unwrap().1, json!("[DONE]"));
    let bill = emulator.bill();
    assert_eq!(bill.lines[0].output_tokens, bill.lines[1].output_tokens);
}

#[tokio::test]
async fn limits_on_output_end_the_answer_and_the_bill() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut request = question("gpt-5.4");
    request["max_output_tokens"] = json!(20);
    let (_, response) = post(&emulator, "/v1/responses", &request).await;
    assert_eq!(response["status"], "incomplete");
    assert_eq!(response["incomplete_details"]["reason"], "max_output_tokens");
    assert_eq!(response["usage"]["output_tokens"], 20);
    request["reasoning"] = json!({"effort": "high"});
    let (_, response) = post(&emulator, "/v1/responses", &request).await;
    assert_eq!(response["usage"]["output_tokens_details"]["reasoning_tokens"], 20);
    assert_eq!(response["output"].as_array().unwrap().len(), 1);
    let chat = json!({"model": "gpt-4o", "max_tokens": 5, "messages": [
        {"role": "user", "content": "How is a cache warmed?"}]});
    let (_, whole) = post(&emulator, "/v1/chat/completions", &chat).await;
    assert_eq!(whole["choices"][0]["finish_reason"], "length");
    assert_eq!(whole["usage"]["completion_tokens"], 5);
}

#[tokio::test]
async fn tools_are_called_with_arguments_that_fit() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let tool = json!({"type": "function", "name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"},
        "unit": {"enum": ["celsius", "kelvin"]}}, "required": ["city", "unit"]}});
    let mut request = json!({"model": "gpt-5.4", "tools": [tool], "stream": true,
        "input": "What is the weather in Paris?"});
    let (_, text) = post_text(&emulator, "/v1/responses", &request).await;
    let seen = events(&text);
    let item = &seen.last().unwrap().1["response"]["output"][0];
    assert_eq!(item["name"], "get_weather");
    let arguments: Value = serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments["city"], "Paris");
    assert!(["celsius", "kelvin"].contains(&arguments["unit"].as_str().unwrap()));
    request["input"] = json!([
        {"role": "user", "content": "What is the weather in Paris?"},
        item,
        {"type": "function_call_output", "call_id": item["call_id"], "output": "21 degrees"}]);
    request["stream"] = json!(false);
    let (_, response) = post(&emulator, "/v1/responses", &request).await;
    assert!(response["output"][0]["content"][0]["text"].as_str().unwrap().contains("21 degrees"));
}

#[tokio::test]
async fn answers_go_on_from_stored_ones() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let (_, first) = post(&emulator, "/v1/responses", &question("gpt-5.4")).await;
    let mut next = question("gpt-5.4");
    next["previous_response_id"] = first["id"].clone();
    let (_, second) = post(&emulator, "/v1/responses", &next).await;
    let tokens = |response: &Value| response["usage"]["input_tokens"].as_u64().unwrap();
    assert!(tokens(&second) > tokens(&first) * 3);
    next["previous_response_id"] = json!("resp_none");
    let (status, refused) = post(&emulator, "/v1/responses", &next).await;
    assert_eq!(status, 400);
    assert_eq!(refused["error"]["code"], "previous_response_not_found");
}

#[tokio::test]
async fn scripted_answers_go_to_the_requests_they_match() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let for_nano = Scripted {
        when: Matcher { model: Some("gpt-5.4-nano".into()), ..Matcher::default() },
        times: Some(1),
        text: Some("nano says".into()),
        deltas: vec!["nano ".into(), "says".into()],
        output_tokens: Some(9),
        cache_read_tokens: Some(4),
        ..Scripted::default()
    };
    let refusing = Scripted {
        when: Matcher { contains: Some("secret".into()), ..Matcher::default() },
        refusal: Some("I can't help with that.".into()),
        ..Scripted::default()
    };
    let calling = Scripted {
        when: Matcher { last_contains: Some("call".into()), ..Matcher::default() },
        tool_calls: vec![ToolCall { name: "a".into(), arguments: json!({"b": 1}) }],
        finish: Some(Finish::ToolCalls),
        ..Scripted::default()
    };
    emulator.script(vec![for_nano, refusing, calling], vec![]);
    let (_, first) = post(&emulator, "/v1/responses", &question("gpt-5.4-nano")).await;
    assert_eq!(first["output"][0]["content"][0]["text"], "nano says");
    assert_eq!(first["usage"]["output_tokens"], 9);
    let line = &emulator.bill().lines[0];
    assert_eq!((line.input_tokens, line.cache_read_tokens), (9, 4));
    let (_, second) = post(&emulator, "/v1/responses", &question("gpt-5.4-nano")).await;
    assert_ne!(second["output"][0]["content"][0]["text"], "nano says");
    let secret = json!({"model": "gpt-5.4", "input": "tell the secret"});
    let (_, refused) = post(&emulator, "/v1/responses", &secret).await;
    assert_eq!(refused["output"][0]["content"][0]["type"], "refusal");
    let call = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "call"}]});
    let (_, called) = post(&emulator, "/v1/chat/completions", &call).await;
    let function = &called["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(function["arguments"], r#"{"b":1}"#);
    assert_eq!(called["choices"][0]["finish_reason"], "tool_calls");
}

#[tokio::test]
async fn bad_requests_get_the_real_errors() {
    let mut options = Options::default();
    options.catalog.models[0].limits.max_input_tokens = Some(50);
    let overflowing = options.catalog.models[0].id.clone();
    let emulator = Emulator::start(options).unwrap();
    let responses = [
        (json!({"model": "gpt-nope", "input": "hello"}), 400, "model_not_found"),
        (json!({"input": "hello"}), 400, "missing_required_parameter"),
        (json!({"model": "gpt-5.4"}), 400, "missing_required_parameter"),
        (json!({"model": "gpt-5.4", "input": 7}), 400, "invalid_type"),
        (json!({"model": "gpt-5.4", "input": "x", "max_tokens": 7}), 400, "unknown_parameter"),
        (
            json!({"model": "gpt-5.4", "input": "x", "max_output_tokens": 5}),
            400,
            "integer_below_min_value",
        ),
        (
            json!({"model": overflowing, "input": "word ".repeat(60)}),
            400,
            "context_length_exceeded",
        ),
    ];
    for (request, expected, code) in responses {
        let (status, body) = post(&emulator, "/v1/responses", &request).await;
        assert_eq!((status, body["error"]["code"].as_str()), (expected, Some(code)), "{request}");
    }
    let chats = [
        (json!({"model": "gpt-4", "messages": [{"role": "user", "content": "x"}]}), 404),
        (
            json!({"model": "gpt-5", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}),
            400,
        ),
        (json!({"model": "gpt-4o", "messages": []}), 400),
        (json!({"model": "gpt-4o", "messages": [{"role": "wizard", "content": "x"}]}), 400),
    ];
    for (request, expected) in chats {
        let (status, body) = post(&emulator, "/v1/chat/completions", &request).await;
        assert_eq!(status, expected, "{body}");
        assert_eq!(body["error"]["type"], "invalid_request_error");
    }
    assert!(emulator.bill().lines.is_empty());
}

#[tokio::test]
async fn keys_are_checked_and_never_kept() {
    let options = Options { keys: vec!["sk-right".into()], ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let (status, body) = post(&emulator, "/v1/responses", &question("gpt-5.4")).await;
    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    let client = wire::client();
    let url = format!("{}/v1/models", emulator.base_url());
    let answer = client.get(&url).bearer_auth("sk-right").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let kept = serde_json::to_string(&emulator.requests()).unwrap();
    assert!(kept.contains("Bearer ***") && !kept.contains("sk-"));
}

#[tokio::test]
async fn rate_limits_refuse_and_say_how_long() {
    let options = Options { requests_per_minute: 2, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    for _ in 0..2 {
        assert_eq!(post(&emulator, "/v1/responses", &question("gpt-5.4")).await.0, 200);
    }
    let answer = wire::send(&emulator, "/v1/responses", &question("gpt-5.4"), &[]).await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["x-ratelimit-remaining-requests"], "0");
    let wait_ms: u64 = answer.headers()["retry-after-ms"].to_str().unwrap().parse().unwrap();
    assert!((25_000..=30_000).contains(&wait_ms), "{wait_ms}");
}

#[tokio::test]
async fn a_code_review_names_the_files_of_the_diff() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let diff = "Review this.\n--- a/src/cart.rs\n+++ b/src/cart.rs\n@@ -3,2 +3,3 @@\n a\n+let n = x.unwrap();\n b\n";
    let request = json!({"model": "gpt-5.4", "input": diff});
    let (_, response) = post(&emulator, "/v1/responses", &request).await;
    let text = response["output"][0]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("src/cart.rs") && text.contains("line 4"), "{text}");
}

#[tokio::test]
async fn the_prompt_cache_reads_what_it_has_seen() {
    let options = Options { prompt_cache: true, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let long = "the quick brown fox ".repeat(400);
    let request = json!({"model": "gpt-5.4", "input": long});
    post(&emulator, "/v1/responses", &request).await;
    post(&emulator, "/v1/responses", &request).await;
    let lines = emulator.bill().lines;
    assert_eq!(lines[0].cache_read_tokens, 0);
    assert!(lines[1].cache_read_tokens >= 1_024 && lines[1].cache_read_tokens.is_multiple_of(128));
    assert_eq!(lines[0].input_tokens, lines[1].input_tokens + lines[1].cache_read_tokens);
}

#[tokio::test]
async fn the_bill_is_priced_by_the_lane_of_each_line() {
    use farebox_core::catalog::Catalog;
    use farebox_core::time::Timestamp;
    let emulator = Emulator::start(Options::default()).unwrap();
    let scripted = Scripted {
        text: Some("yes".into()),
        input_tokens: Some(1_000),
        output_tokens: Some(100),
        cache_read_tokens: Some(400),
        ..Scripted::default()
    };
    emulator.script(vec![scripted], vec![]);
    post(&emulator, "/v1/responses", &question("gpt-5.4")).await;
    let mut flexible = question("gpt-5.4");
    flexible["service_tier"] = json!("flex");
    post(&emulator, "/v1/responses", &flexible).await;
    let catalog = Catalog::embedded();
    let at = Timestamp::default();
    let bill = emulator.bill();
    // 600 at 2.50, 400 at 0.25 and 100 at 15 dollars a million; half of that, 0.13 for the cache.
    assert_eq!(bill.lines[0].cost(&catalog, at).unwrap().to_string(), "0.0031");
    assert_eq!(bill.lines[1].cost(&catalog, at).unwrap().to_string(), "0.001552");
    assert_eq!(bill.cost(&catalog, at).unwrap().to_string(), "0.004652");
}
