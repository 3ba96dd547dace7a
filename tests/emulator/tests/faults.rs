//! Every fault on demand, as a client meets it and as the bill records it.

mod wire;

use std::time::{Duration, Instant};

use farebox_emulator::{Broken, Emulator, Fault, Options};
use serde_json::{Value, json};
use wire::{events, post, post_text, send};

fn stream() -> Value {
    json!({"model": "gpt-5.4", "stream": true, "input": "Where do retries belong?"})
}

async fn with_fault(emulator: &Emulator, fault: &str) -> reqwest::Result<reqwest::Response> {
    send(emulator, "/v1/responses", &stream(), &[("x-emulator-fault", fault)]).await
}

#[tokio::test]
async fn statuses_come_with_their_bodies_and_cost_nothing() {
    let emulator = Emulator::start(Options::default()).unwrap();
    for (fault, status, kind, code) in [
        ("rate_limit", 429, "requests", "rate_limit_exceeded"),
        ("insufficient_quota", 429, "insufficient_quota", "insufficient_quota"),
        ("credit_balance_exhausted", 429, "insufficient_quota", "credit_balance_exhausted"),
        ("invalid_api_key", 401, "invalid_request_error", "invalid_api_key"),
        ("context_length_exceeded", 400, "invalid_request_error", "context_length_exceeded"),
        ("status=500", 500, "server_error", ""),
        ("status=529", 529, "server_error", ""),
        ("status=408", 408, "server_error", ""),
        ("overloaded", 503, "server_error", ""),
    ] {
        let answer = with_fault(&emulator, fault).await.unwrap();
        assert_eq!(answer.status(), status, "{fault}");
        assert!(answer.headers().contains_key("x-request-id"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["type"], kind, "{fault}");
        assert_eq!(body["error"]["code"].as_str().unwrap_or(""), code, "{fault}");
    }
    assert!(emulator.bill().lines.is_empty());
}

#[tokio::test]
async fn waits_are_told_as_asked() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let answer = with_fault(&emulator, "rate_limit; retry_after=90").await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "90");
    assert!(!answer.headers().contains_key("retry-after-ms"));
    let answer = with_fault(&emulator, "status=503; retry_after_date_s=30").await.unwrap();
    assert!(answer.headers()["retry-after"].to_str().unwrap().ends_with("GMT"));
    let fault = "status=400; should_retry=true; retry_after_ms=250";
    let answer = with_fault(&emulator, fault).await.unwrap();
    assert_eq!(answer.headers()["x-should-retry"], "true");
    assert_eq!(answer.headers()["retry-after-ms"], "250");
}

#[tokio::test]
async fn a_cut_resets_the_connection_and_charges_what_went_out() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut answer = with_fault(&emulator, "cut; cut_after_events=7").await.unwrap();
    let mut text = Vec::new();
    let error = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.extend(chunk),
            Ok(None) => panic!("the body ended cleanly"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode() || error.is_request(), "{error:?}");
    assert_eq!(events(std::str::from_utf8(&text).unwrap()).len(), 7);
    let line = &emulator.bill().lines[0];
    assert_eq!((line.is_complete, line.output_tokens), (false, 3));
    assert!(line.input_tokens > 0);
}

#[tokio::test]
async fn broken_answers_can_cost_all_or_nothing() {
    for (broken, expected) in [(Broken::Full, true), (Broken::Nothing, false)] {
        let emulator = Emulator::start(Options { broken, ..Options::default() }).unwrap();
        with_fault(&emulator, "truncate").await.unwrap().text().await.unwrap();
        let line = &emulator.bill().lines[0];
        assert!(!line.is_complete);
        assert_eq!(line.input_tokens > 0, expected);
        assert_eq!(line.output_tokens > 10, expected);
    }
}

#[tokio::test]
async fn a_truncated_stream_ends_cleanly_without_its_terminal_event() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let text = with_fault(&emulator, "truncate").await.unwrap().text().await.unwrap();
    assert_eq!(events(&text).len(), 4);
    assert!(!text.contains("response.completed"));
    // However late it is asked for, the terminal event stays away.
    let fault = "truncate_after_events=100000";
    let text = with_fault(&emulator, fault).await.unwrap().text().await.unwrap();
    assert!(text.contains("output_item.done") && !text.contains("response.completed"));
}

#[tokio::test]
async fn silences_last_as_long_as_asked() {
    let emulator = Emulator::start(Options::default()).unwrap();
    for fault in ["delay_headers_ms=300", "delay_content_ms=300", "stall; stall_ms=300"] {
        let started = Instant::now();
        let text = with_fault(&emulator, fault).await.unwrap().text().await.unwrap();
        assert!(started.elapsed() >= Duration::from_millis(300), "{fault}");
        assert!(text.contains("response.completed"), "{fault}");
    }
    let fault = "stall; stall_ms=300; keep_alive_ms=50";
    let text = with_fault(&emulator, fault).await.unwrap().text().await.unwrap();
    assert!(text.matches(": keep-alive\n\n").count() >= 3);
}

