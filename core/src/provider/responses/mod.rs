//! OpenAI Responses.

pub(super) mod build;
mod parse;
mod slot;
pub(super) mod stream;
mod usage;

pub(super) use parse::parse;
pub(in crate::provider) use usage::cache_writes;
pub(crate) use usage::usage;
