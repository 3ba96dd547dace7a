//! One request to a model, from its bytes to its answer.
//!
//! In the order a provider works: the key, the body, the model, the rate limits, the window; then the
//! answer, its line on the bill and its delivery. A fault that replaces the answer comes before all
//! of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::answer::{self, Answer};
use crate::bill::BillLine;
use crate::delivery::{self, Meter, Pace};
use crate::fault::Fault;
use crate::limit::Kind;
use crate::matcher::Subject;
use crate::models::{self, Maker, Model};
use crate::prompt::{Api, Prompt};
use crate::record::{Received, masked_headers, masked_path};
use crate::server::Connection;
use crate::state::Shared;
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;
use crate::wire::{Event, chat, responses};
use crate::{count, wreck};

pub(crate) use crate::reply::{Reply, is_anthropic};

/// `POST /v1/responses`.
pub(crate) async fn responses(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    run(shared, connection, Api::Responses, request).await
}

/// `POST /v1/chat/completions`.
pub(crate) async fn chat(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    run(shared, connection, Api::Chat, request).await
}

/// `POST /v1/responses/input_tokens`.
pub(crate) async fn input_tokens(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let mut reply = Reply::new(&shared, Api::Responses);
    let (received, body) = match receive(&shared, &reply, request).await {
        Ok(received) => received,
        Err(problem) => return reply.problem(&problem),
    };
    let read = reply
        .authorise(&received.1, None)
        .and_then(|()| read(&shared, Api::Responses, &body, &received.0));
    match read {
        Ok((_, prompt)) => {
            reply.limits(&shared, &prompt, 0);
            let tokens = count::input_tokens(&prompt);
            reply.json(200, &json!({"object": "response.input_tokens", "input_tokens": tokens}))
        }
        Err(problem) => reply.problem(&problem),
    }
}

/// `GET /v1/responses/{id}`.
pub(crate) async fn stored_response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let reply = Reply::new(&shared, Api::Responses);
    if let Err(problem) = reply.authorise(&headers, None) {
        return reply.problem(&problem);
    }
    match shared.stored(&id) {
        Some(stored) => reply.json(200, &stored["response"]),
        None => reply.problem(&Problem {
            status: 404,
            ..Problem::invalid(format!("Response with id '{id}' not found."))
        }),
    }
}

/// `DELETE /v1/responses/{id}`.
pub(crate) async fn delete_response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let reply = Reply::new(&shared, Api::Responses);
    if let Err(problem) = reply.authorise(&headers, None) {
        return reply.problem(&problem);
    }
    if shared.unstore(&id) {
        return reply.json(200, &json!({"id": id, "object": "response", "deleted": true}));
    }
    let problem = Problem::invalid(format!("Response with id '{id}' not found."));
    reply.problem(&Problem { status: 404, ..problem })
}

/// Any path a provider does not have.
pub(crate) async fn unknown_path(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let reply = Reply::new(&shared, Api::Responses);
    let problem =
        Problem::invalid(format!("Invalid URL ({} {})", request.method(), request.uri().path()));
    if let Err(problem) = receive(&shared, &reply, request).await {
        return reply.problem(&problem);
    }
    reply.problem(&Problem { status: 404, ..problem })
}

/// Answers one request to a model.
async fn run(shared: Arc<Shared>, connection: Connection, api: Api, request: Request) -> Response {
    let mut reply = Reply::new(&shared, api);
    let ((path, headers), body) = match receive(&shared, &reply, request).await {
        Ok(received) => received,
        Err(problem) => return reply.problem(&problem),
    };
    let read = read(&shared, api, &body, &path);
    let body_text = String::from_utf8_lossy(&body);
    let text = read.as_ref().map(|(_, prompt)| prompt.text()).unwrap_or_default();
    let prompt = read.as_ref().ok().map(|(_, prompt)| prompt);
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
    let admitted = reply.authorise(&headers, Some(&path)).and(read.as_ref().map_err(Clone::clone));
    let admitted = match admitted {
        Ok((fields, prompt)) => admit(&shared, &mut reply, prompt).map(|()| (fields, prompt)),
        Err(problem) => Err(problem),
    };
    let (fields, prompt) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => return reply.problem(&problem),
    };
    let scripted = shared.scripted_answer(&subject);
    deliver(&shared, connection, &reply, fields, prompt, answer::answer(prompt, scripted)).await
}

