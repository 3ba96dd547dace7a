//! What a provider's error means: its class, and whether asking again can help.
//!
//! Providers disagree on where an error's words stand, so every known place is read. Exhausted
//! credit looks like a rate limit to the eye (status 429) but never passes by waiting; it is told
//! apart by `type` and `code`, both of which some providers leave out of one another.

use alloc::format;
use alloc::string::{String, ToString};

use serde_json::Value;

use super::fold::parse_body;
use crate::error::{Error, ErrorKind};
use crate::json::Node;
use crate::json::pointer::part;
use crate::seek;

/// A failure the provider reported, and what may help.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The failure.
    pub error: Error,
    /// What may help.
    pub remedy: Remedy,
    /// How long the body of the error asks to wait, in milliseconds.
    pub wait_ms: Option<u64>,
}

/// What may help against a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Another model; the same one will answer alike.
    Elsewhere,
    /// Nothing: the request itself, or the account, is at fault.
    None,
    /// The same again, after a while.
    Retry,
    /// Another model at once, or the same again after a while: this one is overloaded.
    Sideways,
    /// A model with a larger window.
    Wider,
}

impl Problem {
    /// What a response with this status and body means.
    pub(crate) fn of_response(status: u16, body: &str) -> Self {
        match parse_body(body.as_bytes()) {
            Ok(value) => Self::of_value(Some(status), &value),
            Err(_) => Self::of_words(Some(status), &Words::default(), excerpt_of_page(body)),
        }
    }

    /// The same of an event that is only looked at.
    pub(crate) fn of_node(value: &Node<'_>) -> Self {
        Self::of_value(None, &value.to_value())
    }

    /// What an error object means, inside a stream or a body of status 200.
    pub(crate) fn of_value(status: Option<u16>, value: &Value) -> Self {
        // Gemini wraps an error that comes before its stream in an array.
        let value = match value {
            Value::Array(list) => list.first().unwrap_or(value),
            _ => value,
        };
        let inner = match value.get("error") {
            Some(inner @ Value::Object(_)) => inner,
            _ => value,
        };
        let words = Words {
            message: first_text(&[
                inner.get("message"),
                value.get("error"),
                value.get("message"),
                value.get("detail"),
                part(value, "/detail/0/msg"),
                part(value, "/errors/0/message"),
            ]),
            kind: text(inner.get("type")).or_else(|| text(inner.get("status"))),
            code: code(inner.get("code")),
            param: text(inner.get("param")),
        };
        let stated = [inner.get("status_code"), inner.get("code"), inner.get("status")];
        let stated = stated.into_iter().flatten().find_map(http_status);
        let mut problem = Self::of_words(status.or(stated), &words, None);
        problem.wait_ms = retry_delay_ms(inner);
        problem
    }

    fn of_words(status: Option<u16>, words: &Words, excerpt: Option<String>) -> Self {
        let (kind, remedy) = classify(status, words);
        let said = words.message.clone().or(excerpt).unwrap_or_else(|| default_words(status));
        let said = clip(&said, MAX_MESSAGE_CHARS);
        let message = match kind {
            ErrorKind::Authentication => {
                format!("the provider refused the key: give a valid one; it says: {said}")
            }
            ErrorKind::ContentFiltered => {
                format!("the provider withheld the answer because of its content: {said}")
            }
            ErrorKind::ContextOverflow => {
                format!("the request does not fit the model's window: {said}")
            }
            ErrorKind::Permission if remedy == Remedy::None && is_quota(words) => {
                format!("the account's credit or quota is used up, waiting will not help: {said}")
            }
            ErrorKind::Permission => format!("the key may not do this: {said}"),
            ErrorKind::RateLimited => format!("the provider asks to wait: {said}"),
            ErrorKind::ProviderUnavailable => format!("the provider failed: {said}"),
            _ => format!("the provider refused the request: {said}"),
        };
        let mut error = Error::new(kind, message);
        if let Some(status) = status {
            error = error.with("status", status);
        }
        for (key, value) in
            [("code", &words.code), ("type", &words.kind), ("parameter", &words.param)]
        {
            if let Some(value) = value {
                error = error.with(key, clip(value, MAX_WORD_CHARS));
            }
        }
        Self { error, remedy, wait_ms: None }
    }
}

