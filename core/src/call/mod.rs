//! A call: one logical request on its way through a plan, as a machine without IO.
//!
//! The one rule for hosts: after `handle`, `poll` until it says `Receive`, `Sleep` or `Finish`.
//! Spurious calls are harmless; input of an attempt that is over is ignored by its id; `handle`
//! never fails, for a malformed stream is a fact about the attempt.

mod action;
mod attempt;
mod batched;
mod body_bytes;
mod check;
mod emit;
mod ending;
pub mod escalate;
mod event;
mod fold;
mod leg;
mod machine;
mod onward;
mod outcome;
mod patience;
mod rate;
mod rehearse;
mod retry;
mod settings;
pub mod sse;

pub use action::{Action, AttemptId, Input};
pub use batched::{Batched, batched};
pub use event::{Event, EventKind};
pub use fold::{Folded, Recording, fold};
pub use machine::Call;
pub use outcome::{Attempt, Billing, Outcome};
pub use rate::{PerMinute, RateLimits, Ticket, Turn};
pub use rehearse::{Rehearsal, ScriptStep, Told, rehearse};
pub use settings::{CallSettings, Release, Restart};

pub use crate::provider::{Answer, AnswerToolCall, Finish, HttpRequest};
