//! OpenAI Chat Completions, and every server compatible with it.

mod parse;
mod usage;

pub(super) use parse::parse;
pub(crate) use usage::usage;
