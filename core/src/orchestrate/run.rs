//! The machine: its state, the two doors, and the clock.
//!
//! INVARIANT: every path from an open call leads to its end. A call is finished by its host,
//! stopped at its deadline and written off after a grace; each of these removes it from `open`,
//! tries of a step and plans only count upward to their limits, and so `poll` reaches `Finish`.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};

use super::action::{RunAction, RunCallId, RunInput, RunRole};
use super::event::{RunEvent, RunEventKind};
use super::ledger::Ledger;
use super::outcome::RunOutcome;
use super::quote::RunQuote;
use super::settings::{Goal, RunSettings};
use super::step::{Progress, Step};
use crate::call::Answer;
use crate::error::{Error, ErrorKind};
use crate::json::{self, Node};
use crate::money::Pusd;
use crate::sorted::SortedMap;
use crate::time::Timestamp;

/// A goal on its way through a plan, its steps and a final answer.
///
/// The one rule for hosts: after `handle`, `poll` until it says `Wait` or `Finish`. Spurious calls
/// are harmless; what is said of a call that is over is ignored by its id.
#[derive(Clone, Debug, PartialEq, Readable, Writable)]
pub struct Run {
    pub(super) goal: Goal,
    pub(super) settings: RunSettings,
    started_at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) phase: Phase,
    pub(super) steps: Vec<Step>,
    pub(super) open: SortedMap<RunCallId, Open>,
    next_call: u32,
    /// Plans the planner was asked for and answered, well or badly.
    pub(super) plans: u32,
    /// Final answers it was asked for and failed to give.
    pub(super) answer_tries: u32,
    /// Why the run will not be complete, once something could not be done.
    pub(super) trouble: Option<Error>,
    pub(super) ledger: Ledger,
    /// Nothing of it is saved: what it asks for is asked for again.
    #[serde(with = "unsaved")]
    out: VecDeque<RunAction>,
}

#[derive(Clone, Debug, PartialEq, Readable, Writable)]
#[serde(tag = "type")]
pub(super) enum Phase {
    Plan {
        because: Option<Error>,
    },
    Work,
    Answer,
    /// Everything under way is being cancelled.
    Stop {
        error: Error,
    },
    Over {
        outcome: Box<RunOutcome>,
    },
}

/// A call, or a check by the caller, that has not been reported back.
#[derive(Clone, Debug, PartialEq, Readable, Writable)]
pub(super) struct Open {
    pub(super) purpose: Purpose,
    deadline: Timestamp,
    /// Whether the host has been told to stop it.
    pub(super) stopping: bool,
    /// What the run had left for it, where that was less than the policy's own limit.
    pub(super) granted: Option<Pusd>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Readable, Writable)]
#[serde(tag = "type")]
pub(super) enum Purpose {
    Answer,
    /// The caller's own check of the step at this place.
    CallerCheck {
        place: usize,
    },
    /// The verifier's check of the step at this place.
    Check {
        place: usize,
    },
    Plan,
    Step {
        place: usize,
    },
}

impl Run {
    /// A run towards a goal, which has not asked for anything yet.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the goal is empty, brings function tools, or names a material badly
    /// or twice; `invalid_policy` when a limit is zero or there is no policy for workers.
    pub fn new(goal: Goal, settings: RunSettings, now: Timestamp) -> Result<Self, Error> {
        goal.check()?;
        settings.check()?;
        Ok(Self {
            goal,
            settings,
            started_at: now,
            now,
            phase: Phase::Plan { because: None },
            steps: Vec::new(),
            open: SortedMap::new(),
            next_call: 0,
            plans: 0,
            answer_tries: 0,
            trouble: None,
            ledger: Ledger::default(),
            out: VecDeque::new(),
        })
    }

    /// The same run with what was quoted for it, to stand on its receipt.
    #[must_use]
    pub fn quoted(mut self, quote: RunQuote) -> Self {
        self.ledger.receipt_mut().quote = Some(quote);
        self
    }

