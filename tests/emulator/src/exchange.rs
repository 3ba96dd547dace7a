//! One request to a model, from its bytes to its answer.
//!
//! In the order a provider works: the key, the body, the model, the rate limits, the window; then the
//! answer, its line on the bill and its delivery. A fault that replaces the answer comes before all
//! of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;
use tokio::time::sleep;

use crate::answer::{self, Answer};
use crate::bill::BillLine;
use crate::compose::{self, Written};
use crate::delivery::{self, Meter, Pace};
use crate::fault::Fault;
use crate::intake::{Intake, Read, Target, read, receive};
use crate::limit::Kind;
use crate::matcher::Subject;
use crate::prompt::{Api, Prompt};
use crate::reply::Reply;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;
use crate::{stored, wreck};

/// `POST /v1/responses`.
pub(crate) async fn responses(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    run(shared, connection, Api::Responses, Target::default(), request).await
}

/// `POST /v1/chat/completions`.
pub(crate) async fn chat(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    run(shared, connection, Api::Chat, Target::default(), request).await
}

/// `POST /v1/messages`.
pub(crate) async fn messages(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    run(shared, connection, Api::Messages, Target::default(), request).await
}

/// `POST /v1beta/models/{model}:{method}`.
pub(crate) async fn gemini(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    Path(call): Path<String>,
    request: Request,
) -> Response {
    let (model, method) = call.split_once(':').unwrap_or((&call, ""));
    let target = Target {
        model: Some(model.to_owned()),
        stream: method.starts_with("stream"),
        is_count: false,
    };
    match method {
        "countTokens" => stored::gemini_count(&shared, model, request).await,
        "generateContent" | "streamGenerateContent" => {
            run(shared, connection, Api::Gemini, target, request).await
        }
        _ => unknown_path(State(shared), request).await,
    }
}

/// Any path a provider does not have.
pub(crate) async fn unknown_path(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let api =
        if request.uri().path().starts_with("/v1beta/") { Api::Gemini } else { Api::Responses };
    let reply = Reply::new(&shared, api);
    let problem =
        Problem::invalid(format!("Invalid URL ({} {})", request.method(), request.uri().path()));
    if let Err(problem) = receive(&shared, &reply, request).await {
        return reply.problem(&problem);
    }
    reply.problem(&Problem { status: 404, ..problem })
}

/// Answers one request to a model.
async fn run(
    shared: Arc<Shared>,
    connection: Connection,
    api: Api,
    target: Target,
    request: Request,
) -> Response {
    let mut reply = Reply::new(&shared, api);
    let Intake { path, headers, body } = match receive(&shared, &reply, request).await {
        Ok(intake) => intake,
        Err(problem) => return reply.problem(&problem),
    };
    let read = read(&shared, api, &body, &target);
    let body_text = String::from_utf8_lossy(&body);
    let prompt = read.as_ref().ok().map(|read| &read.prompt);
    let text = prompt.map(Prompt::text).unwrap_or_default();
    let subject = Subject {
        model: prompt.map_or("", |prompt| prompt.model_name.as_str()),
        path: &path,
        text: &text,
        last: prompt.map_or("", Prompt::last),
        body: &body_text,
        stream: prompt.is_some_and(|prompt| prompt.stream),
    };
    let fault = match fault_of(&shared, &headers, &subject) {
        Ok(fault) => fault,
        Err(error) => return reply.problem(&Problem::invalid(error)),
    };
    reply.fault = fault;
    if reply.fault.delay_headers_ms > 0 {
        sleep(Duration::from_millis(reply.fault.delay_headers_ms)).await;
    }
    if let Some(response) = wreck::replaced(&reply, &shared, subject.model, &path, &connection) {
        return response;
    }
    let authorised = reply.authorise(&headers, Some(&path));
    let admitted = match authorised.and(read.as_ref().map_err(Clone::clone)) {
        Ok(read) => admit(&shared, &mut reply, read).map(|()| read),
        Err(problem) => Err(problem),
    };
    let Read { fields, prompt, input_tokens } = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => return reply.problem(&problem),
    };
    if shared.options.idempotency_keys {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        reply.deed = key.map(|key| format!("deed {key}"));
    }
    if let Some(done) = reply.deed.as_deref().and_then(|deed| shared.stored(deed)) {
        let bytes = Bytes::from(done.to_string());
        return reply.whole(200, "application/json", &bytes, &connection);
    }
    if !prompt.stream && reply.fault.error_after_events.is_some() {
        return reply.problem(&stream_problem(&reply, &prompt.model_name));
    }
    let scripted = shared.scripted_answer(&subject);
    let answer = answer::answer(prompt, scripted, *input_tokens);
    let is_array = api == Api::Gemini && !path.contains("alt=sse");
    deliver(&shared, connection, &reply, fields, prompt, answer, is_array).await
}

