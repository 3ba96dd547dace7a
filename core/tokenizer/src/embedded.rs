//! The vocabularies inside the binary: as files, and as tables used where they lie.

/// Keeps what is read in words from lying across the lines of the processor's cache.
#[cfg(any(feature = "embed-cl100k", feature = "embed-o200k"))]
#[repr(align(64))]
pub(super) struct Aligned<T: ?Sized>(pub(super) T);

#[cfg(feature = "embed-cl100k")]
pub(super) static CL100K: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base.tables")));

#[cfg(feature = "embed-o200k")]
pub(super) static O200K: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.tables")));

/// The vocabulary file of `cl100k_base`, as [`Tokenizer::parse`](crate::Tokenizer::parse) reads it.
#[cfg(feature = "embed-cl100k")]
pub static CL100K_FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base.vocab"));

/// The vocabulary file of `o200k_base`, as [`Tokenizer::parse`](crate::Tokenizer::parse) reads it.
#[cfg(feature = "embed-o200k")]
pub static O200K_FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.vocab"));