/// Takes a request in: remembers it and gives back what the rest needs.
async fn receive(
    shared: &Shared,
    reply: &Reply,
    request: Request,
) -> Result<((String, HeaderMap), Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let read = to_bytes(body, shared.options.max_body_bytes).await;
    let body = read.as_ref().cloned().unwrap_or_default();
    shared.remember(Received {
        request_id: reply.request_id.clone(),
        at_ms: shared.now_ms(),
        method: parts.method.to_string(),
        path: masked_path(&path),
        headers: masked_headers(&parts.headers),
        body: serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body))),
    });
    match read {
        Ok(body) => Ok(((path, parts.headers), body)),
        Err(_) => Err(Problem::for_status(reply.api, 413, "")),
    }
}

fn read(shared: &Shared, api: Api, body: &[u8], _path: &str) -> Result<(Fields, Prompt), Problem> {
    let fields = Fields::parse(api, body)?;
    let Some(name) = fields.text("model")? else {
        return Err(match api {
            Api::Chat => Problem::invalid("you must provide a model parameter"),
            _ => Problem::missing("model"),
        });
    };
    let model = model(shared, api, name)?;
    let prompt = match api {
        Api::Responses => responses::read(&fields, model, &earlier(shared, &fields)?)?,
        _ => chat::read(&fields, model)?,
    };
    Ok((fields, prompt))
}

fn model(shared: &Shared, api: Api, name: &str) -> Result<Model, Problem> {
    let maker = match api {
        Api::Chat | Api::Responses => Maker::Openai,
        Api::Messages => Maker::Anthropic,
        Api::Gemini => Maker::Google,
    };
    match models::find(&shared.options.models, name) {
        Some(model) if model.retired => Err(Problem::retired_model(name)),
        // Any model is served on Chat Completions, as gateways do.
        Some(model) if model.maker == maker || shared.options.any_model => Ok(model.clone()),
        None if shared.options.any_model => Ok(Model {
            id: name.to_owned(),
            snapshot: name.to_owned(),
            maker,
            max_input_tokens: 128_000,
            max_output_tokens: 128_000,
            default_effort: None,
            cl100k: false,
            retired: false,
        }),
        _ => Err(Problem::unknown_model(api, name)),
    }
}

/// The items of the answers a request goes on from.
fn earlier(shared: &Shared, fields: &Fields) -> Result<Vec<Value>, Problem> {
    let Some(id) = fields.text("previous_response_id")? else { return Ok(Vec::new()) };
    match shared.stored(id) {
        Some(stored) => Ok(stored["items"].as_array().cloned().unwrap_or_default()),
        None => Err(Problem::invalid(format!("Previous response with id '{id}' not found."))
            .param("previous_response_id")
            .code("previous_response_not_found")),
    }
}

fn fault_of(shared: &Shared, headers: &HeaderMap, subject: &Subject<'_>) -> Result<Fault, String> {
    match headers.get("x-emulator-fault").map(HeaderValue::to_str) {
        Some(Ok(text)) => Fault::parse(text),
        Some(Err(_)) => Err("the fault is not plain text".to_owned()),
        None => Ok(shared.next_fault(subject)),
    }
}

/// Lets a request through the rate limits and the window.
fn admit(shared: &Shared, reply: &mut Reply, prompt: &Prompt) -> Result<(), Problem> {
    let input_tokens = count::input_tokens(prompt);
    let verdict = reply.limits(shared, prompt, input_tokens);
    let model = &prompt.model;
    if let Some(kind) = verdict.refused_by {
        let (what, kind) = match kind {
            Kind::Requests => ("requests per min (RPM)", "requests"),
            Kind::Tokens => ("tokens per min (TPM)", "tokens"),
        };
        return Err(Problem::rate_limited(&model.id, what, kind, verdict.wait_ms));
    }
    if input_tokens > model.max_input_tokens {
        return Err(Problem::context_overflow(reply.api, model.max_input_tokens, input_tokens));
    }
    Ok(())
}

