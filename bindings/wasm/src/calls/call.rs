//! The call machine, fed and asked by a host.

use std::cell::RefCell;
use std::rc::Rc;

use farebox_core::budget::{Budget, HoldId};
use farebox_core::call::{AttemptId, Call as Machine, CallSettings, Input};
use farebox_core::catalog::Catalog;
use farebox_core::count::Vocabularies;
use farebox_core::error::Error;
use farebox_core::json;
use farebox_core::plan::CallLimits;
use farebox_core::quote::{Quote, quote};
use farebox_core::receipt::settle;
use farebox_core::request::{Hints, ModelId};
use farebox_core::route::{Observation, Posterior};
use farebox_core::time::Timestamp;
use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

use super::at;
use super::told::told;
use crate::kernel::Kernel;
use crate::operations::{PolicyInput, PosteriorInput, RequestInput};
use crate::{from_text, thrown, vocabularies};

/// A call on its way: after anything happened, poll until it says `receive`, `sleep` or `finish`.
#[wasm_bindgen]
pub struct Call {
    catalog: Rc<Catalog>,
    quote: Quote,
    baseline: Option<ModelId>,
    machine: Machine,
    /// What is held for it, until it is settled.
    hold: Option<HoldId>,
    purse: Purse,
    is_begun: bool,
}

/// What may still be spent, shared by a kernel and its calls; nothing where nobody set a limit.
pub(crate) type Purse = Rc<RefCell<Option<Budget>>>;

/// A request to be quoted and sent as the quote says.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallInput {
    /// The request.
    pub request: RequestInput,
    /// What its text does not say; over the request's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
    /// What the caller wants.
    #[serde(default)]
    #[tsify(optional)]
    pub policy: PolicyInput,
    /// What is known of the caller's workloads, instead of what is held.
    #[serde(default)]
    #[tsify(optional)]
    pub posterior: PosteriorInput,
    /// The moment.
    pub now: Timestamp,
    /// How to go about it.
    #[serde(default)]
    pub settings: CallSettings,
    /// Limits of time and repetition, instead of the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[tsify(type = "Partial<CallLimits>", optional)]
    pub limits: Option<CallLimits>,
    /// The model to compare the bill with; by default the last that was estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<ModelId>,
}

#[wasm_bindgen]
impl Kernel {
    /// Quotes a request and starts its call: the input is a `CallInput` as JSON text. Nothing is
    /// sent yet. The decision is noted, so that its outcome can be observed.
    ///
    /// # Errors
    ///
    /// As the operation `quote`, and `invalid_request` when the plan cannot carry the request.
    pub fn call(&mut self, input: &str) -> Result<Call, String> {
        vocabularies::with(|vocabularies| {
            Call::start(input, &self.catalog, vocabularies, &mut self.posterior, &self.purse)
        })
        .map_err(thrown)
    }

    /// Holds every call to a budget from now on: a `Budget` as JSON text, with its ledger where it was
    /// kept before.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no budget.
    #[wasm_bindgen(js_name = setBudget)]
    pub fn set_budget(&self, budget: &str) -> Result<(), String> {
        let budget = Budget::parse(budget.as_bytes()).map_err(thrown)?;
        *self.purse.borrow_mut() = Some(budget);
        Ok(())
    }

    /// The budget with its ledger as it stands, as JSON text; nothing where none was set.
    pub fn budget(&self) -> Option<String> {
        self.purse.borrow().as_ref().map(|budget| json::text(budget))
    }

    /// Learns how a decision turned out: an `Observation` as JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` when no decision of this id awaits its outcome.
    pub fn observe(&mut self, decision: &str, seen: &str, now_ms: f64) -> Result<(), String> {
        from_text::<Observation>("an observation", seen)
            .and_then(|seen| self.posterior.observe(decision, &seen, at(now_ms)))
            .map_err(thrown)
    }

    /// What is known of the caller's workloads: a `Posterior` as JSON text.
    pub fn posterior(&self) -> String {
        json::text(&self.posterior)
    }
}

