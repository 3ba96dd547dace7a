//! How many requests may be under way at one time, by what the provider says and does.

use std::time::{Duration, Instant};

use farebox_core::error::ErrorKind;
use farebox_core::provider::RateLimit;
use farebox_core::receipt::Receipt;

/// It opens by one with each answer, and once a provider has said that it is too much, by one with
/// as many answers as it holds. It is halved when a provider says so, at most once for the
/// requests that were under way at that time, and never wider than what headers say is left.
#[derive(Debug)]
pub(crate) struct Window {
    width: u32,
    most: u32,
    /// What headers leave, where they say anything.
    room: Option<u64>,
    /// Answers since it last changed.
    since: u32,
    was_too_much: bool,
    /// What a request takes on average.
    tokens_each: u64,
    closed_until: Option<Instant>,
}

impl Window {
    pub(crate) fn new(most: u32) -> Self {
        Self {
            width: most.clamp(1, FIRST_WIDTH),
            most: most.max(1),
            room: None,
            since: 0,
            was_too_much: false,
            tokens_each: 1,
            closed_until: None,
        }
    }

    /// How many may be under way, at least one.
    pub(crate) fn width(&self) -> u32 {
        let room = self.room.map_or(u32::MAX, |room| u32::try_from(room).unwrap_or(u32::MAX));
        self.width.min(room).max(1)
    }

    /// How long to wait before the next request.
    pub(crate) fn wait(&mut self, now: Instant) -> Option<Duration> {
        let until = self.closed_until.take()?;
        let wait = until.saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    /// Takes what the end of a request says.
    pub(crate) fn ended(&mut self, receipt: Option<&Receipt>, said: RateLimit, now: Instant) {
        if let Some(tokens) =
            receipt.map(|receipt| receipt.usage.input_tokens()).filter(|it| *it > 0)
        {
            self.tokens_each = (self.tokens_each * 15 + tokens).div_ceil(16);
        }
        self.room = said.room(self.tokens_each);
        if self.room == Some(0) {
            // A bucket fills all the time: it need not be full to be asked again.
            let wait = Duration::from_millis(said.reset_ms()).min(LONGEST_PAUSE);
            self.closed_until = Some(now + wait);
        }
        self.since += 1;
        let enough = if self.was_too_much { self.width } else { 1 };
        if receipt.is_some_and(is_too_much) {
            if !self.was_too_much || self.since >= self.width {
                (self.width, self.since) = ((self.width / 2).max(1), 0);
            }
            self.was_too_much = true;
        } else if self.since >= enough {
            (self.width, self.since) = (self.width.saturating_add(1).min(self.most), 0);
        }
    }
}

/// Whether a provider said it was asked too much.
fn is_too_much(receipt: &Receipt) -> bool {
    receipt.attempts.iter().any(|attempt| {
        let kind = attempt.error.as_ref().map(|error| error.kind);
        matches!(kind, Some(ErrorKind::RateLimited | ErrorKind::ProviderUnavailable))
    })
}

const FIRST_WIDTH: u32 = 8;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use farebox_core::provider::Left;

    use super::*;

    #[test]
    fn headers_narrow_it_and_empty_buckets_close_it() {
        let (mut window, now) = (Window::new(64), Instant::now());
        for _ in 0..100 {
            window.ended(None, RateLimit::default(), now);
        }
        assert_eq!((window.width(), window.wait(now)), (64, None));
        let left = |remaining| Some(Left { limit: None, remaining, reset_ms: 400 });
        window.ended(None, RateLimit { requests: left(5), tokens: None }, now);
        assert_eq!((window.width(), window.wait(now)), (5, None));
        window.ended(None, RateLimit { requests: left(0), tokens: None }, now);
        assert_eq!((window.width(), window.wait(now)), (1, Some(Duration::from_millis(400))));
        assert_eq!(window.wait(now), None);
    }
}
