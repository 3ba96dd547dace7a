//! Batches of a provider's: files of requests handed in, watched, fetched and settled.
//!
//! `lines` finds the requests in the input and says what each will cost; `ledger` keeps what was
//! handed in and what came of it; `work` drives both, with its two halves in `hand_in` and `watch`.

mod hand_in;
mod ledger;
mod lines;
mod watch;
mod work;

pub(crate) use ledger::Ledger;
pub(crate) use lines::{Lines, Market};
pub(crate) use work::{Bounds, Ended, Work};