/// The fault a request brings along, else the next one that is meant for it.
pub(crate) fn fault_of(
    shared: &Shared,
    headers: &HeaderMap,
    subject: &Subject<'_>,
) -> Result<Fault, String> {
    match headers.get("x-emulator-fault").map(HeaderValue::to_str) {
        Some(Ok(text)) => Fault::parse(text),
        Some(Err(_)) => Err("the fault is not plain text".to_owned()),
        None => Ok(shared.next_fault(subject)),
    }
}

/// Lets a request through the rate limits and the window.
fn admit(shared: &Shared, reply: &mut Reply, read: &Read) -> Result<(), Problem> {
    let Read { prompt: Prompt { model, .. }, input_tokens, .. } = read;
    let verdict = reply.limits(shared, &read.prompt, *input_tokens);
    if let Some(kind) = verdict.refused_by {
        let (what, kind) = match kind {
            Kind::Requests => ("requests per min (RPM)", "requests"),
            Kind::Tokens => ("tokens per min (TPM)", "tokens"),
        };
        return Err(Problem::rate_limited(&model.id, what, kind, verdict.wait_ms));
    }
    if *input_tokens > model.max_input_tokens {
        return Err(Problem::context_overflow(reply.api, model.max_input_tokens, *input_tokens));
    }
    Ok(())
}

/// The error a fault wants while the answer is under way.
fn stream_problem(reply: &Reply, model: &str) -> Problem {
    let name = reply.fault.error.as_deref().unwrap_or("server_error");
    Problem::named(reply.api, name, model)
        .unwrap_or_else(|| Problem::for_status(reply.api, 500, model))
}

/// Writes the answer, opens its line on the bill and sends it.
async fn deliver(
    shared: &Arc<Shared>,
    connection: Connection,
    reply: &Reply,
    fields: &Fields,
    prompt: &Prompt,
    mut answer: Answer,
    is_array: bool,
) -> Response {
    shared.use_cache(prompt, &mut answer.usage);
    let written = {
        let dialect = reply.fault.dialect.or(shared.options.dialect);
        compose::write(shared, fields, prompt, &mut answer, is_array, dialect)
    };
    let usage = answer.usage;
    let at = shared.open_line(BillLine::new(&reply.request_id, prompt));
    shared.charge(at, &usage, 0, false);
    let meter = Meter { shared: Arc::clone(shared), line: at, usage };
    let options = &shared.options;
    let pace = Pace {
        first_token_ms: options.first_token_ms,
        tokens_per_second: answer.tokens_per_second.unwrap_or(options.tokens_per_second),
    };
    let fault = &reply.fault;
    let mut whole = match written {
        Written::Stream(events) => {
            let problem = stream_problem(reply, &prompt.model_name);
            let steps = delivery::stream_steps(&events, fault, pace, reply.api, &problem);
            let kind =
                if is_array { "application/json" } else { "text/event-stream; charset=utf-8" };
            return reply.with_body(200, kind, delivery::body(steps, Some(meter), connection));
        }
        Written::Whole(whole) => whole,
    };
    if let Some(deed) = &reply.deed {
        shared.store(deed, whole.clone());
    }
    // A provider works an answer out whether or not the caller still waits for it.
    shared.charge(at, &usage, usage.output_tokens, false);
    let due_us = pace.due_us(usage.output_tokens);
    if due_us > 0 {
        sleep(Duration::from_micros(due_us)).await;
    }
    if fault.unknown_events {
        whole["weather"] = json!({"sky": "clear", "layers": [1, null, true]});
    }
    let bytes = Bytes::from(whole.to_string());
    if fault.is_none() {
        shared.charge(at, &usage, usage.output_tokens, true);
        return reply.with_body(200, "application/json", Body::from(bytes));
    }
    let steps = delivery::whole_steps(&bytes, fault, usage.output_tokens);
    reply.with_body(200, "application/json", delivery::body(steps, Some(meter), connection))
}

/// Puts a header on an answer, or takes it off where the value is empty.
pub(crate) fn set_header(response: &mut Response, name: &str, value: &str) {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return };
    if value.is_empty() {
        response.headers_mut().remove(name);
    } else if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// An answer with nothing in it yet.
pub(crate) fn bare(status: u16, content_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_header(&mut response, header::CONTENT_TYPE.as_str(), content_type);
    response
}
