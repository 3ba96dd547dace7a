//! One file a subcommand: its `Args`, and a `run` that does it.

pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod bulk_batch;
pub(crate) mod bulk_run;
pub(crate) mod completions;
pub(crate) mod count;
pub(crate) mod emulator;
pub(crate) mod man;
pub(crate) mod models;
pub(crate) mod prices;
pub(crate) mod quote;
pub(crate) mod replay;
pub(crate) mod route;
pub(crate) mod savings;
pub(crate) mod send;
