//! How many tokens a text, and a whole request, is.

mod input;

pub use input::{Basis, CountPart, CountPartKind, InputCount, TokenRange};
