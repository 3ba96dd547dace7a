//! Which attempt may help after a failure, and when, within the plan's time and money.

use alloc::format;

use super::action::AttemptId;
use super::machine::Call;
use super::retry::backoff_ms;
use crate::error::{Error, ErrorKind};
use crate::provider::Remedy;
use crate::time::Timestamp;

/// Where and when the next attempt goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    pub(super) leg: usize,
    pub(super) at: Timestamp,
}

impl Call {
    pub(super) fn next(
        &self,
        remedy: Remedy,
        kind: ErrorKind,
        wait_ms: u64,
        id: AttemptId,
        now: Timestamp,
    ) -> Option<Next> {
        let same = || {
            if self.retries >= self.limits.max_retries || wait_ms > self.limits.max_retry_after_ms {
                return None;
            }
            let wait_ms = wait_ms.max(backoff_ms(self.retries, self.settings.seed, id.0));
            Some(Next { leg: self.leg, at: now.after_ms(wait_ms) })
        };
        let window = |leg: usize| self.legs.get(leg).map(|leg| leg.model.limits.context_tokens);
        let provider = |leg: usize| self.legs.get(leg).map(|leg| &leg.model.provider);
        // A rung that only serves to compare is nobody's stand-in.
        let compares = self.checking.as_ref().and_then(|checking| checking.second_leg());
        let later = |fits: &dyn Fn(usize) -> bool| {
            let mut places = self.leg + 1..self.legs.len();
            let found = places.find(|place| {
                Some(*place) != compares && fits(*place) && self.can_afford(*place, now)
            });
            found.map(|leg| Next { leg, at: now })
        };
        // A provider that asks to wait, or cannot be reached, is so for all its models.
        let is_over_cap = wait_ms > self.limits.max_retry_after_ms;
        let is_whole_provider = is_over_cap || kind == ErrorKind::Connection;
        let other = || later(&|leg| !is_whole_provider || provider(leg) != provider(self.leg));
        let next = match remedy {
            Remedy::None => None,
            Remedy::Elsewhere => other(),
            Remedy::Wider => later(&|leg| window(leg) > window(self.leg)),
            Remedy::Retry => same().or_else(other),
            Remedy::Sideways => other().or_else(same),
        };
        next.filter(|next| next.at < self.ends_at(now) && self.can_afford(next.leg, now))
    }

    /// Whether one more attempt fits what the whole call may cost.
    pub(super) fn can_afford(&self, leg: usize, now: Timestamp) -> bool {
        let Some(leg) = self.legs.get(leg) else { return false };
        let (Some(_), Some(whole)) = (leg.rung.worst_case, self.worst_case) else {
            // A model without a published price was named by the caller, who bears it.
            return true;
        };
        let more = leg.worst_case(self.said.as_deref(), self.settings.regional, now);
        let after = more.and_then(|more| self.committed.checked_add(more));
        after.is_some_and(|after| after <= whole)
    }
}

/// A wait the caller will not make is an error that carries the wait.
pub(super) fn over_cap(mut error: Error, wait_ms: u64, cap_ms: u64) -> Error {
    error.message =
        format!("{}; it asks to wait {wait_ms} ms, the call may wait {cap_ms} ms", error.message);
    error.kind = ErrorKind::RateLimited;
    error.with("limitMs", cap_ms)
}
