//! OpenAI's Files API, as far as batches need it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::Method;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::guard::OpenAi;
use crate::prompt::Api;
use crate::socket::Connection;
use crate::state::{Shared, unix_s};
use crate::wire::problem::Problem;

/// An uploaded or produced file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(super) id: String,
    name: String,
    purpose: String,
    created_at: u64,
    pub(super) content: Bytes,
}

impl File {
    pub(super) fn new(shared: &Shared, name: String, purpose: String, content: Bytes) -> Self {
        Self { id: shared.id("file-"), name, purpose, created_at: unix_s(), content }
    }

    fn describe(&self) -> Value {
        json!({"id": self.id, "object": "file", "bytes": self.content.len(),
            "created_at": self.created_at, "filename": self.name, "purpose": self.purpose,
            "status": "processed", "expires_at": null})
    }
}

/// `POST /v1/files`.
pub(crate) async fn upload(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    request: Request,
) -> Response {
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        return reply.problem(&Problem::invalid("The body is not a multipart form."));
    };
    let (mut purpose, mut content) = (None, None);
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().unwrap_or("upload").to_owned();
        match (name.as_str(), field.bytes().await) {
            ("purpose", Ok(bytes)) => purpose = Some(String::from_utf8_lossy(&bytes).into_owned()),
            ("file", Ok(bytes)) => content = Some((file_name, bytes)),
            (_, Ok(_)) => {}
            (_, Err(_)) => {
                return reply.problem(&Problem::for_status(Api::Responses, 413, ""));
            }
        }
    }
    let Some((name, content)) = content else { return reply.problem(&Problem::missing("file")) };
    let Some(purpose) = purpose else { return reply.problem(&Problem::missing("purpose")) };
    let file = File::new(&shared, name, purpose, content);
    let described = file.describe();
    shared.depot().files.push(file);
    reply.json(200, &described)
}

/// `GET /v1/files`.
pub(crate) async fn files(State(shared): State<Arc<Shared>>, OpenAi(reply): OpenAi) -> Response {
    let listed: Vec<Value> = shared.depot().files.iter().map(File::describe).collect();
    reply.json(200, &json!({"object": "list", "data": listed, "has_more": false}))
}

/// `GET` and `DELETE /v1/files/{id}`.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    Path(id): Path<String>,
    method: Method,
) -> Response {
    let mut depot = shared.depot();
    let Some(index) = depot.files.iter().position(|file| file.id == id) else {
        drop(depot);
        return reply.problem(&no_such("File", &id));
    };
    if method == Method::DELETE {
        depot.files.remove(index);
        return reply.json(200, &json!({"id": id, "object": "file", "deleted": true}));
    }
    let described = depot.files[index].describe();
    reply.json(200, &described)
}

/// `GET /v1/files/{id}/content`.
pub(crate) async fn content(
    State(shared): State<Arc<Shared>>,
    OpenAi(reply): OpenAi,
    Extension(connection): Extension<Connection>,
    Path(id): Path<String>,
) -> Response {
    let found = shared.depot().files.iter().find(|file| file.id == id).cloned();
    match found {
        Some(file) => reply.whole(200, "application/octet-stream", &file.content, &connection),
        None => reply.problem(&no_such("File", &id)),
    }
}

/// The error for an id that nothing has.
pub(super) fn no_such(what: &str, id: &str) -> Problem {
    let problem = Problem::invalid(format!("No such {what} object: {id}")).param("id");
    Problem { status: 404, ..problem }
}
