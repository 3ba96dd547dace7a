//! How a run ended: the answer, every step, and every attempt of every call by role.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::action::{RunCallId, RunRole};
use super::quote::RunQuote;
use crate::call::{Answer, Attempt};
use crate::error::Error;
use crate::money::Pusd;
use crate::request::{ModelId, WorkKind};
use crate::sorted::SortedMap;
use crate::time::Timestamp;
use crate::usage::Usage;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RunOutcome {
    /// The final answer, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why the run ended early, if it did; an answer beside it was made from what there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Every step of every plan, in order.
    pub steps: Vec<StepReport>,
    /// What it cost.
    pub receipt: RunReceipt,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Its name.
    pub id: String,
    /// The kind of work.
    pub kind: WorkKind,
    /// The plan it is from, counted from zero.
    pub plan: u32,
    /// What it waited for: steps only.
    pub waited_for: Vec<String>,
    /// How far it came.
    pub status: StepStatus,
    /// The rung it ended on, counted from zero.
    pub rung: u32,
    /// Calls made to do it and to look at it.
    pub calls: u32,
    /// The model whose answer was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// What was said of the result that was taken; absent when nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// The result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why it failed, or last failed before it was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What its calls cost, as far as it was reported.
    pub cost: Pusd,
    /// When its first call was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was done or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// How far a step came.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepStatus {
    /// Its result was taken.
    Done,
    /// Every rung was tried.
    Failed,
    /// It has not been begun, or is between two tries.
    Ready,
    /// A worker or a checker has it.
    Running,
    /// It was dropped.
    Skipped,
}

/// What a run cost; the sums are those of its attempts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RunReceipt {
    /// What all attempts cost, as far as it was reported.
    pub cost: Pusd,
    /// What may have been billed beside that: attempts whose bill is not known, and calls that
    /// were lost in a crash or never reported back.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub unsettled: Pusd,
    /// The same by role.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<RunRole, RoleReceipt>>"))]
    pub roles: SortedMap<RunRole, RoleReceipt>,
    /// Every attempt of every call, failed and cancelled ones too, in the order they were settled.
    pub attempts: Vec<RunAttempt>,
    /// What was said before, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<RunQuote>,
}

/// What one role cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RoleReceipt {
    /// Calls asked for.
    pub calls: u32,
    /// Attempts of those calls.
    pub attempts: u32,
    /// What they used, as far as it was reported.
    pub usage: Usage,
    /// What that cost.
    pub cost: Pusd,
    /// What may have been billed beside that.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub unsettled: Pusd,
}

/// One attempt of a run, and whose it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RunAttempt {
    /// The call.
    pub call: RunCallId,
    /// What the call was for.
    pub role: RunRole,
    /// The step it belonged to, if it belonged to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The attempt.
    pub attempt: Attempt,
}
