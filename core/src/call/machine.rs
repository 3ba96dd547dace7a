//! The machine itself: what the host is to do now, and what it saw.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::action::{Action, AttemptId, Input};
use super::attempt::{Ending, Exchange};
use super::check::Checking;
use super::emit::Emitter;
use super::event::{Event, EventKind};
use super::leg::{Leg, legs};
use super::outcome::{Attempt, Billing, Outcome};
use super::settings::CallSettings;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::money::Pusd;
use crate::plan::{CallLimits, Plan};
use crate::provider::{Answer, Sink, go_on};
use crate::request::Request;
use crate::time::Timestamp;

/// One logical request on its way through a plan.
///
/// # Examples
///
/// A host is six arms around [`poll`](Self::poll) and [`handle`](Self::handle):
///
/// ```text
/// match call.poll(now) {
///     Send { attempt, request } => open a connection, add the secret, send
///     Receive { attempt, until } => wait for its bytes or for the moment, then handle them
///     Sleep { until } => wait for the moment or for the caller to cancel, then handle a tick
///     Emit { event } => hand it to the caller
///     Abort { attempt } => drop its connection
///     Finish { outcome } => stop
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    pub(super) settings: CallSettings,
    pub(super) limits: CallLimits,
    pub(super) worst_case: Option<Pusd>,
    pub(super) legs: Vec<Leg>,
    pub(super) leg: usize,
    pub(super) retries: u32,
    pub(super) state: State,
    pub(super) actions: VecDeque<Action>,
    pub(super) attempts: Vec<Attempt>,
    /// What becomes of the pieces the caller holds once another attempt is sent.
    pub(super) handover: Option<Handover>,
    /// Pieces the caller is not shown before they are accepted.
    pub(super) kept_back: VecDeque<Action>,
    /// How answers are judged before one is accepted.
    pub(super) checking: Option<Checking>,
    /// What broken attempts said that the next one goes on from.
    pub(super) said: Option<String>,
    /// Whether the answer is words, which another attempt can go on from.
    pub(super) is_prose: bool,
    /// Whether the attempt to be sent next was announced already.
    is_announced: bool,
    /// What the attempts so far cost or may have cost.
    pub(super) committed: Pusd,
    pub(super) started_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) enum State {
    /// The next attempt may be sent.
    Ready,
    /// An attempt is under way.
    Exchanging(Box<Flight>),
    /// An answer waits for the caller's verdict.
    Judging(Box<Judged>),
    /// Nothing is under way until a moment.
    Waiting(Timestamp),
    /// It is over.
    Done(Box<Outcome>),
}

#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) attempt: Attempt,
    pub(super) exchange: Exchange,
    /// Whether pieces of it came.
    pub(super) has_pieces: bool,
}

/// An answer that waits for the caller's verdict.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) attempt: Attempt,
    pub(super) answer: Answer,
    pub(super) has_delivered: bool,
}

/// What becomes of the pieces of an attempt once another is sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handover {
    /// They stand, and the next attempt goes on from them.
    Continued(AttemptId),
    /// They no longer count.
    Superseded(AttemptId),
}

/// Who is shown the pieces of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// The caller, at once.
    AtOnce,
    /// The caller, once the answer is accepted.
    Later,
    /// Nobody: it only serves to judge another.
    Never,
}

impl Call {
    /// A call of a request along a plan.
    ///
    /// Nothing is sent yet. Later rungs that cannot carry the request are left out.
    ///
    /// # Errors
    ///
    /// As [`build`](crate::provider::build) for the plan's first rung; `invalid_request` when the
    /// plan has no rung, when its first attempt alone could cost more than the whole call may, or
    /// when the idempotency key is no header value.
    pub fn new(
        request: &Request,
        plan: &Plan,
        catalog: &Catalog,
        settings: CallSettings,
    ) -> Result<Self, Error> {
        let is_header = |key: &str| key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if settings.idempotency_key.as_ref().is_some_and(|key| key.is_empty() || !is_header(key)) {
            return Err(Error::invalid_request(
                "an idempotency key is one line of plain characters",
            ));
        }
        let legs = legs(request, plan, catalog, &settings)?;
        let Some(first) = legs.first() else {
            return Err(Error::invalid_request("the plan has no rung: give it at least one"));
        };
        if let (Some(first), Some(whole)) = (first.rung.worst_case, plan.worst_case)
            && first > whole
        {
            return Err(Error::invalid_request(format!(
                "the plan's first attempt may cost ${first}, over the ${whole} of the whole plan"
            )));
        }
        Ok(Self {
            checking: Checking::new(request, plan, &legs),
            is_prose: request.output.is_text(),
            settings,
            limits: plan.limits,
            worst_case: plan.worst_case,
            legs,
            leg: 0,
            retries: 0,
            state: State::Ready,
            actions: VecDeque::new(),
            attempts: Vec::new(),
            handover: None,
            kept_back: VecDeque::new(),
            said: None,
            is_announced: false,
            committed: Pusd::ZERO,
            started_at: None,
        })
    }

