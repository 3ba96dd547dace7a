//! The time of day, moved on by a clock that never jumps.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use farebox_core::time::Timestamp;

/// Reads moments that only go forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
    start_ms: i64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Self { start: Instant::now(), start_ms }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_ms(self.start_ms).after_ms(passed)
    }

    /// How long it is until a moment; a millisecond more, so that it has passed by then.
    pub(crate) fn until(&self, moment: Timestamp) -> Duration {
        match moment.ms_since(self.now()) {
            0 => Duration::ZERO,
            ms => Duration::from_millis(ms.saturating_add(1)),
        }
    }
}
