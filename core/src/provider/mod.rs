//! The wire formats: the only place that knows a provider's field names.
//!
//! One folder a format, one file a direction: `parse` turns a body that was written for a provider
//! into a [`Request`], `build` writes a request as a body, `stream` folds what comes back, in pieces
//! or whole, into one [`Answer`], `usage` untangles what it reports as used. A body is kept beside
//! the request untouched, so that sending it where it came from loses nothing; what a format cannot
//! carry is refused before anything is sent. Fields and events without a name here are kept aside
//! or passed over, and are never an error.

mod alike;
mod answer;
mod anthropic;
pub mod batch;
mod build;
mod chat;
mod fold;
mod follow_up;
mod foreign;
mod gemini;
mod go_on;
mod http;
mod numbered;
mod problem;
mod rate;
mod read;
mod responses;
mod source;
mod surrogates;

use alloc::boxed::Box;
use alloc::string::String;

use serde_json::{Map, Value};

pub use answer::{Answer, AnswerToolCall, Finish};
pub use build::{BuildSettings, build};
pub use fold::{Fold, Sink, Step};
pub use follow_up::{ToolOutput, follow_up};
pub use http::HttpRequest;
pub use problem::{Problem, Remedy};
pub use rate::{Left, RateLimit};

pub(crate) use fold::parse_body;
pub(crate) use go_on::go_on;

use crate::error::Error;
use crate::json::node;
use crate::request::{Api, NativeBody, Request};
use crate::usage::Usage;

/// Reads a body that was written for a provider.
///
/// Without an `api` the format is told from the body's own fields. Fields that Farebox has no name
/// for are kept in [`Request::native`].
///
/// # Errors
///
/// `invalid_request`, naming the place, when the body is no object, fits no format, or a field
/// that Farebox knows has a wrong type.
///
/// # Examples
///
/// ```
/// use farebox_core::provider::parse;
/// use farebox_core::request::Api;
/// use serde_json::json;
///
/// let body = json!({ "model": "gpt-5.4", "input": "hello", "max_output_tokens": 100 });
/// let request = parse(&body, None)?;
/// assert_eq!(request.max_output_tokens, Some(100));
/// assert_eq!(request.native.unwrap().api, Api::Responses);
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
pub fn parse(body: &Value, api: Option<Api>) -> Result<Request, Error> {
    parse_owned(body.clone(), api)
}

/// The same as [`parse`], without a copy of the body.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_owned(body: Value, api: Option<Api>) -> Result<Request, Error> {
    let Value::Object(body) = body else {
        return Err(read::wrong_type(&body, "an object").into_error());
    };
    let api = match api {
        Some(api) => api,
        None => detect(&body)?,
    };
    let request = match api {
        Api::Chat => chat::parse(&body),
        Api::GenerateContent => gemini::parse(&body),
        Api::Messages => anthropic::parse(&body),
        Api::Responses => responses::parse(&body),
    };
    let mut request = request.map_err(read::Problem::into_error)?;
    request.native = Some(Box::new(NativeBody { api, body }));
    Ok(request)
}

/// Tells the format of a body from fields that only one of them has.
///
/// # Errors
///
/// `invalid_request` when the body fits none.
pub fn detect(body: &Map<String, Value>) -> Result<Api, Error> {
    let has = |key: &str| body.contains_key(key);
    if has("contents") {
        return Ok(Api::GenerateContent);
    }
    if has("messages") {
        return Ok(if anthropic::is_format_of(body) { Api::Messages } else { Api::Chat });
    }
    if ["input", "instructions", "previous_response_id", "prompt"].into_iter().any(has) {
        return Ok(Api::Responses);
    }
    Err(Error::invalid_request(
        "the body fits no known format: it must have `input` (Responses), `messages` (Chat \
         Completions or Messages) or `contents` (generateContent)",
    ))
}

/// What a provider reported as used, in classes that do not overlap.
///
/// Takes a whole answer. A counter that is absent or no number is zero; an answer without a usage
/// gives nothing.
pub fn parse_usage(answer: &Value, api: Api) -> Option<Usage> {
    let inner = |key: &str| answer.get(key).filter(|usage| usage.is_object());
    match api {
        Api::Chat => inner("usage").map(chat::usage),
        Api::GenerateContent => inner("usageMetadata").map(gemini::usage),
        Api::Messages => inner("usage").map(anthropic::usage),
        Api::Responses => responses::usage(answer),
    }
}
