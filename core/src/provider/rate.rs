//! What a provider's headers say may still be asked of it.

use alloc::string::String;

use crate::seek;
use crate::time::{Day, Timestamp};

/// What may still be asked within a provider's limits of requests and tokens a minute.
///
/// Every part is absent where the provider is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests.
    pub requests: Option<Left>,
    /// Tokens, by the provider's own way of counting a request before it is answered.
    pub tokens: Option<Left>,
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// How many a minute allows, where the provider says so.
    pub limit: Option<u64>,
    /// How many.
    pub remaining: u64,
    /// How long until there are as many as can be.
    pub reset_ms: u64,
}

impl RateLimit {
    /// Reads the headers of an answer, their names in lower case.
    pub fn read(headers: &[(String, String)], now: Timestamp) -> Self {
        let named = |name: &str| {
            let found = headers.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str())
        };
        let left = |limit: &str, remaining: &str, reset: &str| {
            let limit = named(limit).and_then(|limit| limit.parse().ok());
            let remaining = named(remaining)?.parse().ok()?;
            let reset = named(reset).unwrap_or("");
            let reset_ms = duration_ms(reset).or_else(|| Some(moment(reset)?.ms_since(now)));
            Some(Left { limit, remaining, reset_ms: reset_ms.unwrap_or(0) })
        };
        let openai = |what: &str| {
            left(
                &alloc::format!("x-ratelimit-limit-{what}"),
                &alloc::format!("x-ratelimit-remaining-{what}"),
                &alloc::format!("x-ratelimit-reset-{what}"),
            )
        };
        let anthropic = |what: &str| {
            left(
                &alloc::format!("anthropic-ratelimit-{what}-limit"),
                &alloc::format!("anthropic-ratelimit-{what}-remaining"),
                &alloc::format!("anthropic-ratelimit-{what}-reset"),
            )
        };
        if !headers.iter().any(|(name, _)| seek::has(name, "ratelimit")) {
            return Self::default();
        }
        Self {
            requests: openai("requests").or_else(|| anthropic("requests")),
            tokens: openai("tokens").or_else(|| anthropic("input-tokens")),
        }
    }

    /// How many requests of so many tokens may still be asked; absent where nothing is said.
    pub fn room(&self, tokens_each: u64) -> Option<u64> {
        let by_tokens = self.tokens.map(|left| left.remaining / tokens_each.max(1));
        [self.requests.map(|left| left.remaining), by_tokens].into_iter().flatten().min()
    }

    /// How long until all that is limited may be asked in full.
    pub fn reset_ms(&self) -> u64 {
        let of = |left: Option<Left>| left.map_or(0, |left| left.reset_ms);
        of(self.requests).max(of(self.tokens))
    }
}

/// A time as `1h2m3.5s` and `20ms` write it.
fn duration_ms(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum_ms = 0_u64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (whole, fraction) = rest[..end].split_once('.').unwrap_or((&rest[..end], ""));
        let unit_end =
            rest[end..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| end + at);
        let unit_ms = match &rest[end..unit_end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        if fraction.contains('.') {
            return None;
        }
        let thousandths = fraction.bytes().chain([b'0'; 3]).take(3);
        let thousandths = thousandths.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let whole_ms = whole.parse::<u64>().ok()?.checked_mul(unit_ms)?;
        sum_ms = sum_ms.checked_add(whole_ms)?.checked_add(thousandths * unit_ms / 1_000)?;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(sum_ms)
}

/// A moment as `2024-08-20T18:37:24Z` writes it, to the second.
fn moment(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once('T')?;
    let mut parts = time.split([':', '.', 'Z', '+', '-']).map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let passed_s = (hours.min(24) * 60 + minutes.min(60)) * 60 + seconds.min(61);
    Some(Day::parse(day).ok()?.start().after_ms(passed_s * 1_000))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn read(headers: &[(&str, &str)]) -> RateLimit {
        let owned: alloc::vec::Vec<_> =
            headers.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let now = Day::parse("2026-11-22").unwrap().start();
        RateLimit::read(&owned, now)
    }

    #[test]
    fn both_families_say_what_is_left() {
        let openai = read(&[
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1m0.5s"),
            ("x-ratelimit-remaining-tokens", "1000"),
            ("x-ratelimit-reset-tokens", "20ms"),
        ]);
        assert_eq!(openai.requests, Some(Left { limit: None, remaining: 59, reset_ms: 60_500 }));
        assert_eq!((openai.room(100), openai.room(10)), (Some(10), Some(59)));
        let anthropic = read(&[
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", "2026-11-22T00:00:07Z"),
        ]);
        assert_eq!(anthropic.requests, Some(Left { limit: None, remaining: 0, reset_ms: 7_000 }));
        assert_eq!(read(&[("date", "today")]).room(1), None);
    }

    #[test]
    fn odd_words_are_no_time() {
        assert_eq!(duration_ms("1h2m3s"), Some(3_723_000));
        for text in ["", "s", "5", "1.5x", "1..5s", "99999999999999999999h", "\u{e9}s"] {
            assert_eq!(duration_ms(text), None, "{text}");
        }
    }
}
