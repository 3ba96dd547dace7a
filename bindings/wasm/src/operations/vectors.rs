//! Operations that only vectors and tests have a use for.

use farebox_core::call::sse::{SseScript, SseTranscript};
use farebox_core::call::{Folded, Recording, Rehearsal, Told, rehearse};
use farebox_core::error::Error;
use farebox_core::estimate::Estimate;
use farebox_core::json;
use farebox_core::orchestrate::{Transcript, TranscriptInput, transcribe};
use farebox_core::plan::{Plan, plan};
use farebox_core::receipt::{Receipt, Settlement};
use farebox_core::request::Hints;
use farebox_core::route::{Decision, route};
use farebox_core::time::Timestamp;
use farebox_derive::Readable;
use serde::Deserialize;

use super::input::{PolicyInput, PosteriorInput, RequestInput};
use super::{Held, operations};
use crate::from_text;

/// A decision to be made concrete.
#[derive(Deserialize, Readable)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanInput {
    request: RequestInput,
    #[serde(default)]
    hints: Option<Hints>,
    decision: Decision,
    estimates: Vec<Estimate>,
    #[serde(default)]
    policy: PolicyInput,
    now: Timestamp,
}

/// Estimates to choose among.
#[derive(Deserialize, Readable)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteInput {
    request: RequestInput,
    #[serde(default)]
    hints: Option<Hints>,
    estimates: Vec<Estimate>,
    #[serde(default)]
    policy: PolicyInput,
    #[serde(default)]
    posterior: PosteriorInput,
    now: Timestamp,
}

operations! {
    /// Input and output of every operation that only vectors have a use for.
    VectorOperations;
    /// Runs a call against a script, without a network and without waiting.
    call: Rehearsal => Vec<Told> = |input, held| rehearse(&input, held.catalog);
    /// Folds a recorded body, streamed or whole.
    fold: Recording => Folded = |input, _| Ok(input.fold());
    /// Takes a goal through everything that happens on the way to it.
    orchestrate: TranscriptInput => Transcript = |input, _| transcribe(input);
    /// Makes a decision concrete: attempts in order, each with its limits.
    plan: PlanInput => Plan = |input, held| {
        let request = input.request.read(input.hints)?;
        let policy = input.policy.read()?;
        plan(&request, &input.decision, &input.estimates, held.catalog, &policy, input.now)
    };
    /// Holds what a call cost against its estimate, and against what it would have cost elsewhere.
    receipt: Settlement => Receipt = |input, held| Ok(input.settle(held.catalog));
    /// Chooses among estimates.
    route: RouteInput => Decision = |input, held| {
        let request = input.request.read(input.hints)?;
        let (policy, posterior) = (input.policy.read()?, input.posterior.or(held.posterior)?);
        route(&request, &input.estimates, held.catalog, &policy, &posterior, input.now)
    };
    /// Reads a recorded stream of server-sent events.
    sse: SseScript => SseTranscript = |input, _| input.read();
}
