//! Whether an answer is accepted, or a stronger model is asked.
//!
//! The plan names a check and the rung to go to when it fails. Answers of rungs before that one are
//! judged; the stronger model's own answer is taken as it is. A second cheap model that is asked
//! for agreement is never shown to the caller, whichever way it goes.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use super::action::AttemptId;
use super::escalate::{Verdict, agree, calls_are_valid, fits_form, is_sure};
use super::event::EventKind;
use super::leg::Leg;
use super::machine::{Call, Handover, Judged, Showing, State};
use super::outcome::Attempt;
use super::settings::Release;
use crate::error::{Error, ErrorKind};
use crate::plan::Plan;
use crate::provider::Answer;
use crate::request::Request;
use crate::route::{Arm, Check};
use crate::time::Timestamp;

/// How answers are judged before one is accepted.
#[derive(Clone, Debug)]
pub(super) struct Checking {
    request: Box<Request>,
    check: Check,
    /// Where to go when an answer is refused.
    strong: usize,
    /// Whom to ask for agreement.
    second: Option<usize>,
    /// The answer that waits to be agreed to, and whether the caller holds it.
    first: Option<(AttemptId, Answer, bool)>,
    /// The answer that was refused.
    refused: Option<Answer>,
}

/// What is to become of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is the answer of the call.
    Accepted,
    /// It says what the first one said, which is the answer of the call.
    Agreed,
    /// The caller judges it.
    Ask,
    /// A second model is asked.
    Compare { with: usize },
    /// It is not good enough, for this reason.
    Refused(String),
}

impl Checking {
    /// How a plan's answers are judged; nothing where it says nothing, or where the models it
    /// needs cannot carry the request.
    pub(super) fn new(request: &Request, plan: &Plan, legs: &[Leg]) -> Option<Self> {
        let verify = plan.verify.as_ref()?;
        let place =
            |arm: &Arm| legs.iter().position(|leg| leg.rung.arm == *arm).filter(|leg| *leg > 0);
        let second = match &verify.check {
            Check::Agreement { with } => Some(place(with)?),
            _ => None,
        };
        Some(Self {
            request: Box::new(request.clone()),
            check: verify.check.clone(),
            strong: place(&verify.escalate_to)?,
            second,
            first: None,
            refused: None,
        })
    }

    pub(super) fn second_leg(&self) -> Option<usize> {
        self.second
    }

    pub(super) fn showing(&self, leg: usize, release: Release) -> Showing {
        match release {
            _ if Some(leg) == self.second => Showing::Never,
            Release::Accepted if leg < self.strong => Showing::Later,
            _ => Showing::AtOnce,
        }
    }

    pub(super) fn judge(&self, leg: usize, answer: &Answer) -> Judgement {
        if leg >= self.strong {
            return Judgement::Accepted;
        }
        let verdict = match (&self.check, self.second) {
            (Check::Agreement { .. }, Some(with)) if leg != with => {
                return Judgement::Compare { with };
            }
            (Check::Agreement { .. }, _) => {
                let first = self.first.as_ref();
                match first.is_some_and(|(_, first, _)| agree(&first.text, &answer.text)) {
                    true => return Judgement::Agreed,
                    false => Verdict::Refused("another model gave another answer".into()),
                }
            }
            (Check::Caller, _) => return Judgement::Ask,
            (Check::Margin { at_least_ppm }, _) => is_sure(answer, *at_least_ppm),
            (Check::Schema, _) => fits_form(&self.request, answer),
            (Check::ToolCalls, _) => calls_are_valid(&self.request, answer),
        };
        match verdict {
            Verdict::Accepted => Judgement::Accepted,
            Verdict::Refused(why) => Judgement::Refused(why),
        }
    }

    /// The best answer there is when no other comes.
    pub(super) fn into_answer(self) -> Option<Answer> {
        self.first.map(|(_, answer, _)| answer).or(self.refused)
    }
}

impl Call {
    /// Asks a second model whether it says the same.
    pub(super) fn compare(
        &mut self,
        attempt: Attempt,
        answer: Answer,
        has_delivered: bool,
        with: usize,
        now: Timestamp,
    ) {
        let id = attempt.id;
        self.commit(attempt);
        if let Some(checking) = &mut self.checking {
            checking.first = Some((id, answer, has_delivered));
        }
        // What was said belongs to the first answer; the second model starts afresh.
        self.said = None;
        match self.why_not(with, now) {
            None => self.turn_to(with),
            Some(error) => self.end_with_refused(error),
        }
    }

