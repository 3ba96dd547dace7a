//! What a run is given: the goal, who does which part of it, and where it must stop.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::work_plan::WorkStep;
use crate::error::{Error, ErrorKind};
use crate::money::Pusd;
use crate::request::{Request, Tool};
use crate::route::{Policy, Preset};
use crate::sorted::SortedSet;

/// What is wanted, and what there is to work on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Goal {
    /// The request whose answer is wanted; its output format is that of the final answer.
    pub request: Request,
    /// Pieces that steps can be given by name, so that no worker reads more than it needs. The
    /// planner sees their names, sizes and descriptions, not their text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Material>,
}

impl Goal {
    /// Refuses a goal that no run can reach.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.request.conversation.is_empty() && self.request.instructions.is_none() {
            return Err(Error::invalid_request("the goal says nothing: give it a conversation"));
        }
        if self.request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. })) {
            return Err(Error::invalid_request(
                "a run has nobody to answer function tools: give what they would fetch as materials",
            ));
        }
        let mut names = SortedSet::default();
        for material in &self.materials {
            let name = material.name.as_str();
            if name.trim().is_empty() || name == WorkStep::GOAL || !names.insert(name) {
                return Err(Error::invalid_request(format!(
                    "materials need names of their own, other than `goal`: {name}"
                )));
            }
        }
        Ok(())
    }
}

/// A piece to work on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Material {
    /// What steps call it; a file name serves well.
    pub name: String,
    /// What the planner is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// It.
    pub text: String,
}

/// Who does which part of a run, and where it must stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunSettings {
    /// How the planner's calls are routed: the plan, its revisions and the final answer.
    pub planner: Policy,
    /// How a step is routed: at first, and after each escalation. As many as there are, as often
    /// a step may be moved up, less one.
    pub workers: Vec<Policy>,
    /// How the verifier's calls are routed.
    pub verifier: Policy,
    /// Who looks at the result of a step before it is taken.
    pub check: StepCheck,
    /// Names the workload of the run: outcomes of its steps are learned under this name, a slash
    /// and the kind of the step.
    pub workload: String,
    /// Names the run, so that a provider can tell a call that is made again after a crash; the
    /// host draws it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Where it must stop.
    pub limits: RunLimits,
}

/// Who looks at the result of a step before it is taken.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum StepCheck {
    /// The caller's own function, for every step.
    Caller,
    /// Nobody: every answer that is whole is taken.
    None,
    /// A model, for the steps whose plan says what an acceptable result is.
    #[default]
    Verifier,
}

/// Where a run must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunLimits {
    /// Calls under way at one time; at least one.
    pub max_parallel: u32,
    /// Steps of all plans together; at least one.
    pub max_steps: u32,
    /// Steps in the longest chain in which each waits for the one before; at least one.
    pub max_depth: u32,
    /// Repetitions of a step on one rung before it escalates, and of the final answer.
    pub max_retries: u32,
    /// Plans after the first, asked for because a step failed or a plan could not be read.
    pub max_replans: u32,
    /// The most the whole run may cost; absent means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<Pusd>,
    /// From asking for a call, or for the caller's check, to giving it up.
    pub call_timeout_ms: u64,
    /// From the start to the end of the run; time between a crash and its resumption is not
    /// counted.
    pub total_timeout_ms: u64,
}

impl Default for RunSettings {
    fn default() -> Self {
        let routed = |preset| Policy { preset, ..Policy::default() };
        Self {
            planner: routed(Preset::Risk),
            workers: vec![routed(Preset::Economy), routed(Preset::Risk)],
            verifier: routed(Preset::Bulk),
            check: StepCheck::default(),
            workload: String::from("run"),
            idempotency_key: None,
            limits: RunLimits::default(),
        }
    }
}

impl RunSettings {
    /// Where a role's policy is silent on what may be asked at all, another's holds: that of the
    /// client the run is started from.
    pub fn inherit(&mut self, own: &Policy) {
        let roles = [&mut self.planner, &mut self.verifier];
        for policy in roles.into_iter().chain(&mut self.workers) {
            if policy.ladder.is_empty() {
                policy.ladder.clone_from(&own.ladder);
            }
            if policy.allow.is_empty() {
                policy.allow.clone_from(&own.allow);
            }
            if policy.providers.is_empty() {
                policy.providers.clone_from(&own.providers);
            }
            policy.deny.extend(own.deny.iter().cloned());
            policy.region = policy.region.take().or_else(|| own.region.clone());
        }
    }

    /// Refuses settings under which nothing can be done.
    pub(super) fn check(&self) -> Result<(), Error> {
        let limits = &self.limits;
        let zero = [
            ("max_parallel", u64::from(limits.max_parallel)),
            ("max_steps", u64::from(limits.max_steps)),
            ("max_depth", u64::from(limits.max_depth)),
            ("call_timeout_ms", limits.call_timeout_ms),
            ("total_timeout_ms", limits.total_timeout_ms),
        ];
        if let Some((name, _)) = zero.iter().find(|(_, limit)| *limit == 0) {
            return Err(Error::new(
                ErrorKind::InvalidPolicy,
                format!("`{name}` must be at least 1"),
            ));
        }
        if self.workers.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidPolicy,
                "`workers` needs at least one policy",
            ));
        }
        Ok(())
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            max_parallel: 4,
            max_steps: 24,
            max_depth: 6,
            max_retries: 1,
            max_replans: 2,
            max_cost: None,
            call_timeout_ms: 600_000,
            total_timeout_ms: 3_600_000,
        }
    }
}
