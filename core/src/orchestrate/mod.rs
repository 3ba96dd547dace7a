//! Brain and workers: a planner splits a goal, workers do the steps, a verifier looks at them.
//!
//! A machine without IO over whole calls. [`Run::poll`] says which calls to make, [`Run::handle`]
//! takes how they ended; each call is quoted and sent as any other is. Every number that could
//! grow is bounded by [`RunLimits`], one budget holds for all calls, and the state can be saved
//! whenever the run waits. It knows no model and no provider: policies do.

mod action;
mod event;
mod finish;
mod ledger;
mod outcome;
mod prompt;
mod quote;
mod run;
mod settings;
mod start;
mod step;
mod transcript;
mod work_plan;

pub use action::{RunAction, RunCallId, RunInput, RunRole};
pub use event::{RunEvent, RunEventKind};
pub use outcome::{RoleReceipt, RunAttempt, RunOutcome, RunReceipt, StepReport, StepStatus};
pub use quote::{Market, RunQuote, SplitVerdict, StepRange, quote_run};
pub use run::Run;
pub use settings::{Goal, Material, RunLimits, RunSettings, StepCheck};
pub use transcript::{Moment, Transcript, TranscriptInput, transcribe};
pub use work_plan::{WorkPlan, WorkStep};
