//! The lists of models.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use crate::guard::guard;
use crate::models::{Maker, Model};
use crate::prompt::Api;
use crate::reply::is_anthropic;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::problem::Problem;

/// `GET /v1/models`.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let maker = if is_anthropic(&headers) { Maker::Anthropic } else { Maker::Openai };
    let api = if maker == Maker::Anthropic { Api::Messages } else { Api::Responses };
    let reply = match guard(&shared, api, &Method::GET, &headers, &uri, &connection).await {
        Ok(reply) => reply,
        Err(response) => return *response,
    };
    let offered = shared.offer.all().filter(|model| model.maker == maker);
    let listed: Vec<Value> = offered.map(describe).collect();
    reply.json(
        200,
        &match maker {
            Maker::Anthropic => json!({"data": listed, "has_more": false,
            "first_id": listed.first().map(|model| &model["id"]),
            "last_id": listed.last().map(|model| &model["id"])}),
            _ => json!({"object": "list", "data": listed}),
        },
    )
}

/// `GET /v1beta/models`.
pub(crate) async fn google(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let reply = match guard(&shared, Api::Gemini, &Method::GET, &headers, &uri, &connection).await {
        Ok(reply) => reply,
        Err(response) => return *response,
    };
    let offered = shared.offer.all().filter(|model| model.maker == Maker::Google);
    let listed: Vec<Value> = offered.map(describe).collect();
    reply.json(200, &json!({ "models": listed }))
}

/// `GET /v1/models/{id}`.
pub(crate) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let api = if is_anthropic(&headers) { Api::Messages } else { Api::Chat };
    let reply = match guard(&shared, api, &Method::GET, &headers, &uri, &connection).await {
        Ok(reply) => reply,
        Err(response) => return *response,
    };
    match shared.offer.find(&id).filter(|model| !model.is_retired) {
        Some(model) => reply.json(200, &describe(model)),
        None => reply.problem(&Problem::unknown_model(api, &id)),
    }
}

fn describe(model: &Model) -> Value {
    match model.maker {
        Maker::Anthropic => json!({"type": "model", "id": model.snapshot,
            "display_name": model.id, "created_at": "2026-01-01T00:00:00Z",
            "max_input_tokens": model.max_input_tokens, "max_tokens": model.max_output_tokens}),
        Maker::Google => json!({"name": format!("models/{}", model.id), "displayName": model.id,
            "inputTokenLimit": model.max_input_tokens,
            "outputTokenLimit": model.max_output_tokens,
            "supportedGenerationMethods": ["generateContent", "countTokens"]}),
        Maker::Openai => json!({"id": model.id, "object": "model", "created": 1_767_225_600,
            "owned_by": "system"}),
    }
}
