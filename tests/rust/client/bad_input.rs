//! Input that cannot work, and servers that answer nonsense: typed, quick and without the key.

use std::time::{Duration, Instant};

use farebox::{Client, ErrorKind, Failure};
use farebox_emulator::Emulator;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{KEY, builder, catalog, client, emulator, request, suffer};

fn assert_secret(failure: &Failure) {
    let told = format!("{failure} {failure:?} {}", serde_json::to_string(&failure.error).unwrap());
    assert!(!told.contains(KEY), "{told}");
}

#[tokio::test]
async fn a_key_that_is_no_header_is_refused_without_being_told() {
    for key in ["", "sk-line\nbreak", "sk with space", "sk-\u{e9}", "sk-\0"] {
        let builder = Client::builder().without_environment().catalog(catalog());
        let error = builder.key("openai", key).build().unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest);
        assert!(key.len() < 5 || !format!("{error:?}").contains(key));
    }
}

#[tokio::test]
async fn addresses_that_leak_or_lack_are_refused() {
    for url in [
        "api.openai.com/v1",
        "http://api.openai.com/v1",
        "http://10.0.0.7:8080/v1",
        "ftp://api.openai.com",
        "https://user:word@api.openai.com/v1",
        "https://",
        "",
    ] {
        let builder = Client::builder().without_environment().catalog(catalog());
        let client = builder.key("openai", KEY).base_url("openai", url).build().unwrap();
        let failure = client.send(request()).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::InvalidRequest, "{url}");
        assert!(failure.receipt.is_none());
        assert_secret(&failure);
    }
}

#[tokio::test]
async fn a_missing_key_is_found_out_before_sending() {
    let client = Client::builder().without_environment().catalog(catalog()).build().unwrap();
    let failure = client.send(request()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::Authentication);
    assert!(failure.error.message.contains("OPENAI_API_KEY"));
}

#[tokio::test]
async fn wrong_bodies_say_where_and_send_nothing() {
    let emulator = emulator();
    let client = client(&emulator);
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "model": "gpt-5.4", "input": 5 }),
        json!({ "model": "gpt-5.4", "messages": "hi" }),
        json!({ "model": "gpt-5.4", "input": [] }),
    ] {
        let failure = client.send(body.clone()).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::InvalidRequest, "{body}: {failure}");
    }
    let failure =
        client.send(json!({ "model": "no-such-model", "input": "hi" })).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::UnknownModel);
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let (emulator, other) = (emulator(), emulator());
    suffer(&emulator, &format!("redirect={}/v1/responses", other.base_url()));
    let failure = client(&emulator).send(request()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::MalformedResponse, "{failure}");
    assert!(other.requests().is_empty());
    assert_secret(&failure);
}

#[tokio::test]
async fn nonsense_instead_of_an_answer_is_typed() {
    for (fault, kind) in [
        ("html", ErrorKind::ProviderUnavailable),
        ("html; status=200", ErrorKind::MalformedResponse),
        ("empty", ErrorKind::MalformedResponse),
        ("error_in_200", ErrorKind::ProviderUnavailable),
        ("gzip_bomb", ErrorKind::MalformedResponse),
        ("huge_event", ErrorKind::MalformedResponse),
        ("body={}", ErrorKind::MalformedResponse),
        ("body=hello", ErrorKind::MalformedResponse),
    ] {
        for stream in [false, true] {
            let emulator = emulator();
            for _ in 0..3 {
                suffer(&emulator, fault);
            }
            let client = client(&emulator);
            let start = Instant::now();
            let failure = match stream {
                true => client.stream(request()).unwrap().finish().await.unwrap_err(),
                false => client.send(request()).await.unwrap_err(),
            };
            assert_eq!(failure.error.kind, kind, "{fault} {stream}: {failure}");
            assert!(start.elapsed() < Duration::from_secs(20), "{fault}: {:?}", start.elapsed());
            assert_secret(&failure);
        }
    }
}

#[tokio::test]
async fn a_provider_that_repeats_the_key_does_not_make_us_tell_it() {
    let emulator = emulator();
    let words = json!({ "error": { "message": format!("Incorrect API key provided: {KEY}") } });
    let body = serde_json::to_string(&words).unwrap();
    let fault = farebox_emulator::Fault {
        status: Some(401),
        body: Some(body),
        headers: [("x-request-id".to_owned(), KEY.to_owned())].into(),
        ..farebox_emulator::Fault::default()
    };
    emulator.script(Vec::new(), vec![fault]);
    let failure = client(&emulator).send(request()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::Authentication);
    assert!(failure.error.message.contains("[secret]"), "{failure}");
    assert_secret(&failure);
}

#[tokio::test]
async fn an_unreachable_server_is_a_connection_error_that_cost_nothing() {
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let builder = Client::builder().without_environment().catalog(catalog()).key("openai", KEY);
    let client = builder.base_url("openai", format!("http://127.0.0.1:{port}/v1")).build().unwrap();
    let failure = client.send(request()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::Connection);
    let receipt = failure.receipt.unwrap();
    assert_eq!(receipt.attempts.len(), 3);
    assert!(receipt.unsettled.is_zero());
}

#[tokio::test]
async fn heads_that_are_no_http_or_too_large_are_typed() {
    let huge = format!("HTTP/1.1 200 OK\r\nx-big: {}\r\n\r\n", "a".repeat(2 << 20));
    for head in ["not http at all\r\n\r\n", &huge, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = head.to_owned();
        let server = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut seen = [0; 4096];
                let _ = socket.read(&mut seen).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        let builder = Client::builder().without_environment().catalog(catalog()).key("openai", KEY);
        let url = format!("http://127.0.0.1:{port}/v1");
        let client = builder.base_url("openai", url).build().unwrap();
        let failure = client.send(request()).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::Connection, "{failure}");
        server.abort();
    }
}

#[tokio::test]
async fn content_types_that_are_missing_double_or_wrong_change_nothing() {
    let body = r#"{"id":"r","output":[{"type":"message","content":[{"type":"output_text","text":"Ferry"}]}]}"#;
    let events = format!("data: {{\"type\":\"response.completed\",\"response\":{body}}}\n\n");
    for (types, content) in [
        ("", body),
        ("content-type: text/html\r\ncontent-type: application/json\r\n", body),
        ("content-type: text/event-stream\r\n", body),
        ("content-type: application/json\r\n", events.as_str()),
        ("content-type: \r\ncontent-type: ;;;\r\n", events.as_str()),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let length = content.len();
        let answer = format!("HTTP/1.1 200 OK\r\n{types}content-length: {length}\r\n\r\n{content}");
        let server = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut seen = [0; 8192];
                let _ = socket.read(&mut seen).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        let builder = Client::builder().without_environment().catalog(catalog()).key("openai", KEY);
        let url = format!("http://127.0.0.1:{port}/v1");
        let client = builder.base_url("openai", url).build().unwrap();
        let reply = client.stream(request()).unwrap().finish().await.unwrap();
        assert_eq!(reply.answer.text, "Ferry", "{types}");
        server.abort();
    }
}

#[test]
fn nothing_that_can_be_printed_holds_the_key() {
    let emulator: Emulator = emulator();
    let builder = builder(&emulator);
    assert!(!format!("{builder:?}").contains(KEY));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?}").contains(KEY));
    assert!(!format!("{:?}", farebox::Secret::new(KEY)).contains(KEY));
}
