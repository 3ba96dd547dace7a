//! A choice among models, with its reasons and with everything it refused.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::policy::Preset;
use crate::money::Pusd;
use crate::request::{Effort, ModelId, Stakes, WorkKind};
use crate::sorted::SortedMap;

/// A choice among models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// Names this decision, so that its outcome can be observed.
    pub id: String,
    /// The model to ask.
    pub chosen: Arm,
    /// Every model that could have been asked, the chosen one first, then by utility. Names a
    /// model once for each effort that was estimated.
    pub ranked: Vec<Ranked>,
    /// Every model that could not, and why.
    pub rejected: Vec<Rejected>,
    /// Why the chosen one, the weightiest reason first.
    pub reasons: Vec<Reason>,
    /// The reasons in one sentence.
    pub sentence: String,
    /// How probable this choice was, in parts per million; below a million when exploring.
    pub propensity_ppm: u32,
    /// The workload whose outcomes it was made from.
    pub workload: String,
    /// The kind of work, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkKind>,
    /// The stakes it was made for.
    pub stakes: Stakes,
    /// How the answer is to be checked, where checking pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// What would have changed the choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Otherwise>,
}

/// One change of the caller's wishes, and what would have been chosen under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Otherwise {
    /// The change.
    pub change: Change,
    /// The choice.
    pub chosen: Arm,
    /// Both as a clause, such as "gpt-5.4 if stakes were high".
    pub message: String,
}

/// A change of the caller's wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// A failure that costs more than this.
    FailureCostAbove {
        /// The cost.
        usd: Pusd,
    },
    /// Another preset.
    Preset {
        /// The preset.
        preset: Preset,
    },
    /// Other stakes.
    Stakes {
        /// The stakes.
        stakes: Stakes,
    },
}

/// A model at an effort.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Arm {
    /// The model.
    pub model: ModelId,
    /// The effort, where it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

/// A model that could be asked, and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ranked {
    /// The model at an effort.
    pub arm: Arm,
    /// The rung it stands on, from 0; a named model that is on no rung stands above all.
    pub rung: u32,
    /// How often it is believed to succeed, in parts per million.
    pub success: PpmRange,
    /// What it is expected to cost; absent when nobody published a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pusd>,
    /// Value of the expected success less cost, waiting and switching, in pico-dollars.
    pub utility_pusd: i64,
}

/// A probability that is not known exactly, in parts per million.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PpmRange {
    /// The lower end of the nine-in-ten interval.
    pub low: u32,
    /// The mean.
    pub expected: u32,
    /// The upper end of the nine-in-ten interval.
    pub high: u32,
}

/// A model that could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rejected {
    /// The model.
    pub model: ModelId,
    /// Why.
    pub reason: Reason,
}

/// One reason, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// A stable word.
    pub code: ReasonCode,
    /// A clause, such as "holds 400000 tokens, the request needs 412233".
    pub message: String,
    /// The numbers in it; each key ends in its unit.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, number>", optional))]
    pub numbers: SortedMap<String, u64>,
}

/// Why a model was chosen or rejected.
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
pub enum ReasonCode {
    /// The policy does not allow the model.
    Allow,
    /// It does not answer the format the request is bound to.
    Api,
    /// The budget does not hold its worst case.
    Budget,
    /// Checked after its answer, a cheaper model may try first.
    Check,
    /// Input and output do not fit its window.
    ContextWindow,
    /// The policy denies the model.
    Deny,
    /// It does not accept the effort.
    Effort,
    /// Outcomes of this workload decide.
    Evidence,
    /// A draw, to learn.
    Exploration,
    /// It does not run a tool the request needs.
    HostedTool,
    /// The input is over its own limit.
    InputLimit,
    /// The caller holds no key of its provider.
    KeyScope,
    /// It has been taking longer than the policy waits.
    Latency,
    /// The prompt is long, and small models lose their way in long prompts.
    LongContext,
    /// It does not hear, see or read what the request holds.
    Modality,
    /// The request names it.
    NamedModel,
    /// The request wants a longer answer than it gives.
    OutputLimit,
    /// It makes one tool call at a time.
    ParallelTools,
    /// The policy's preset says so.
    Preset,
    /// Its price is over the policy's cap, or tips the scales.
    Price,
    /// It is not offered in the region.
    Region,
    /// The agent repeats itself, so a stronger model takes over.
    Repetition,
    /// It cannot be held to a schema.
    Schema,
    /// It is not offered in the lane.
    ServiceTier,
    /// It no longer answers.
    ShutDown,
    /// The stakes say so.
    Stakes,
    /// The thread is already on this model, or a stronger one.
    Sticky,
    /// It does not call tools.
    Tools,
    /// The catalogue does not hold it.
    UnknownModel,
    /// Nobody published its price.
    Unpriced,
    /// The kind of work says so.
    WorkKind,
}

/// How an answer is checked before it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verify {
    /// The check.
    pub check: Check,
    /// Where to go when it fails.
    pub escalate_to: Arm,
}

/// A way to check an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Check {
    /// Another cheap model gives the same answer.
    Agreement {
        /// The other model.
        with: Arm,
    },
    /// The caller's own function says so.
    Caller,
    /// At every token the one chosen lies so far before the likeliest other.
    Margin {
        /// How far, as a difference of probabilities in parts per million.
        #[serde(rename = "atLeastPpm")]
        at_least_ppm: u32,
    },
    /// It satisfies the request's schema.
    Schema,
    /// Its tool calls name known tools and satisfy their schemas.
    ToolCalls,
}

impl Arm {
    /// The arm as one word, such as `gpt-5.4@high`, or the bare model where it does not reason.
    pub fn name(&self) -> String {
        let (model, effort) = (self.model.as_str(), self.effort.map_or("", effort_word));
        let mut name = String::with_capacity(model.len() + 1 + effort.len());
        name.push_str(model);
        if !effort.is_empty() {
            name.push('@');
            name.push_str(effort);
        }
        name
    }
}

impl core::fmt::Display for Arm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&self.name())
    }
}

pub(super) fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Xhigh => "xhigh",
        Effort::Max => "max",
    }
}
