//! The kernel as one synchronous wasm module: conversion only, no meaning of its own.
//!
//! Plain data crosses as JSON text, for a host's own `JSON.parse` is several times quicker than
//! building objects from this side one property at a time. Text and bytes cross as they are. An
//! error is thrown as the JSON text of an [`Error`]; the package makes a `FareboxError` of it.

mod call;
mod kernel;
mod live;
mod operations;
mod rate;
mod run;
mod tokens;
mod told;
mod vocabularies;

pub use call::{Call, CallInput};
pub use kernel::Kernel;
pub use live::LiveCount;
#[cfg(feature = "vectors")]
pub use operations::VectorOperations;
pub use operations::{Operations, RequestInput, evaluate};
pub use rate::RateLimits;
pub use run::{GoalInput, Run};
pub use tokens::{boundaries, count, count_till_limit, decode, encode};
pub use vocabularies::load_vocabulary;

use farebox_core::error::Error;
use farebox_core::json::{self, Readable, Unreadable, Value};
use farebox_core::time::Timestamp;

/// Reads strict JSON text.
fn from_text<T: Readable>(what: &str, text: &str) -> Result<T, Error> {
    json::parse_as(text.as_bytes()).map_err(|error| unreadable(what, &error))
}

/// Reads a strict JSON value.
fn from_value<T: Readable>(what: &str, value: &Value) -> Result<T, Error> {
    json::read(value).map_err(|error| unreadable(what, &error))
}

/// Says what cannot be read, and nothing of the layout of a text the caller never wrote.
fn unreadable(what: &str, error: &Unreadable) -> Error {
    let said = error.to_string();
    // Byte by byte: a search for any words in any text is two thousand bytes to download.
    let place = said.as_bytes().windows(PLACE.len()).rposition(|words| words == PLACE);
    let said = place.and_then(|place| said.get(..place)).unwrap_or(&said);
    Error::invalid_request(format!("{what} cannot be read: {said}"))
}

const PLACE: &[u8] = b" at line ";

/// The text of an error on its way to the host.
fn thrown(error: Error) -> String {
    json::text(&error)
}

fn at(now_ms: f64) -> Timestamp {
    Timestamp::from_ms(now_ms as i64)
}
