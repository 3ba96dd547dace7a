//! One call on its way: the host loop of six arms, as a stream of events.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use farebox_core::budget::HoldId;
use farebox_core::call::{
    Action, Answer, AttemptId, Call, Event, EventKind, HttpRequest, Input, Outcome, Ticket, Turn,
};
use farebox_core::error::Error;
use farebox_core::provider::RateLimit;
use farebox_core::quote::Quote;
use farebox_core::receipt::{Receipt, settle};
use farebox_core::request::ModelId;
use farebox_core::time::Timestamp;
use futures_core::Stream;
use tokio::time::Sleep;

use crate::client::{Failure, Inner, Reply};
use crate::clock::Clock;
use crate::orchestrate::Verdict;
use crate::telemetry::Telling;
use crate::transport::{self, Arrival, Exchange};

/// The events of one call, as they come.
///
/// It is a [`Stream`]; [`next`](Self::next) does without a library of streams. Dropping it cancels
/// the call: the connection is closed, and what it may have cost counts as its worst case.
pub struct Flow {
    inner: Arc<Inner>,
    quote: Quote,
    call: Call,
    clock: Clock,
    exchange: Option<Exchange>,
    /// The moment to wake up at, and what wakes.
    timer: Option<(Timestamp, Pin<Box<Sleep>>)>,
    outcome: Option<Outcome>,
    hold: Option<HoldId>,
    rate_limit: RateLimit,
    /// The model of the attempt under way, and its place in the queue for it.
    model: Option<ModelId>,
    ticket: Option<Ticket>,
    /// The caller's check of an answer, while it runs.
    verdict: Option<(AttemptId, Judging)>,
    telling: Telling,
}

/// A check of answers that is the caller's own.
pub(crate) type Verifier = Box<dyn Fn(Answer) -> Judging + Send + Sync>;

type Judging = Pin<Box<dyn Future<Output = Verdict> + Send>>;

impl Flow {
    pub(crate) fn new(
        inner: Arc<Inner>,
        quote: Quote,
        call: Call,
        clock: Clock,
        hold: Option<HoldId>,
    ) -> Self {
        Self {
            inner,
            quote,
            call,
            clock,
            exchange: None,
            timer: None,
            outcome: None,
            hold,
            rate_limit: RateLimit::default(),
            model: None,
            ticket: None,
            verdict: None,
            telling: Telling::default(),
        }
    }

    /// The next event; nothing once the call is over.
    ///
    /// # Errors
    ///
    /// How the call failed, as its last item.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What was said before sending.
    pub fn quote(&self) -> &Quote {
        &self.quote
    }

    /// What the provider last said may still be asked of it.
    pub fn rate_limit(&self) -> RateLimit {
        self.rate_limit
    }

    /// How the call ended, once it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The receipt, once the call has ended.
    pub fn receipt(&self) -> Option<Receipt> {
        self.outcome.as_ref().map(|outcome| self.settle(outcome))
    }

    /// Stops the call where it is and gives the receipt of what it may have cost.
    pub fn cancel(mut self) -> Receipt {
        let outcome = self.end();
        self.settle(&outcome)
    }

    /// Waits for the end and gives the whole answer.
    ///
    /// # Errors
    ///
    /// How the call failed, with the receipt of what it cost all the same.
    pub async fn finish(mut self) -> Result<Reply, Box<Failure>> {
        while let Some(event) = self.next().await {
            if event.is_err() {
                break;
            }
        }
        let outcome = self.end();
        let receipt = self.settle(&outcome);
        let quote = self.quote.clone();
        match (outcome.error, outcome.answer) {
            (None, Some(answer)) => Ok(Reply { answer, receipt, quote }),
            (error, answer) => Err(Box::new(Failure {
                error: error.unwrap_or_else(|| Error::invalid_request("the call gave no answer")),
                answer,
                receipt: Some(receipt),
                earlier: Vec::new(),
            })),
        }
    }

    fn settle(&self, outcome: &Outcome) -> Receipt {
        let baseline = self.inner.baseline.as_ref();
        settle(outcome, self.quote.chosen(), &self.inner.catalog, baseline)
    }

    /// Ends the call now, if it has not ended.
    pub(crate) fn end(&mut self) -> Outcome {
        if let Some(outcome) = &self.outcome {
            return outcome.clone();
        }
        self.exchange = None;
        self.call.handle(Input::Cancel, self.clock.now());
        loop {
            if let Action::Finish { outcome } = self.call.poll(self.clock.now()) {
                return self.conclude(*outcome);
            }
        }
    }

    /// Takes the end of the call, and gives back what of its hold was not spent.
    fn conclude(&mut self, outcome: Outcome) -> Outcome {
        let outcome = self.inner.scrub_outcome(outcome);
        let answer = outcome.answer.as_ref().map(|answer| (answer, self.inner.records_content));
        self.telling.end(&outcome.attempts, answer);
        self.verdict = None;
        if let (Some(ticket), Some(mut limits)) =
            (self.ticket.take(), self.inner.lock_rate_limits())
        {
            limits.leave(ticket);
        }
        if let Some(hold) = self.hold.take() {
            self.inner.settle(hold, &self.settle(&outcome));
        }
        self.outcome = Some(outcome.clone());
        outcome
    }

