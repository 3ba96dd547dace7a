//! OpenAI Responses.

mod read;
mod write;

pub(crate) use read::{items_of, read};
pub(crate) use write::Writer;
