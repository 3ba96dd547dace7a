//! How many tokens a text, and a whole request, is.
//!
//! A [`Vocab`] is bytes handed in; the algorithm, the crate `farebox-tokenizer`, knows no
//! vocabulary. Every answer about a text equals tiktoken's.

mod approx;
#[cfg(feature = "rayon")]
mod batch;
mod cut;
mod encode;
mod encoding;
mod frame;
mod image;
mod input;
mod live;
mod ruler;
mod stream;
mod tally;
mod vocab;
mod vocabularies;

pub use {
    cut::Keep,
    encode::{SpecialTokens, TokenDecoder},
    encoding::Encoding,
    frame::{count_request, count_request_at},
    input::{Basis, CountPart, CountPartKind, InputCount, TokenRange},
    live::{Edit, LiveCount},
    stream::StreamCounter,
    vocab::Vocab,
    vocabularies::Vocabularies,
};

#[cfg(feature = "embed-cl100k")]
pub use farebox_tokenizer::CL100K_FILE;
#[cfg(feature = "embed-o200k")]
pub use farebox_tokenizer::O200K_FILE;
