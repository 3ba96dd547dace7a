//! Taking a request in: its bytes, its record, and what it asks for.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::count;
use crate::models::Model;
use crate::prompt::{Api, Prompt};
use crate::record::{Received, masked_headers, masked_path};
use crate::reply::Reply;
use crate::state::Shared;
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;
use crate::wire::{chat, gemini, messages, responses};

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What the path says, where a format says there what others say in the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) model: Option<String>,
    pub(crate) stream: bool,
    /// Whether the request is only to be counted.
    pub(crate) is_count: bool,
}

/// Takes a request in and remembers it.
pub(crate) async fn receive(
    shared: &Shared,
    reply: &Reply,
    request: Request,
) -> Result<Intake, Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let read = to_bytes(body, shared.options.max_body_bytes).await;
    let body = read.as_ref().cloned().unwrap_or_default();
    shared.remember(|| Received {
        request_id: reply.request_id.clone(),
        at_ms: shared.now_ms(),
        method: parts.method.to_string(),
        path: masked_path(&path),
        headers: masked_headers(&parts.headers),
        body: serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body))),
    });
    match read {
        Ok(body) => Ok(Intake { path, headers: parts.headers, body }),
        Err(_) => Err(Problem::for_status(reply.api, 413, "")),
    }
}

/// A request read and counted.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) fields: Fields,
    pub(crate) prompt: Prompt,
    pub(crate) input_tokens: u64,
}

/// The body of a request that has been remembered already.
pub(crate) async fn body_of(shared: &Shared, api: Api, request: Request) -> Result<Bytes, Problem> {
    let body = to_bytes(request.into_body(), shared.options.max_body_bytes).await;
    body.map_err(|_| Problem::for_status(api, 413, ""))
}

/// Reads what a request asks for.
pub(crate) fn read(
    shared: &Shared,
    api: Api,
    body: &[u8],
    target: &Target,
) -> Result<Read, Problem> {
    let fields = Fields::parse(api, body)?;
    let name = match &target.model {
        Some(name) => Some(name.as_str()),
        None => fields.text("model")?,
    };
    let Some(name) = name else {
        return Err(match api {
            Api::Chat => Problem::invalid("you must provide a model parameter"),
            Api::Messages => Problem::invalid("model: Field required"),
            Api::Gemini | Api::Responses => Problem::missing("model"),
        });
    };
    let model = model(shared, api, name)?;
    let mut body = Value::Object(fields.map.clone());
    let prompt = match api {
        Api::Chat => chat::read(&fields, model)?,
        Api::Gemini => gemini::read(&fields, model, target.stream)?,
        Api::Messages => messages::read(&fields, model, target.is_count)?,
        Api::Responses => {
            let mut items = earlier(shared, &fields)?;
            let prompt = responses::read(&fields, model, &items)?;
            if !items.is_empty() {
                items.extend(responses::items_of(&fields)?);
                body["input"] = json!(items);
            }
            prompt
        }
    };
    let counted = count::input_tokens(api, &prompt.model, &body);
    let input_tokens = counted.map_err(|error| Problem::invalid(error.to_string()))?;
    Ok(Read { fields, prompt, input_tokens })
}

fn model(shared: &Shared, api: Api, name: &str) -> Result<Model, Problem> {
    match shared.offer.find(name) {
        Some(model) if model.is_retired => Err(Problem::retired_model(name)),
        Some(model) if model.answers(api.format()) => Ok(model.clone()),
        // A gateway serves any model in any format.
        _ if shared.options.any_model => shared
            .offer
            .stand_in(name, api.format())
            .ok_or_else(|| Problem::unknown_model(api, name)),
        Some(model) if api == Api::Chat && model.answers(Api::Responses.format()) => {
            Err(Problem::not_a_chat_model())
        }
        _ => Err(Problem::unknown_model(api, name)),
    }
}

/// The items of the answers a request goes on from.
pub(crate) fn earlier(shared: &Shared, fields: &Fields) -> Result<Vec<Value>, Problem> {
    let Some(id) = fields.text("previous_response_id")? else { return Ok(Vec::new()) };
    match shared.stored(id) {
        Some(stored) => Ok(stored["items"].as_array().cloned().unwrap_or_default()),
        None => Err(Problem::invalid(format!("Previous response with id '{id}' not found."))
            .param("previous_response_id")
            .code("previous_response_not_found")),
    }
}
