//! Gemini `generateContent`.

pub(super) mod build;
mod parse;
mod partial;
pub(super) mod stream;
mod usage;

pub(super) use parse::parse;
pub(crate) use usage::usage;
