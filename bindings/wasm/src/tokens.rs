//! Tokens of plain text, without the detour over JSON.

use farebox_core::count::Vocab;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::vocabularies::with_vocab;

/// How many tokens the text is.
///
/// # Errors
///
/// `invalid_request` for an encoding there is none of, or whose vocabulary is not loaded.
#[wasm_bindgen]
pub fn count(
    text: &str,
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
) -> Result<f64, String> {
    with_vocab(encoding, |vocab| Ok(vocab.count(text) as f64))
}

/// How many tokens the text is, or nothing when it is more than the limit; stops reading there.
///
/// # Errors
///
/// Those of `count`.
#[wasm_bindgen(js_name = countTillLimit)]
pub fn count_till_limit(
    text: &str,
    limit_tokens: f64,
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
) -> Result<Option<f64>, String> {
    with_vocab(encoding, |vocab| {
        Ok(vocab.count_till_limit(text, limit_tokens as u64).map(|tokens| tokens as f64))
    })
}

/// The ranks of the text's tokens.
///
/// # Errors
///
/// Those of `count`.
#[wasm_bindgen]
pub fn encode(
    text: &str,
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
) -> Result<Vec<u32>, String> {
    with_vocab(encoding, |vocab| Ok(vocab.encode(text)))
}

/// The text of tokens; bytes that are no text become U+FFFD.
///
/// # Errors
///
/// Those of `count`, and `invalid_request` for a rank that is no token.
#[wasm_bindgen]
pub fn decode(
    tokens: &[u32],
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
) -> Result<String, String> {
    with_vocab(encoding, |vocab| vocab.decode(tokens))
}

/// Where each token of the text ends, in UTF-16 units, so that `text.slice` cuts there.
///
/// A token that ends inside a character ends, as far as can be shown, before it.
///
/// # Errors
///
/// Those of `count`.
#[wasm_bindgen]
pub fn boundaries(
    text: &str,
    #[wasm_bindgen(unchecked_param_type = "Encoding")] encoding: &str,
) -> Result<Vec<u32>, String> {
    with_vocab(encoding, |vocab| {
        let lengths = byte_lengths(vocab, text)?;
        Ok(utf16_ends(text, lengths.into_iter()))
    })
}

fn byte_lengths(vocab: &Vocab, text: &str) -> Result<Vec<usize>, farebox_core::error::Error> {
    vocab.encode(text).iter().map(|token| Ok(vocab.decode_bytes(&[*token])?.len())).collect()
}

fn utf16_ends(text: &str, byte_lengths: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut chars = text.char_indices().peekable();
    let mut units = 0;
    let mut end_bytes = 0;
    byte_lengths
        .map(|bytes| {
            end_bytes += bytes;
            while let Some((start, char)) = chars.peek().copied() {
                if start + char.len_utf8() > end_bytes {
                    break;
                }
                units += char.len_utf16() as u32;
                chars.next();
            }
            units
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::utf16_ends;

    #[test]
    fn ends_are_where_text_slices() {
        assert_eq!(utf16_ends("ab é", [2, 3].into_iter()), [2, 4]);
        assert_eq!(utf16_ends("😀x", [2, 2, 1].into_iter()), [0, 2, 3]);
    }
}