/// Writes the answer, opens its line on the bill and sends it.
async fn deliver(
    shared: &Arc<Shared>,
    connection: Connection,
    reply: &Reply,
    fields: &Fields,
    prompt: &Prompt,
    mut answer: Answer,
) -> Response {
    if answer.usage.cache_read_tokens == 0 {
        answer.usage.cache_read_tokens = shared.cached_tokens(prompt, answer.usage.input_tokens);
    }
    let (whole, events) = written(shared, reply.api, fields, prompt, &mut answer);
    let usage = answer.usage;
    let mut line = BillLine {
        request_id: reply.request_id.clone(),
        api: reply.api.name().to_owned(),
        model: prompt.model_name.clone(),
        service_tier: match prompt.service_tier.as_str() {
            "auto" => "default".to_owned(),
            tier => tier.to_owned(),
        },
        ..BillLine::default()
    };
    line.charge(&usage, 0);
    let at = shared.open_line(line);
    shared.charge(at, &usage, 0, false);
    let meter = Meter { shared: Arc::clone(shared), line: at, usage };
    let options = &shared.options;
    let pace = Pace {
        first_token_ms: options.first_token_ms,
        tokens_per_second: answer.tokens_per_second.unwrap_or(options.tokens_per_second),
    };
    let fault = &reply.fault;
    if prompt.stream {
        let model = prompt.model_name.as_str();
        let named = fault.error.as_deref().unwrap_or("server_error");
        let problem = Problem::named(reply.api, named, model)
            .unwrap_or_else(|| Problem::for_status(reply.api, 500, model));
        let steps = delivery::stream_steps(&events, fault, pace, reply.api, &problem);
        let body = delivery::body(steps, Some(meter), connection);
        return reply.with_body(200, "text/event-stream; charset=utf-8", body);
    }
    // A provider works an answer out whether or not the caller still waits for it.
    shared.charge(at, &usage, usage.output_tokens, false);
    let due_us = pace.due_us(usage.output_tokens);
    if due_us > 0 {
        sleep(Duration::from_micros(due_us)).await;
    }
    let mut whole = whole;
    if fault.unknown_events {
        whole["weather"] = json!({"sky": "clear", "layers": [1, null, true]});
    }
    let bytes = Bytes::from(whole.to_string());
    let body = if fault.is_none() {
        shared.charge(at, &usage, usage.output_tokens, true);
        Body::from(bytes)
    } else {
        let steps = delivery::whole_steps(&bytes, fault, usage.output_tokens);
        delivery::body(steps, Some(Meter { ..meter }), connection)
    };
    reply.with_body(200, "application/json", body)
}

/// The answer in its wire format, as a whole and as events.
fn written(
    shared: &Shared,
    api: Api,
    fields: &Fields,
    prompt: &Prompt,
    answer: &mut Answer,
) -> (Value, Vec<Event>) {
    if api == Api::Chat {
        let choices = chat::Writer::choices(fields);
        answer.usage.output_tokens *= choices;
        answer.usage.reasoning_tokens *= choices;
        let writer = chat::Writer::new(shared, prompt, fields, answer);
        return if prompt.stream {
            (Value::Null, writer.events())
        } else {
            (writer.whole(), Vec::new())
        };
    }
    let writer = responses::Writer::new(shared, prompt, fields, answer);
    let whole = writer.whole();
    if fields.any("store").and_then(Value::as_bool) != Some(false) {
        let mut items = earlier(shared, fields).unwrap_or_default();
        items.extend(responses::items_of(fields).unwrap_or_default());
        items.extend(whole["output"].as_array().cloned().unwrap_or_default());
        shared.store(&writer.id, json!({"response": whole, "items": items}));
    }
    let events = if prompt.stream { writer.events() } else { Vec::new() };
    (whole, events)
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
