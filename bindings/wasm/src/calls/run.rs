//! The machine of a run, fed and asked by a host.

use farebox_core::call::Outcome;
use farebox_core::catalog::Catalog;
use farebox_core::count::Vocabularies;
use farebox_core::error::Error;
use farebox_core::json;
use farebox_core::money::Pusd;
use farebox_core::orchestrate::{
    self, Goal, Market, Run as Machine, RunCallId, RunInput, RunQuote, RunSettings,
};
use farebox_core::route::Posterior;
use farebox_core::time::Timestamp;
use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

use super::at;
use crate::kernel::Kernel;
use crate::operations::PolicyInput;
use crate::{from_text, thrown, vocabularies};

/// A goal on its way: after any input, poll until it says `wait` or `finish`.
#[wasm_bindgen]
pub struct Run {
    machine: Machine,
}

/// A goal, and how to go about it.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoalInput {
    /// What is wanted.
    pub goal: Goal,
    /// Who does which part of it, and where it must stop.
    #[serde(default)]
    #[tsify(optional)]
    pub settings: RunSettings,
    /// What holds where a role's policy is silent on what may be asked at all.
    #[serde(default)]
    #[tsify(optional)]
    pub policy: PolicyInput,
    /// The moment.
    pub now: Timestamp,
}

impl GoalInput {
    fn read(what: &str, input: &str) -> Result<(Goal, RunSettings, Timestamp), Error> {
        let Self { goal, mut settings, policy, now } = from_text(what, input)?;
        settings.inherit(&policy.read()?);
        Ok((goal, settings, now))
    }
}

#[wasm_bindgen]
impl Kernel {
    /// Says what a whole run costs, what the strongest model alone would, and whether the split
    /// pays: a `GoalInput` and a `RunQuote` as JSON text.
    ///
    /// # Errors
    ///
    /// As a quote has them, for any request of the run.
    #[wasm_bindgen(js_name = quoteRun)]
    pub fn quote_run(&self, input: &str) -> Result<String, String> {
        vocabularies::with(|vocabularies| {
            let quote = quote_run(input, &self.catalog, vocabularies, &self.posterior)?;
            Ok(json::text(&quote))
        })
        .map_err(thrown)
    }

    /// Starts a run towards a goal: the input is a `GoalInput` as JSON text. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the goal cannot be run, `invalid_policy` when the settings cannot.
    #[wasm_bindgen(js_name = startRun)]
    pub fn start_run(&self, input: &str) -> Result<Run, String> {
        vocabularies::with(|vocabularies| {
            start(input, &self.catalog, vocabularies, &self.posterior)
        })
        .map_err(thrown)
    }
}

/// Quotes a run.
fn quote_run(
    input: &str,
    catalog: &Catalog,
    vocabularies: &Vocabularies,
    posterior: &Posterior,
) -> Result<RunQuote, Error> {
    let (goal, settings, now) = GoalInput::read("the input of a run's quote", input)?;
    let market = Market { catalog, vocabularies, posterior, now };
    orchestrate::quote_run(&goal, &settings, market)
}

/// Starts a run; what was quoted for it stands on its receipt.
fn start(
    input: &str,
    catalog: &Catalog,
    vocabularies: &Vocabularies,
    posterior: &Posterior,
) -> Result<Run, Error> {
    let (goal, settings, now) = GoalInput::read("the input of a run", input)?;
    let market = Market { catalog, vocabularies, posterior, now };
    let quote = orchestrate::quote_run(&goal, &settings, market).ok();
    let machine = Machine::new(goal, settings, now)?;
    let machine = match quote {
        Some(quote) => machine.quoted(quote),
        None => machine,
    };
    Ok(Run { machine })
}

#[wasm_bindgen]
impl Run {
    /// Goes on with a run that was saved.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no saved run of this version.
    pub fn resume(saved: &str, now_ms: f64) -> Result<Run, String> {
        let machine = Machine::resume(saved, at(now_ms)).map_err(thrown)?;
        Ok(Self { machine })
    }

    /// What the host is to do now: a `RunAction` as JSON text.
    pub fn poll(&mut self, now_ms: f64) -> String {
        json::text(&self.machine.poll(at(now_ms)))
    }

    /// Takes the most a call can cost, as dollars in text.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no amount.
    pub fn quoted(&mut self, call: u32, worst_case: &str, now_ms: f64) -> Result<(), String> {
        let worst_case = Pusd::parse(worst_case).map_err(thrown)?;
        self.take(RunInput::Quoted { call: RunCallId(call), worst_case }, now_ms);
        Ok(())
    }

    /// Takes how a call ended: an `Outcome` as JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no outcome.
    pub fn finished(&mut self, call: u32, outcome: &str, now_ms: f64) -> Result<(), String> {
        let outcome: Outcome = from_text("an outcome", outcome).map_err(thrown)?;
        let outcome = Box::new(outcome);
        self.take(RunInput::Finished { call: RunCallId(call), outcome }, now_ms);
        Ok(())
    }

    /// Takes the caller's word on a result, and why it will not do if it will not.
    pub fn checked(&mut self, check: u32, refused: Option<String>, now_ms: f64) {
        let (check, accepted) = (RunCallId(check), refused.is_none());
        let reason = refused.unwrap_or_default();
        self.take(RunInput::Checked { check, accepted, reason }, now_ms);
    }

    /// Takes the passing of time.
    pub fn tick(&mut self, now_ms: f64) {
        self.take(RunInput::Tick, now_ms);
    }

    /// Takes the caller's wish to stop.
    pub fn cancel(&mut self, now_ms: f64) {
        self.take(RunInput::Cancel, now_ms);
    }

    /// The state as JSON text, for `resume`.
    pub fn save(&self) -> String {
        self.machine.save()
    }

    fn take(&mut self, input: RunInput, now_ms: f64) {
        self.machine.handle(input, at(now_ms));
    }
}
