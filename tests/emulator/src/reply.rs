//! What every answer carries: ids, rate limits, and the headers a fault asks for.

use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use crate::delivery;
use crate::exchange::{bare, set_header};
use crate::fault::Fault;
use crate::limit::Verdict;
use crate::prompt::{Api, Prompt};
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::problem::{Problem, duration};

/// One answer in the making.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) api: Api,
    pub(crate) request_id: String,
    pub(crate) fault: Fault,
    /// What its answer is remembered under, where keys of idempotency are honoured.
    pub(crate) deed: Option<String>,
    keys: Vec<String>,
    started: Instant,
    verdict: Verdict,
}

/// Whether a request is for Anthropic, where a path is shared.
pub(crate) fn is_anthropic(headers: &HeaderMap) -> bool {
    headers.contains_key("anthropic-version") || headers.contains_key("x-api-key")
}

impl Reply {
    pub(crate) fn new(shared: &Shared, api: Api) -> Self {
        Self {
            api,
            request_id: shared.id("req_"),
            fault: Fault::default(),
            deed: None,
            keys: shared.options.keys.clone(),
            started: Instant::now(),
            verdict: Verdict::default(),
        }
    }

    /// Checks the key the request brings.
    pub(crate) fn authorise(&self, headers: &HeaderMap, path: Option<&str>) -> Result<(), Problem> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let in_query = path
            .and_then(|path| path.split_once('?'))
            .and_then(|(_, query)| query.split('&').find_map(|pair| pair.strip_prefix("key=")));
        let key = match self.api {
            Api::Chat | Api::Responses => bearer.or(header("api-key")),
            Api::Messages => header("x-api-key").or(bearer),
            Api::Gemini => header("x-goog-api-key").or(in_query).or(bearer),
        };
        match key.map(str::trim).filter(|key| !key.is_empty()) {
            None => Err(Problem::missing_key(self.api)),
            Some(key) if self.keys.is_empty() || self.keys.iter().any(|known| known == key) => {
                Ok(())
            }
            Some(_) => Err(Problem::refused_key(self.api)),
        }
    }

    /// Asks the rate limits about a request; the answer's headers will tell what is left.
    pub(crate) fn limits(
        &mut self,
        shared: &Shared,
        prompt: &Prompt,
        input_tokens: u64,
    ) -> Verdict {
        let asked_tokens = input_tokens + prompt.max_output_tokens.unwrap_or(0);
        self.verdict = shared.limit(&prompt.model.id, asked_tokens);
        self.verdict
    }

    pub(crate) fn json(&self, status: u16, value: &Value) -> Response {
        self.with_body(status, "application/json", Body::from(value.to_string()))
    }

    /// A body that comes in one piece, broken as the fault asks.
    pub(crate) fn whole(
        &self,
        status: u16,
        content_type: &str,
        bytes: &Bytes,
        connection: &Connection,
    ) -> Response {
        let steps = delivery::whole_steps(bytes, &self.fault, 0);
        self.with_body(status, content_type, delivery::body(steps, None, connection.clone()))
    }

    pub(crate) fn problem(&self, problem: &Problem) -> Response {
        let body = problem.body(self.api, &self.request_id);
        let mut response = self.json(problem.status, &body);
        for (name, value) in &problem.headers {
            set_header(&mut response, name, value);
        }
        self.spoil(&mut response);
        response
    }

    /// An answer with the provider's headers and those the fault asks for.
    pub(crate) fn with_body(&self, status: u16, content_type: &str, body: Body) -> Response {
        let mut response = bare(status, content_type, body);
        let elapsed_ms = self.started.elapsed().as_millis().to_string();
        let verdict = &self.verdict;
        let mut set = |name: &str, value: &str| set_header(&mut response, name, value);
        match self.api {
            Api::Chat | Api::Responses => {
                set("x-request-id", &self.request_id);
                set("openai-processing-ms", &elapsed_ms);
                set("openai-version", "2020-10-01");
                set("openai-organization", "org-emulator");
                if verdict.requests.limit > 0 {
                    let (requests, tokens) = (verdict.requests, verdict.tokens);
                    set("x-ratelimit-limit-requests", &requests.limit.to_string());
                    set("x-ratelimit-remaining-requests", &requests.remaining.to_string());
                    set("x-ratelimit-reset-requests", &duration(requests.reset_ms));
                    set("x-ratelimit-limit-tokens", &tokens.limit.to_string());
                    set("x-ratelimit-remaining-tokens", &tokens.remaining.to_string());
                    set("x-ratelimit-reset-tokens", &duration(tokens.reset_ms));
                }
            }
            Api::Messages => {
                set("request-id", &self.request_id);
                if verdict.requests.limit > 0 {
                    for (name, gauge) in
                        [("requests", verdict.requests), ("input-tokens", verdict.tokens)]
                    {
                        let prefix = format!("anthropic-ratelimit-{name}");
                        let reset = SystemTime::now() + Duration::from_millis(gauge.reset_ms);
                        set(&format!("{prefix}-limit"), &gauge.limit.to_string());
                        set(&format!("{prefix}-remaining"), &gauge.remaining.to_string());
                        set(&format!("{prefix}-reset"), &rfc3339(reset));
                    }
                }
            }
            Api::Gemini => {
                set("server-timing", &format!("gfet4t7; dur={elapsed_ms}"));
            }
        }
        self.spoil(&mut response);
        response
    }

    /// Sets what the fault wants set.
    fn spoil(&self, response: &mut Response) {
        let fault = &self.fault;
        if let Some(value) = &fault.retry_after {
            set_header(response, "retry-after", value);
        }
        if let Some(seconds) = fault.retry_after_date_s {
            let distance = Duration::from_secs(seconds.unsigned_abs());
            let now = SystemTime::now();
            let date =
                if seconds < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
            set_header(response, "retry-after", &httpdate::fmt_http_date(date.unwrap_or(now)));
        }
        if let Some(value) = &fault.retry_after_ms {
            set_header(response, "retry-after-ms", value);
        }
        if let Some(should_retry) = fault.should_retry {
            set_header(response, "x-should-retry", if should_retry { "true" } else { "false" });
        }
        if let Some(content_type) = &fault.content_type {
            set_header(response, "content-type", content_type);
        }
        for (name, value) in &fault.headers {
            set_header(response, name, value);
        }
    }
}

/// A time as RFC 3339 writes it, in whole seconds.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    // Days to a civil date, counted in eras of 400 years that begin on 1 March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second_of_day / 3_600,
        second_of_day / 60 % 60,
        second_of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        let at = |seconds| rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(at(1_795_305_600), "2026-11-22T00:00:00Z");
    }
}
