//! Rules that OpenAI's endpoints have given up, for recordings of the time when they held.
//!
//! Measured on recorded traffic (checked 2026-11-22); a day is the middle of the gap between the
//! last recording of the old rule and the first of the new one.

use crate::request::Api;
use crate::time::{Day, Timestamp};

/// What was still done differently at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Era {
    /// Responses of its first weeks opened prompts with words of its own, and did not bill the ids
    /// of calls.
    pub(super) opening_words: bool,
    /// Results of calls made at once were written in ASCII.
    pub(super) ascii_results: bool,
}

impl Era {
    pub(super) fn at(api: Api, at: Timestamp) -> Self {
        let within = |from: (i32, u8, u8), to: (i32, u8, u8)| {
            let day = |(year, month, day)| Day::from_ymd(year, month, day);
            day(from).is_some_and(|from| from <= at.date())
                && day(to).is_some_and(|to| at.date() < to)
        };
        Self {
            opening_words: api == Api::Responses && within((2025, 3, 11), (2025, 4, 1)),
            ascii_results: within((2023, 11, 6), (2026, 2, 27)),
        }
    }
}

/// Tokens of the words that Responses opened a prompt with: measured on 26 recorded requests to 4o,
/// of two repositories, and on one to o3-mini.
pub(super) fn opening_words(model: &str, has_functions: bool) -> u64 {
    match (model.starts_with("gpt-4o"), has_functions) {
        (true, true) => 216,
        (true, false) => 18,
        (false, false) if model.starts_with("o3-mini") => 59,
        _ => 0,
    }
}
