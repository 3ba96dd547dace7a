//! How many tokens a text, and a whole request, is.
//!
//! A [`Vocab`] is bytes handed in; the algorithm knows no vocabulary. Text is split into pieces
//! (`split`), a piece that is a token is found in one look (`table`), any other is encoded in
//! linear time (`bpe`). Every answer about a text equals tiktoken's.

mod approx;
#[cfg(feature = "rayon")]
mod batch;
mod bpe;
mod cache;
mod chunk;
mod class;
mod coder;
mod cut;
mod embedded;
mod encode;
mod encoding;
mod frame;
mod image;
mod input;
mod live;
mod pack;
mod ruler;
mod split;
mod stream;
mod table;
mod tally;
mod vocab;
mod vocabularies;
mod window;

pub use {
    cut::Keep,
    encode::{SpecialTokens, TokenDecoder},
    encoding::Encoding,
    frame::count_request,
    input::{Basis, CountPart, CountPartKind, InputCount, TokenRange},
    live::{Edit, LiveCount},
    stream::StreamCounter,
    vocab::Vocab,
    vocabularies::Vocabularies,
};

#[cfg(feature = "embed-cl100k")]
pub use embedded::CL100K_FILE;
#[cfg(feature = "embed-o200k")]
pub use embedded::O200K_FILE;
