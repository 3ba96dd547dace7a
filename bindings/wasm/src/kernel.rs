//! A catalogue held ready, and the door to every operation on it.

use farebox_core::catalog::Catalog;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::call::Call;
use crate::operations::evaluate;
use crate::{thrown, vocabularies};

/// The kernel with one catalogue.
#[wasm_bindgen]
pub struct Kernel {
    catalog: Catalog,
}

#[wasm_bindgen]
impl Kernel {
    /// Holds the given catalogue, as JSON text, or the shipped one.
    ///
    /// # Errors
    ///
    /// `invalid_catalog` when the text is no catalogue that holds together.
    #[wasm_bindgen(constructor)]
    pub fn new(catalog: Option<String>) -> Result<Kernel, String> {
        let catalog = match catalog {
            Some(json) => Catalog::parse(json.as_bytes()).map_err(thrown)?,
            None => Catalog::small(),
        };
        Ok(Self { catalog })
    }

    /// Runs one of the operations on JSON text and returns JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` for an operation there is none of or input that is not its own, else what
    /// the operation itself says.
    pub fn run(&self, operation: &str, input: &str) -> Result<String, String> {
        vocabularies::with(|vocabularies| evaluate(operation, input, &self.catalog, vocabularies))
            .map_err(thrown)
    }

    /// Starts a call: the input is a `CallInput` as JSON text. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the plan cannot carry the request.
    pub fn call(&self, input: &str) -> Result<Call, String> {
        Call::start(input, &self.catalog).map_err(thrown)
    }
}
