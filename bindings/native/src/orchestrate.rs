//! A run on its way: the host loop of the orchestrator, as a stream of events.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use farebox_core::call::{Answer, Outcome};
use farebox_core::error::Error;
use farebox_core::orchestrate::{
    Goal, Market, Run, RunAction, RunCallId, RunEvent, RunEventKind, RunInput, RunOutcome,
    RunQuote, RunSettings, quote_run,
};
use farebox_core::request::Request;
use farebox_core::route::{Observation, Policy};
use farebox_core::time::Timestamp;
use futures_core::Stream;
use tokio::time::Sleep;

use crate::client::Client;
use crate::clock::Clock;
use crate::flow::Flow;

/// What a caller's check says of a result: whether it will do, and why not.
pub type Verdict = Result<(), String>;

type CheckFuture = Pin<Box<dyn Future<Output = Verdict> + Send>>;
type CheckFn = Box<dyn FnMut(StepResult) -> CheckFuture + Send>;
type SaveFn = Box<dyn FnMut(&str) + Send>;

/// The result of a step, for the caller's own check.
#[derive(Clone, Debug, PartialEq)]
pub struct StepResult {
    /// The step.
    pub step: String,
    /// What the plan says makes a result acceptable.
    pub acceptance: Option<String>,
    /// The result.
    pub answer: Answer,
}

/// A goal on its way through a plan, its steps and a final answer.
///
/// It is a [`Stream`] of [`RunEvent`]s; [`next`](Self::next) does without a library of streams,
/// [`finish`](Self::finish) waits for the end. Dropping it cancels every call.
pub struct Running {
    client: Client,
    run: Run,
    clock: Clock,
    flows: Vec<(RunCallId, Flow)>,
    checks: Vec<(RunCallId, CheckFuture)>,
    check: Option<CheckFn>,
    save: Option<SaveFn>,
    /// Decisions by call, so that what is said of a result can be learned from.
    decisions: BTreeMap<RunCallId, String>,
    timer: Option<(Timestamp, Pin<Box<Sleep>>)>,
    is_saved: bool,
    outcome: Option<RunOutcome>,
}

impl Client {
    /// What a whole run will cost, what the strongest model alone would, and whether the split
    /// pays. Nothing is sent.
    ///
    /// # Errors
    ///
    /// As [`Client::quote`], for any request of the run.
    pub fn quote_run(&self, goal: &Goal, settings: &RunSettings) -> Result<RunQuote, Error> {
        let settings = self.inherited(settings.clone());
        let posterior = self.posterior();
        let market = Market {
            catalog: self.catalog(),
            vocabularies: self.vocabularies(),
            posterior: &posterior,
            now: Clock::new().now(),
        };
        quote_run(goal, &settings, market)
    }

    /// Starts a run towards a goal: a planner splits it, workers do the steps in parallel, a
    /// verifier or the caller looks at them, the planner gives the answer.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the goal cannot be run, `invalid_policy` when the settings cannot.
    pub fn run(&self, goal: Goal, settings: RunSettings) -> Result<Running, Error> {
        let mut settings = self.inherited(settings);
        settings.idempotency_key.get_or_insert_with(crate::client::name);
        let clock = Clock::new();
        let quote = self.quote_run(&goal, &settings).ok();
        let mut run = Run::new(goal, settings, clock.now())?;
        if let Some(quote) = quote {
            run = run.quoted(quote);
        }
        Ok(Running::new(self.clone(), run, clock))
    }

    /// Goes on with a run that was saved, after a crash say.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no saved run of this version.
    pub fn resume(&self, saved: &str) -> Result<Running, Error> {
        let clock = Clock::new();
        let run = Run::resume(saved, clock.now())?;
        Ok(Running::new(self.clone(), run, clock))
    }

    fn inherited(&self, mut settings: RunSettings) -> RunSettings {
        settings.inherit(self.policy());
        settings
    }
}

impl Running {
    fn new(client: Client, run: Run, clock: Clock) -> Self {
        Self {
            client,
            run,
            clock,
            flows: Vec::new(),
            checks: Vec::new(),
            check: None,
            save: None,
            decisions: BTreeMap::new(),
            timer: None,
            is_saved: false,
            outcome: None,
        }
    }

    /// Looks at results with a function of the caller's. A run whose check is
    /// [`StepCheck::Caller`](farebox_core::orchestrate::StepCheck::Caller) is cancelled at its
    /// first result without one.
    #[must_use]
    pub fn check<F, Fut>(mut self, mut check: F) -> Self
    where
        F: FnMut(StepResult) -> Fut + Send + 'static,
        Fut: Future<Output = Verdict> + Send + 'static,
    {
        self.check = Some(Box::new(move |result| Box::pin(check(result))));
        self
    }

    /// Hands over the state as JSON text whenever it has changed, before the calls it asks for are
    /// sent: kept somewhere safe, it is what [`Client::resume`] goes on from.
    #[must_use]
    pub fn save(mut self, save: impl FnMut(&str) + Send + 'static) -> Self {
        self.save = Some(Box::new(save));
        self
    }

    /// The next event; nothing once the run is over.
    pub async fn next(&mut self) -> Option<RunEvent> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for the end.
    pub async fn finish(mut self) -> RunOutcome {
        while self.next().await.is_some() {}
        self.end()
    }

    /// How the run ended, once it has.
    pub fn outcome(&self) -> Option<&RunOutcome> {
        self.outcome.as_ref()
    }

    /// Cancels every call and gives what there is.
    pub fn cancel(mut self) -> RunOutcome {
        self.end()
    }

