//! What the caller of a run sees while it goes on: enough to draw it as a tree.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::Writable;
use serde::{Deserialize, Serialize};

use super::action::RunCallId;
use super::work_plan::WorkStep;
use crate::error::Error;
use crate::money::Pusd;
use crate::request::ModelId;
use crate::time::Timestamp;

/// One thing that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "ts", tsify(type = "{ at: Timestamp; spent: Pusd } & RunEventKind"))]
#[serde(rename_all = "camelCase")]
pub struct RunEvent {
    /// When.
    pub at: Timestamp,
    /// What the run has cost by then, as far as it was reported.
    pub spent: Pusd,
    /// What happened.
    #[serde(flatten)]
    pub kind: RunEventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RunEventKind {
    /// The planner was asked for the final answer.
    AnswerStarted,
    /// The planner's plan was taken.
    Planned {
        /// Which plan, counted from zero.
        plan: u32,
        /// Its steps, in order.
        steps: Vec<WorkStep>,
    },
    /// The planner was asked for a plan.
    PlanStarted {
        /// Which plan, counted from zero.
        plan: u32,
        /// Why the plan before it did not do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Error>,
    },
    /// A result was looked at.
    StepChecked {
        /// The step.
        step: String,
        /// The call whose answer was looked at.
        call: RunCallId,
        /// Whether it will do.
        accepted: bool,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A step's result was taken.
    StepDone {
        /// The step.
        step: String,
        /// The model that did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<ModelId>,
        /// Whether somebody looked at it.
        checked: bool,
    },
    /// A step goes to a stronger model.
    StepEscalated {
        /// The step.
        step: String,
        /// The rung it goes to, counted from zero.
        rung: u32,
        /// Why.
        because: Error,
    },
    /// A step cannot be done as it was planned.
    StepFailed {
        /// The step.
        step: String,
        /// Why.
        error: Error,
    },
    /// A step is tried again on the same rung.
    StepRetried {
        /// The step.
        step: String,
        /// Why.
        because: Error,
    },
    /// A step was dropped: a later plan does without it, or the run ends before it.
    StepSkipped {
        /// The step.
        step: String,
    },
    /// A worker was asked to do a step.
    StepStarted {
        /// The step.
        step: String,
        /// The call.
        call: RunCallId,
        /// The rung it is asked on, counted from zero.
        rung: u32,
        /// Which try on this rung, counted from zero.
        retry: u32,
    },
    /// The run begins to end early.
    Stopping {
        /// Why.
        error: Error,
    },
}