    /// What the host is to do next.
    pub fn poll(&mut self, now: Timestamp) -> RunAction {
        self.now = self.now.max(now);
        self.expire();
        loop {
            if let Some(action) = self.out.pop_front() {
                return action;
            }
            if let Phase::Over { outcome } = &self.phase {
                return RunAction::Finish { outcome: outcome.clone() };
            }
            let phase = core::mem::discriminant(&self.phase);
            self.advance();
            if self.out.is_empty() && phase == core::mem::discriminant(&self.phase) {
                return RunAction::Wait { until: self.next_deadline() };
            }
        }
    }

    /// Takes what happened; poll afterwards.
    pub fn handle(&mut self, input: RunInput, now: Timestamp) {
        self.now = self.now.max(now);
        if matches!(self.phase, Phase::Over { .. }) {
            return;
        }
        match input {
            RunInput::Cancel => {
                self.stop(Error::new(ErrorKind::Cancelled, "the caller cancelled the run"));
            }
            RunInput::Checked { check, accepted, reason } => self.checked(check, accepted, &reason),
            RunInput::Finished { call, outcome } => self.finished(call, *outcome),
            RunInput::Quoted { call, worst_case } => self.ledger.quoted(call, worst_case),
            RunInput::Tick => {}
        }
    }

    /// The whole state as JSON text, to be kept until the run is over. When `poll` says `Wait`, no
    /// event is left that nobody saw.
    pub fn save(&self) -> String {
        json::text(&Saved { schema: SCHEMA, run: self })
    }

    /// A saved run as it goes on after a crash. Nothing that was finished is asked for again.
    /// Calls that were under way are asked for again under the same key, and what the lost ones
    /// may have cost stands on the receipt as unsettled.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no run, or one of another version.
    pub fn resume(saved: &str, now: Timestamp) -> Result<Self, Error> {
        let wrong = |error| Error::invalid_request(format!("no saved run: {error}"));
        let saved = json::nodes(saved.as_bytes()).map_err(wrong)?;
        let schema = saved.get("schema").and_then(Node::as_str).unwrap_or("none");
        if schema != SCHEMA {
            return Err(Error::invalid_request(format!(
                "the saved run is `{schema}`, this version reads `{SCHEMA}`"
            )));
        }
        let mut run: Self =
            json::read_node(saved.get("run").unwrap_or(&Node::Null)).map_err(wrong)?;
        let paused_ms = now.ms_since(run.now);
        run.started_at = run.started_at.after_ms(paused_ms);
        run.now = run.now.max(now);
        for (call, _) in core::mem::take(&mut run.open) {
            run.ledger.lose(call);
        }
        run.steps.iter_mut().for_each(Step::reopen);
        Ok(run)
    }

    /// What the run has cost so far, as far as it was reported.
    pub fn spent(&self) -> Pusd {
        self.ledger.spent()
    }

    /// Opens a call or a check and gives it a deadline.
    pub(super) fn open(
        &mut self,
        purpose: Purpose,
        granted: Option<Pusd>,
    ) -> (RunCallId, Timestamp) {
        let call = RunCallId(self.next_call);
        self.next_call += 1;
        let deadline = self.now.after_ms(self.settings.limits.call_timeout_ms).min(self.deadline());
        self.open.insert(call, Open { purpose, deadline, stopping: false, granted });
        (call, deadline)
    }

    pub(super) fn push(&mut self, action: RunAction) {
        self.out.push_back(action);
    }

    pub(super) fn emit(&mut self, kind: RunEventKind) {
        let event = RunEvent { at: self.now, spent: self.ledger.spent(), kind };
        self.push(RunAction::Emit { event });
    }

    /// Cancels everything under way; the run is over once it has all been reported back.
    pub(super) fn stop(&mut self, error: Error) {
        if matches!(self.phase, Phase::Stop { .. } | Phase::Over { .. }) {
            return;
        }
        self.emit(RunEventKind::Stopping { error: error.clone() });
        self.phase = Phase::Stop { error };
        self.open.retain(|_, open| !matches!(open.purpose, Purpose::CallerCheck { .. }));
        let calls: Vec<RunCallId> = self.open.keys().copied().collect();
        for call in calls {
            self.stop_call(call);
        }
    }

