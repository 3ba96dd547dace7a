//! What is asked about a request or an answer without making a new answer.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::json;

use crate::guard::guard;
use crate::intake::{Target, read, receive};
use crate::prompt::{Api, Prompt};
use crate::reply::Reply;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::problem::Problem;

/// `POST /v1/responses/input_tokens`.
pub(crate) async fn input_tokens(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let mut reply = Reply::new(&shared, Api::Responses);
    match counted(&shared, &reply, request, &counting()).await {
        Ok((prompt, tokens)) => {
            reply.limits(&shared, &prompt, 0);
            reply.json(200, &json!({"object": "response.input_tokens", "input_tokens": tokens}))
        }
        Err(problem) => reply.problem(&problem),
    }
}

/// `POST /v1/messages/count_tokens`.
pub(crate) async fn count_tokens(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let reply = Reply::new(&shared, Api::Messages);
    match counted(&shared, &reply, request, &counting()).await {
        Ok((_, tokens)) => reply.json(200, &json!({ "input_tokens": tokens })),
        Err(problem) => reply.problem(&problem),
    }
}

/// `POST /v1beta/models/{model}:countTokens`.
pub(crate) async fn gemini_count(shared: &Shared, model: &str, request: Request) -> Response {
    let reply = Reply::new(shared, Api::Gemini);
    let target = Target { model: Some(model.to_owned()), stream: false, is_count: true };
    match counted(shared, &reply, request, &target).await {
        Ok((_, tokens)) => reply.json(
            200,
            &json!({"totalTokens": tokens,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]}),
        ),
        Err(problem) => reply.problem(&problem),
    }
}

fn counting() -> Target {
    Target { is_count: true, ..Target::default() }
}

async fn counted(
    shared: &Shared,
    reply: &Reply,
    request: Request,
    target: &Target,
) -> Result<(Prompt, u64), Problem> {
    let intake = receive(shared, reply, request).await?;
    reply.authorise(&intake.headers, Some(&intake.path))?;
    let read = read(shared, reply.api, &intake.body, target)?;
    Ok((read.prompt, read.input_tokens))
}

/// `GET /v1/responses/{id}`.
pub(crate) async fn response(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let (api, method) = (Api::Responses, Method::GET);
    let reply = match guard(&shared, api, &method, &headers, &uri, &connection).await {
        Ok(reply) => reply,
        Err(response) => return *response,
    };
    match shared.stored(&id) {
        Some(stored) => reply.json(200, &stored["response"]),
        None => reply.problem(&not_found(&id)),
    }
}

/// `DELETE /v1/responses/{id}`.
pub(crate) async fn delete(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let (api, method) = (Api::Responses, Method::DELETE);
    let reply = match guard(&shared, api, &method, &headers, &uri, &connection).await {
        Ok(reply) => reply,
        Err(response) => return *response,
    };
    if shared.unstore(&id) {
        return reply.json(200, &json!({"id": id, "object": "response", "deleted": true}));
    }
    reply.problem(&not_found(&id))
}

fn not_found(id: &str) -> Problem {
    let problem = Problem::invalid(format!("Response with id '{id}' not found."));
    Problem { status: 404, ..problem }
}
