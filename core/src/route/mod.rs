//! Which model should answer.
//!
//! A decision is a choice among estimates, made from the caller's policy and what is known of the
//! workload; it carries its reasons and everything it refused. It never reads meaning into the
//! words of a prompt: what predicts the right tier is the workload, its outcomes and the checks
//! after the answer.

mod decision;
mod policy;

pub use decision::{Arm, Check, Decision, PpmRange, Ranked, Reason, ReasonCode, Rejected, Verify};
pub use policy::{Explore, NamedModel, Policy, Preset};
