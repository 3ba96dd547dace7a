//! The vocabularies a host has handed in, shared by every [`Kernel`](crate::Kernel).

use std::cell::RefCell;
use std::sync::Arc;

use farebox_core::count::{Encoding, Vocab, Vocabularies};
use farebox_core::error::Error;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::thrown;

thread_local! {
    static HELD: RefCell<Vocabularies> = RefCell::default();
}

/// Makes counts in an encoding exact from now on; `file` is the encoding's vocabulary file.
///
/// # Errors
///
/// `invalid_request` for an encoding there is none of, or a file that is cut, changed or another's.
#[wasm_bindgen(js_name = loadVocabulary)]
pub fn load_vocabulary(
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
    file: &[u8],
) -> Result<(), String> {
    let vocab = Encoding::parse(encoding)
        .and_then(|encoding| Vocab::parse(encoding, file))
        .map_err(thrown)?;
    HELD.with_borrow_mut(|held| *held = core::mem::take(held).with(vocab));
    Ok(())
}

pub(crate) fn with<T>(action: impl FnOnce(&Vocabularies) -> T) -> T {
    HELD.with_borrow(action)
}

/// Hands over one vocabulary, or says how to get it.
pub(crate) fn with_vocab<T>(
    encoding: &str,
    action: impl FnOnce(&Vocab) -> Result<T, Error>,
) -> Result<T, String> {
    with(|held| action(require(held, Encoding::parse(encoding)?)?)).map_err(thrown)
}

/// The vocabulary of an encoding, or the error that says how to get it.
pub(crate) fn require(held: &Vocabularies, encoding: Encoding) -> Result<&Vocab, Error> {
    held.vocab(encoding).ok_or_else(|| missing(encoding))
}

/// The same to keep.
pub(crate) fn shared(encoding: &str) -> Result<Arc<Vocab>, String> {
    let encoding = Encoding::parse(encoding).map_err(thrown)?;
    with(|held| held.shared(encoding)).ok_or_else(|| thrown(missing(encoding)))
}

fn missing(encoding: Encoding) -> Error {
    Error::invalid_request(format!(
        "the vocabulary of `{name}` is not loaded: `await preload([\"{name}\"])` first",
        name = encoding.name()
    ))
    .with("encoding", encoding.name())
}
