//! The machine itself: which attempt comes next, and what the host is to do now.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::action::{Action, AttemptId, Input};
use super::attempt::{Ending, Exchange, Failure};
use super::emit::Emitter;
use super::event::{Event, EventKind};
use super::outcome::{Attempt, Billing, Outcome};
use super::retry::backoff_ms;
use super::settings::{CallSettings, Restart};
use crate::catalog::{Catalog, Model, Terms};
use crate::error::{Error, ErrorKind};
use crate::money::Pusd;
use crate::plan::{CallLimits, Plan, Rung};
use crate::provider::{Answer, BuildSettings, HttpRequest, Remedy, Sink, build};
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
    settings: CallSettings,
    limits: CallLimits,
    worst_case: Option<Pusd>,
    legs: Vec<Leg>,
    leg: usize,
    retries: u32,
    state: State,
    actions: VecDeque<Action>,
    attempts: Vec<Attempt>,
    /// The attempt whose pieces the caller holds, if they no longer count once another is sent.
    superseded: Option<AttemptId>,
    /// What the attempts so far cost or may have cost.
    committed: Pusd,
    started_at: Option<Timestamp>,
}

/// A rung with everything an attempt at it needs.
#[derive(Clone, Debug)]
struct Leg {
    rung: Rung,
    model: Model,
    request: HttpRequest,
}

#[derive(Clone, Debug)]
enum State {
    /// The next attempt may be sent.
    Ready,
    /// An attempt is under way.
    Exchanging(Box<Flight>),
    /// Nothing is under way until a moment.
    Waiting(Timestamp),
    /// It is over.
    Done(Box<Outcome>),
}

#[derive(Clone, Debug)]
struct Flight {
    attempt: Attempt,
    exchange: Exchange,
    has_delivered: bool,
}

