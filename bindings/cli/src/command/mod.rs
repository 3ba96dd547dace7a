//! One file a subcommand: its `Args`, and a `run` that does it.

pub(crate) mod audit;
pub(crate) mod completions;
pub(crate) mod man;
pub(crate) mod replay;