    /// What the host is to do now.
    ///
    /// Call it again until it says `Receive`, `Sleep` or `Finish`; then wait as it says, `handle`
    /// what came and poll anew. Calling it more often is harmless.
    pub fn poll(&mut self, now: Timestamp) -> Action {
        if self.actions.is_empty() {
            self.check_time(now);
        }
        if self.actions.is_empty() && matches!(self.state, State::Ready) {
            self.send(now);
        }
        if let Some(action) = self.actions.pop_front() {
            return action;
        }
        match &self.state {
            State::Exchanging(flight) => {
                Action::Receive { attempt: flight.attempt.id, until: self.deadline(flight).until }
            }
            State::Judging(judged) => Action::Sleep { until: self.ends_at(judged.attempt.sent_at) },
            State::Waiting(until) => Action::Sleep { until: *until },
            State::Done(outcome) => Action::Finish { outcome: outcome.clone() },
            // INVARIANT: `send` leaves this state or queues an action.
            State::Ready => Action::Sleep { until: now },
        }
    }

    /// The next event for the caller, where one is there already: what [`poll`](Self::poll) would
    /// say next, without a moment. For hosts to which each look at the clock costs time.
    pub fn next_event(&mut self) -> Option<Event> {
        match self.actions.pop_front()? {
            Action::Emit { event } => Some(event),
            other => {
                self.actions.push_front(other);
                None
            }
        }
    }

    /// The same as [`poll`](Self::poll), several at once: events in a row and what to wait for after
    /// them, or else the one thing to do. For hosts to which each word across costs time.
    pub fn poll_all(&mut self, now: Timestamp) -> Vec<Action> {
        let mut all = alloc::vec![self.poll(now)];
        // INVARIANT: what changes the state, such as sending, is told only when it is asked for.
        while matches!(all.last(), Some(Action::Emit { .. })) {
            let is_next = match self.actions.front() {
                Some(next) => matches!(next, Action::Emit { .. }),
                None => !matches!(self.state, State::Ready | State::Done(_)),
            };
            if !is_next {
                break;
            }
            all.push(self.poll(now));
        }
        all
    }

