//! What goes into a run and what comes out: the whole contract between it and its host.

use alloc::boxed::Box;
use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::event::RunEvent;
use super::outcome::RunOutcome;
use crate::call::{Answer, Outcome};
use crate::money::Pusd;
use crate::request::Request;
use crate::route::Policy;
use crate::time::Timestamp;

/// Names one call of a run, or one check by the caller, counted from zero.
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
#[serde(transparent)]
pub struct RunCallId(pub u32);

/// What a call is made for.
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
pub enum RunRole {
    /// Making the plan, revising it, and giving the final answer.
    Planner,
    /// Doing a step.
    Worker,
    /// Looking at the result of a step.
    Verifier,
}

/// What the host is to do next. Exhaustive on purpose: a host that forgets one does not compile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunAction {
    /// Quote this request, report [`RunInput::Quoted`], send it, and poll on while it runs.
    Call {
        /// The call.
        call: RunCallId,
        /// What it is for.
        role: RunRole,
        /// The step it belongs to, if it belongs to one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// Says which call this is in words that outlive a crash: the same call, made again after
        /// one, has the same key. It is an idempotency key where the settings name the run.
        key: String,
        /// What to ask.
        request: Box<Request>,
        /// How to route it. Its `max_cost` is what the run has left for this call; a call whose
        /// worst case does not fit fails with `over_budget` before anything is sent.
        policy: Box<Policy>,
        /// When the run will give it up.
        deadline: Timestamp,
    },
    /// Ask the caller whether this result will do, and report [`RunInput::Checked`].
    Check {
        /// Names the check.
        check: RunCallId,
        /// The step.
        step: String,
        /// What the plan says makes a result acceptable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        acceptance: Option<String>,
        /// The result.
        answer: Box<Answer>,
    },
    /// Hand this to the caller.
    Emit {
        /// What the caller sees.
        event: RunEvent,
    },
    /// The run is over; it stays over.
    Finish {
        /// How it ended.
        outcome: Box<RunOutcome>,
    },
    /// Cancel this call, and report how it ended with [`RunInput::Finished`].
    Stop {
        /// The call.
        call: RunCallId,
    },
    /// Calls or checks are under way; report [`RunInput::Tick`] at the given moment if nothing
    /// else happened. The moment to save the run, before the calls it asked for are sent.
    Wait {
        /// When to stop waiting.
        until: Timestamp,
    },
}

/// What happened, as the host saw it. Exhaustive on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunInput {
    /// The caller wants no more.
    Cancel,
    /// The caller's word on a result.
    Checked {
        /// The check.
        check: RunCallId,
        /// Whether the result will do.
        accepted: bool,
        /// Why, in words the worker can act on.
        #[serde(default)]
        reason: String,
    },
    /// A call ended, well or badly.
    Finished {
        /// The call.
        call: RunCallId,
        /// How.
        outcome: Box<Outcome>,
    },
    /// A call was quoted: it can cost at most this, and the rest of what it was granted is free
    /// for others.
    Quoted {
        /// The call.
        call: RunCallId,
        /// The most it can cost.
        worst_case: Pusd,
    },
    /// Time has passed.
    Tick,
}
