//! Anthropic's Message Batches.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Batch, Line, Outcome, Stage};
use crate::guard::Anthropic;
use crate::intake::body_of;
use crate::prompt::Api;
use crate::reply::rfc3339;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;

/// `POST` and `GET /v1/messages/batches`; each `GET` is a look at all of them.
pub(crate) async fn batches(
    State(shared): State<Arc<Shared>>,
    Anthropic(reply): Anthropic,
    request: Request,
) -> Response {
    if request.method() == Method::GET {
        let mut listed = Vec::new();
        for batch in shared.batches(|api| api == Api::Messages) {
            let mut batch = batch.lock().await;
            batch.look(&shared).await;
            listed.push(describe(&shared, &batch));
        }
        let id = |batch: Option<&Value>| batch.map(|batch| batch["id"].clone());
        let (first, last) = (id(listed.first()), id(listed.last()));
        return reply.json(
            200,
            &json!({"data": listed, "has_more": false, "first_id": first, "last_id": last}),
        );
    }
    let created = match body_of(&shared, Api::Messages, request).await {
        Ok(body) => begin(&shared, &body),
        Err(problem) => Err(problem),
    };
    match created {
        Ok(batch) => {
            let described = describe(&shared, &batch);
            shared.add_batch(batch);
            reply.json(200, &described)
        }
        Err(problem) => reply.problem(&problem),
    }
}

fn begin(shared: &Shared, body: &[u8]) -> Result<Batch, Problem> {
    let fields = Fields::parse(Api::Messages, body)?;
    let requests = fields.list("requests")?;
    if requests.is_empty() {
        return Err(Problem::invalid("requests: Field required"));
    }
    let limit = shared.options.message_batch_max_requests;
    if requests.len() > limit {
        return Err(Problem::invalid(format!("requests: at most {limit} requests are allowed")));
    }
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let Some(custom_id) = request["custom_id"].as_str() else {
            return Err(Problem::invalid(format!("requests.{index}.custom_id: Field required")));
        };
        if custom_id.is_empty() || custom_id.len() > 64 {
            return Err(Problem::invalid(format!(
                "requests.{index}.custom_id: String should have 1 to 64 characters"
            )));
        }
        if !seen.insert(custom_id) {
            return Err(Problem::invalid(format!(
                "requests: Custom ID \"{custom_id}\" is not unique within the batch"
            )));
        }
        if !request["params"].is_object() {
            return Err(Problem::invalid(format!("requests.{index}.params: Field required")));
        }
        lines.push(Line {
            custom_id: custom_id.to_owned(),
            body: request["params"].clone(),
            outcome: None,
        });
    }
    let batch = Batch::new(shared, "msgbatch_", Api::Messages, Value::Null, lines);
    match &batch.plan.reject {
        Some(code) => Err(Problem::invalid(format!("the batch was refused: {code}"))),
        None => Ok(batch),
    }
}

/// `GET` and `DELETE /v1/messages/batches/{id}`; each `GET` is a look.
pub(crate) async fn one(
    State(shared): State<Arc<Shared>>,
    Anthropic(reply): Anthropic,
    Path(id): Path<String>,
    method: Method,
) -> Response {
    let Some(batch) = shared.batch(&id) else { return reply.problem(&no_such(&id)) };
    let mut batch = batch.lock().await;
    if method == Method::DELETE {
        if batch.has_ended() {
            shared.depot().batches.retain(|(other, ..)| *other != id);
            return reply.json(200, &json!({"id": id, "type": "message_batch_deleted"}));
        }
        let message = "Batches that are in progress cannot be deleted.";
        return reply.problem(&Problem::invalid(message));
    }
    batch.look(&shared).await;
    let described = describe(&shared, &batch);
    reply.json(200, &described)
}

/// `POST /v1/messages/batches/{id}/cancel`.
pub(crate) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Anthropic(reply): Anthropic,
    Path(id): Path<String>,
) -> Response {
    let Some(batch) = shared.batch(&id) else { return reply.problem(&no_such(&id)) };
    let mut batch = batch.lock().await;
    batch.is_cancelling = !batch.has_ended();
    let described = describe(&shared, &batch);
    reply.json(200, &described)
}

/// `GET /v1/messages/batches/{id}/results`.
pub(crate) async fn results(
    State(shared): State<Arc<Shared>>,
    Anthropic(reply): Anthropic,
    Extension(connection): Extension<Connection>,
    Path(id): Path<String>,
) -> Response {
    let Some(batch) = shared.batch(&id) else { return reply.problem(&no_such(&id)) };
    let batch = batch.lock().await;
    if !batch.has_ended() {
        let message = "Results are available once the batch has ended.";
        return reply.problem(&Problem { status: 404, ..Problem::invalid(message) });
    }
    let mut text = String::new();
    for line in batch.in_order() {
        let result = match &line.outcome {
            Some(Outcome::Answered { body, .. }) => json!({"type": "succeeded", "message": body}),
            Some(Outcome::Failed { body, .. }) => json!({"type": "errored", "error": body}),
            None if batch.stage == Stage::Expired => json!({"type": "expired"}),
            None => json!({"type": "canceled"}),
        };
        text.push_str(&json!({"custom_id": line.custom_id, "result": result}).to_string());
        text.push('\n');
    }
    reply.whole(200, "application/x-jsonl", &Bytes::from(text), &connection)
}

fn describe(shared: &Shared, batch: &Batch) -> Value {
    let has_ended = batch.has_ended();
    let at = |seconds: u64| rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let (answered, failed) = (batch.answered().count(), batch.failed());
    let open = batch.lines.len() - answered - failed;
    // Until the end everything counts as being processed.
    let counted = |count: usize, applies: bool| if has_ended && applies { count } else { 0 };
    let results =
        format!("http://127.0.0.1:{}/v1/messages/batches/{}/results", shared.port, batch.id);
    json!({
        "id": batch.id,
        "type": "message_batch",
        "processing_status": match (has_ended, batch.is_cancelling) {
            (true, _) => "ended",
            (false, true) => "canceling",
            (false, false) => "in_progress",
        },
        "request_counts": {
            "processing": if has_ended { 0 } else { batch.lines.len() },
            "succeeded": counted(answered, true),
            "errored": counted(failed, true),
            "canceled": counted(open, batch.stage == Stage::Cancelled),
            "expired": counted(open, batch.stage == Stage::Expired),
        },
        "created_at": at(batch.created_at),
        "expires_at": at(batch.created_at + 86_400),
        "ended_at": batch.ended_at.map(at),
        "cancel_initiated_at": batch.is_cancelling.then(|| at(batch.created_at)),
        "archived_at": null,
        "results_url": has_ended.then_some(results),
    })
}

fn no_such(id: &str) -> Problem {
    Problem::new(404, "not_found_error", format!("Batch {id} not found."))
}