impl Call {
    fn start(
        input: &str,
        catalog: &Rc<Catalog>,
        vocabularies: &Vocabularies,
        posterior: &mut Posterior,
        purse: &Purse,
    ) -> Result<Self, Error> {
        let input: CallInput = from_text("the input of a call", input)?;
        let CallInput { request, hints, policy, posterior: given, now, mut settings, .. } = input;
        let CallInput { limits, baseline, .. } = input;
        let request = request.read(hints)?;
        let mut policy = policy.read()?;
        let mut budget = purse.borrow_mut();
        if let Some(budget) = &*budget {
            policy = budget.bend(&policy, now);
        }
        let given = given.or(posterior)?;
        let mut quote = quote(&request, catalog, vocabularies, &policy, &given, now)?;
        drop(given);
        quote.plan.limits = limits.unwrap_or(quote.plan.limits);
        settings.regional |= policy.region.is_some();
        let machine = Machine::new(&request, &quote.plan, catalog, settings)?;
        let hold = match &mut *budget {
            Some(budget) => Some(budget.hold_for(&quote, now)?),
            None => None,
        };
        posterior.record(&request, &quote.decision, now);
        let strongest = || quote.estimates.last().map(|estimate| estimate.model.clone());
        let baseline = baseline.or_else(strongest);
        let (catalog, purse) = (Rc::clone(catalog), Rc::clone(purse));
        Ok(Self { catalog, quote, baseline, machine, hold, purse, is_begun: false })
    }
}

#[wasm_bindgen]
impl Call {
    /// What the call was quoted at: a `Quote` as JSON text.
    pub fn quote(&self) -> String {
        json::text(&self.quote)
    }

    /// What the host is to do now, in order: a list of `Action` as JSON text, of which only the last
    /// is anything but an event for the caller. A piece of an answer is only its words, and a list
    /// `[kind, attempt, index]` says of what the pieces after it are.
    pub fn poll(&mut self, now_ms: f64) -> String {
        self.is_begun = true;
        told(&self.machine.poll_all(at(now_ms)))
    }

    /// Takes an attempt's status and headers, each `name: value` on a line of its own.
    pub fn head(&mut self, attempt: u32, status: u16, headers: &str, now_ms: f64) {
        let headers = headers.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.into(), value.strip_prefix(' ').unwrap_or(value).into()))
        });
        let attempt = AttemptId(attempt);
        self.take(Input::Head { attempt, status, headers: headers.collect() }, now_ms);
    }

    /// Learns that an attempt was not sent and will not be before a moment: the caller's own rate
    /// limit has no room for it.
    pub fn deferred(&mut self, attempt: u32, until_ms: f64, now_ms: f64) {
        let (attempt, until) = (AttemptId(attempt), at(until_ms));
        self.take(Input::Deferred { attempt, until }, now_ms);
    }

    /// Takes bytes of an attempt's body, cut anywhere.
    pub fn body(&mut self, attempt: u32, bytes: Vec<u8>, now_ms: f64) {
        self.take(Input::Body { attempt: AttemptId(attempt), bytes }, now_ms);
    }

    /// Learns that an attempt's body ended as it should.
    pub fn end(&mut self, attempt: u32, now_ms: f64) {
        self.take(Input::End { attempt: AttemptId(attempt) }, now_ms);
    }

    /// Learns that an attempt's connection failed or broke, and whether the request certainly never
    /// reached the provider.
    pub fn lost(&mut self, attempt: u32, message: String, unsent: bool, now_ms: f64) {
        self.take(Input::Lost { attempt: AttemptId(attempt), message, unsent }, now_ms);
    }

    /// Takes the caller's judgement of an answer that an event `judging` showed: why it may not be
    /// accepted, or nothing.
    pub fn verdict(&mut self, attempt: u32, refused: Option<String>, now_ms: f64) {
        self.take(Input::Verdict { attempt: AttemptId(attempt), refused }, now_ms);
    }

    /// Learns that time has passed.
    pub fn tick(&mut self, now_ms: f64) {
        self.take(Input::Tick, now_ms);
    }

    /// Learns that the caller wants no more.
    pub fn cancel(&mut self, now_ms: f64) {
        self.take(Input::Cancel, now_ms);
    }

    /// What the call cost, once it is over: a `Receipt` as JSON text. What was held for it and not
    /// spent is free again.
    ///
    /// # Errors
    ///
    /// `invalid_request` while it is under way.
    pub fn receipt(&mut self) -> Result<String, String> {
        let outcome = self.machine.outcome().ok_or_else(|| {
            thrown(Error::invalid_request("the call is under way: it has no receipt yet"))
        })?;
        let (chosen, baseline) = (self.quote.chosen(), self.baseline.as_ref());
        let receipt = settle(outcome, chosen, &self.catalog, baseline);
        if let (Some(hold), Some(budget)) = (self.hold.take(), &mut *self.purse.borrow_mut()) {
            budget.settle_by(hold, &receipt);
        }
        Ok(json::text(&receipt))
    }

    fn take(&mut self, input: Input, now_ms: f64) {
        self.machine.handle(input, at(now_ms));
    }
}

/// A call that nobody ran cost nothing.
impl Drop for Call {
    fn drop(&mut self) {
        if let (Some(hold), false, Ok(mut purse)) =
            (self.hold, self.is_begun, self.purse.try_borrow_mut())
            && let Some(budget) = &mut *purse
        {
            budget.release(hold);
        }
    }
}