#[tokio::test]
async fn errors_inside_a_stream_come_in_four_shapes() {
    let emulator = Emulator::start(Options::default()).unwrap();
    for (shape, signs) in [
        ("nested", &["event: error", r#""error":{"#, "event: response.failed"][..]),
        ("flat", &["event: error", r#""message":"#]),
        ("named", &["event: error", r#""status_code":500"#]),
        ("chunk", &[r#""error":{"#, "data: [DONE]"]),
    ] {
        let fault = format!("stream_error; error_shape={shape}");
        let text = with_fault(&emulator, &fault).await.unwrap().text().await.unwrap();
        for sign in signs {
            assert!(text.contains(sign), "{shape}: {text}");
        }
        assert!(!text.contains("response.completed"));
    }
    let fault = "stream_error; error=insufficient_quota";
    let text = with_fault(&emulator, fault).await.unwrap().text().await.unwrap();
    assert!(text.contains(r#""code":"insufficient_quota""#));
}

#[tokio::test]
async fn strange_bodies_come_as_asked() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let answer = with_fault(&emulator, "html").await.unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(answer.headers()["content-type"], "text/html");
    let answer = with_fault(&emulator, "empty").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().len()), (200, 0));
    let answer = with_fault(&emulator, "error_in_200").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["type"], "server_error");
    let answer = with_fault(&emulator, "redirect").await.unwrap();
    assert_eq!(answer.status(), 307);
    assert!(answer.headers()["location"].to_str().unwrap().starts_with("http://localhost:"));
    let answer = with_fault(&emulator, "content_type=").await.unwrap();
    assert!(!answer.headers().contains_key("content-type"));
    let answer = with_fault(&emulator, "gzip_bomb; gzip_bomb_mib=64").await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.unwrap().len() < 1 << 20);
    let text = with_fault(&emulator, "malformed").await.unwrap().text().await.unwrap();
    assert!(events(&text).iter().any(|(_, data)| data.is_string()));
    assert!(text.contains("response.completed"));
    let text = with_fault(&emulator, "duplicate").await.unwrap().text().await.unwrap();
    let seen = events(&text);
    assert_eq!(seen[4], seen[5]);
    let text = with_fault(&emulator, "unknown_events; chunk_bytes=7").await.unwrap();
    let text = text.text().await.unwrap();
    assert!(text.contains("response.weather.updated") && text.contains("response.completed"));
}

#[tokio::test]
async fn a_gzip_bomb_unpacks_to_what_was_asked() {
    use std::io::Read;
    let emulator = Emulator::start(Options::default()).unwrap();
    let packed = with_fault(&emulator, "gzip_bomb_mib=3").await.unwrap().bytes().await.unwrap();
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain.len(), 3 << 20);
}

#[tokio::test]
async fn scripted_faults_hit_the_requests_they_match() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut faults = vec![Fault::parse("status=503; times=2").unwrap()];
    faults.push(Fault::parse(r#"{"status":429,"when":{"model":"gpt-5.4-nano"}}"#).unwrap());
    emulator.script(vec![], faults);
    for expected in [503, 503, 200] {
        assert_eq!(post_text(&emulator, "/v1/responses", &stream()).await.0, expected);
    }
    let nano = json!({"model": "gpt-5.4-nano", "input": "x"});
    assert_eq!(post(&emulator, "/v1/responses", &nano).await.0, 429);
    assert_eq!(post(&emulator, "/v1/responses", &nano).await.0, 200);
}

#[tokio::test]
async fn random_faults_fall_at_their_rate_and_the_same_each_time() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let random_faults = vec![Fault::parse("server_error").unwrap()];
        let options = Options { fault_rate_ppm: 200_000, random_faults, ..Options::default() };
        let emulator = Emulator::start(options).unwrap();
        let request = json!({"model": "gpt-5.4", "input": "x"});
        let mut statuses = Vec::new();
        for _ in 0..100 {
            statuses.push(post(&emulator, "/v1/responses", &request).await.0);
        }
        let failed = statuses.iter().filter(|status| **status == 500).count();
        assert!((8..=35).contains(&failed), "{failed}");
        assert_eq!(emulator.bill().lines.len(), 100 - failed);
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn whole_bodies_break_too() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let request = json!({"model": "gpt-5.4", "input": "x"});
    let broken = async |fault: &str| {
        let headers = [("x-emulator-fault", fault)];
        send(&emulator, "/v1/responses", &request, &headers).await.unwrap().text().await
    };
    assert!(broken("cut").await.is_err());
    assert!(serde_json::from_str::<Value>(&broken("truncate").await.unwrap()).is_err());
    assert!(serde_json::from_str::<Value>(&broken("malformed").await.unwrap()).is_err());
    assert!(serde_json::from_str::<Value>(&broken("unknown_events").await.unwrap()).is_ok());
}

#[tokio::test]
async fn pages_of_any_origin_may_call() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let client = wire::client();
    let url = format!("{}/v1/responses", emulator.base_url());
    let preflight = client
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "http://127.0.0.1:1")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-headers"], "authorization,content-type");
    let answer = with_fault(&emulator, "rate_limit").await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let exposed = answer.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("x-ratelimit-remaining-tokens") && exposed.contains("retry-after"));
}

#[tokio::test]
async fn stopping_ends_a_stalled_stream_at_once() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut answer = with_fault(&emulator, "stall").await.unwrap();
    answer.chunk().await.unwrap();
    let started = Instant::now();
    emulator.stop();
    assert!(started.elapsed() < Duration::from_secs(2));
    while let Ok(Some(_)) = answer.chunk().await {}
}
