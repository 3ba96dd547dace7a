//! How the report of a replay is shown.

pub(crate) mod html;
pub(crate) mod table;