    /// The second model says what the first one said.
    pub(super) fn agreed(&mut self, mut attempt: Attempt) {
        attempt.only_checks = true;
        self.commit(attempt);
        self.actions.append(&mut self.kept_back);
        let first = self.checking.as_mut().and_then(|checking| checking.first.take());
        self.finish(first.map(|(_, answer, _)| answer), None);
    }

    /// Turns an answer down and asks the stronger model.
    pub(super) fn refuse(
        &mut self,
        mut attempt: Attempt,
        answer: Answer,
        has_delivered: bool,
        why: String,
        now: Timestamp,
    ) {
        let id = attempt.id;
        let Some(checking) = &mut self.checking else { return };
        let strong = checking.strong;
        let (delivered, answer) = match checking.first.take() {
            // Neither of two that contradict each other is believed, and the caller holds at most
            // the first.
            Some((first, answer, has_delivered)) => {
                attempt.only_checks = true;
                let earlier = self.attempts.iter_mut().find(|attempt| attempt.id == first);
                if let Some(earlier) = earlier {
                    earlier.refused = Some(why.clone());
                }
                (has_delivered.then_some(first), answer)
            }
            None => (has_delivered.then_some(id), answer),
        };
        checking.refused = Some(answer);
        attempt.refused = Some(why.clone());
        self.commit(attempt);
        self.kept_back.clear();
        self.said = None;
        self.emit(id, EventKind::Refused { reason: why });
        self.handover = delivered.map(Handover::Superseded);
        match self.why_not(strong, now) {
            None => self.turn_to(strong),
            Some(error) => self.end_with_refused(error),
        }
    }

    /// Ends a comparison whose second model failed: the first answer stays unconfirmed.
    pub(super) fn leave_comparison(&mut self, error: &Error) {
        let Some(checking) = &mut self.checking else { return };
        if self.leg < checking.strong {
            return;
        }
        let Some((first, answer, has_delivered)) = checking.first.take() else { return };
        checking.refused = Some(answer);
        let reason = format!("no second model could be compared with: {}", error.message);
        let earlier = self.attempts.iter_mut().find(|attempt| attempt.id == first);
        if let Some(earlier) = earlier {
            earlier.refused = Some(reason.clone());
        }
        self.kept_back.clear();
        self.emit(first, EventKind::Refused { reason });
        self.handover = has_delivered.then_some(Handover::Superseded(first));
    }

    /// Takes the caller's verdict on the answer it was asked about.
    pub(super) fn take_verdict(&mut self, id: AttemptId, refused: Option<String>, now: Timestamp) {
        if !matches!(&self.state, State::Judging(judged) if judged.attempt.id == id) {
            return;
        }
        let State::Judging(judged) = core::mem::replace(&mut self.state, State::Ready) else {
            return;
        };
        let Judged { attempt, answer, has_delivered } = *judged;
        match refused {
            None => self.accept(attempt, answer),
            Some(why) => self.refuse(attempt, answer, has_delivered, why, now),
        }
    }

    /// Ends the call while the caller's verdict is awaited; the answer is whole all the same.
    pub(super) fn stop_judging(&mut self, error: Error) {
        let State::Judging(judged) = core::mem::replace(&mut self.state, State::Ready) else {
            return;
        };
        self.commit(judged.attempt);
        self.finish(Some(judged.answer), Some(error));
    }

    fn turn_to(&mut self, leg: usize) {
        self.leg = leg;
        self.retries = 0;
        self.state = State::Ready;
    }

    fn end_with_refused(&mut self, error: Error) {
        let answer = self.checking.take().and_then(Checking::into_answer);
        self.finish(answer, Some(error));
    }

    /// Why a leg cannot be turned to, if it cannot.
    fn why_not(&self, leg: usize, now: Timestamp) -> Option<Error> {
        let model = self.legs.get(leg).map(|leg| &leg.rung.arm.model)?;
        if self.ends_at(now) <= now {
            let limit_ms = self.limits.total_timeout_ms;
            let message = format!("no time is left to ask `{model}`: the call took {limit_ms} ms");
            let error = Error::new(ErrorKind::Timeout, message);
            return Some(error.with("phase", "total").with("limitMs", limit_ms));
        }
        if self.can_afford(leg, now) {
            return None;
        }
        let message = format!(
            "the answer was not accepted, and an attempt at `{model}` does not fit what the whole \
             call may cost"
        );
        Some(Error::new(ErrorKind::OverBudget, message).with("model", model.as_str()))
    }
}
