//! A step on its way: how far it is, what it has cost, and what happens when a try fails.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};

use super::action::RunCallId;
use super::outcome::{StepReport, StepStatus};
use super::work_plan::WorkStep;
use crate::call::Answer;
use crate::error::{Error, ErrorKind};
use crate::money::Pusd;
use crate::request::ModelId;
use crate::sorted::SortedSet;
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Readable, Writable)]
pub(super) struct Step {
    pub(super) plan: WorkStep,
    pub(super) plan_number: u32,
    pub(super) progress: Progress,
    pub(super) rung: u32,
    pub(super) retry: u32,
    pub(super) calls: u32,
    /// The last answer that was not accepted, and why.
    pub(super) rejected: Option<(String, String)>,
    pub(super) answer: Option<String>,
    pub(super) model: Option<ModelId>,
    pub(super) accepted: Option<bool>,
    pub(super) error: Option<Error>,
    pub(super) cost: Pusd,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// The grant that was too small for it; a larger one is worth another try.
    pub(super) starved_at: Option<Pusd>,
    /// Whether a worker or a checker had it when the run was saved: before anything else, it is
    /// given back.
    pub(super) was_lost: bool,
}

#[derive(Clone, Debug, PartialEq, Readable, Writable)]
#[serde(tag = "type")]
pub(super) enum Progress {
    Ready,
    Working,
    /// Answered by a call, and not yet looked at.
    Answered {
        call: RunCallId,
        answer: Answer,
    },
    Checking {
        call: RunCallId,
        answer: Answer,
    },
    Done,
    Failed,
    Skipped,
}

/// What follows from a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Escalate,
    Fail,
    Retry,
}

impl Step {
    pub(super) fn new(plan: WorkStep, plan_number: u32) -> Self {
        Self {
            plan,
            plan_number,
            progress: Progress::Ready,
            rung: 0,
            retry: 0,
            calls: 0,
            rejected: None,
            answer: None,
            model: None,
            accepted: None,
            error: None,
            cost: Pusd::ZERO,
            started_at: None,
            ended_at: None,
            starved_at: None,
            was_lost: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.progress == Progress::Done
    }

    /// Whether every step it refers to is done.
    pub(super) fn is_free(&self, steps: &[Self], done: &SortedSet<String>) -> bool {
        let mut names = self.plan.inputs.iter().chain(&self.plan.after);
        names.all(|name| done.contains(name) || !steps.iter().any(|it| it.plan.id == *name))
    }

    /// Whether it could go on but for money.
    pub(super) fn is_starved(&self) -> bool {
        self.progress == Progress::Ready && self.starved_at.is_some()
    }

    /// Whether a grant is no better than the one that was too small.
    pub(super) fn is_starved_at(&self, granted: Option<Pusd>) -> bool {
        match (self.starved_at, granted) {
            (Some(had), Some(granted)) => granted <= had,
            _ => false,
        }
    }

    /// Puts the step back to be tried again, or gives it up.
    pub(super) fn fail(&mut self, error: Error, rungs: usize, max_retries: u32) -> Next {
        // The same model would say the same again to what it cannot take.
        let is_final_here = matches!(
            error.kind,
            ErrorKind::ContextOverflow
                | ErrorKind::InvalidRequest
                | ErrorKind::NoCandidate
                | ErrorKind::OverBudget
                | ErrorKind::ProviderRejected
                | ErrorKind::UnknownModel
        );
        self.error = Some(error);
        self.progress = Progress::Ready;
        self.starved_at = None;
        if !is_final_here && self.retry < max_retries {
            self.retry += 1;
            Next::Retry
        } else if (self.rung as usize) + 1 < rungs {
            self.rung += 1;
            self.retry = 0;
            // A stronger model starts afresh rather than from a weaker one's mistake.
            self.rejected = None;
            Next::Escalate
        } else {
            self.progress = Progress::Failed;
            Next::Fail
        }
    }

    /// Puts back what was under way when the run was saved.
    pub(super) fn reopen(&mut self) {
        self.was_lost = matches!(self.progress, Progress::Working | Progress::Checking { .. });
        self.progress = match core::mem::replace(&mut self.progress, Progress::Ready) {
            Progress::Working => Progress::Ready,
            Progress::Checking { call, answer } => Progress::Answered { call, answer },
            other => other,
        };
    }

    pub(super) fn report(&self, steps: &[Self]) -> StepReport {
        let names = self.plan.inputs.iter().chain(&self.plan.after);
        let mut waited_for: Vec<String> = Vec::new();
        for name in names {
            let is_step = steps.iter().any(|step| step.plan.id == *name);
            if is_step && !waited_for.contains(name) {
                waited_for.push(name.clone());
            }
        }
        StepReport {
            id: self.plan.id.clone(),
            kind: self.plan.kind,
            plan: self.plan_number,
            waited_for,
            status: match self.progress {
                Progress::Ready => StepStatus::Ready,
                Progress::Working | Progress::Answered { .. } | Progress::Checking { .. } => {
                    StepStatus::Running
                }
                Progress::Done => StepStatus::Done,
                Progress::Failed => StepStatus::Failed,
                Progress::Skipped => StepStatus::Skipped,
            },
            rung: self.rung,
            calls: self.calls,
            model: self.model.clone(),
            accepted: self.accepted,
            answer: self.answer.clone(),
            error: if self.is_done() { None } else { self.error.clone() },
            cost: self.cost,
            started_at: self.started_at,
            ended_at: self.ended_at,
        }
    }
}
