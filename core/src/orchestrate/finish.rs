//! What follows from a call that ended, and from the caller's word on a result.

use alloc::format;
use alloc::string::{String, ToString};

use farebox_derive::Readable;

use super::action::RunCallId;
use super::event::RunEventKind;
use super::run::{Open, Phase, Purpose, Run};
use super::settings::StepCheck;
use super::step::{Next, Progress, Step};
use super::work_plan::{Frame, WorkPlan, malformed};
use crate::call::{Answer, Finish, Outcome};
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::sorted::SortedSet;

impl Run {
    pub(super) fn finished(&mut self, call: RunCallId, outcome: Outcome) {
        let Outcome { answer, error, attempts } = outcome;
        let nothing_sent = attempts.is_empty();
        let cost = self.ledger.settle(call, attempts);
        let Some(Open { purpose, stopping, granted, .. }) = self.open.remove(&call) else { return };
        if let Some(step) = purpose.place().and_then(|place| self.steps.get_mut(place)) {
            step.cost = step.cost.saturating_add(cost);
        }
        match whole(answer, error) {
            Ok(answer) => self.call_answered(purpose, call, answer),
            // The run, not the caller, stopped it: what it says of being cancelled is no news.
            Err(_) if stopping && !matches!(self.phase, Phase::Stop { .. }) => {
                let late = self.late();
                self.call_failed(purpose, late);
            }
            Err(error) => match (purpose.place(), granted) {
                (Some(place), Some(granted))
                    if error.kind == ErrorKind::OverBudget
                        && nothing_sent
                        && purpose == Purpose::Step { place } =>
                {
                    if let Some(step) = self.steps.get_mut(place) {
                        step.progress = Progress::Ready;
                        step.starved_at = Some(granted);
                    }
                }
                _ => self.call_failed(purpose, error),
            },
        }
    }

    /// Takes the caller's word on a result.
    pub(super) fn checked(&mut self, check: RunCallId, accepted: bool, reason: &str) {
        let purpose = self.open.get(&check).map(|open| open.purpose);
        if let Some(Purpose::CallerCheck { place }) = purpose {
            self.open.remove(&check);
            self.judge(place, accepted, reason);
        }
    }

    pub(super) fn call_failed(&mut self, purpose: Purpose, error: Error) {
        if matches!(self.phase, Phase::Stop { .. }) {
            return;
        }
        // What is wrong with a key or with the data is wrong for every call to come.
        let is_fatal = matches!(
            error.kind,
            ErrorKind::Authentication
                | ErrorKind::InvalidCatalog
                | ErrorKind::InvalidPolicy
                | ErrorKind::Permission
        );
        if is_fatal {
            return self.stop(error);
        }
        match purpose {
            Purpose::Answer => {
                self.answer_tries += 1;
                let may_retry = self.answer_tries <= self.settings.limits.max_retries;
                if !may_retry || error.kind == ErrorKind::OverBudget {
                    self.end(None, Some(error));
                }
            }
            Purpose::Plan => self.plan_failed(error),
            Purpose::Step { place } => self.step_failed(place, error),
            Purpose::CallerCheck { place } | Purpose::Check { place } => self.take_unchecked(place),
        }
    }

    /// Takes a result nobody looked at.
    pub(super) fn take_unchecked(&mut self, place: usize) {
        self.take(place, None);
    }

    /// Names of the steps that are done.
    pub(super) fn done(&self) -> SortedSet<String> {
        let done = self.steps.iter().filter(|step| step.is_done());
        done.map(|step| step.plan.id.clone()).collect()
    }

    fn call_answered(&mut self, purpose: Purpose, call: RunCallId, answer: Answer) {
        let is_stopping = matches!(self.phase, Phase::Stop { .. });
        match purpose {
            Purpose::Step { place } => {
                let Some(step) = self.steps.get_mut(place) else { return };
                let is_to_be_checked = match self.settings.check {
                    StepCheck::Caller => true,
                    StepCheck::None => false,
                    StepCheck::Verifier => step.plan.acceptance.is_some(),
                };
                step.progress = Progress::Answered { call, answer };
                // What was paid for is kept, though nobody will look at it any more.
                if !is_to_be_checked || is_stopping {
                    self.take_unchecked(place);
                }
            }
            Purpose::Check { place } => match Verdict::parse(&answer.text) {
                Some(verdict) => self.judge(place, verdict.accepted, &verdict.reason),
                None => self.take_unchecked(place),
            },
            Purpose::Plan if !is_stopping => self.planned(&answer),
            Purpose::Answer if !is_stopping => {
                let trouble = self.trouble.take();
                self.end(Some(answer), trouble);
            }
            Purpose::Answer | Purpose::CallerCheck { .. } | Purpose::Plan => {}
        }
    }

