//! What can go wrong on demand: one fault, how it is written, and when it applies.
//!
//! A fault is plain data. It may combine several troubles (a delay and then a status). The table in
//! the crate's documentation explains each field by example.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dialect::Dialect;
use crate::matcher::Matcher;

/// One thing to do wrong to one request, or to several.
///
/// Fields left out do nothing; the default is no fault at all.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Answer with a real error of this name, see [`ERROR_NAMES`]; brings its own status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Answer with this HTTP status and the error body the provider sends with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Send this text instead of any body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Set these headers on the answer; an empty value removes the header.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The `retry-after` header exactly as given: seconds, a date or nonsense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// A `retry-after` header as an HTTP date this many seconds from now; may be negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_date_s: Option<i64>,
    /// The `retry-after-ms` header exactly as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<String>,
    /// The `x-should-retry` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub should_retry: Option<bool>,
    /// Wait this long before the status line.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay_headers_ms: u64,
    /// Wait this long between the headers and the first byte of the body.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay_content_ms: u64,
    /// Fall silent after this many events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall_after_events: Option<usize>,
    /// How long the silence lasts; an hour unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall_ms: Option<u64>,
    /// Send a keep-alive comment this often while delaying content or stalling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_alive_ms: Option<u64>,
    /// Reset the connection after this many events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_after_events: Option<usize>,
    /// Reset the connection after this many bytes of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_after_bytes: Option<usize>,
    /// End the body cleanly after this many events, without its terminal event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate_after_events: Option<usize>,
    /// End the body cleanly after this many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate_after_bytes: Option<usize>,
    /// Send an event whose data is broken JSON after this many events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malformed_after_events: Option<usize>,
    /// Send an error inside the stream after this many events and end there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_after_events: Option<usize>,
    /// The shape of the error inside the stream; the format's own unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_shape: Option<ErrorShape>,
    /// Send the event with this index twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_event: Option<usize>,
    /// Mix events of unknown types, unknown fields and comments into the stream.
    #[serde(skip_serializing_if = "is_false")]
    pub unknown_events: bool,
    /// Cut the body into chunks of this many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk_bytes: Option<usize>,
    /// Send this content type; an empty text sends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Send the error page of a proxy, as HTML; with status 502 unless one is given.
    #[serde(skip_serializing_if = "is_false")]
    pub html: bool,
    /// Send status 200 and no body.
    #[serde(skip_serializing_if = "is_false")]
    pub empty: bool,
    /// Send the error as it is but with status 200.
    #[serde(skip_serializing_if = "is_false")]
    pub error_in_200: bool,
    /// Send a redirect (307 unless a status is given) to this URL; `other-origin` stands for this
    /// server under another host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// Send a gzip body that unpacks to this many MiB of white space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gzip_bomb_mib: Option<u64>,
    /// Send this many MiB of data in a single event or body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub huge_event_mib: Option<u64>,
    /// Reset the connection after the whole body, terminal event included, has been sent.
    #[serde(skip_serializing_if = "is_false")]
    pub cut_at_end: bool,
    /// Answer in this dialect of OpenAI's formats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// How many requests a scripted fault applies to; one unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Which requests a scripted fault applies to; any unless given.
    #[serde(skip_serializing_if = "Matcher::is_any")]
    pub when: Matcher,
}

/// How an error inside a stream is written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `"error"` inside a chunk, then `[DONE]`.
    Chunk,
    /// `type: error` with code and message beside it.
    Flat,
    /// `event: error` with an `error` object that carries `status_code`.
    Named,
    /// `type: error` with an `error` object inside, followed by `response.failed` on Responses.
    Nested,
}

impl Fault {
    /// Whether there is nothing to do wrong.
    #[must_use]
    pub fn is_none(&self) -> bool {
        Fault { times: None, when: Matcher::default(), ..self.clone() } == Fault::default()
    }

    /// Whether the answer is replaced before any of it is produced, so that nothing is billed.
    #[must_use]
    pub fn replaces_answer(&self) -> bool {
        self.error.is_some() && self.error_after_events.is_none()
            || self.status.is_some_and(|status| status >= 300)
            || self.html
            || self.empty
            || self.redirect.is_some()
            || self.gzip_bomb_mib.is_some()
            || self.huge_event_mib.is_some()
            || self.body.is_some()
    }

