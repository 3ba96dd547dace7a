//! A whole run as one function: what is fed in, moment by moment, and what comes out of it.
//!
//! For tests of hosts and for vectors: the same inputs give the same actions everywhere.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::action::{RunAction, RunInput};
use super::outcome::RunOutcome;
use super::run::Run;
use super::settings::{Goal, RunSettings};
use crate::error::Error;
use crate::time::Timestamp;

/// A goal and what is to happen on the way to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranscriptInput {
    /// The goal.
    pub goal: Goal,
    /// Who does what, and where the run must stop.
    #[serde(default)]
    pub settings: RunSettings,
    /// When it starts.
    pub now: Timestamp,
    /// What happens, in order.
    pub steps: Vec<Moment>,
}

/// One thing that happens to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What; absent when the host crashes here and goes on from the saved state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<RunInput>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Serialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Transcript {
    /// What it asked for: at first, and after each thing that happened, up to and with the `wait`.
    pub steps: Vec<Vec<RunAction>>,
    /// How it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Box<RunOutcome>>,
}

/// Runs a goal through everything that happens to it.
///
/// # Errors
///
/// Those of [`Run::new`].
pub fn transcribe(input: TranscriptInput) -> Result<Transcript, Error> {
    let mut run = Run::new(input.goal, input.settings, input.now)?;
    let mut transcript = Transcript { steps: vec![], outcome: None };
    let mut outcome = drain(&mut run, input.now, &mut transcript.steps);
    for moment in input.steps {
        match moment.input {
            Some(input) => run.handle(input, moment.at),
            None => run = Run::resume(&run.save(), moment.at)?,
        }
        outcome = drain(&mut run, moment.at, &mut transcript.steps);
    }
    transcript.outcome = outcome;
    Ok(transcript)
}

/// Polls until the run waits or is over.
fn drain(
    run: &mut Run,
    now: Timestamp,
    steps: &mut Vec<Vec<RunAction>>,
) -> Option<Box<RunOutcome>> {
    let mut actions = vec![];
    loop {
        match run.poll(now) {
            RunAction::Finish { outcome } => {
                steps.push(actions);
                return Some(outcome);
            }
            action => {
                let is_wait = matches!(action, RunAction::Wait { .. });
                actions.push(action);
                if is_wait {
                    steps.push(actions);
                    return None;
                }
            }
        }
    }
}
