//! The callers' own names of lines, each of which may stand once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use farebox_core::error::Error;

/// Names seen, by hash; and the lines they stood in.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    lines: HashMap<u64, u64>,
    hasher: RandomState,
}

impl Keys {
    /// Takes the name of a line.
    ///
    /// # Errors
    ///
    /// `invalid_request` when another line has it already: a result could not be told apart.
    pub(crate) fn take(&mut self, key: Option<&str>, line: u64) -> Result<(), Error> {
        let Some(key) = key else { return Ok(()) };
        let first = *self.lines.entry(self.hasher.hash_one(key)).or_insert(line);
        if first == line {
            return Ok(());
        }
        let message =
            format!("`custom_id` `{key}` is that of line {first} already: give it another");
        Err(Error::invalid_request(message).with("firstLine", first))
    }
}
