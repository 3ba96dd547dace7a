//! The kernel as a synchronous wasm module.
#![allow(missing_docs)]
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}