    /// Parses the text form: a name or `field=value` pairs, separated by semicolons.
    ///
    /// # Errors
    ///
    /// Says which part is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map_err(|error| format!("not a fault: {error}"));
        }
        let mut fields = Map::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) => {
                    let (name, value) = (name.trim(), value.trim());
                    fields.insert(name.to_owned(), field_value(name, value));
                }
                None => merge_named(&mut fields, part)?,
            }
        }
        serde_json::from_value(Value::Object(fields))
            .map_err(|error| format!("not a fault: {error}"))
    }
}

fn field_value(name: &str, value: &str) -> Value {
    const TEXT: &[&str] =
        &["error", "body", "retry_after", "retry_after_ms", "content_type", "redirect"];
    if TEXT.contains(&name) {
        return Value::from(value);
    }
    serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
}

fn merge_named(fields: &mut Map<String, Value>, name: &str) -> Result<(), String> {
    let known = match NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, fault)) => (*fault).to_owned(),
        None if ERROR_NAMES.contains(&name) => format!(r#"{{"error":"{name}"}}"#),
        None => return Err(format!("no fault is called `{name}`")),
    };
    if let Ok(Value::Object(known)) = serde_json::from_str(&known) {
        fields.extend(known);
    }
    Ok(())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Errors that can be asked for by name, each with the provider's own status and body.
pub const ERROR_NAMES: &[&str] = &[
    "bad_gateway",
    "billing_hard_limit",
    "conflict",
    "content_policy",
    "context_length_exceeded",
    "credit_balance_exhausted",
    "forbidden",
    "insufficient_quota",
    "invalid_api_key",
    "invalid_request",
    "model_not_found",
    "overloaded",
    "rate_limit",
    "request_timeout",
    "request_too_large",
    "server_error",
    "token_rate_limit",
    "unavailable",
];

/// Faults that can be asked for by name, with their usual numbers.
const NAMED: &[(&str, &str)] = &[
    ("cut", r#"{"cut_after_events":4}"#),
    ("cut_at_end", r#"{"cut_at_end":true}"#),
    ("duplicate", r#"{"duplicate_event":4}"#),
    ("empty", r#"{"empty":true}"#),
    ("error_in_200", r#"{"error_in_200":true,"error":"server_error"}"#),
    ("gzip_bomb", r#"{"gzip_bomb_mib":1024}"#),
    ("html", r#"{"html":true}"#),
    ("huge_event", r#"{"huge_event_mib":64}"#),
    ("malformed", r#"{"malformed_after_events":4}"#),
    ("none", "{}"),
    ("redirect", r#"{"redirect":"other-origin"}"#),
    ("slow_first", r#"{"delay_content_ms":6000}"#),
    ("slow_headers", r#"{"delay_headers_ms":6000}"#),
    ("stall", r#"{"stall_after_events":4}"#),
    ("stream_error", r#"{"error_after_events":4}"#),
    ("truncate", r#"{"truncate_after_events":4}"#),
    ("unknown_events", r#"{"unknown_events":true}"#),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_takes_names_and_fields() {
        let fault = Fault::parse("status=429; retry_after=2; times=3").unwrap();
        assert_eq!((fault.status, fault.retry_after.as_deref()), (Some(429), Some("2")));
        assert_eq!(fault.times, Some(3));
        assert_eq!(Fault::parse("cut").unwrap().cut_after_events, Some(4));
        assert_eq!(Fault::parse("cut; cut_after_events=7").unwrap().cut_after_events, Some(7));
        assert_eq!(Fault::parse("overloaded").unwrap().error.as_deref(), Some("overloaded"));
        assert!(Fault::parse("stal").unwrap_err().contains("`stal`"));
        assert!(Fault::parse("stall_after=1").is_err());
    }

    #[test]
    fn every_named_fault_is_a_fault() {
        for (name, _) in NAMED {
            let fault = Fault::parse(name).unwrap();
            assert_eq!(fault.is_none(), *name == "none", "{name}");
        }
    }
}