    fn begin(&mut self, attempt: AttemptId, request: &HttpRequest) {
        if let Some(until) = self.wait_for_turn() {
            self.call.handle(Input::Deferred { attempt, until }, self.clock.now());
            return;
        }
        self.telling.end(self.call.attempts(), None);
        if let Some(model) = &self.model {
            let content = self.inner.records_content;
            self.telling.begin(attempt, model, request, content);
        }
        let secret = self.inner.keys.get(&request.provider);
        match transport::send(&self.inner.http, request, secret) {
            Ok(exchange) => self.exchange = Some(exchange),
            Err(message) => {
                let lost = Input::Lost { attempt, message, unsent: true };
                self.call.handle(lost, self.clock.now());
            }
        }
    }

    /// Until when the caller's own rate limits hold the attempt back, if they do.
    fn wait_for_turn(&mut self) -> Option<Timestamp> {
        let mut limits = self.inner.lock_rate_limits()?;
        let model = self.model.as_ref()?;
        let tokens = self.quote.estimate(model).map_or(0, |estimate| {
            estimate.input.tokens.expected.saturating_add(estimate.output.tokens.expected)
        });
        let ticket = *self.ticket.get_or_insert_with(|| limits.join(model, tokens));
        match limits.turn(ticket, self.clock.now()) {
            Turn::Go => {
                self.ticket = None;
                None
            }
            Turn::Wait { until } => Some(until),
        }
    }

    /// Notes what an event means for the loop itself.
    fn notice(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Started { model, .. } => self.model = Some(model.clone()),
            EventKind::Judging { answer } => {
                let verifier = self.inner.verifier.as_ref();
                self.verdict =
                    verifier.map(|verifier| (event.attempt, verifier(Answer::clone(answer))));
            }
            _ => {}
        }
    }

    /// Waits for bytes until a moment; whether anything was handled.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        attempt: AttemptId,
        until: Timestamp,
        now: Timestamp,
    ) -> Poll<()> {
        let arrival = match &mut self.exchange {
            Some(exchange) => exchange.poll_arrival(cx),
            None => Poll::Ready(Arrival::Lost {
                message: "the connection was closed".into(),
                unsent: false,
            }),
        };
        let Poll::Ready(arrival) = arrival else { return self.poll_sleep(cx, until) };
        let input = match arrival {
            Arrival::Head { status, headers } => {
                self.rate_limit = RateLimit::read(&headers, now);
                let limits = self.inner.lock_rate_limits();
                if let (Some(mut limits), Some(model)) = (limits, &self.model) {
                    limits.learn(model, &headers, now);
                }
                Input::Head { attempt, status, headers }
            }
            Arrival::Body(bytes) => {
                self.call.take_body(attempt, &bytes, now);
                return Poll::Ready(());
            }
            Arrival::End => Input::End { attempt },
            Arrival::Lost { message, unsent } => Input::Lost { attempt, message, unsent },
        };
        self.call.handle(input, now);
        Poll::Ready(())
    }

    fn poll_sleep(&mut self, cx: &mut Context<'_>, until: Timestamp) -> Poll<()> {
        if let Some((attempt, judging)) = &mut self.verdict
            && let Poll::Ready(verdict) = judging.as_mut().poll(cx)
        {
            let verdict = Input::Verdict { attempt: *attempt, refused: verdict.err() };
            (self.verdict, self.timer) = (None, None);
            self.call.handle(verdict, self.clock.now());
            return Poll::Ready(());
        }
        // Patience is renewed with every piece that comes. A timer set for before is left to fire
        // early, which is harmless, rather than set anew each time.
        let timer = match self.timer.take().filter(|(set_for, _)| *set_for <= until) {
            Some(timer) => timer,
            None => (until, Box::pin(tokio::time::sleep(self.clock.until(until)))),
        };
        let (_, sleep) = self.timer.insert(timer);
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.timer = None;
        self.call.handle(Input::Tick, self.clock.now());
        Poll::Ready(())
    }
}

impl Stream for Flow {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.outcome.is_some() {
            return Poll::Ready(None);
        }
        loop {
            // Several come of the same bytes, and the clock stands still for them.
            if let Some(event) = this.call.next_event() {
                this.notice(&event);
                return Poll::Ready(Some(Ok(this.inner.scrub_event(event))));
            }
            let now = this.clock.now();
            let handled = match this.call.poll(now) {
                Action::Abort { .. } => {
                    this.exchange = None;
                    continue;
                }
                Action::Emit { event } => {
                    this.notice(&event);
                    return Poll::Ready(Some(Ok(this.inner.scrub_event(event))));
                }
                Action::Finish { outcome } => {
                    let outcome = this.conclude(*outcome);
                    this.drain(cx);
                    return Poll::Ready(outcome.error.map(Err));
                }
                Action::Receive { attempt, until } => this.poll_receive(cx, attempt, until, now),
                Action::Send { attempt, request } => {
                    this.begin(attempt, &request);
                    continue;
                }
                Action::Sleep { until } => this.poll_sleep(cx, until),
            };
            if handled.is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl Flow {
    /// Reads the end of the body where it is already here, so that the connection can be reused.
    fn drain(&mut self, cx: &mut Context<'_>) {
        if let Some(exchange @ Exchange::Receiving(_)) = &mut self.exchange {
            while let Poll::Ready(Arrival::Body(_)) = exchange.poll_arrival(cx) {}
        }
        self.exchange = None;
        self.timer = None;
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("model", &self.quote.decision.chosen.model)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Events that carry words of the provider's errors, which may repeat a key.
pub(crate) fn error_of(kind: &mut EventKind) -> Option<&mut Error> {
    match kind {
        EventKind::AttemptFailed { error } | EventKind::Waiting { error, .. } => Some(error),
        _ => None,
    }
}
