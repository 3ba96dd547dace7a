//! How long a call waits: four limits of time, the caller's wish to stop, and a host that holds
//! an attempt back.

use alloc::format;

use super::action::{Action, AttemptId};
use super::attempt::{Ending, Failure};
use super::event::EventKind;
use super::machine::{Call, Flight, State};
use crate::error::{Error, ErrorKind};
use crate::provider::Remedy;
use crate::time::Timestamp;

/// When an attempt's patience ends, and which of the four it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) until: Timestamp,
    name: &'static str,
    limit_ms: u64,
}

impl Deadline {
    fn new(from: Timestamp, name: &'static str, limit_ms: u64) -> Self {
        Self { until: from.after_ms(limit_ms), name, limit_ms }
    }

    fn error(&self) -> Error {
        let limit_ms = self.limit_ms;
        let message = match self.name {
            "connect" => format!("no status line came within {limit_ms} ms"),
            "first_content" => format!("no content came within {limit_ms} ms"),
            "idle" => format!("the answer stood still for {limit_ms} ms"),
            _ => format!("the call took longer than {limit_ms} ms"),
        };
        let error = Error::new(ErrorKind::Timeout, message);
        error.with("phase", self.name).with("limitMs", limit_ms)
    }
}

impl Call {
    /// When the whole call ends, if it began at `sent_at` at the latest.
    pub(super) fn ends_at(&self, sent_at: Timestamp) -> Timestamp {
        self.started_at.unwrap_or(sent_at).after_ms(self.limits.total_timeout_ms)
    }

    pub(super) fn deadline(&self, flight: &Flight) -> Deadline {
        let limits = &self.limits;
        let exchange = &flight.exchange;
        let sent_at = flight.attempt.sent_at;
        let own = match (exchange.head_at, exchange.last_content_at) {
            // A body that says no is short; what came of it will do.
            (Some(head_at), _) if exchange.is_refusal() => {
                Deadline::new(head_at, "idle", limits.idle_timeout_ms.min(REFUSAL_PATIENCE_MS))
            }
            (_, Some(content_at)) => Deadline::new(content_at, "idle", limits.idle_timeout_ms),
            // An answer that comes whole has its status line only once it is made.
            (None, None) if self.settings.stream => {
                Deadline::new(sent_at, "connect", limits.connect_timeout_ms)
            }
            _ => Deadline::new(sent_at, "first_content", limits.first_content_timeout_ms),
        };
        let started_at = self.started_at.unwrap_or(sent_at);
        let total = Deadline::new(started_at, "total", limits.total_timeout_ms);
        if total.until < own.until { total } else { own }
    }

    pub(super) fn check_time(&mut self, now: Timestamp) {
        match &mut self.state {
            State::Waiting(until) if *until <= now => self.state = State::Ready,
            State::Exchanging(_) => self.check_patience(now),
            State::Judging(judged) => {
                let sent_at = judged.attempt.sent_at;
                if self.ends_at(sent_at) <= now {
                    let limit_ms = self.limits.total_timeout_ms;
                    self.stop_judging(Deadline::new(sent_at, "total", limit_ms).error());
                }
            }
            _ => {}
        }
    }

    fn check_patience(&mut self, now: Timestamp) {
        let State::Exchanging(flight) = &self.state else { return };
        let deadline = self.deadline(flight);
        if now < deadline.until {
            return;
        }
        let id = flight.attempt.id;
        self.actions.push_back(Action::Abort { attempt: id });
        let Some(flight) = self.flight(id) else { return };
        if flight.exchange.is_refusal() {
            if let Ending::Failed(failure) = flight.exchange.refused() {
                self.failed(failure, now);
            }
            return;
        }
        if flight.exchange.fold.is_complete() {
            self.answered(now);
            return;
        }
        let remedy = if deadline.name == "total" { Remedy::None } else { Remedy::Retry };
        self.failed(Failure::new(deadline.error(), remedy), now);
    }

    pub(super) fn cancel(&mut self, now: Timestamp) {
        let error = Error::new(ErrorKind::Cancelled, "the caller cancelled the call");
        match &self.state {
            State::Done(_) => {}
            State::Exchanging(flight) => {
                let attempt = flight.attempt.id;
                // What was queued but not yet handed to the host need not happen any more.
                let was_sent = !self.drop_unsent(attempt);
                if was_sent {
                    self.actions.push_back(Action::Abort { attempt });
                }
                let failure = Failure { is_free: !was_sent, ..Failure::new(error, Remedy::None) };
                self.failed(failure, now);
            }
            State::Judging(_) => self.stop_judging(error),
            State::Ready | State::Waiting(_) => self.give_up(error),
        }
    }

    /// Takes back the queued sending of an attempt, if the host has not seen it.
    fn drop_unsent(&mut self, id: AttemptId) -> bool {
        let queued = self
            .actions
            .iter()
            .position(|action| matches!(action, Action::Send { attempt, .. } if *attempt == id));
        if let Some(place) = queued {
            self.actions.remove(place);
        }
        queued.is_some()
    }

    /// The host has not sent the attempt and will not before a moment; it is no attempt then.
    pub(super) fn defer(&mut self, id: AttemptId, until: Timestamp, now: Timestamp) {
        let is_ours = self.flight(id).is_some_and(|flight| flight.exchange.head_at.is_none());
        if !is_ours {
            return;
        }
        let State::Exchanging(flight) = core::mem::replace(&mut self.state, State::Ready) else {
            return;
        };
        let wait_ms = until.ms_since(now);
        let ends_at = self.ends_at(flight.attempt.sent_at);
        let model = &flight.attempt.model;
        let mut message = format!("the caller's own rate limit of `{model}` has no room");
        let is_too_long = until >= ends_at;
        if is_too_long {
            let limit_ms = self.limits.total_timeout_ms;
            message = format!("{message} for {wait_ms} ms, and the call may take {limit_ms} ms");
        }
        let error = Error::new(ErrorKind::RateLimited, message).with("waitMs", wait_ms);
        if is_too_long {
            self.give_up(error);
            return;
        }
        self.emit(id, EventKind::Waiting { until, error });
        self.state = State::Waiting(until);
    }
}

/// How long a refusal's body may take to say why.
const REFUSAL_PATIENCE_MS: u64 = 5_000;
