//! What the emulator received, for tests to look at.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request as it came in, with secrets masked.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Received {
    /// The `x-request-id` its answer carried.
    pub request_id: String,
    /// When it came, in milliseconds since the emulator started.
    pub at_ms: u64,
    /// The method.
    pub method: String,
    /// Path and query, with a key in the query masked.
    pub path: String,
    /// The headers in lower case; those that carry a key have it masked.
    pub headers: BTreeMap<String, String>,
    /// The body as JSON, or as text where it is not JSON.
    pub body: Value,
}

/// The headers of a request with secrets masked.
pub(crate) fn masked_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut masked = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match name.as_str() {
            "authorization" => match value.split_once(' ') {
                Some((scheme, _)) => format!("{scheme} ***"),
                None => "***".to_owned(),
            },
            "api-key" | "x-api-key" | "x-goog-api-key" | "cookie" | "proxy-authorization" => {
                "***".to_owned()
            }
            _ => value.into_owned(),
        };
        masked
            .entry(name.as_str().to_owned())
            .and_modify(|old: &mut String| {
                old.push_str(", ");
                old.push_str(&value);
            })
            .or_insert(value);
    }
    masked
}

/// Path and query with a key in the query masked.
pub(crate) fn masked_path(path_and_query: &str) -> String {
    let Some((path, query)) = path_and_query.split_once('?') else {
        return path_and_query.to_owned();
    };
    let query: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some(("key", _)) => "key=***".to_owned(),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", query.join("&"))
}
