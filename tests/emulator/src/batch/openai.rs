//! OpenAI's Batch API.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::files::{File, no_such};
use super::{Batch, Line, Outcome, Stage, input};
use crate::bill::Usage;
use crate::count;
use crate::guard::OpenAi;
use crate::intake::body_of;
use crate::prompt::Api;
use crate::state::{Shared, unix_s};
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;

/// `POST /v1/batches`.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    request: Request,
) -> Response {
    let created = match body_of(&shared, Api::Responses, request).await {
        Ok(body) => begin(&shared, &body).await,
        Err(problem) => Err(problem),
    };
    match created {
        Ok(batch) => {
            let described = describe(&batch);
            shared.add_batch(batch);
            reply.json(200, &described)
        }
        Err(problem) => reply.problem(&problem),
    }
}

async fn begin(shared: &Shared, body: &[u8]) -> Result<Batch, Problem> {
    let fields = Fields::parse(Api::Responses, body)?;
    let required = |name: &str| fields.text(name)?.ok_or_else(|| Problem::missing(name));
    let file_id = required("input_file_id")?;
    let endpoint = required("endpoint")?;
    let api = match endpoint {
        "/v1/chat/completions" => Api::Chat,
        "/v1/responses" => Api::Responses,
        _ => return Err(Problem::invalid("Invalid value for 'endpoint'.").param("endpoint")),
    };
    if required("completion_window")? != "24h" {
        let problem = Problem::invalid("Invalid value: supported values are: '24h'.");
        return Err(problem.param("completion_window"));
    }
    let file = shared.depot().files.iter().find(|file| file.id == file_id).cloned();
    let file = file.ok_or_else(|| no_such("File", file_id))?;
    let limit = shared.options.batch_max_requests;
    let (lines, mut errors) = match input::lines(&file.content, endpoint, limit) {
        Ok(lines) => (lines, Vec::new()),
        Err(errors) => (Vec::new(), errors),
    };
    let echo = json!({"input_file_id": file_id, "endpoint": endpoint,
        "metadata": fields.echo("metadata")});
    let mut batch = Batch::new(shared, "batch_", api, echo, lines);
    if let Some(code) = &batch.plan.reject {
        let message = "The batch was refused.";
        errors.push(json!({"code": code, "message": message, "param": null, "line": null}));
    }
    if errors.is_empty() {
        errors.extend(over_queue(shared, &batch).await);
    }
    if !errors.is_empty() {
        batch.errors = errors;
        batch.end(Stage::Failed);
    }
    Ok(batch)
}

/// What is wrong when the tokens waiting in batches would exceed the limit.
async fn over_queue(shared: &Shared, batch: &Batch) -> Option<Value> {
    let limit_tokens = shared.options.batch_enqueued_tokens;
    if limit_tokens == 0 {
        return None;
    }
    let mut queued_tokens = waiting_tokens(shared, batch);
    for other in shared.batches(|api| api != Api::Messages) {
        let other = other.lock().await;
        if !other.has_ended() {
            queued_tokens += waiting_tokens(shared, &other);
        }
    }
    (queued_tokens > limit_tokens).then(|| {
        let message = format!(
            "Enqueued token limit reached in organization org-emulator. Limit: {limit_tokens} \
             enqueued tokens. Please try again once some in_progress batches have been completed."
        );
        json!({"code": "token_limit_exceeded", "message": message, "param": null, "line": null})
    })
}

fn waiting_tokens(shared: &Shared, batch: &Batch) -> u64 {
    let tokens = |line: &Line| {
        let model = line.body["model"].as_str().and_then(|name| shared.offer.find(name))?;
        count::input_tokens(batch.api, model, &line.body).ok()
    };
    batch.lines.iter().filter(|line| line.outcome.is_none()).filter_map(tokens).sum()
}

/// `GET /v1/batches`; each one is a look at all of them.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, OpenAi(reply): OpenAi) -> Response {
    let mut listed = Vec::new();
    for batch in shared.batches(|api| api != Api::Messages) {
        let mut batch = batch.lock().await;
        look(&shared, &mut batch).await;
        listed.push(describe(&batch));
    }
    reply.json(200, &json!({"object": "list", "data": listed, "has_more": false}))
}

/// `GET /v1/batches/{id}`; each one is a look.
pub(crate) async fn one(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    Path(id): Path<String>,
) -> Response {
    let Some(batch) = shared.batch(&id) else {
        return reply.problem(&no_such("Batch", &id));
    };
    let mut batch = batch.lock().await;
    look(&shared, &mut batch).await;
    let described = describe(&batch);
    reply.json(200, &described)
}