impl Call {
    /// A call of a request along a plan.
    ///
    /// Nothing is sent yet. Later rungs that cannot carry the request are left out.
    ///
    /// # Errors
    ///
    /// As [`build`] for the plan's first rung; `invalid_request` when the plan has no rung, when
    /// its first attempt alone could cost more than the whole call may, or when the idempotency
    /// key is no header value.
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
        let mut legs = Vec::new();
        for (place, rung) in plan.rungs.iter().enumerate() {
            match leg(request, rung, catalog, &settings) {
                Ok(leg) => legs.push(leg),
                Err(error) if place == 0 => return Err(error),
                Err(_) => {}
            }
        }
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
            settings,
            limits: plan.limits,
            worst_case: plan.worst_case,
            legs,
            leg: 0,
            retries: 0,
            state: State::Ready,
            actions: VecDeque::new(),
            attempts: Vec::new(),
            superseded: None,
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
                Action::Receive { attempt: flight.attempt.id, until: self.deadline(flight).0 }
            }
            State::Waiting(until) => Action::Sleep { until: *until },
            State::Done(outcome) => Action::Finish { outcome: Outcome::clone(outcome) },
            // INVARIANT: `send` leaves this state or queues an action.
            State::Ready => Action::Sleep { until: now },
        }
    }

    /// Takes what happened. Input of an attempt that is over changes nothing, nor does any input
    /// once the call is over.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Tick => self.check_time(now),
            Input::Cancel => self.cancel(now),
            Input::Head { attempt, status, headers } => {
                if let Some(flight) = self.flight(attempt) {
                    flight.attempt.status = Some(status);
                    flight.exchange.head(status, &headers, now);
                    flight.attempt.request_id = flight.exchange.request_id.clone();
                }
            }
            Input::Body { attempt, bytes } => {
                self.receive(attempt, now, |exchange, sink| exchange.body(&bytes, now, sink))
            }
            Input::End { attempt } => {
                self.receive(attempt, now, |exchange, sink| Some(exchange.end(now, sink)));
            }
            Input::Lost { attempt, message, unsent } => {
                self.receive(attempt, now, |exchange, _| Some(exchange.lost(&message, unsent)));
            }
        }
    }

    /// How the call ended, once it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Done(outcome) => Some(outcome),
            _ => None,
        }
    }

    fn flight(&mut self, attempt: AttemptId) -> Option<&mut Flight> {
        match &mut self.state {
            State::Exchanging(flight) if flight.attempt.id == attempt => Some(flight),
            _ => None,
        }
    }

    fn receive(
        &mut self,
        attempt: AttemptId,
        now: Timestamp,
        take: impl FnOnce(&mut Exchange, &mut dyn Sink) -> Option<Ending>,
    ) {
        let State::Exchanging(flight) = &mut self.state else { return };
        if flight.attempt.id != attempt {
            return;
        }
        let mut emitter = Emitter {
            attempt,
            actions: &mut self.actions,
            has_delivered: &mut flight.has_delivered,
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
        if let Some(key) = &self.settings.idempotency_key {
            // Another rung's body differs, and providers refuse one key for two bodies.
            let key = if self.leg == 0 { key.clone() } else { format!("{key}-{}", self.leg) };
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
            billing: Billing::Free,
        };
        if let Some(attempt) = self.superseded.take() {
            self.emit(attempt, EventKind::Superseded { by: id });
        }
        let started = EventKind::Started { model: attempt.model.clone(), effort: attempt.effort };
        self.emit(id, started);
        self.actions.push_back(Action::Send { attempt: id, request });
        let exchange = Exchange::new(
            self.legs[self.leg].rung.api,
            self.settings.max_event_bytes as usize,
            self.settings.max_body_bytes as usize,
        );
        let flight = Flight { attempt, exchange, has_delivered: false };
        self.state = State::Exchanging(Box::new(flight));
    }

    /// When the attempt's patience ends, and which of the four it is.
    fn deadline(&self, flight: &Flight) -> (Timestamp, &'static str, u64) {
        let limits = &self.limits;
        let exchange = &flight.exchange;
        let sent_at = flight.attempt.sent_at;
        let phase =
            |from: Timestamp, name, limit_ms: u64| (from.after_ms(limit_ms), name, limit_ms);
        let own = match (exchange.head_at, exchange.last_content_at) {
            // A body that says no is short; what came of it will do.
            (Some(head_at), _) if exchange.is_refusal() => {
                phase(head_at, "idle", limits.idle_timeout_ms.min(REFUSAL_PATIENCE_MS))
            }
            (_, Some(content_at)) => phase(content_at, "idle", limits.idle_timeout_ms),
            // An answer that comes whole has its status line only once it is made.
            (None, None) if self.settings.stream => {
                phase(sent_at, "connect", limits.connect_timeout_ms)
            }
            _ => phase(sent_at, "first_content", limits.first_content_timeout_ms),
        };
        let started_at = self.started_at.unwrap_or(sent_at);
        let total = phase(started_at, "total", limits.total_timeout_ms);
        if total.0 < own.0 { total } else { own }
    }

    fn check_time(&mut self, now: Timestamp) {
        match &mut self.state {
            State::Waiting(until) if *until <= now => self.state = State::Ready,
            State::Exchanging(_) => self.check_patience(now),
            _ => {}
        }
    }

    fn check_patience(&mut self, now: Timestamp) {
        let State::Exchanging(flight) = &self.state else { return };
        let (until, name, limit_ms) = self.deadline(flight);
        if now < until {
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
        let message = match name {
            "connect" => format!("no status line came within {limit_ms} ms"),
            "first_content" => format!("no content came within {limit_ms} ms"),
            "idle" => format!("the answer stood still for {limit_ms} ms"),
            _ => format!("the call took longer than {limit_ms} ms"),
        };
        let error =
            Error::new(ErrorKind::Timeout, message).with("phase", name).with("limitMs", limit_ms);
        let remedy = if name == "total" { Remedy::None } else { Remedy::Retry };
        self.failed(Failure::new(error, remedy), now);
    }

    fn cancel(&mut self, now: Timestamp) {
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
            State::Ready | State::Waiting(_) => self.finish(None, Some(error)),
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

    fn answered(&mut self, now: Timestamp) {
        let Some((flight, answer)) = self.land() else { return };
        let Flight { mut attempt, exchange, .. } = flight;
        attempt.ended_at = now;
        attempt.service_tier = exchange.fold.service_tier().unwrap_or(attempt.service_tier);
        attempt.billing = self.billing(&attempt, &answer, false);
        self.commit(attempt);
        self.finish(Some(answer), None);
    }

    fn failed(&mut self, failure: Failure, now: Timestamp) {
        let Some((flight, answer)) = self.land() else { return };
        let Flight { mut attempt, exchange, has_delivered } = flight;
        let Failure { mut error, remedy, wait_ms, is_free } = failure;
        attempt.ended_at = now;
        attempt.service_tier = exchange.fold.service_tier().unwrap_or(attempt.service_tier);
        attempt.billing = self.billing(&attempt, &answer, is_free);
        let wait_ms = wait_ms.unwrap_or(0);
        if wait_ms > 0 {
            error = error.with("waitMs", wait_ms);
        }
        if wait_ms > self.limits.max_retry_after_ms {
            error = over_cap(error, wait_ms, self.limits.max_retry_after_ms);
        }
        attempt.error = Some(error.clone());
        let id = attempt.id;
        self.commit(attempt);
        self.emit(id, EventKind::AttemptFailed { error: error.clone() });

        let may_restart = !has_delivered || self.settings.restart == Restart::Restart;
        match self.next(remedy, error.kind, wait_ms, id, now).filter(|_| may_restart) {
            Some(next) => {
                if next.leg != self.leg {
                    self.leg = next.leg;
                    self.retries = 0;
                } else {
                    self.retries += 1;
                }
                if has_delivered {
                    self.superseded = Some(id);
                }
                if next.at > now {
                    self.emit(id, EventKind::Waiting { until: next.at, error });
                    self.state = State::Waiting(next.at);
                } else {
                    self.state = State::Ready;
                }
            }
            None => {
                let answer = (!answer.is_empty()).then_some(answer);
                self.finish(answer, Some(error));
            }
        }
    }

    /// Which attempt may help after a failure, and when, within the plan's time and money.
    fn next(
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
        let later = |fits: &dyn Fn(usize) -> bool| {
            let mut places = self.leg + 1..self.legs.len();
            let found = places.find(|place| fits(*place) && self.can_afford(*place));
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
        let ends_at = self.started_at.unwrap_or(now).after_ms(self.limits.total_timeout_ms);
        next.filter(|next| next.at < ends_at && self.can_afford(next.leg))
    }

    /// Whether one more attempt fits what the whole call may cost.
    fn can_afford(&self, leg: usize) -> bool {
        let Some(leg) = self.legs.get(leg) else { return false };
        // A model without a published price was named by the caller, who bears it.
        let (Some(more), Some(whole)) = (leg.rung.worst_case, self.worst_case) else { return true };
        self.committed.checked_add(more).is_some_and(|after| after <= whole)
    }

    fn billing(&self, attempt: &Attempt, answer: &Answer, is_free: bool) -> Billing {
        let Some(leg) = self.legs.get(self.leg) else { return Billing::Free };
        match &answer.usage {
            Some(usage) => {
                let terms = Terms {
                    at: attempt.sent_at,
                    service_tier: attempt.service_tier,
                    regional: self.settings.regional,
                };
                let cost = leg.model.cost(usage, &terms).ok();
                Billing::Reported { usage: usage.clone(), cost }
            }
            None if is_free => Billing::Free,
            None => Billing::Unknown { worst_case: leg.rung.worst_case },
        }
    }

    fn commit(&mut self, attempt: Attempt) {
        let amount = match &attempt.billing {
            Billing::Free => Pusd::ZERO,
            Billing::Reported { cost, .. } => cost.as_ref().map_or(Pusd::ZERO, |cost| cost.total),
            Billing::Unknown { worst_case } => worst_case.unwrap_or_default(),
        };
        self.committed = self.committed.saturating_add(amount);
        self.attempts.push(attempt);
    }

    /// Takes the attempt out of flight, with its answer as far as it came.
    fn land(&mut self) -> Option<(Flight, Answer)> {
        match core::mem::replace(&mut self.state, State::Ready) {
            State::Exchanging(flight) => {
                let answer = flight.exchange.fold.answer();
                Some((*flight, answer))
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    fn finish(&mut self, answer: Option<Answer>, error: Option<Error>) {
        let attempts = core::mem::take(&mut self.attempts);
        self.state = State::Done(Box::new(Outcome { answer, error, attempts }));
    }

    fn emit(&mut self, attempt: AttemptId, kind: EventKind) {
        self.actions.push_back(Action::Emit { event: Event { attempt, kind } });
    }
}

/// Where and when the next attempt goes.
#[derive(Clone, Copy, Debug)]
struct Next {
    leg: usize,
    at: Timestamp,
}

fn leg(
    request: &Request,
    rung: &Rung,
    catalog: &Catalog,
    settings: &CallSettings,
) -> Result<Leg, Error> {
    let model = catalog.stand_in(&rung.arm.model)?;
    let base_url = settings.base_urls.get(&model.provider);
    let how = BuildSettings {
        stream: settings.stream,
        base_url: base_url.map(|url| url.as_str()),
        allow_http: settings.allow_http,
    };
    let http = build(request, rung, catalog, how)?;
    Ok(Leg { rung: rung.clone(), model, request: http })
}

/// A wait the caller will not make is an error that carries the wait.
fn over_cap(mut error: Error, wait_ms: u64, cap_ms: u64) -> Error {
    error.message =
        format!("{}; it asks to wait {wait_ms} ms, the call may wait {cap_ms} ms", error.message);
    error.kind = ErrorKind::RateLimited;
    error.with("limitMs", cap_ms)
}

/// How long a refusal's body may take to say why.
const REFUSAL_PATIENCE_MS: u64 = 5_000;