/// The words of an error object, wherever they stood.
#[derive(Debug, Default)]
struct Words {
    message: Option<String>,
    kind: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

impl Words {
    fn has(&self, set: &[&str]) -> bool {
        [&self.kind, &self.code].into_iter().flatten().any(|word| set.contains(&word.as_str()))
    }

    fn says(&self, set: &[&str]) -> bool {
        let Some(message) = &self.message else { return false };
        let message = message.to_ascii_lowercase();
        set.iter().any(|part| seek::has(&message, part))
    }
}

fn classify(status: Option<u16>, words: &Words) -> (ErrorKind, Remedy) {
    if is_quota(words) {
        return (ErrorKind::Permission, Remedy::None);
    }
    if words.has(OVERFLOW_WORDS) || (status.is_none_or(|s| s == 400) && words.says(OVERFLOW_SAYS)) {
        return (ErrorKind::ContextOverflow, Remedy::Wider);
    }
    if words.has(CONTENT_WORDS) {
        return (ErrorKind::ContentFiltered, Remedy::Elsewhere);
    }
    if let Some(status) = status.filter(|status| !(200..300).contains(status)) {
        return match status {
            401 => (ErrorKind::Authentication, Remedy::None),
            402 => (ErrorKind::Permission, Remedy::None),
            403 => (ErrorKind::Permission, Remedy::Elsewhere),
            404 | 410 => (ErrorKind::ProviderRejected, Remedy::Elsewhere),
            408 | 409 | 425 => (ErrorKind::ProviderUnavailable, Remedy::Retry),
            429 => (ErrorKind::RateLimited, Remedy::Retry),
            300..=399 => (ErrorKind::MalformedResponse, Remedy::None),
            529 => (ErrorKind::ProviderUnavailable, Remedy::Sideways),
            500..=599 => (ErrorKind::ProviderUnavailable, Remedy::Retry),
            _ => (ErrorKind::ProviderRejected, Remedy::None),
        };
    }
    if words.has(OVERLOAD_WORDS) {
        (ErrorKind::ProviderUnavailable, Remedy::Sideways)
    } else if words.has(RATE_WORDS) {
        (ErrorKind::RateLimited, Remedy::Retry)
    } else if words.has(KEY_WORDS) {
        (ErrorKind::Authentication, Remedy::None)
    } else if words.has(REJECTED_WORDS) {
        (ErrorKind::ProviderRejected, Remedy::None)
    } else {
        (ErrorKind::ProviderUnavailable, Remedy::Retry)
    }
}

fn is_quota(words: &Words) -> bool {
    words.has(QUOTA_WORDS) || words.says(QUOTA_SAYS)
}

fn default_words(status: Option<u16>) -> String {
    match status {
        Some(status @ 300..=399) => {
            format!("a redirect (status {status}), which is not followed: set the final address")
        }
        Some(status) => format!("status {status} without a word"),
        None => "an error without a word".into(),
    }
}

/// The words of an error page, without its markup.
fn excerpt_of_page(body: &str) -> Option<String> {
    let title = || {
        let lower = body.to_ascii_lowercase();
        let start = seek::first(&lower, "<title>")? + "<title>".len();
        let end = seek::first(&lower[start..], "</title>")?;
        Some(body[start..start + end].trim())
    };
    let text = if body.trim_start().starts_with('<') { title()? } else { body.trim() };
    (!text.is_empty()).then(|| clip(text, MAX_MESSAGE_CHARS))
}

/// Google writes the wait as a detail: `{"@type": "…RetryInfo", "retryDelay": "34.07s"}`.
fn retry_delay_ms(error: &Value) -> Option<u64> {
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds = delay.strip_suffix('s')?;
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let digits = fraction.bytes().chain(core::iter::repeat(b'0')).take(3);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let ms = digits.fold(0, |ms, digit| ms * 10 + u64::from(digit - b'0'));
    Some(whole.parse::<u64>().ok()?.saturating_mul(1_000).saturating_add(ms))
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(ToString::to_string)
}

fn code(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Number(number) => Some(number.to_string()),
        value => text(Some(value)),
    }
}

fn http_status(value: &Value) -> Option<u16> {
    let status = match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    (300..600).contains(&status).then_some(status)
}

fn first_text(values: &[Option<&Value>]) -> Option<String> {
    values.iter().find_map(|value| text(*value))
}

