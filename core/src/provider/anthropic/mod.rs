//! Anthropic Messages.

pub(super) mod build;
mod parse;
pub(super) mod stream;
mod usage;

pub(super) use parse::{is_format_of, parse};
pub(crate) use usage::usage;
