//! A text under edit, counted as it changes.

use std::sync::Arc;

use farebox_core::count::{LiveCount as Live, Vocab};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::thrown;
use crate::vocabularies::shared;

/// A text under edit and its exact count; every place in it is in UTF-16 units, as a page counts.
#[wasm_bindgen]
pub struct LiveCount {
    text: Live<Arc<Vocab>>,
}

#[wasm_bindgen]
impl LiveCount {
    /// Counts a text that is going to be edited.
    ///
    /// # Errors
    ///
    /// `invalid_request` for an encoding there is none of, or whose vocabulary is not loaded.
    #[wasm_bindgen(constructor)]
    pub fn new(
        text: &str,
        #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
    ) -> Result<LiveCount, String> {
        Ok(Self { text: Live::new(shared(encoding)?, text) })
    }

    /// The tokens of the text.
    #[wasm_bindgen(getter)]
    pub fn tokens(&self) -> f64 {
        self.text.tokens() as f64
    }

    /// The length of the text.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> f64 {
        self.text.len_utf16() as f64
    }

    /// Puts a text in the place of a range and answers with the tokens of the whole. A range that
    /// begins or ends between two surrogates takes the whole character.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the range ends before it begins or reaches over the end of the text.
    pub fn replace(&mut self, start: u32, end: u32, with: &str) -> Result<f64, String> {
        let edit = self.text.replace_utf16(start as usize..end as usize, with).map_err(thrown)?;
        Ok(edit.tokens as f64)
    }

    /// Where each token ends that ends in this range.
    ///
    /// A token that ends inside a character ends, as far as can be shown, before it.
    pub fn boundaries(&self, start: u32, end: u32) -> Vec<u32> {
        let ends = self.text.boundaries_utf16(start as usize..end as usize);
        ends.into_iter().map(|end| end as u32).collect()
    }
}
