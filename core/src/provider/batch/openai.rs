//! OpenAI's Batch API: a file of requests in, up to two files of results out.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{
    BatchEnding, BatchLimits, BatchResult, BatchStage, BatchState, Refusal, bare, required, text,
};
use crate::error::{Error, ErrorKind};
use crate::provider::fold::malformed;
use crate::request::Api;

/// The guide "Batch API" at platform.openai.com, checked 2026-11-22; a megabyte is taken for the
/// smaller one.
pub(super) const LIMITS: BatchLimits = BatchLimits { max_requests: 50_000, max_bytes: 200_000_000 };
pub(super) const FRAME: [&str; 3] = ["", "\n", "\n"];
pub(super) const PATH: &str = "batches";

pub(super) fn line(id: &str, api: Api, body: &Value) -> String {
    let body = bare(body, &["service_tier", "stream", "stream_options"]);
    json!({ "custom_id": id, "method": "POST", "url": endpoint(api), "body": body }).to_string()
}

pub(super) fn creation(name: &str, file: &str, api: Api) -> Value {
    json!({
        "input_file_id": file,
        "endpoint": endpoint(api),
        "completion_window": "24h",
        "metadata": { "farebox": name },
    })
}

fn endpoint(api: Api) -> &'static str {
    if api == Api::Chat { "/v1/chat/completions" } else { "/v1/responses" }
}

pub(super) fn state(value: &Value) -> Result<BatchState, Error> {
    let counts = &value["request_counts"];
    let count = |key: &str| counts.get(key).and_then(Value::as_u64).unwrap_or(0);
    let files = ["output_file_id", "error_file_id"].into_iter();
    let results = files.filter_map(|key| text(value, key));
    let stage = match required(value, "status")?.as_str() {
        "cancelled" | "completed" | "expired" => BatchStage::Ended,
        "failed" => BatchStage::Refused(refusal(value)),
        _ => BatchStage::UnderWay,
    };
    Ok(BatchState {
        id: required(value, "id")?,
        name: text(&value["metadata"], "farebox"),
        stage,
        total: count("total"),
        finished: count("completed").saturating_add(count("failed")),
        results: results.map(|file| format!("files/{file}/content")).collect(),
    })
}

fn refusal(value: &Value) -> Refusal {
    let listed = value.pointer("/errors/data").and_then(Value::as_array);
    let mut wrong: Vec<(Option<u64>, Error)> = Vec::new();
    for entry in listed.into_iter().flatten() {
        let code = text(entry, "code").unwrap_or_default();
        let said = text(entry, "message").unwrap_or_else(|| code.clone());
        let error = Error::new(
            ErrorKind::ProviderRejected,
            format!("the provider refused the batch: {said}"),
        )
        .with("code", code.as_str());
        match code.as_str() {
            "token_limit_exceeded" => {
                return Refusal::QueueFull(Error { kind: ErrorKind::RateLimited, ..error });
            }
            "too_many_tasks"
            | "too_many_requests"
            | "file_too_large"
            | "max_file_size_exceeded" => {
                return Refusal::TooLarge(error);
            }
            _ => wrong.push((entry["line"].as_u64(), error)),
        }
    }
    if wrong.is_empty() {
        let message = "the provider refused the batch and does not say why";
        wrong.push((None, Error::new(ErrorKind::ProviderRejected, message)));
    }
    Refusal::Wrong(wrong)
}

pub(super) fn result(value: &Value) -> Result<BatchResult, Error> {
    let id = required(value, "custom_id")?;
    let response = value.get("response").filter(|response| response.is_object());
    let ending = match (response, text(&value["error"], "code").as_deref()) {
        (Some(response), _) => {
            let status = response["status_code"].as_u64().and_then(|it| u16::try_from(it).ok());
            let body = response.get("body").cloned().unwrap_or_default();
            match status {
                Some(status) if (200..300).contains(&status) => {
                    BatchEnding::Answered { status, request_id: text(response, "request_id"), body }
                }
                status => BatchEnding::Failed { status, body },
            }
        }
        (None, Some("batch_expired")) => BatchEnding::Expired,
        (None, Some("batch_cancelled")) => BatchEnding::Cancelled,
        (None, Some(_)) => {
            BatchEnding::Failed { status: None, body: json!({ "error": value["error"] }) }
        }
        (None, None) => {
            return Err(malformed("a result of the batch has neither `response` nor `error`"));
        }
    };
    Ok(BatchResult { id: id.to_string(), ending })
}
