//! Batches: many requests handed in at once and answered within a day, at the batch price.
//!
//! What is handed in is text that a host writes line by line and sends as a body; what comes back
//! is the state of the batch, then one line a request, in any order. Nothing here moves a byte.

mod anthropic;
mod openai;

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::build::join;
use super::http::{HttpRequest, check_url};
use super::problem::Problem;
use crate::catalog::Provider;
use crate::error::Error;
use crate::request::Api;

/// A provider family's way of taking batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BatchApi {
    /// Anthropic's Message Batches: the requests are the body.
    Messages,
    /// OpenAI's Batch API: the requests are a file that is uploaded first.
    OpenAi,
}

/// How much one batch holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Requests.
    pub max_requests: u64,
    /// Bytes of all requests as they are sent.
    pub max_bytes: u64,
}

/// Where a batch is.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchState {
    /// The provider's name of it.
    pub id: String,
    /// The caller's name of it, where the provider keeps one.
    pub name: Option<String>,
    /// How far it is.
    pub stage: BatchStage,
    /// Requests it holds.
    pub total: u64,
    /// Requests that are through, failed ones too; providers may say so only at the end.
    pub finished: u64,
    /// Where its results are: paths below the base address.
    pub results: Vec<String>,
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchStage {
    /// It has ended, whole or not: each request's result says what became of it.
    Ended,
    /// It was refused as a whole; no request was worked on.
    Refused(Refusal),
    /// It waits or is worked on.
    UnderWay,
}

/// Why a batch was refused as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Too much waits already; it may be handed in again when that is done.
    QueueFull(Error),
    /// It holds more than a batch may.
    TooLarge(Error),
    /// The rest: by line of what was sent, counted from one, where the provider names lines.
    Wrong(Vec<(Option<u64>, Error)>),
}

/// What became of one request of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchResult {
    /// The name the request was handed in under.
    pub id: String,
    /// What became of it.
    pub ending: BatchEnding,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchEnding {
    /// It was answered: the body a single request would have got.
    Answered {
        /// The HTTP status it would have had.
        status: u16,
        /// The provider's id of the exchange.
        request_id: Option<String>,
        /// The body.
        body: Value,
    },
    /// The batch was cancelled before its turn came.
    Cancelled,
    /// The batch ran out of time before its turn came.
    Expired,
    /// It was refused; the body says why.
    Failed {
        /// The HTTP status it would have had, where the provider says so.
        status: Option<u16>,
        /// The body.
        body: Value,
    },
    /// The results say nothing of it, so it may have been billed.
    Missing,
}

impl BatchApi {
    /// How requests of a format are batched; nothing where Farebox knows no way.
    pub fn of(api: Api) -> Option<Self> {
        match api {
            Api::Chat | Api::Responses => Some(Self::OpenAi),
            Api::Messages => Some(Self::Messages),
            Api::GenerateContent => None,
        }
    }

    /// How much one batch may hold.
    pub fn limits(self) -> BatchLimits {
        match self {
            Self::Messages => anthropic::LIMITS,
            Self::OpenAi => openai::LIMITS,
        }
    }

    /// What stands before, between and after the requests of one batch.
    pub fn frame(self) -> [&'static str; 3] {
        match self {
            Self::Messages => anthropic::FRAME,
            Self::OpenAi => openai::FRAME,
        }
    }

    /// One request under a name: at most 64 letters, digits, `-` and `_`, used once in the batch.
    /// What no batch may say, such as the wish for a stream or for a lane, is left out.
    pub fn line(self, id: &str, api: Api, body: &Value) -> String {
        match self {
            Self::Messages => anthropic::line(id, body),
            Self::OpenAi => openai::line(id, api, body),
        }
    }

    /// Whether the requests are uploaded as a file before the batch is made of it.
    pub fn takes_file(self) -> bool {
        self == Self::OpenAi
    }

    /// The path batches are handed in at and listed under.
    pub fn path(self) -> &'static str {
        match self {
            Self::Messages => anthropic::PATH,
            Self::OpenAi => openai::PATH,
        }
    }

    /// The body that makes a batch of an uploaded file, under a name of the caller's.
    pub fn creation(self, name: &str, file: &str, api: Api) -> Value {
        openai::creation(name, file, api)
    }

    /// An exchange about batches with a provider: a path below its base address, and a body where
    /// one is posted. Another base address than the catalogue's may be given.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the address may not be used.
    pub fn request(
        self,
        provider: &Provider,
        base_url: Option<&str>,
        allow_http: bool,
        path: &str,
        body: Option<Value>,
    ) -> Result<HttpRequest, Error> {
        let base_url = base_url.unwrap_or(&provider.base_url);
        check_url(base_url, allow_http)?;
        let mut headers = Vec::new();
        if self == Self::Messages {
            headers.extend(super::anthropic::build::headers());
        }
        if body.is_some() {
            headers.push(("content-type".into(), "application/json".into()));
        }
        Ok(HttpRequest {
            provider: provider.id.clone(),
            method: if body.is_some() { "POST" } else { "GET" }.into(),
            url: join(base_url, path),
            headers,
            auth: provider.auth.clone(),
            body: body.unwrap_or_default(),
        })
    }

    /// Reads the state of a batch.
    ///
    /// # Errors
    ///
    /// `malformed_response` when it is none.
    pub fn state(self, value: &Value) -> Result<BatchState, Error> {
        match self {
            Self::Messages => anthropic::state(value),
            Self::OpenAi => openai::state(value),
        }
    }

    /// The path and query of a page of the list of batches, newest first.
    pub fn list_path(self, after: Option<&str>) -> String {
        let (path, limit, key) = match self {
            Self::Messages => (anthropic::PATH, 1_000, "after_id"),
            Self::OpenAi => (openai::PATH, 100, "after"),
        };
        match after {
            None => alloc::format!("{path}?limit={limit}"),
            Some(id) => alloc::format!("{path}?limit={limit}&{key}={id}"),
        }
    }

    /// Reads a page of the list of batches, and whether there are older ones.
    ///
    /// # Errors
    ///
    /// `malformed_response` when it is none.
    pub fn list(self, value: &Value) -> Result<(Vec<BatchState>, bool), Error> {
        let data = value.get("data").and_then(Value::as_array);
        let data =
            data.ok_or_else(|| super::fold::malformed("the list of batches lacks `data`"))?;
        let states = data.iter().map(|state| self.state(state)).collect::<Result<_, _>>()?;
        Ok((states, value.get("has_more").and_then(Value::as_bool).unwrap_or(false)))
    }

    /// Reads one line of results.
    ///
    /// # Errors
    ///
    /// `malformed_response` when it is none.
    pub fn result(self, line: &str) -> Result<BatchResult, Error> {
        let value: Value = serde_json::from_str(line)
            .map_err(|_| super::fold::malformed("a line of the batch's results is not JSON"))?;
        match self {
            Self::Messages => anthropic::result(&value),
            Self::OpenAi => openai::result(&value),
        }
    }
}

/// What a refusing answer to anything about batches means.
pub fn problem(status: u16, body: &str) -> Problem {
    Problem::of_response(status, body)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(String::from)
}

fn required(value: &Value, key: &str) -> Result<String, Error> {
    text(value, key).ok_or_else(|| {
        super::fold::malformed(&alloc::format!("what the provider says of the batch lacks `{key}`"))
    })
}

/// Leaves out what a request of a batch may not say.
fn bare(body: &Value, keys: &[&str]) -> Value {
    let mut body = body.clone();
    if let Value::Object(fields) = &mut body {
        for key in keys {
            fields.shift_remove(*key);
        }
    }
    body
}
