//! A call: one logical request on its way through a plan, as a machine without IO.
//!
//! The one rule for hosts: after `handle`, `poll` until it says `Receive`, `Sleep` or `Finish`.
//! Spurious calls are harmless; input of an attempt that is over is ignored by its id; `handle`
//! never fails, for a malformed stream is a fact about the attempt.

mod action;
mod event;
mod outcome;

pub use action::{Action, AttemptId, HttpRequest, Input};
pub use event::{Event, EventKind};
pub use outcome::{Answer, AnswerToolCall, Attempt, Billing, Finish, Outcome};
