//! The control surface, for tests in other processes: `/_emulator/…`.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use farebox_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Scripted;
use crate::batch::BatchPlan;
use crate::bill::BillLine;
use crate::fault::{ERROR_NAMES, Fault};
use crate::state::{Shared, unix_s};

/// What a test adds to the script; faults may be written as text or as objects.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Script {
    answers: Vec<Scripted>,
    faults: Vec<Value>,
    batches: Vec<BatchPlan>,
}

/// Serves `bill`, `requests`, `options`, `script` and `reset`.
pub(crate) async fn control(
    State(shared): State<Arc<Shared>>,
    Path(what): Path<String>,
    request: Request,
) -> Response {
    let method = request.method().clone();
    let body = to_bytes(request.into_body(), shared.options.max_body_bytes).await;
    let body = body.unwrap_or_default();
    let (status, value) = match (method, what.as_str()) {
        (Method::GET, "bill") => (StatusCode::OK, json!(shared.bill())),
        (Method::GET, "totals") => (StatusCode::OK, totals(&shared)),
        (Method::GET, "requests") => (StatusCode::OK, json!(shared.requests())),
        (Method::GET, "options") => (StatusCode::OK, json!(shared.options)),
        (Method::POST, "reset") => {
            shared.reset();
            (StatusCode::OK, json!({"ok": true}))
        }
        (Method::POST, "script") => match add(&shared, &body) {
            Ok(()) => (StatusCode::OK, json!({"ok": true})),
            Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
        },
        _ => (
            StatusCode::NOT_FOUND,
            json!({"error": "there are GET bill, totals, requests, options and POST script, reset",
                "error_names": ERROR_NAMES}),
        ),
    };
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The bill summed up; money as text, exact.
fn totals(shared: &Shared) -> Value {
    let bill = shared.bill();
    let sum = |tokens: fn(&BillLine) -> u64| bill.lines.iter().map(tokens).sum::<u64>();
    let now = Timestamp::from_ms(i64::try_from(unix_s() * 1_000).unwrap_or(i64::MAX));
    let cost = bill.cost(&shared.options.catalog, now);
    json!({
        "lines": bill.lines.len(),
        "complete": bill.lines.iter().filter(|line| line.is_complete).count(),
        "input_tokens": sum(|line| line.input_tokens),
        "cache_read_tokens": sum(|line| line.cache_read_tokens),
        "cache_write_tokens": sum(|line| line.cache_write_tokens),
        "output_tokens": sum(|line| line.output_tokens),
        "reasoning_tokens": sum(|line| line.reasoning_tokens),
        "cost_pusd": cost.as_ref().ok().map(|cost| cost.as_pusd().to_string()),
        "cost_usd": cost.ok().map(|cost| cost.to_string()),
    })
}

fn add(shared: &Shared, body: &[u8]) -> Result<(), String> {
    let script: Script =
        serde_json::from_slice(body).map_err(|error| format!("not a script: {error}"))?;
    let faults: Vec<Fault> = script
        .faults
        .into_iter()
        .map(|fault| match fault {
            Value::String(text) => Fault::parse(&text),
            Value::Null => Ok(Fault::default()),
            other => serde_json::from_value(other).map_err(|error| format!("not a fault: {error}")),
        })
        .collect::<Result<_, _>>()?;
    shared.script(script.answers, faults, script.batches);
    Ok(())
}
