//! How many tokens a text, and a whole request, is.
//!
//! A [`Vocab`] is bytes handed in; the algorithm knows no vocabulary. Text is split into pieces
//! (`split`), a piece that is a token is found in one look (`table`), any other is encoded in
//! linear time (`bpe`). Every answer about a text equals tiktoken's.

mod approx;
mod bpe;
mod cache;
mod class;
mod encoding;
mod frame;
mod input;
mod pack;
mod ruler;
mod split;
mod table;
mod tally;
mod vocab;
mod vocabularies;
mod window;

pub use {
    encoding::Encoding,
    frame::count_request,
    input::{Basis, CountPart, CountPartKind, InputCount, TokenRange},
    vocab::Vocab,
    vocabularies::Vocabularies,
};

/// The vocabulary file of `cl100k_base`, as [`Vocab::parse`] reads it.
#[cfg(feature = "embed-cl100k")]
pub static CL100K_FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base.vocab"));

/// The vocabulary file of `o200k_base`, as [`Vocab::parse`] reads it.
#[cfg(feature = "embed-o200k")]
pub static O200K_FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.vocab"));
