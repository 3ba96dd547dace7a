//! OpenAI Responses.

mod parse;
mod usage;

pub(super) use parse::parse;
pub(in crate::provider) use usage::cache_writes;
pub(crate) use usage::usage;
