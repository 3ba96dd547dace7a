//! Work in bulk: files of requests, one JSON object a line.

pub(crate) mod batch;
pub(crate) mod jobs;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod line;
pub(crate) mod notes;
pub(crate) mod results;
pub(crate) mod tally;
pub(crate) mod window;