fn clip(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

const MAX_MESSAGE_CHARS: usize = 500;
const MAX_WORD_CHARS: usize = 100;

/// Words of `type` and `code` for credit that is used up (OpenAI, Anthropic, DeepSeek, Groq, xAI;
/// seen in recorded traffic and issue threads, 2026-11-22).
const QUOTA_WORDS: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "credit_balance_exhausted",
    "credit_balance_too_low",
    "insufficient_balance",
    "insufficient_credits",
    "quota_exceeded",
    "account_deactivated",
];
/// Anthropic and DeepSeek say it in prose only.
const QUOTA_SAYS: &[&str] = &["credit balance is too low", "insufficient balance"];
const OVERFLOW_WORDS: &[&str] = &[
    "context_length_exceeded",
    "context_window_exceeded",
    "model_max_prompt_tokens_exceeded",
    "request_too_large",
    "exceed_context_size_error",
];
const OVERFLOW_SAYS: &[&str] = &[
    "maximum context length",
    "context length exceeded",
    "context window",
    "prompt is too long",
    "input token count",
    "exceeds the maximum number of tokens",
    "exceed context limit",
];
const CONTENT_WORDS: &[&str] = &[
    "content_filter",
    "content_policy_violation",
    "cyber_policy",
    "invalid_prompt",
    "moderation_blocked",
    "ResponsibleAIPolicyViolation",
];
const OVERLOAD_WORDS: &[&str] = &["overloaded", "overloaded_error", "slow_down", "UNAVAILABLE"];
const RATE_WORDS: &[&str] = &[
    "rate_limit_error",
    "rate_limit_exceeded",
    "RESOURCE_EXHAUSTED",
    "requests",
    "tokens",
    "too_many_requests",
];
const KEY_WORDS: &[&str] =
    &["authentication_error", "invalid_api_key", "UNAUTHENTICATED", "permission_error"];
const REJECTED_WORDS: &[&str] = &[
    "bad_request",
    "INVALID_ARGUMENT",
    "invalid_request_error",
    "not_found_error",
    "tool_use_failed",
    "unsupported_value",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: Option<u16>, body: &str) -> (ErrorKind, Remedy) {
        let problem = match status {
            Some(status) => Problem::of_response(status, body),
            None => Problem::of_value(None, &serde_json::from_str(body).unwrap()),
        };
        (problem.error.kind, problem.remedy)
    }

    #[test]
    fn used_up_credit_is_told_from_a_rate_limit_by_type_and_by_code() {
        for body in [
            r#"{"error":{"type":"insufficient_quota","message":"m"}}"#,
            r#"{"error":{"type":"rate_limit_error","code":"insufficient_quota","message":"m"}}"#,
            r#"{"error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
        ] {
            assert_eq!(class(Some(429), body), (ErrorKind::Permission, Remedy::None), "{body}");
        }
        let limited = r#"{"error":{"type":"requests","code":"rate_limit_exceeded"}}"#;
        assert_eq!(class(Some(429), limited), (ErrorKind::RateLimited, Remedy::Retry));
    }

    #[test]
    fn an_error_inside_a_stream_is_read_in_every_shape() {
        let unavailable = (ErrorKind::ProviderUnavailable, Remedy::Retry);
        let overloaded = (ErrorKind::ProviderUnavailable, Remedy::Sideways);
        let rejected = (ErrorKind::ProviderRejected, Remedy::None);
        for (body, expected) in [
            (r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#, overloaded),
            (r#"{"type":"error","code":"server_error","message":"m","param":null}"#, unavailable),
            (r#"{"error":{"message":"m","code":"tool_use_failed","status_code":400}}"#, rejected),
            (r#"{"error":{"code":400,"message":"Token limit reached"}}"#, rejected),
            (r#"{"error":{"code":502,"message":"m"}}"#, unavailable),
        ] {
            assert_eq!(class(None, body), expected, "{body}");
        }
    }

    #[test]
    fn a_page_of_a_proxy_keeps_its_title() {
        let problem = Problem::of_response(502, "<html><TITLE>Bad gateway</TITLE><p>x</html>");
        assert_eq!(problem.error.message, "the provider failed: Bad gateway");
        assert_eq!(problem.remedy, Remedy::Retry);
    }

    #[test]
    fn googles_delay_is_read_in_milliseconds() {
        let body = r#"[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m",
            "details":[{"@type":"x"},{"@type":"RetryInfo","retryDelay":"34.0745s"}]}}]"#;
        let problem = Problem::of_response(429, body);
        assert_eq!(problem.wait_ms, Some(34_074));
    }
}
