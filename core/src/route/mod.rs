//! Which model should answer.
//!
//! A decision is a choice among estimates, made from the caller's policy and what is known of the
//! workload; it carries its reasons and everything it refused. It never reads meaning into the
//! words of a prompt: what predicts the right tier is the workload, its outcomes and the checks
//! after the answer.

mod appraise;
mod candidates;
mod counts;
mod decide;
mod decision;
mod explain;
mod explore;
mod filter;
mod hash;
mod names;
mod policy;
mod posterior;
mod repetition;
pub mod replay;
mod signal;
mod utility;
mod verify;
mod workload;

pub use decide::route;
pub use decision::{
    Arm, Change, Check, Decision, Otherwise, PpmRange, Ranked, Reason, ReasonCode, Rejected, Verify,
};
pub use policy::{Checks, Explore, NamedModel, Policy, Preset, Verifier};
pub use posterior::{
    Head, KnownWorkload, Moments, Observation, Pending, Posterior, Speed, Tally, Thread, Words,
};
pub use repetition::{Repetition, repetition};

pub(crate) use filter::{needed_output, worst_case};