    /// Takes what happened. Input of an attempt that is over changes nothing, nor does any input
    /// once the call is over.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Tick => self.check_time(now),
            Input::Cancel => self.cancel(now),
            Input::Deferred { attempt, until } => self.defer(attempt, until, now),
            Input::Head { attempt, status, headers } => {
                if let Some(flight) = self.flight(attempt) {
                    flight.attempt.status = Some(status);
                    flight.exchange.head(status, &headers, now);
                    flight.attempt.request_id = flight.exchange.request_id.clone();
                }
            }
            Input::Body { attempt, bytes } => self.take_body(attempt, &bytes, now),
            Input::End { attempt } => {
                self.receive(attempt, now, |exchange, sink| Some(exchange.end(now, sink)));
            }
            Input::Lost { attempt, message, unsent } => {
                self.receive(attempt, now, |exchange, _| Some(exchange.lost(&message, unsent)));
            }
            Input::Verdict { attempt, refused } => self.take_verdict(attempt, refused, now),
        }
    }

    /// Takes bytes of an attempt's body: the same as [`Input::Body`], of which nothing is kept.
    pub fn take_body(&mut self, attempt: AttemptId, bytes: &[u8], now: Timestamp) {
        self.receive(attempt, now, |exchange, sink| exchange.body(bytes, now, sink));
    }

    /// How the call ended, once it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Done(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The attempts that are over, in order.
    pub fn attempts(&self) -> &[Attempt] {
        match &self.state {
            State::Done(outcome) => &outcome.attempts,
            _ => &self.attempts,
        }
    }

    pub(super) fn flight(&mut self, attempt: AttemptId) -> Option<&mut Flight> {
        match &mut self.state {
            State::Exchanging(flight) if flight.attempt.id == attempt => Some(flight),
            _ => None,
        }
    }

    /// Who is shown the pieces of the attempt under way.
    pub(super) fn showing(&self) -> Showing {
        match &self.checking {
            Some(checking) => checking.showing(self.leg, self.settings.release),
            None => Showing::AtOnce,
        }
    }

    pub(super) fn emit(&mut self, attempt: AttemptId, kind: EventKind) {
        self.actions.push_back(Action::Emit { event: Event { attempt, kind } });
    }

    fn receive(
        &mut self,
        attempt: AttemptId,
        now: Timestamp,
        take: impl FnOnce(&mut Exchange, &mut dyn Sink) -> Option<Ending>,
    ) {
        let showing = self.showing();
        let State::Exchanging(flight) = &mut self.state else { return };
        if flight.attempt.id != attempt {
            return;
        }
        let mut unseen = VecDeque::new();
        let mut emitter = Emitter {
            attempt,
            actions: match showing {
                Showing::AtOnce => &mut self.actions,
                Showing::Later => &mut self.kept_back,
                Showing::Never => &mut unseen,
            },
            has_delivered: &mut flight.has_pieces,
        };
        let ending = take(&mut flight.exchange, &mut emitter);
        if flight.attempt.first_content_at.is_none() {
            flight.attempt.first_content_at = flight.exchange.last_content_at;
        }
        match ending {
            None => {}
            Some(Ending::Answered) => self.answered(now),
            Some(Ending::Failed(failure)) => self.failed(failure, now),
        }
    }

    fn send(&mut self, now: Timestamp) {
        let Some(leg) = self.legs.get(self.leg) else { return };
        self.started_at.get_or_insert(now);
        let id = AttemptId(self.attempts.len() as u32);
        let mut request = leg.request.clone();
        if let Some(said) = &self.said {
            go_on(leg.rung.api, &mut request.body, said);
        }
        if let Some(key) = &self.settings.idempotency_key {
            // Another rung's body differs, and so does one that goes on from what was said;
            // providers refuse one key for two bodies.
            let mut key = key.clone();
            if self.leg > 0 {
                key.push_str(&format!("-{}", self.leg));
            }
            if let Some(said) = &self.said {
                key.push_str(&format!("-from-{}", said.len()));
            }
            request.headers.push(("idempotency-key".into(), key));
        }
        if self.retries > 0 {
            request.headers.push(("x-farebox-retry-count".into(), self.retries.to_string()));
        }
        let attempt = Attempt {
            id,
            model: leg.rung.arm.model.clone(),
            effort: leg.rung.arm.effort,
            service_tier: leg.rung.service_tier,
            sent_at: now,
            first_content_at: None,
            ended_at: now,
            status: None,
            request_id: None,
            error: None,
            refused: None,
            only_checks: false,
            billing: Billing::Free,
        };
        let exchange = Exchange::new(
            leg.rung.api,
            self.settings.max_event_bytes as usize,
            self.settings.max_body_bytes as usize,
        );
        match self.handover.take() {
            Some(Handover::Continued(from)) => self.emit(from, EventKind::Continued { by: id }),
            Some(Handover::Superseded(from)) => self.emit(from, EventKind::Superseded { by: id }),
            None => {}
        }
        if !core::mem::replace(&mut self.is_announced, true) {
            let (model, effort) = (attempt.model.clone(), attempt.effort);
            self.emit(id, EventKind::Started { model, effort });
        }
        self.actions.push_back(Action::Send { attempt: id, request: Box::new(request) });
        let flight = Flight { attempt, exchange, has_pieces: false };
        self.state = State::Exchanging(Box::new(flight));
    }

    /// Takes the attempt out of flight, with its answer as far as it came.
    pub(super) fn land(&mut self) -> Option<(Flight, Answer)> {
        match core::mem::replace(&mut self.state, State::Ready) {
            State::Exchanging(flight) => {
                self.is_announced = false;
                let answer = flight.exchange.fold.answer();
                Some((*flight, answer))
            }
            other => {
                self.state = other;
                None
            }
        }
    }
}
