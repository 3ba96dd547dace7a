//! async-openai's ordinary calls against the emulator whose base URL is the only argument.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{CreateChatCompletionRequest, FinishReason};
use async_openai::types::responses::{CreateResponse, ResponseStreamEvent, Status};
use futures_util::StreamExt;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let base_url = std::env::args().nth(1).expect("the emulator's base URL");
    let config =
        OpenAIConfig::new().with_api_key("sk-check").with_api_base(format!("{base_url}/v1"));
    let client = Client::with_config(config);
    whole_response(&client).await;
    streamed_response(&client).await;
    tool_call(&client).await;
    whole_chat(&client).await;
    streamed_chat(&client).await;
    models(&client).await;
    errors(&client).await;
    println!("7 checks passed");
}

fn question(stream: bool) -> Value {
    json!({"model": "gpt-5.4-mini", "input": "Name a river.", "stream": stream})
}

fn response(value: Value) -> CreateResponse {
    serde_json::from_value(value).expect("a request")
}

fn chat(value: Value) -> CreateChatCompletionRequest {
    serde_json::from_value(value).expect("a request")
}

async fn whole_response(client: &Client<OpenAIConfig>) {
    let answer = client.responses().create(response(question(false))).await.expect("a response");
    assert!(matches!(answer.status, Status::Completed));
    assert!(answer.output_text().is_some_and(|text| !text.is_empty()));
    assert_eq!(answer.usage.expect("a usage").input_tokens, 10);
}

async fn streamed_response(client: &Client<OpenAIConfig>) {
    let mut request = question(true);
    request["reasoning"] = json!({"effort": "low", "summary": "auto"});
    let mut stream =
        client.responses().create_stream(response(request)).await.expect("a stream");
    let (mut text, mut whole) = (String::new(), None);
    while let Some(event) = stream.next().await {
        match event.expect("an event") {
            ResponseStreamEvent::ResponseOutputTextDelta(delta) => text.push_str(&delta.delta),
            ResponseStreamEvent::ResponseCompleted(completed) => whole = Some(completed.response),
            _ => {}
        }
    }
    assert_eq!(whole.expect("the end").output_text(), Some(text));
}

async fn tool_call(client: &Client<OpenAIConfig>) {
    let mut request = question(false);
    request["input"] = json!("What is the weather in Lisbon?");
    request["tools"] = json!([{"type": "function", "name": "get_weather", "strict": true,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
            "required": ["city"], "additionalProperties": false}}]);
    let answer = client.responses().create(response(request)).await.expect("a response");
    let calls = serde_json::to_value(&answer.output).expect("items");
    assert_eq!(calls[0]["arguments"], r#"{"city":"Lisbon"}"#);
}

async fn whole_chat(client: &Client<OpenAIConfig>) {
    let request = chat(json!({"model": "gpt-4o", "messages": [
        {"role": "user", "content": "Name a river."}]}));
    let answer = client.chat().create(request).await.expect("a completion");
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    assert_eq!(answer.usage.expect("a usage").prompt_tokens, 11);
}

async fn streamed_chat(client: &Client<OpenAIConfig>) {
    let request = chat(json!({"model": "gpt-4o", "stream": true,
        "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": "Name a river."}]}));
    let mut stream = client.chat().create_stream(request).await.expect("a stream");
    let (mut text, mut usage) = (String::new(), None);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.expect("a chunk");
        for choice in &chunk.choices {
            text.extend(choice.delta.content.as_deref());
        }
        usage = chunk.usage.or(usage);
    }
    assert!(!text.is_empty());
    assert!(usage.expect("a usage").completion_tokens > 0);
}

async fn models(client: &Client<OpenAIConfig>) {
    let listed = client.models().list().await.expect("the models");
    assert!(listed.data.iter().any(|model| model.id == "gpt-5.4"));
}

async fn errors(client: &Client<OpenAIConfig>) {
    let mut request = question(false);
    request["model"] = json!("gpt-nope");
    match client.responses().create(response(request)).await {
        Err(OpenAIError::ApiError(error)) => {
            let shown = format!("{error:?}");
            assert!(shown.contains("model_not_found"), "{shown}");
        }
        other => panic!("an unknown model gave {other:?}"),
    }
}
