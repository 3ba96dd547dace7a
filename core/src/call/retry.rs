//! When to ask again: what the server says, else a capped back-off with jitter from a seed.

use alloc::string::String;

use crate::time::{Day, Timestamp};

/// What a response's headers say about asking again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerWord {
    /// `x-should-retry`.
    pub(super) should_retry: Option<bool>,
    /// How long to wait; nothing when the header is missing, past or nonsense.
    pub(super) wait_ms: Option<u64>,
}

impl ServerWord {
    /// Reads the headers of a response that came at a moment.
    pub(super) fn read(headers: &[(String, String)], now: Timestamp) -> Self {
        let header = |name: &str| {
            let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        };
        let should_retry = match header("x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let ms = header("retry-after-ms").and_then(|text| decimal(text, 0));
        let after = || header("retry-after").and_then(|text| retry_after_ms(text, now));
        let wait_ms = ms.or_else(after).filter(|ms| *ms > 0);
        Self { should_retry, wait_ms }
    }
}

/// The wait before an attempt of one rung: half a second doubling to eight, less up to a quarter.
pub(super) fn backoff_ms(retries: u32, seed: u64, attempt: u32) -> u64 {
    let full = FIRST_WAIT_MS.saturating_mul(1 << retries.min(10)).min(LONGEST_WAIT_MS);
    let draw = mix(seed ^ mix(u64::from(attempt)));
    full - (full / 4).saturating_mul(draw >> 32) / u64::from(u32::MAX)
}

/// `retry-after` in milliseconds: seconds, perhaps with decimals, or a date.
fn retry_after_ms(text: &str, now: Timestamp) -> Option<u64> {
    decimal(text, 3).or_else(|| http_date(text).map(|date| date.ms_since(now)))
}

/// An unsigned decimal number times ten to the power of `scale`, rounded up; over the largest, the
/// largest.
fn decimal(text: &str, scale: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let kept = fraction.bytes().chain(core::iter::repeat(b'0')).take(scale);
    let number = whole.bytes().chain(kept).fold(0_u64, |number, digit| {
        number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
    });
    let has_rest = fraction.bytes().skip(scale).any(|digit| digit != b'0');
    Some(number.saturating_add(u64::from(has_rest)))
}

/// A date of HTTP in any of its three forms (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty());
    let weekday = words.next()?;
    let is_weekday = WEEKDAYS.iter().any(|(short, long)| weekday == *short || weekday == *long);
    let second = words.next()?;
    let (day, month, year, time) = if second.bytes().all(|byte| byte.is_ascii_digit()) {
        let (month, year, time) = (words.next()?, words.next()?, words.next()?);
        if words.next()? != "GMT" {
            return None;
        }
        (second, month, year, time)
    } else {
        let (day, time, year) = (words.next()?, words.next()?, words.next()?);
        (day, second, year, time)
    };
    if !is_weekday || words.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? as u8 + 1;
    let year = match (year.len(), year.parse::<i32>().ok()?) {
        (2, year) => year + if year < 70 { 2_000 } else { 1_900 },
        (4, year) => year,
        _ => return None,
    };
    let mut clock = time.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    if clock.next().is_some() || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let date = Day::from_ymd(year, month, day.parse().ok()?)?;
    Some(date.start().after_ms((hours * 3_600 + minutes * 60 + seconds) * 1_000))
}

/// A bijection that spreads neighbouring numbers: the finaliser of SplitMix64.
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

const FIRST_WAIT_MS: u64 = 500;
const LONGEST_WAIT_MS: u64 = 8_000;
const WEEKDAYS: &[(&str, &str)] = &[
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];
const MONTHS: &[&str] =
    &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &str, value: &str) -> Option<u64> {
        // 2023-09-29T16:26:37Z
        let now = Timestamp::from_ms(1_696_004_797_000);
        ServerWord::read(&[(name.into(), value.into())], now).wait_ms
    }

    #[test]
    fn seconds_and_dates_are_read_and_nonsense_is_not() {
        for (value, expected) in [
            ("20", Some(20_000)),
            ("0", None),
            ("-10", None),
            ("60", Some(60_000)),
            ("61", Some(61_000)),
            ("1.5", Some(1_500)),
            ("0.0001", Some(1)),
            ("120", Some(120_000)),
            ("121", Some(121_000)),
            ("99999999999999999999999999999999999", Some(u64::MAX)),
            ("inf", None),
            ("nan", None),
            ("1e3", None),
            ("", None),
            ("Fri, 29 Sep 2023 16:26:57 GMT", Some(20_000)),
            ("Fri, 29 Sep 2023 16:26:37 GMT", None),
            ("Fri, 29 Sep 2023 16:26:27 GMT", None),
            ("Fri, 29 Sep 2023 16:27:37 GMT", Some(60_000)),
            ("Fri, 29 Sep 2023 16:27:38 GMT", Some(61_000)),
            ("Friday, 29-Sep-23 16:26:57 GMT", Some(20_000)),
            ("Fri Sep 29 16:26:57 2023", Some(20_000)),
            ("Zun, 29 Sep 2023 16:26:57 GMT", None),
            ("Fri, 31 Sep 2023 16:26:57 GMT", None),
            ("Fri, 29 Sep 2023 25:26:57 GMT", None),
        ] {
            assert_eq!(wait("Retry-After", value), expected, "{value}");
        }
        assert_eq!(wait("retry-after-ms", "1500"), Some(1_500));
        assert_eq!(wait("retry-after-ms", "0"), None);
    }

    #[test]
    fn milliseconds_come_before_seconds_even_when_they_are_none() {
        let now = Timestamp::default();
        let both = |ms: &str| {
            let headers =
                [("retry-after".into(), "30".into()), ("retry-after-ms".into(), ms.into())];
            ServerWord::read(&headers, now).wait_ms
        };
        assert_eq!(both("250"), Some(250));
        assert_eq!(both("0"), None);
        assert_eq!(both("soon"), Some(30_000));
    }

    #[test]
    fn the_back_off_doubles_to_its_cap_and_jitter_takes_at_most_a_quarter() {
        for (retries, full) in [(0, 500), (1, 1_000), (2, 2_000), (4, 8_000), (40, 8_000)] {
            for seed in 0..200 {
                let wait = backoff_ms(retries, seed, retries);
                assert!((full - full / 4..=full).contains(&wait), "{retries} {seed} {wait}");
            }
        }
        assert_ne!(backoff_ms(0, 1, 0), backoff_ms(0, 2, 0));
        assert_eq!(backoff_ms(3, 7, 3), backoff_ms(3, 7, 3));
    }
}
