//! OpenAI Chat Completions, and every server compatible with it.

pub(super) mod build;
mod cohere;
mod dialect;
mod message;
mod parse;
pub(super) mod stream;
mod tool_calls;
mod usage;

pub(super) use parse::parse;
pub(crate) use usage::usage;
