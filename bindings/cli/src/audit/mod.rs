//! Estimates held against what recorded requests were billed.

pub(crate) mod row;
