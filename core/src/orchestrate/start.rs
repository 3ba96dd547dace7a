//! What a run does next, when nothing that happened is left to act on.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::action::{RunAction, RunCallId};
use super::event::RunEventKind;
use super::prompt;
use super::run::{Phase, Purpose, Run};
use super::settings::{RunLimits, StepCheck};
use super::step::{Progress, Step};
use crate::error::{Error, ErrorKind};
use crate::money::Pusd;
use crate::request::Request;
use crate::route::Policy;
use crate::sorted::SortedSet;

impl Run {
    /// Starts whatever can start, or goes to the next phase; changes nothing when all that can be
    /// done is to wait.
    pub(super) fn advance(&mut self) {
        match &self.phase {
            Phase::Plan { because } if self.open.is_empty() => {
                let because = because.clone();
                self.start_plan(because);
            }
            Phase::Work => self.advance_work(),
            Phase::Answer if self.open.is_empty() => self.start_answer(),
            Phase::Stop { error } if self.open.is_empty() => {
                let error = error.clone();
                self.end(None, Some(error));
            }
            _ => {}
        }
    }

    /// Limits of the next plan: steps already planned are used up.
    pub(super) fn limits_left(&self) -> RunLimits {
        let mut limits = self.settings.limits;
        let planned = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        limits.max_steps = limits.max_steps.saturating_sub(planned);
        limits
    }

    /// Whether the planner may still be asked for another plan.
    pub(super) fn may_replan(&self) -> bool {
        self.plans <= self.settings.limits.max_replans && self.limits_left().max_steps > 0
    }

    /// Goes to the final answer, if there is anything to make it from.
    pub(super) fn conclude(&mut self, trouble: Option<Error>) {
        self.trouble = self.trouble.take().or(trouble);
        if self.steps.iter().any(Step::is_done) {
            self.phase = Phase::Answer;
        } else {
            let trouble = self.trouble.clone();
            self.end(None, trouble);
        }
    }

    fn start_plan(&mut self, because: Option<Error>) {
        let Admission::Granted(granted) = self.admit(Purpose::Plan) else {
            let error = self.starved();
            return self.conclude(Some(error));
        };
        let workload = &self.settings.workload;
        let limits = self.limits_left();
        let request = prompt::plan(&self.goal, workload, limits, &self.steps, because.as_ref());
        let plan = self.plans;
        self.call(Purpose::Plan, granted, format!("plan/{plan}"), request);
        self.emit(RunEventKind::PlanStarted { plan, because });
    }

    fn start_answer(&mut self) {
        let Admission::Granted(granted) = self.admit(Purpose::Answer) else {
            let error = self.trouble.take().unwrap_or_else(|| self.starved());
            return self.end(None, Some(error));
        };
        let request = prompt::answer(&self.goal, &self.settings.workload, &self.steps);
        let key = format!("answer/{}", self.answer_tries);
        self.call(Purpose::Answer, granted, key, request);
        self.emit(RunEventKind::AnswerStarted);
    }

    fn advance_work(&mut self) {
        let failed = self.failed_step();
        let replans = failed.is_some() && self.may_replan();
        let done = self.done();
        let places = 0..self.steps.len();
        let lost: Vec<usize> =
            places.clone().filter(|at| self.steps.get(*at).is_some_and(|it| it.was_lost)).collect();
        for place in lost {
            self.start_check(place);
            self.start_step(place, &done);
        }
        places.clone().for_each(|place| self.start_check(place));
        // What is about to be planned anew is not begun.
        if !replans {
            places.for_each(|place| self.start_step(place, &done));
        }
        if !self.open.is_empty() {
            return;
        }
        // Nothing is under way, so no grant will grow: a check that found none is let go.
        let is_answered = |step: &Step| matches!(step.progress, Progress::Answered { .. });
        if let Some(place) = self.steps.iter().position(is_answered) {
            return self.take_unchecked(place);
        }
        match failed {
            Some(error) if replans => self.phase = Phase::Plan { because: Some(error) },
            Some(error) => self.conclude(Some(error)),
            None => {
                let starved = self.steps.iter().any(Step::is_starved).then(|| self.starved());
                self.conclude(starved);
            }
        }
    }

    fn start_check(&mut self, place: usize) {
        let Some(step) = self.steps.get(place) else { return };
        let Progress::Answered { call: worked, answer } = &step.progress else { return };
        let (worked, answer) = (*worked, answer.clone());
        let id = step.plan.id.clone();
        if self.settings.check == StepCheck::Caller {
            let acceptance = step.plan.acceptance.clone();
            let (check, _) = self.open(Purpose::CallerCheck { place }, None);
            let answer = Box::new(answer.clone());
            self.push(RunAction::Check { check, step: id, acceptance, answer });
        } else {
            let Admission::Granted(granted) = self.admit(Purpose::Check { place }) else { return };
            let request = prompt::check(&self.goal, &self.settings.workload, step, &answer.text);
            let key = format!("check/{id}/{}/{}", step.rung, step.retry);
            self.call(Purpose::Check { place }, granted, key, request);
        }
        if let Some(step) = self.steps.get_mut(place) {
            step.was_lost = false;
            step.progress = Progress::Checking { call: worked, answer };
        }
    }