    fn judge(&mut self, place: usize, accepted: bool, reason: &str) {
        let Some(step) = self.steps.get_mut(place) else { return };
        let Progress::Checking { call, answer } = &step.progress else { return };
        let (call, text) = (*call, answer.text.clone());
        let id = step.plan.id.clone();
        if !accepted {
            step.rejected = Some((text, reason.into()));
        }
        let reason = String::from(reason);
        self.emit(RunEventKind::StepChecked { step: id, call, accepted, reason: reason.clone() });
        if accepted {
            self.take(place, Some(true));
        } else if !matches!(self.phase, Phase::Stop { .. }) {
            self.step_failed(place, malformed(format!("the result was not accepted: {reason}")));
        }
    }

    fn take(&mut self, place: usize, accepted: Option<bool>) {
        let now = self.now;
        let Some(step) = self.steps.get_mut(place) else { return };
        match core::mem::replace(&mut step.progress, Progress::Done) {
            Progress::Answered { answer, .. } | Progress::Checking { answer, .. } => {
                step.answer = Some(answer.text);
                step.model = answer.model;
                step.accepted = accepted;
                step.ended_at = Some(now);
                let (step, model) = (step.plan.id.clone(), step.model.clone());
                self.emit(RunEventKind::StepDone { step, model, checked: accepted.is_some() });
            }
            other => step.progress = other,
        }
    }

    fn step_failed(&mut self, place: usize, error: Error) {
        let now = self.now;
        let rungs = self.settings.workers.len();
        let max_retries = self.settings.limits.max_retries;
        let Some(step) = self.steps.get_mut(place) else { return };
        let next = step.fail(error.clone(), rungs, max_retries);
        let (id, rung) = (step.plan.id.clone(), step.rung);
        if next == Next::Fail {
            step.ended_at = Some(now);
        }
        self.emit(match next {
            Next::Escalate => RunEventKind::StepEscalated { step: id, rung, because: error },
            Next::Fail => RunEventKind::StepFailed { step: id, error },
            Next::Retry => RunEventKind::StepRetried { step: id, because: error },
        });
    }

    fn planned(&mut self, answer: &Answer) {
        let materials = self.goal.materials.iter().map(|it| it.name.clone()).collect();
        let taken = self.steps.iter().map(|step| step.plan.id.clone()).collect();
        let (done, limits) = (self.done(), self.limits_left());
        let frame = Frame { materials: &materials, done: &done, taken: &taken, limits };
        match WorkPlan::parse(&answer.text, frame) {
            Ok(plan) => self.take_plan(plan, answer),
            Err(error) => self.plan_failed(error),
        }
    }

    fn take_plan(&mut self, plan: WorkPlan, answer: &Answer) {
        let number = self.plans;
        self.plans += 1;
        self.drop_ready_steps();
        self.emit(RunEventKind::Planned { plan: number, steps: plan.steps.clone() });
        self.steps.extend(plan.steps.into_iter().map(|step| Step::new(step, number)));
        self.phase = Phase::Work;
        let is_direct = self.steps.iter().all(|step| step.plan_number != number);
        if is_direct {
            // An answer inside a plan is words; any other form is asked for in its own right.
            match plan.answer.filter(|_| self.goal.request.output.is_text()) {
                Some(text) => self.end(Some(Answer { text, ..answer.clone() }), None),
                None => self.phase = Phase::Answer,
            }
        }
    }

    fn plan_failed(&mut self, error: Error) {
        self.plans += 1;
        if error.kind != ErrorKind::OverBudget && self.may_replan() {
            self.phase = Phase::Plan { because: Some(error) };
        } else {
            self.conclude(Some(error));
        }
    }

    /// A new plan takes the place of what is left of the old ones.
    fn drop_ready_steps(&mut self) {
        let now = self.now;
        let mut dropped = alloc::vec::Vec::new();
        for step in self.steps.iter_mut().filter(|step| step.progress == Progress::Ready) {
            step.progress = Progress::Skipped;
            step.ended_at = Some(now);
            dropped.push(step.plan.id.clone());
        }
        for step in dropped {
            self.emit(RunEventKind::StepSkipped { step });
        }
    }
}

/// The verifier's word.
#[derive(Readable)]
struct Verdict {
    reason: String,
    accepted: bool,
}

impl Verdict {
    fn parse(text: &str) -> Option<Self> {
        json::parse_as(text.trim().as_bytes()).ok()
    }
}

/// The answer of a call, if it can be worked with.
fn whole(answer: Option<Answer>, error: Option<Error>) -> Result<Answer, Error> {
    if let Some(error) = error {
        return Err(error);
    }
    let answer = answer.ok_or_else(|| malformed("the call ended without an answer"))?;
    if let Some(refusal) = &answer.refusal {
        let message = format!("the model refused: {refusal}");
        return Err(Error::new(ErrorKind::ContentFiltered, message));
    }
    match answer.finish {
        Some(Finish::ContentFilter) => {
            let message = "the provider withheld the rest of the answer".to_string();
            Err(Error::new(ErrorKind::ContentFiltered, message))
        }
        Some(Finish::Length) => Err(malformed("the answer was cut at its limit of tokens")),
        _ if !answer.tool_calls.is_empty() => {
            Err(malformed("the model wants tools called, and a run has nobody to call them"))
        }
        _ if answer.text.trim().is_empty() => Err(malformed("the answer is empty")),
        _ => Ok(answer),
    }
}
