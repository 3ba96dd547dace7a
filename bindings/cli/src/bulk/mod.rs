//! Work in bulk: files of requests, one JSON object a line.

pub(crate) mod journal;
pub(crate) mod line;
pub(crate) mod tally;