    /// Ends the run now, if it has not ended.
    fn end(&mut self) -> RunOutcome {
        if let Some(outcome) = &self.outcome {
            return outcome.clone();
        }
        self.run.handle(RunInput::Cancel, self.clock.now());
        loop {
            match self.run.poll(self.clock.now()) {
                RunAction::Finish { outcome } => {
                    self.outcome = Some((*outcome).clone());
                    return *outcome;
                }
                RunAction::Stop { call } => self.stop(call),
                // Whatever is still open is given up as if its grace had passed.
                RunAction::Wait { until } => self.run.handle(RunInput::Tick, until),
                RunAction::Call { .. } | RunAction::Check { .. } | RunAction::Emit { .. } => {}
            }
        }
    }

    fn begin(&mut self, call: RunCallId, request: &Request, policy: &Policy, key: &str) {
        match self.client.call(request, policy, idempotency_key(key)) {
            Ok(flow) => {
                if let Some(worst_case) = flow.quote().plan.worst_case {
                    let quoted = RunInput::Quoted { call, worst_case };
                    self.run.handle(quoted, self.clock.now());
                }
                self.decisions.insert(call, flow.quote().decision.id.clone());
                self.flows.push((call, flow));
            }
            Err(error) => {
                let outcome = Outcome { answer: None, error: Some(error), attempts: Vec::new() };
                self.finished(call, outcome);
            }
        }
    }

    fn look_at(&mut self, check: RunCallId, result: StepResult) {
        match &mut self.check {
            Some(function) => self.checks.push((check, function(result))),
            None => self.run.handle(RunInput::Cancel, self.clock.now()),
        }
    }

    fn stop(&mut self, call: RunCallId) {
        if let Some(place) = self.flows.iter().position(|(id, _)| *id == call) {
            let (_, mut flow) = self.flows.swap_remove(place);
            let outcome = flow.end();
            self.finished(call, outcome);
        }
    }

    fn finished(&mut self, call: RunCallId, outcome: Outcome) {
        let input = RunInput::Finished { call, outcome: Box::new(outcome) };
        self.run.handle(input, self.clock.now());
        self.is_saved = false;
    }

    /// What is said of a step's result is what its kind of step is routed by from then on.
    fn learn(&mut self, event: &RunEvent) {
        if let RunEventKind::StepChecked { call, accepted, .. } = &event.kind
            && let Some(decision) = self.decisions.remove(call)
        {
            let observation = Observation::success(*accepted);
            let now = self.clock.now();
            // A decision forgotten meanwhile has nothing left to teach.
            let _ = self
                .client
                .update_posterior(|posterior| posterior.observe(&decision, &observation, now));
        }
    }

    /// Moves every call and check on; whether any of them ended.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> bool {
        let mut ended = Vec::new();
        for (call, flow) in &mut self.flows {
            while let Poll::Ready(event) = Pin::new(&mut *flow).poll_next(cx) {
                if event.is_none_or(|event| event.is_err()) {
                    ended.push(*call);
                    break;
                }
            }
        }
        let mut judged = Vec::new();
        self.checks.retain_mut(|(check, future)| match future.as_mut().poll(cx) {
            Poll::Ready(verdict) => {
                judged.push((*check, verdict));
                false
            }
            Poll::Pending => true,
        });
        let any = !ended.is_empty() || !judged.is_empty();
        for call in ended {
            self.stop(call);
        }
        for (check, verdict) in judged {
            let (accepted, reason) = match verdict {
                Ok(()) => (true, String::new()),
                Err(reason) => (false, reason),
            };
            let checked = RunInput::Checked { check, accepted, reason };
            self.run.handle(checked, self.clock.now());
            self.is_saved = false;
        }
        any
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, until: Timestamp) -> bool {
        if self.timer.as_ref().is_none_or(|(set, _)| *set != until) {
            let sleep = tokio::time::sleep(self.clock.until(until));
            self.timer = Some((until, Box::pin(sleep)));
        }
        let Some((_, timer)) = &mut self.timer else { return false };
        if timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.timer = None;
        self.run.handle(RunInput::Tick, self.clock.now());
        true
    }

    fn keep(&mut self) {
        if let Some(save) = self.save.as_mut().filter(|_| !self.is_saved) {
            save(&self.run.save());
        }
        self.is_saved = true;
    }
}

impl Stream for Running {
    type Item = RunEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<RunEvent>> {
        let this = &mut *self;
        if this.outcome.is_some() {
            return Poll::Ready(None);
        }
        loop {
            match this.run.poll(this.clock.now()) {
                RunAction::Call { call, request, policy, key, .. } => {
                    this.is_saved = false;
                    this.begin(call, &request, &policy, &key);
                }
                RunAction::Check { check, step, acceptance, answer } => {
                    this.look_at(check, StepResult { step, acceptance, answer: *answer });
                }
                RunAction::Emit { event } => {
                    this.learn(&event);
                    return Poll::Ready(Some(event));
                }
                RunAction::Finish { outcome } => {
                    this.outcome = Some(*outcome);
                    return Poll::Ready(None);
                }
                RunAction::Stop { call } => this.stop(call),
                RunAction::Wait { until } => {
                    this.keep();
                    if !this.poll_open(cx) && !this.poll_timer(cx, until) {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("calls", &self.flows.len())
            .field("spent", &self.run.spent())
            .finish_non_exhaustive()
    }
}

/// A header's worth of a key whose words came from a model: the same key, the same header.
fn idempotency_key(key: &str) -> String {
    let hash = |start: u64| {
        key.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
    };
    format!("farebox-{:016x}{:016x}", hash(FNV_START), hash(!FNV_START))
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x100_0000_01b3;
