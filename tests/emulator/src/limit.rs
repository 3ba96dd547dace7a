//! Rate limits by model: requests and tokens, each a bucket that fills up within a minute.

use std::collections::HashMap;

/// The buckets of all models.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    models: HashMap<String, Buckets>,
}

#[derive(Clone, Copy, Debug)]
struct Buckets {
    /// What is left, in thousandths, so that a bucket fills up evenly in integers.
    requests_milli: u64,
    tokens_milli: u64,
    at_ms: u64,
}

/// What the limits say about one request, and what the headers tell.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) refused_by: Option<Kind>,
    /// How long until the request would be let through.
    pub(crate) wait_ms: u64,
    pub(crate) requests: Gauge,
    pub(crate) tokens: Gauge,
    /// The size the request was judged by.
    pub(crate) asked_tokens: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Requests,
    Tokens,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Gauge {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) reset_ms: u64,
}

impl Limits {
    /// Takes a request of this size out of the model's buckets, if both hold it.
    pub(crate) fn take(
        &mut self,
        model: &str,
        tokens: u64,
        now_ms: u64,
        requests_limit: u64,
        tokens_limit: u64,
    ) -> Verdict {
        let full = Buckets {
            requests_milli: requests_limit.saturating_mul(1_000),
            tokens_milli: tokens_limit.saturating_mul(1_000),
            at_ms: now_ms,
        };
        let buckets = self.models.entry(model.to_owned()).or_insert(full);
        let passed_ms = now_ms.saturating_sub(buckets.at_ms);
        buckets.at_ms = now_ms;
        buckets.requests_milli =
            filled(buckets.requests_milli, requests_limit, passed_ms, full.requests_milli);
        buckets.tokens_milli =
            filled(buckets.tokens_milli, tokens_limit, passed_ms, full.tokens_milli);
        let asked_milli = tokens.saturating_mul(1_000);
        let mut verdict = Verdict { asked_tokens: tokens, ..Verdict::default() };
        if requests_limit > 0 && buckets.requests_milli < 1_000 {
            verdict.refused_by = Some(Kind::Requests);
            verdict.wait_ms = fill_ms(1_000 - buckets.requests_milli, requests_limit);
        } else if tokens_limit > 0 && buckets.tokens_milli < asked_milli {
            verdict.refused_by = Some(Kind::Tokens);
            verdict.wait_ms = fill_ms(asked_milli - buckets.tokens_milli, tokens_limit);
        } else {
            buckets.requests_milli = buckets.requests_milli.saturating_sub(1_000);
            buckets.tokens_milli = buckets.tokens_milli.saturating_sub(asked_milli);
        }
        verdict.requests = gauge(buckets.requests_milli, requests_limit, UNLIMITED_REQUESTS);
        verdict.tokens = gauge(buckets.tokens_milli, tokens_limit, UNLIMITED_TOKENS);
        verdict
    }
}

fn filled(level_milli: u64, limit: u64, passed_ms: u64, full_milli: u64) -> u64 {
    let gained_milli = limit.saturating_mul(passed_ms) / 60;
    level_milli.saturating_add(gained_milli).min(full_milli)
}

fn fill_ms(missing_milli: u64, limit: u64) -> u64 {
    missing_milli.saturating_mul(60).div_ceil(limit.max(1))
}

fn gauge(level_milli: u64, limit: u64, unlimited: u64) -> Gauge {
    if limit == 0 {
        return Gauge { limit: unlimited, remaining: unlimited - 1, reset_ms: 6 };
    }
    let missing_milli = limit.saturating_mul(1_000) - level_milli;
    Gauge { limit, remaining: level_milli / 1_000, reset_ms: fill_ms(missing_milli, limit) }
}

/// What the headers of a high usage tier say (checked 2026-11-22).
const UNLIMITED_REQUESTS: u64 = 30_000;
const UNLIMITED_TOKENS: u64 = 180_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_within_a_minute() {
        let mut limits = Limits::default();
        for _ in 0..60 {
            assert_eq!(limits.take("m", 1, 0, 60, 0).refused_by, None);
        }
        let refused = limits.take("m", 1, 0, 60, 0);
        assert_eq!((refused.refused_by, refused.wait_ms), (Some(Kind::Requests), 1_000));
        assert_eq!(limits.take("m", 1, 1_000, 60, 0).refused_by, None);
        let refused = limits.take("n", 700, 0, 0, 600);
        assert_eq!((refused.refused_by, refused.wait_ms), (Some(Kind::Tokens), 10_000));
    }
}
