//! A catalogue held ready, what is known of the caller's workloads, and the door to every operation.

use std::cell::RefCell;
use std::rc::Rc;

use farebox_core::budget::Budget;
use farebox_core::catalog::Catalog;
use farebox_core::json;
use farebox_core::route::{Observation, Posterior};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::call::Call;
use crate::operations::{self, Held};
use crate::run::{self, Run};
use crate::{at, from_text, thrown, vocabularies};

thread_local! {
    /// Read once, however many clients there are.
    static SHIPPED: Rc<Catalog> = Rc::new(Catalog::small());
}

/// The kernel with one catalogue.
#[wasm_bindgen]
pub struct Kernel {
    catalog: Rc<Catalog>,
    posterior: Posterior,
    purse: Purse,
}

/// What may still be spent, shared by a kernel and its calls; nothing where nobody set a limit.
pub(crate) type Purse = Rc<RefCell<Option<Budget>>>;

#[wasm_bindgen]
impl Kernel {
    /// Holds the given catalogue, as JSON text, or the shipped one; and what is known of the
    /// caller's workloads, as JSON text, or nothing.
    ///
    /// # Errors
    ///
    /// `invalid_catalog` when the text is no catalogue that holds together, `invalid_request` when
    /// the other is no posterior.
    #[wasm_bindgen(constructor)]
    pub fn new(catalog: Option<String>, posterior: Option<String>) -> Result<Kernel, String> {
        let catalog = match catalog {
            Some(json) => Rc::new(Catalog::parse(json.as_bytes()).map_err(thrown)?),
            None => SHIPPED.with(Rc::clone),
        };
        let posterior = match posterior {
            Some(json) => Posterior::parse(json.as_bytes()).map_err(thrown)?,
            None => Posterior::new(),
        };
        Ok(Self { catalog, posterior, purse: Purse::default() })
    }

    /// Runs one of the operations on JSON text and returns JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` for an operation there is none of or input that is not its own, else what
    /// the operation itself says.
    pub fn run(&self, operation: &str, input: &str) -> Result<String, String> {
        vocabularies::with(|vocabularies| {
            let (catalog, posterior) = (&*self.catalog, &self.posterior);
            operations::run(operation, input, &Held { catalog, vocabularies, posterior })
        })
        .map_err(thrown)
    }

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

    /// Says what a whole run costs, what the strongest model alone would, and whether the split
    /// pays: a `GoalInput` and a `RunQuote` as JSON text.
    ///
    /// # Errors
    ///
    /// As a quote has them, for any request of the run.
    #[wasm_bindgen(js_name = quoteRun)]
    pub fn quote_run(&self, input: &str) -> Result<String, String> {
        vocabularies::with(|vocabularies| {
            let quote = run::quote_run(input, &self.catalog, vocabularies, &self.posterior)?;
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
            run::start(input, &self.catalog, vocabularies, &self.posterior)
        })
        .map_err(thrown)
    }
}
