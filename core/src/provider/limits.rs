//! What a response's headers say of the caller's rate limits.
//!
//! OpenAI and those that follow it count requests and tokens and give spans
//! (<https://platform.openai.com/docs/guides/rate-limits>); Anthropic counts input and output
//! tokens too and gives moments (<https://platform.claude.com/docs/en/api/rate-limits>); both
//! checked 2026-11-22.

use alloc::string::String;

/// What is left of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    /// How much a minute allows, where it is said.
    pub limit: Option<u64>,
    /// How much is left now, where it is said.
    pub remaining: Option<u64>,
}

/// What is left of the limits of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Of requests.
    pub requests: Gauge,
    /// Of tokens.
    pub tokens: Gauge,
}

impl Gauges {
    /// Reads the headers of a response; names in any case.
    pub fn read(headers: &[(String, String)]) -> Self {
        let number = |name: &str| {
            let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.trim().parse::<u64>().ok())
        };
        let gauge = |names: &[(&str, &str)]| {
            let found = names.iter().map(|(limit, remaining)| Gauge {
                limit: number(limit),
                remaining: number(remaining),
            });
            found.into_iter().find(|gauge| *gauge != Gauge::default()).unwrap_or_default()
        };
        Self { requests: gauge(REQUESTS), tokens: gauge(TOKENS) }
    }
}

const REQUESTS: &[(&str, &str)] = &[
    ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"),
    ("anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining"),
];
const TOKENS: &[(&str, &str)] = &[
    ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"),
    ("anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining"),
];