/// A look at a batch, whose files are there as soon as it has ended.
async fn look(shared: &Shared, batch: &mut Batch) {
    let had_ended = batch.has_ended();
    batch.look(shared).await;
    if batch.has_ended() && !had_ended {
        write_files(shared, batch);
    }
}

/// `POST /v1/batches/{id}/cancel`.
pub(crate) async fn cancel(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    Path(id): Path<String>,
) -> Response {
    let Some(batch) = shared.batch(&id) else {
        return reply.problem(&no_such("Batch", &id));
    };
    let mut batch = batch.lock().await;
    batch.is_cancelling = !batch.has_ended();
    let described = describe(&batch);
    if batch.is_cancelling {
        return reply.json(200, &described);
    }
    let problem = Problem::invalid("Cannot cancel a batch that has ended.");
    reply.problem(&Problem { status: 409, ..problem })
}

/// Writes what was answered into one file, and what was not into another.
fn write_files(shared: &Shared, batch: &mut Batch) {
    let (mut answered, mut failed) = (String::new(), String::new());
    for line in batch.in_order() {
        let mut entry = json!({"id": shared.id("batch_req_"), "custom_id": line.custom_id,
            "response": null, "error": null});
        let response = |status: u16, request_id: &str, body: &Value| json!({"status_code": status, "request_id": request_id, "body": body});
        let into = match &line.outcome {
            Some(Outcome::Answered { request_id, body, .. }) => {
                entry["response"] = response(200, request_id, body);
                &mut answered
            }
            Some(Outcome::Failed { request_id, status, body }) => {
                entry["response"] = response(*status, request_id, body);
                &mut failed
            }
            None => {
                entry["error"] = match batch.stage {
                    Stage::Expired => json!({"code": "batch_expired", "message":
                        "This request could not be executed before the completion window expired."}),
                    _ => json!({"code": "batch_cancelled", "message":
                        "This request was not executed because the batch was cancelled."}),
                };
                &mut failed
            }
        };
        into.push_str(&entry.to_string());
        into.push('\n');
    }
    batch.output_file = keep(shared, &batch.id, "output", answered);
    batch.error_file = keep(shared, &batch.id, "error", failed);
}

fn keep(shared: &Shared, batch_id: &str, kind: &str, content: String) -> Option<String> {
    if content.is_empty() {
        return None;
    }
    let name = format!("{batch_id}_{kind}.jsonl");
    let file = File::new(shared, name, "batch_output".to_owned(), Bytes::from(content));
    let id = file.id.clone();
    shared.depot().files.push(file);
    Some(id)
}

fn describe(batch: &Batch) -> Value {
    let status = match batch.stage {
        Stage::InProgress | Stage::Validating if batch.is_cancelling => "cancelling",
        Stage::Cancelled => "cancelled",
        Stage::Completed => "completed",
        Stage::Expired => "expired",
        Stage::Failed => "failed",
        Stage::InProgress => "in_progress",
        Stage::Validating => "validating",
    };
    let ended =
        |stage: Stage| if batch.stage == stage { json!(batch.ended_at) } else { Value::Null };
    let started = if batch.looks > 0 { json!(batch.created_at) } else { Value::Null };
    let errors = match batch.errors.as_slice() {
        [] => Value::Null,
        errors => json!({"object": "list", "data": errors}),
    };
    let sum = |tokens: fn(&Usage) -> u64| batch.answered().map(tokens).sum::<u64>();
    json!({
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.echo["endpoint"],
        "model": batch.lines.first().map(|line| line.body["model"].clone()),
        "errors": errors,
        "input_file_id": batch.echo["input_file_id"],
        "completion_window": "24h",
        "status": status,
        "output_file_id": batch.output_file,
        "error_file_id": batch.error_file,
        "created_at": batch.created_at,
        "in_progress_at": started,
        "expires_at": batch.created_at + 86_400,
        "finalizing_at": ended(Stage::Completed),
        "completed_at": ended(Stage::Completed),
        "failed_at": ended(Stage::Failed),
        "expired_at": ended(Stage::Expired),
        "cancelling_at": if batch.is_cancelling { json!(unix_s()) } else { Value::Null },
        "cancelled_at": ended(Stage::Cancelled),
        "request_counts": {"total": batch.lines.len(), "completed": batch.answered().count(),
            "failed": batch.failed()},
        "usage": {
            "input_tokens": sum(|usage| usage.input_tokens),
            "input_tokens_details": {"cached_tokens": sum(|usage| usage.cache_read_tokens)},
            "output_tokens": sum(|usage| usage.output_tokens),
            "output_tokens_details": {"reasoning_tokens": sum(|usage| usage.reasoning_tokens)},
            "total_tokens": sum(Usage::total_tokens),
        },
        "metadata": batch.echo["metadata"],
    })
}