    fn start_step(&mut self, place: usize, done: &SortedSet<String>) {
        let Some(step) = self.steps.get(place) else { return };
        if step.progress != Progress::Ready || !step.is_free(&self.steps, done) {
            return;
        }
        let granted = match self.admit(Purpose::Step { place }) {
            Admission::Full => return,
            Admission::Granted(granted) if !step.is_starved_at(granted) => granted,
            Admission::Granted(_) => return,
            Admission::Starved => {
                if let Some(step) = self.steps.get_mut(place) {
                    step.starved_at.get_or_insert(Pusd::ZERO);
                }
                return;
            }
        };
        let request = prompt::step(&self.goal, &self.settings.workload, &self.steps, step);
        let id = step.plan.id.clone();
        let (rung, retry) = (step.rung, step.retry);
        let key = format!("step/{id}/{rung}/{retry}");
        let call = self.call(Purpose::Step { place }, granted, key, request);
        let now = self.now;
        if let Some(step) = self.steps.get_mut(place) {
            step.progress = Progress::Working;
            step.was_lost = false;
            step.started_at.get_or_insert(now);
        }
        self.emit(RunEventKind::StepStarted { step: id, call, rung, retry });
    }

    /// Whether a call may be made now, and for how much.
    fn admit(&self, purpose: Purpose) -> Admission {
        let limits = &self.settings.limits;
        if self.calls_under_way() >= limits.max_parallel as usize {
            return Admission::Full;
        }
        let Some(limit) = limits.max_cost else { return Admission::Granted(None) };
        let granted = self.share(purpose, limit);
        if granted.is_zero() { Admission::Starved } else { Admission::Granted(Some(granted)) }
    }

    /// What of the budget a call may take at worst. A call with more room may answer at more
    /// length, so its worst case grows with its grant: everything left would leave nothing for
    /// the calls beside it.
    fn share(&self, purpose: Purpose, limit: Pusd) -> Pusd {
        let left = self.ledger.left(limit);
        if purpose == Purpose::Answer {
            return left;
        }
        let held_back = Pusd::from_pusd(limit.as_pusd() / ANSWER_SHARE);
        let free = left.saturating_sub(held_back);
        let is_to_come = |step: &&Step| match step.progress {
            Progress::Ready => step.plan_number + 1 == self.plans,
            Progress::Answered { .. } => true,
            _ => false,
        };
        let parts = match purpose.place().and_then(|place| self.steps.get(place)) {
            // Alone, a step for which its share was too small may have everything.
            Some(step) if step.is_starved() && self.open.is_empty() => 1,
            Some(_) => self.steps.iter().filter(is_to_come).count().max(1) as u64,
            None => PLAN_SHARE,
        };
        Pusd::from_pusd(free.as_pusd() / parts)
    }

    fn call(
        &mut self,
        purpose: Purpose,
        granted: Option<Pusd>,
        key: String,
        request: Request,
    ) -> RunCallId {
        let mut policy = Box::new(self.policy(purpose));
        let is_own = policy.max_cost.is_some_and(|own| granted.is_none_or(|grant| own <= grant));
        let granted = if is_own { policy.max_cost } else { granted };
        policy.max_cost = granted;
        let role = purpose.role();
        let step = self.step_of(purpose);
        let (call, deadline) = self.open(purpose, if is_own { None } else { granted });
        self.ledger.open(call, role, step.clone(), granted);
        if let Some(step) = purpose.place().and_then(|place| self.steps.get_mut(place)) {
            step.calls += 1;
        }
        let key = match &self.settings.idempotency_key {
            Some(run) => format!("{run}/{key}"),
            None => key,
        };
        let request = Box::new(request);
        self.push(RunAction::Call { call, role, step, key, request, policy, deadline });
        call
    }

    fn policy(&self, purpose: Purpose) -> Policy {
        let settings = &self.settings;
        match purpose {
            Purpose::Answer | Purpose::Plan => settings.planner.clone(),
            Purpose::CallerCheck { .. } | Purpose::Check { .. } => settings.verifier.clone(),
            Purpose::Step { place } => {
                let rung = self.steps.get(place).map_or(0, |step| step.rung as usize);
                settings.workers.get(rung).cloned().unwrap_or_default()
            }
        }
    }

    fn step_of(&self, purpose: Purpose) -> Option<String> {
        let step = purpose.place().and_then(|place| self.steps.get(place))?;
        Some(step.plan.id.clone())
    }

    /// Why the newest plan cannot be done, if a step of it failed.
    fn failed_step(&self) -> Option<Error> {
        let newest = self.plans.saturating_sub(1);
        let is_failed =
            |step: &&Step| step.plan_number == newest && step.progress == Progress::Failed;
        let step = self.steps.iter().find(is_failed)?;
        let mut error = step.error.clone()?;
        error.message = format!("step `{}` failed: {}", step.plan.id, error.message);
        Some(error)
    }

    fn starved(&self) -> Error {
        let limit = self.settings.limits.max_cost.unwrap_or(Pusd::MAX);
        let left = self.ledger.left(limit);
        let message = format!("the run has ${left} left of ${limit}, its next call may cost more");
        Error::new(ErrorKind::OverBudget, message)
            .with("limitPusd", limit.as_pusd())
            .with("leftPusd", left.as_pusd())
    }
}

/// Whether a call may be made.
enum Admission {
    /// As many calls are under way as may be.
    Full,
    /// For at most this; without a limit for whatever it takes.
    Granted(Option<Pusd>),
    /// No money is left that is not spoken for.
    Starved,
}

/// One part in this many of the budget is nobody's to spend but the final answer's.
const ANSWER_SHARE: u64 = 4;

/// One part in this many of what is free may go into a plan; the rest is for doing it.
const PLAN_SHARE: u64 = 2;
