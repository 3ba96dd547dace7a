//! The call machine, fed and asked by a host.

use farebox_core::call::{AttemptId, Call as Machine, CallSettings, Input};
use farebox_core::catalog::Catalog;
use farebox_core::error::Error;
use farebox_core::plan::Plan;
use farebox_core::request::Hints;
use farebox_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::operations::RequestInput;
use crate::{from_text, thrown};

/// A call on its way: after `handle` or `body`, poll until it says `receive`, `sleep` or `finish`.
#[wasm_bindgen]
pub struct Call {
    machine: Machine,
}

/// A request and the plan it is to follow.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallInput {
    /// The request.
    pub request: RequestInput,
    /// What its text does not say; over the request's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
    /// What to try, in order.
    pub plan: Plan,
    /// How to go about it.
    #[serde(default)]
    pub settings: CallSettings,
}

impl Call {
    pub(crate) fn start(input: &str, catalog: &Catalog) -> Result<Self, Error> {
        let input: CallInput = from_text("the input of a call", input)?;
        let request = input.request.read(input.hints)?;
        let machine = Machine::new(&request, &input.plan, catalog, input.settings)?;
        Ok(Self { machine })
    }
}

#[wasm_bindgen]
impl Call {
    /// What the host is to do now: an `Action` as JSON text.
    ///
    /// # Errors
    ///
    /// None that a host can cause.
    pub fn poll(&mut self, now_ms: f64) -> Result<String, String> {
        serde_json::to_string(&self.machine.poll(at(now_ms)))
            .map_err(|error| thrown(Error::invalid_request(error.to_string())))
    }

    /// Takes what happened: an `Input` as JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no input.
    pub fn handle(&mut self, input: &str, now_ms: f64) -> Result<(), String> {
        let input: Input = from_text("what happened", input).map_err(thrown)?;
        self.machine.handle(input, at(now_ms));
        Ok(())
    }

    /// Takes bytes of an attempt's body, cut anywhere.
    pub fn body(&mut self, attempt: u32, bytes: Vec<u8>, now_ms: f64) {
        self.machine.handle(Input::Body { attempt: AttemptId(attempt), bytes }, at(now_ms));
    }
}

fn at(now_ms: f64) -> Timestamp {
    Timestamp::from_ms(now_ms as i64)
}
