//! Batches of both providers: limits, partial failure, expiry, cancelling and their bill.

#![allow(clippy::unwrap_used, reason = "tests")]

mod wire;

use farebox_core::catalog::Catalog;
use farebox_core::request::ServiceTier;
use farebox_core::time::Timestamp;
use farebox_emulator::{BatchPlan, Emulator, Options};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use wire::{post, send};

fn jsonl(count: usize) -> String {
    let lines = (0..count).map(|index| {
        let body = json!({"model": "gpt-5.4-nano", "input": format!("Name river {index}.")});
        json!({"custom_id": format!("r{index}"), "method": "POST", "url": "/v1/responses",
            "body": body})
        .to_string()
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn fetch(emulator: &Emulator, path: &str) -> String {
    let url = format!("{}{path}", emulator.base_url());
    let answer = wire::client().get(url).bearer_auth("sk-secret").send().await.unwrap();
    answer.text().await.unwrap()
}

async fn look(emulator: &Emulator, path: &str) -> Value {
    serde_json::from_str(&fetch(emulator, path).await).unwrap()
}

async fn upload(emulator: &Emulator, content: String) -> String {
    let file = Part::text(content).file_name("jobs.jsonl");
    let form = Form::new().text("purpose", "batch").part("file", file);
    let url = format!("{}/v1/files", emulator.base_url());
    let sent = wire::client().post(url).bearer_auth("sk-secret").multipart(form).send();
    let file: Value = sent.await.unwrap().json().await.unwrap();
    file["id"].as_str().unwrap().to_owned()
}

async fn create(emulator: &Emulator, content: String) -> Value {
    let file = upload(emulator, content).await;
    let body = json!({"input_file_id": file, "endpoint": "/v1/responses",
        "completion_window": "24h"});
    post(emulator, "/v1/batches", &body).await.1
}

fn entries(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_batch_answers_every_request_at_the_batch_price() {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.plan_batches(vec![BatchPlan { looks: 2, reverse: true, ..BatchPlan::default() }]);
    let batch = create(&emulator, jsonl(10)).await;
    assert_eq!(batch["status"], "validating");
    let path = format!("/v1/batches/{}", batch["id"].as_str().unwrap());
    assert_eq!(look(&emulator, &path).await["status"], "in_progress");
    assert_eq!(look(&emulator, &path).await["request_counts"]["completed"], 6);
    let done = look(&emulator, &path).await;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["error_file_id"], Value::Null);
    let output = done["output_file_id"].as_str().unwrap();
    let results = entries(&fetch(&emulator, &format!("/v1/files/{output}/content")).await);
    assert_eq!(results.len(), 10);
    assert_eq!(results[0]["custom_id"], "r9");
    assert_eq!(results[0]["response"]["body"]["status"], "completed");
    let bill = emulator.bill();
    assert_eq!(bill.lines.len(), 10);
    assert!(bill.lines.iter().all(|line| line.service_tier == ServiceTier::Batch));
    let sum: u64 = bill.lines.iter().map(|line| line.output_tokens).sum();
    assert_eq!(done["usage"]["output_tokens"], sum);
    let (catalog, at) = (Catalog::embedded(), Timestamp::default());
    let input: u64 = bill.lines.iter().map(|line| line.input_tokens).sum();
    // Half of 0.20 and of 1.25 dollars a million.
    assert_eq!(bill.cost(&catalog, at).unwrap().as_pusd(), input * 100_000 + sum * 625_000);
}

#[tokio::test]
async fn an_expired_batch_keeps_what_was_done() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let plan = BatchPlan { expire_after: Some(6), fail_every: Some(4), ..BatchPlan::default() };
    emulator.plan_batches(vec![plan]);
    let batch = create(&emulator, jsonl(10)).await;
    let done = look(&emulator, &format!("/v1/batches/{}", batch["id"].as_str().unwrap())).await;
    assert_eq!(done["status"], "expired");
    assert_eq!(done["request_counts"], json!({"total": 10, "completed": 5, "failed": 1}));
    let errors = done["error_file_id"].as_str().unwrap();
    let errors = entries(&fetch(&emulator, &format!("/v1/files/{errors}/content")).await);
    assert_eq!(errors.len(), 5);
    assert_eq!(errors[0]["response"]["status_code"], 500);
    assert_eq!(errors[4]["error"]["code"], "batch_expired");
    assert_eq!(emulator.bill().lines.len(), 5);
}

#[tokio::test]
async fn a_bad_file_fails_the_batch_line_by_line() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut content = jsonl(2);
    content.push_str("\nnot json\n");
    content.push_str(&jsonl(1));
    content.push('\n');
    content.push_str(&jsonl(1).replace("nano", "mini").replace("r0", "r7"));
    let batch = create(&emulator, content).await;
    assert_eq!(batch["status"], "failed");
    let errors = batch["errors"]["data"].as_array().unwrap();
    let seen: Vec<_> = errors.iter().map(|error| (&error["code"], &error["line"])).collect();
    assert_eq!(
        seen,
        [
            (&json!("invalid_json_line"), &json!(3)),
            (&json!("duplicate_custom_id"), &json!(4)),
            (&json!("mismatched_model"), &json!(5)),
        ]
    );
    let body = json!({"input_file_id": "file-none", "endpoint": "/v1/responses",
        "completion_window": "24h"});
    assert_eq!(post(&emulator, "/v1/batches", &body).await.0, 404);
}

#[tokio::test]
async fn limits_on_requests_and_waiting_tokens_hold() {
    let options =
        Options { batch_max_requests: 5, batch_enqueued_tokens: 60, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    emulator.plan_batches(vec![BatchPlan { looks: 9, ..BatchPlan::default() }]);
    let code = |batch: &Value| batch["errors"]["data"][0]["code"].clone();
    let first = create(&emulator, jsonl(3)).await;
    assert_eq!(first["status"], "validating", "{first}");
    assert_eq!(code(&create(&emulator, jsonl(6)).await), "too_many_tasks");
    assert_eq!(code(&create(&emulator, jsonl(4)).await), "token_limit_exceeded");
    let path = format!("/v1/batches/{}", first["id"].as_str().unwrap());
    let (_, cancelling) = post(&emulator, &format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelling["status"], "cancelling");
    assert_eq!(look(&emulator, &path).await["status"], "cancelled");
    assert_eq!(create(&emulator, jsonl(4)).await["status"], "validating");
}

#[tokio::test]
async fn message_batches_succeed_fail_and_expire() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let plan = BatchPlan {
        looks: 1,
        expire_after: Some(3),
        fail: vec!["b".into()],
        error: Some("overloaded".into()),
        ..BatchPlan::default()
    };
    emulator.plan_batches(vec![plan]);
    let requests: Vec<Value> = ["a", "b", "c", "d"]
        .iter()
        .map(|id| {
            json!({"custom_id": id, "params": {"model": "claude-opus-4-6", "max_tokens": 99,
                "messages": [{"role": "user", "content": "Name a river."}]}})
        })
        .collect();
    let path = "/v1/messages/batches";
    let (status, batch) = post(&emulator, path, &json!({"requests": requests})).await;
    assert_eq!((status, &batch["processing_status"]), (200, &json!("in_progress")));
    let one = format!("{path}/{}", batch["id"].as_str().unwrap());
    assert_eq!(look(&emulator, &one).await["request_counts"]["processing"], 4);
    let ended = look(&emulator, &one).await;
    assert_eq!(ended["processing_status"], "ended");
    assert_eq!(
        ended["request_counts"],
        json!({"processing": 0, "succeeded": 2, "errored": 1, "canceled": 0, "expired": 1})
    );
    let results = entries(&fetch(&emulator, &format!("{one}/results")).await);
    let kinds: Vec<_> = results.iter().map(|entry| &entry["result"]["type"]).collect();
    assert_eq!(kinds, ["succeeded", "errored", "succeeded", "expired"]);
    assert_eq!(results[1]["result"]["error"]["error"]["type"], "overloaded_error");
    assert_eq!(results[0]["result"]["message"]["usage"]["service_tier"], "batch");
    assert_eq!(emulator.bill().lines.len(), 2);
    let twice = json!({"requests": [requests[0], requests[0]]});
    assert_eq!(post(&emulator, path, &twice).await.0, 400);
}

#[tokio::test]
async fn faults_reach_batches_too() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let headers = [("x-emulator-fault", "overloaded; retry_after=3")];
    let answer = send(&emulator, "/v1/batches", &json!({}), &headers).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (503, &"3".parse().unwrap())
    );
}
