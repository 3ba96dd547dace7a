//! The kernel as a synchronous wasm module: conversion only, no meaning of its own. Without the feature
//! `calls` it has what comes before a request leaves, and nothing that would send one.
//!
//! Plain data crosses as JSON text, for a host's own `JSON.parse` is several times quicker than
//! building objects from this side one property at a time. Text and bytes cross as they are. An
//! error is thrown as the JSON text of an [`Error`]; the package makes a `FareboxError` of it.

#[cfg(feature = "calls")]
mod calls;
mod kernel;
mod live;
mod operations;
mod tokens;
mod vocabularies;

#[cfg(feature = "calls")]
pub use calls::{Call, CallInput, GoalInput, RateLimits, Run};
pub use kernel::Kernel;
pub use live::LiveCount;
#[cfg(feature = "calls")]
pub use operations::CallOperations;
#[cfg(feature = "vectors")]
pub use operations::VectorOperations;
pub use operations::{Operations, RequestInput, evaluate};
pub use tokens::{boundaries, count, count_till_limit, decode, encode};
pub use vocabularies::load_vocabulary;

use farebox_core::error::Error;
use farebox_core::json::{self, Readable, Unreadable, Value};

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
