//! Anthropic's Message Batches: requests in one body, results in one list of lines.

use alloc::format;
use alloc::string::{String, ToString};

use serde_json::{Value, json};

use super::{BatchEnding, BatchLimits, BatchResult, BatchStage, BatchState, bare, required};
use crate::error::Error;
use crate::provider::fold::malformed;

/// "Batch processing" at platform.claude.com, checked 2026-11-22; a megabyte is taken for the
/// smaller one.
pub(super) const LIMITS: BatchLimits =
    BatchLimits { max_requests: 100_000, max_bytes: 256_000_000 };
pub(super) const FRAME: [&str; 3] = ["{\"requests\":[", ",\n", "]}"];
pub(super) const PATH: &str = "messages/batches";

pub(super) fn line(id: &str, body: &Value) -> String {
    json!({ "custom_id": id, "params": bare(body, &["service_tier", "stream"]) }).to_string()
}

pub(super) fn state(value: &Value) -> Result<BatchState, Error> {
    let count = |key: &str| value["request_counts"].get(key).and_then(Value::as_u64).unwrap_or(0);
    let done = ["succeeded", "errored", "canceled", "expired"];
    let finished = done.into_iter().map(count).fold(0, u64::saturating_add);
    let id = required(value, "id")?;
    let has_ended = required(value, "processing_status")? == "ended";
    // The address that the answer names is not followed: the key goes only where the caller said.
    let results = has_ended.then(|| format!("{PATH}/{id}/results"));
    Ok(BatchState {
        name: None,
        stage: if has_ended { BatchStage::Ended } else { BatchStage::UnderWay },
        total: finished.saturating_add(count("processing")),
        finished,
        results: results.into_iter().collect(),
        id,
    })
}

pub(super) fn result(value: &Value) -> Result<BatchResult, Error> {
    let id = required(value, "custom_id")?;
    let result = &value["result"];
    let ending = match result["type"].as_str() {
        Some("succeeded") => {
            BatchEnding::Answered { status: 200, request_id: None, body: result["message"].clone() }
        }
        Some("errored") => BatchEnding::Failed { status: None, body: result["error"].clone() },
        Some("canceled") => BatchEnding::Cancelled,
        Some("expired") => BatchEnding::Expired,
        other => {
            let what = other.unwrap_or("nothing");
            return Err(malformed(&format!("a result of the batch is of no known type: {what}")));
        }
    };
    Ok(BatchResult { id: id.to_string(), ending })
}
