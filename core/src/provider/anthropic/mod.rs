//! Anthropic Messages.

mod parse;
mod usage;

pub(super) use parse::{is_format_of, parse};
pub(crate) use usage::usage;
