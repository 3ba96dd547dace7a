//! A catalogue held ready, what is known of the caller's workloads, and the door to every operation.

use std::rc::Rc;

use farebox_core::catalog::Catalog;
use farebox_core::route::Posterior;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "calls")]
use crate::calls::Purse;
use crate::operations::{self, Held};
use crate::{thrown, vocabularies};

thread_local! {
    /// Read once, however many clients there are.
    static SHIPPED: Rc<Catalog> = Rc::new(Catalog::small());
}

/// The kernel with one catalogue.
#[wasm_bindgen]
pub struct Kernel {
    pub(crate) catalog: Rc<Catalog>,
    pub(crate) posterior: Posterior,
    #[cfg(feature = "calls")]
    pub(crate) purse: Purse,
}

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
        Ok(Self {
            catalog,
            posterior,
            #[cfg(feature = "calls")]
            purse: Purse::default(),
        })
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
}
