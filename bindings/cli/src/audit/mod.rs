//! Estimates held against what recorded requests were billed.
//!
//! A log is read line by line and nothing of a row outlives it but a few sums, so that a log of
//! any length fits in memory.

mod class;
mod html;
mod log;
mod routed;
mod row;
mod table;
mod tally;

pub(crate) use html::page;
pub(crate) use log::Log;
pub(crate) use row::Row;
pub(crate) use table::print;
pub(crate) use tally::Tally;
