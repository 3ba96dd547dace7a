//! A bare client for the tests.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "tests, each with a part of it")]

use std::time::Duration;

use farebox_emulator::Emulator;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use serde_json::{Value, json};

/// Sends a request with a key and these headers.
pub async fn send(
    emulator: &Emulator,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> reqwest::Result<Response> {
    let client = builder().redirect(Policy::none()).timeout(Duration::from_secs(20));
    let url = format!("{}{path}", emulator.base_url());
    let mut request = client.build()?.post(url).bearer_auth("sk-secret").json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await
}

/// The status and the body as JSON.
pub async fn post(emulator: &Emulator, path: &str, body: &Value) -> (u16, Value) {
    let (status, text) = post_text(emulator, path, body).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The status and the body as text.
pub async fn post_text(emulator: &Emulator, path: &str, body: &Value) -> (u16, String) {
    let answer = send(emulator, path, body, &[]).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The events of a stream as name and data; data that is not JSON stays text.
pub fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            let data = field("data: ").unwrap_or("");
            (
                field("event: ").unwrap_or("").to_owned(),
                serde_json::from_str(data).unwrap_or_else(|_| json!(data)),
            )
        })
        .collect()
}

/// A client over loopback. A build of the whole workspace asks reqwest for no TLS of its own, and
/// it then wants a choice before it builds any client.
pub fn client() -> Client {
    builder().build().unwrap()
}

fn builder() -> ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}
