//! Many calls, one after the other and at once: nothing leaks, every call is on the bill once.
//!
//! The full numbers take minutes unoptimised: `cargo test --release --test load -- --ignored`.

#![allow(clippy::unwrap_used, reason = "tests")]

mod wire;

use std::sync::Arc;

use farebox_emulator::{Emulator, Options};
use serde_json::json;

/// Streams one answer; whether it came whole.
async fn stream(client: &reqwest::Client, url: &str) -> bool {
    let body = json!({"model": "gpt-5.4-nano", "stream": true, "store": false,
        "input": "Name a river."});
    let sent = client.post(url).bearer_auth("sk-load").json(&body).send().await;
    let Ok(answer) = sent else { return false };
    let text = answer.text().await.unwrap_or_default();
    text.contains("response.completed")
}

/// Resident memory of this process, in KiB; zero where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

async fn run(sequential: usize, concurrent: usize) {
    let options =
        Options { remembered_requests: 100, fault_rate_ppm: 50_000, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let url = Arc::new(format!("{}/v1/responses", emulator.base_url()));
    let client = wire::client();
    let mut whole = 0;
    let mut warm_kib = 0;
    for index in 0..sequential {
        whole += usize::from(stream(&client, &url).await);
        if index == sequential / 10 {
            warm_kib = resident_kib();
        }
    }
    let grown_kib = resident_kib().saturating_sub(warm_kib);
    let calls = (0..concurrent).map(|_| {
        let (client, url) = (client.clone(), Arc::clone(&url));
        tokio::spawn(async move { stream(&client, &url).await })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        whole += usize::from(call.await.unwrap());
    }
    let lines = emulator.bill().lines;
    let complete = lines.iter().filter(|line| line.is_complete).count();
    let total = sequential + concurrent;
    println!("{total} calls, {whole} whole, {} on the bill, grew {grown_kib} KiB", lines.len());
    // A malformed event in the middle leaves an answer that is whole on both sides.
    assert_eq!(complete, whole);
    assert!(whole > total * 90 / 100 && whole < total, "{whole} of {total}");
    // The bill itself grows by a line a call.
    assert!(grown_kib < 2_000 + sequential as u64, "{grown_kib} KiB");
}

#[tokio::test]
async fn hundreds_of_calls_are_billed_once_each() {
    run(500, 200).await;
}
