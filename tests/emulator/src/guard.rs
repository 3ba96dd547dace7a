//! What stands before every route that is not a request to a model: faults and the key.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::Value;
use tokio::time::sleep;

use crate::exchange::fault_of;
use crate::matcher::Subject;
use crate::prompt::Api;
use crate::record::{Received, masked_headers, masked_path};
use crate::reply::Reply;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::problem::Problem;
use crate::wreck;

/// A request about OpenAI's files and batches that may pass, as the reply to it.
pub(crate) struct OpenAi(pub(crate) Reply);

/// A request about Anthropic's batches that may pass, as the reply to it.
pub(crate) struct Anthropic(pub(crate) Reply);

impl FromRequestParts<Arc<Shared>> for OpenAi {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        passed(parts, shared, Api::Responses).await.map(Self)
    }
}

impl FromRequestParts<Arc<Shared>> for Anthropic {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        passed(parts, shared, Api::Messages).await.map(Self)
    }
}

async fn passed(parts: &Parts, shared: &Shared, api: Api) -> Result<Reply, Response> {
    let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
    let passed = guard(shared, api, &parts.method, &parts.headers, &parts.uri, &connection).await;
    passed.map_err(|response| *response)
}

/// Lets a request pass, or gives the answer it gets instead; remembers it without its body.
pub(crate) async fn guard(
    shared: &Shared,
    api: Api,
    method: &Method,
    headers: &HeaderMap,
    uri: &Uri,
    connection: &Connection,
) -> Result<Reply, Box<Response>> {
    let mut reply = Reply::new(shared, api);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    shared.remember(|| Received {
        request_id: reply.request_id.clone(),
        at_ms: shared.now_ms(),
        method: method.to_string(),
        path: masked_path(path),
        headers: masked_headers(headers),
        body: Value::Null,
    });
    let subject = Subject { model: "", path, text: "", last: "", body: "", stream: false };
    reply.fault = match fault_of(shared, headers, &subject) {
        Ok(fault) => fault,
        Err(error) => return Err(Box::new(reply.problem(&Problem::invalid(error)))),
    };
    if reply.fault.delay_headers_ms > 0 {
        sleep(Duration::from_millis(reply.fault.delay_headers_ms)).await;
    }
    if let Some(response) = wreck::replaced(&reply, shared, "", path, connection) {
        return Err(Box::new(response));
    }
    match reply.authorise(headers, Some(path)) {
        Ok(()) => Ok(reply),
        Err(problem) => Err(Box::new(reply.problem(&problem))),
    }
}
