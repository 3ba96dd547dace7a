//! How an attempt ends, what it is billed, and how the call ends with it.

use alloc::boxed::Box;
use alloc::string::String;

use super::attempt::Failure;
use super::check::Judgement;
use super::event::EventKind;
use super::machine::{Call, Flight, Handover, Judged, Showing, State};
use super::onward::over_cap;
use super::outcome::{Attempt, Billing, Outcome};
use super::settings::Restart;
use crate::catalog::Terms;
use crate::error::Error;
use crate::money::Pusd;
use crate::provider::{Answer, Remedy};
use crate::time::Timestamp;

impl Call {
    pub(super) fn answered(&mut self, now: Timestamp) {
        let Some((flight, answer)) = self.land() else { return };
        let Flight { mut attempt, exchange, has_pieces } = flight;
        let has_delivered = has_pieces && self.showing() == Showing::AtOnce;
        attempt.ended_at = now;
        attempt.service_tier = exchange.fold.service_tier().unwrap_or(attempt.service_tier);
        attempt.billing = self.billing(&attempt, &answer, false);
        let answer = self.joined(answer);
        let judgement = match &self.checking {
            Some(checking) => checking.judge(self.leg, &answer),
            None => Judgement::Accepted,
        };
        match judgement {
            Judgement::Accepted => self.accept(attempt, answer),
            Judgement::Agreed => self.agreed(attempt),
            Judgement::Ask => {
                let id = attempt.id;
                self.emit(id, EventKind::Judging { answer: Box::new(answer.clone()) });
                self.state = State::Judging(Box::new(Judged { attempt, answer, has_delivered }));
            }
            Judgement::Compare { with } => {
                self.compare(attempt, answer, has_delivered, with, now);
            }
            Judgement::Refused(why) => self.refuse(attempt, answer, has_delivered, why, now),
        }
    }

    pub(super) fn accept(&mut self, attempt: Attempt, answer: Answer) {
        self.commit(attempt);
        self.actions.append(&mut self.kept_back);
        self.finish(Some(answer), None);
    }

    pub(super) fn failed(&mut self, failure: Failure, now: Timestamp) {
        let showing = self.showing();
        let Some((flight, answer)) = self.land() else { return };
        let Flight { mut attempt, exchange, has_pieces } = flight;
        let has_delivered = has_pieces && showing == Showing::AtOnce;
        let Failure { mut error, remedy, wait_ms, is_free } = failure;
        attempt.ended_at = now;
        attempt.service_tier = exchange.fold.service_tier().unwrap_or(attempt.service_tier);
        attempt.billing = self.billing(&attempt, &answer, is_free);
        let wait_ms = wait_ms.unwrap_or(0);
        if wait_ms > 0 {
            error = error.with("waitMs", wait_ms);
        }
        // Where waiting would not help, why it failed says more than how long it would take.
        let would_wait = matches!(remedy, Remedy::Retry | Remedy::Sideways);
        if would_wait && wait_ms > self.limits.max_retry_after_ms {
            error = over_cap(error, wait_ms, self.limits.max_retry_after_ms);
        }
        attempt.error = Some(error.clone());
        attempt.only_checks = showing == Showing::Never;
        let id = attempt.id;
        self.commit(attempt);
        self.emit(id, EventKind::AttemptFailed { error: error.clone() });

        // What the caller holds decides whether, and how, another attempt may follow.
        let handover = match (has_delivered, self.settings.restart) {
            (false, _) => Ok(None),
            (true, Restart::Restart) => Ok(Some(Handover::Superseded(id))),
            (true, Restart::Continue) if self.can_go_on(&answer) => {
                Ok(Some(Handover::Continued(id)))
            }
            // Thoughts are no words to go on from, and nobody misses them.
            (true, Restart::Continue) if answer.is_only_reasoning() => {
                Ok(Some(Handover::Superseded(id)))
            }
            (true, _) => Err(()),
        };
        let said = self.said.clone();
        if let Ok(Some(Handover::Continued(_))) = handover {
            self.said.get_or_insert_default().push_str(&answer.text);
        }
        let next = match handover {
            Ok(_) => self.next(remedy, error.kind, wait_ms, id, now),
            Err(()) => None,
        };
        let Some(next) = next else {
            self.said = said;
            let answer = self.joined(answer);
            self.end_with(answer, error);
            return;
        };
        if showing == Showing::Later {
            self.kept_back.clear();
        }
        if next.leg == self.leg {
            self.retries += 1;
        } else {
            self.leg = next.leg;
            self.retries = 0;
        }
        self.handover = handover.ok().flatten();
        self.leave_comparison(&error);
        if next.at > now {
            self.emit(id, EventKind::Waiting { until: next.at, error });
            self.state = State::Waiting(next.at);
        } else {
            self.state = State::Ready;
        }
    }

    /// Ends the call without another attempt, with what was said so far.
    pub(super) fn give_up(&mut self, error: Error) {
        let answer = self.joined(Answer::default());
        self.end_with(answer, error);
    }

    fn end_with(&mut self, answer: Answer, error: Error) {
        let refused = self.checking.take().and_then(|checking| checking.into_answer());
        let answer = if answer.is_empty() { refused } else { Some(answer) };
        self.finish(answer, Some(error));
    }

    /// The answer with what broken attempts said before it.
    pub(super) fn joined(&self, mut answer: Answer) -> Answer {
        if let Some(said) = &self.said {
            answer.text.insert_str(0, said);
        }
        answer
    }

    /// Whether another attempt can go on from the words that came: nothing but words can be.
    fn can_go_on(&self, answer: &Answer) -> bool {
        self.is_prose
            && !answer.text.is_empty()
            && answer.tool_calls.is_empty()
            && answer.refusal.is_none()
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
            None => {
                let said = self.said.as_deref();
                let worst_case = leg.worst_case(said, self.settings.regional, attempt.sent_at);
                Billing::Unknown { worst_case }
            }
        }
    }

    pub(super) fn commit(&mut self, attempt: Attempt) {
        let amount = match &attempt.billing {
            Billing::Free => Pusd::ZERO,
            Billing::Reported { cost, .. } => cost.as_ref().map_or(Pusd::ZERO, |cost| cost.total),
            Billing::Unknown { worst_case } => worst_case.unwrap_or_default(),
        };
        self.committed = self.committed.saturating_add(amount);
        self.attempts.push(attempt);
    }

    pub(super) fn finish(&mut self, answer: Option<Answer>, error: Option<Error>) {
        let attempts = core::mem::take(&mut self.attempts);
        self.state = State::Done(Box::new(Outcome { answer, error, attempts }));
    }
}

impl Answer {
    /// Whether the model has thought and said nothing.
    fn is_only_reasoning(&self) -> bool {
        let bare = Self { reasoning: String::new(), ..self.clone() };
        !self.reasoning.is_empty() && bare.is_empty()
    }
}