    /// Ends the run with what there is.
    pub(super) fn end(&mut self, answer: Option<Answer>, error: Option<Error>) {
        let now = self.now;
        let mut skipped = Vec::new();
        for step in &mut self.steps {
            if !matches!(step.progress, Progress::Done | Progress::Failed | Progress::Skipped) {
                step.progress = Progress::Skipped;
                step.ended_at = Some(now);
                skipped.push(step.plan.id.clone());
            }
        }
        for step in skipped {
            self.emit(RunEventKind::StepSkipped { step });
        }
        let steps = self.steps.iter().map(|step| step.report(&self.steps)).collect();
        let receipt = self.ledger.receipt().clone();
        let outcome = Box::new(RunOutcome { answer, error, steps, receipt });
        self.phase = Phase::Over { outcome };
    }

    fn deadline(&self) -> Timestamp {
        self.started_at.after_ms(self.settings.limits.total_timeout_ms)
    }

    fn next_deadline(&self) -> Timestamp {
        self.open.values().map(|open| open.deadline).min().unwrap_or_else(|| self.deadline())
    }

    fn stop_call(&mut self, call: RunCallId) {
        let grace_ends = self.now.after_ms(STOP_GRACE_MS);
        let Some(open) = self.open.get_mut(&call).filter(|open| !open.stopping) else { return };
        open.stopping = true;
        open.deadline = grace_ends;
        self.push(RunAction::Stop { call });
    }

    /// Acts on every deadline that has passed.
    fn expire(&mut self) {
        let now = self.now;
        if now >= self.deadline() {
            let limit_ms = self.settings.limits.total_timeout_ms;
            let message = format!("the run took longer than {limit_ms} ms");
            self.stop(Error::new(ErrorKind::Timeout, message).with("limitMs", limit_ms));
        }
        let due = |(call, open): (&RunCallId, &Open)| (open.deadline <= now).then_some(*call);
        let due: Vec<RunCallId> = self.open.iter().filter_map(due).collect();
        for call in due {
            let Some(open) = self.open.get(&call) else { continue };
            if open.stopping {
                let purpose = open.purpose;
                self.open.remove(&call);
                self.ledger.lose(call);
                let late = self.late();
                self.call_failed(purpose, late);
            } else if let Purpose::CallerCheck { place: step } = open.purpose {
                let id = self.steps.get(step).map_or("", |step| &step.plan.id);
                let message = format!("the caller's check of step `{id}` did not answer in time");
                self.stop(Error::new(ErrorKind::Timeout, message));
            } else {
                self.stop_call(call);
            }
        }
    }

    pub(super) fn late(&self) -> Error {
        let limit_ms = self.settings.limits.call_timeout_ms;
        let message = format!("the call took longer than {limit_ms} ms");
        Error::new(ErrorKind::Timeout, message).with("limitMs", limit_ms)
    }

    /// Calls under way; the caller's checks are not calls.
    pub(super) fn calls_under_way(&self) -> usize {
        let is_call = |open: &&Open| !matches!(open.purpose, Purpose::CallerCheck { .. });
        self.open.values().filter(is_call).count()
    }
}

impl Purpose {
    pub(super) fn role(self) -> RunRole {
        match self {
            Self::Answer | Self::Plan => RunRole::Planner,
            Self::CallerCheck { .. } | Self::Check { .. } => RunRole::Verifier,
            Self::Step { .. } => RunRole::Worker,
        }
    }

    /// The place of the step it is for.
    pub(super) fn place(self) -> Option<usize> {
        match self {
            Self::Answer | Self::Plan => None,
            Self::CallerCheck { place } | Self::Check { place } | Self::Step { place } => {
                Some(place)
            }
        }
    }
}

#[derive(Writable)]
struct Saved<'a> {
    schema: &'static str,
    run: &'a Run,
}

/// What a run has not asked for yet is asked for again, so it need not be saved.
mod unsaved {
    use super::{RunAction, VecDeque};
    use crate::json::{Node, Unreadable, Writer};

    pub(super) fn read(_: &mut VecDeque<RunAction>, _: &Node<'_>) -> Result<(), Unreadable> {
        Ok(())
    }

    pub(super) fn write(_: &VecDeque<RunAction>, out: &mut Writer) {
        out.raw("null");
    }
}

const SCHEMA: &str = "farebox-run/2";

/// How long a stopped call may take to report how it ended.
const STOP_GRACE_MS: u64 = 5_000;
