//! What a whole run will cost, before it starts, and whether the split pays.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::action::RunRole;
use crate::estimate::CostRange;
use crate::request::ModelId;

/// What a run will cost, and what the same goal would cost without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RunQuote {
    /// The whole run.
    pub cost: CostRange,
    /// Its parts by role.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<RunRole, CostRange>>"))]
    pub roles: BTreeMap<RunRole, CostRange>,
    /// How many steps were reckoned with.
    pub steps: StepRange,
    /// The model that would do it alone.
    pub alone_model: ModelId,
    /// What it would cost there: one call that reads the goal and every material.
    pub alone: CostRange,
    /// Whether the split pays, as far as prices and evidence tell.
    pub verdict: SplitVerdict,
    /// Why, the weightiest reason first.
    pub reasons: Vec<String>,
}

/// A number of steps that is not known before the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepRange {
    /// At least.
    pub low: u32,
    /// Probably.
    pub expected: u32,
    /// At most.
    pub high: u32,
}

/// Whether splitting work between a planner and workers pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SplitVerdict {
    /// It costs more, or the workers are not good enough at the work.
    No,
    /// The ranges overlap.
    Unclear,
    /// It costs less, and the workers are about as good at the work.
    Yes,
}
