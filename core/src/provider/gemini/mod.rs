//! Gemini `generateContent`.

mod parse;
mod usage;

pub(super) use parse::parse;
pub(crate) use usage::usage;
