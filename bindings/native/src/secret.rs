//! A key that cannot be printed by accident.

use std::fmt;

/// A provider's key. It has no `Display`, and its `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The text with every trace of the key taken out.
    pub(crate) fn scrub(&self, text: &str) -> Option<String> {
        let is_in = self.0.len() >= MIN_SCRUBBED_BYTES && text.contains(&self.0);
        is_in.then(|| text.replace(&self.0, "[secret]"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

impl From<String> for Secret {
    fn from(key: String) -> Self {
        Self(key)
    }
}

/// Shorter keys are words of their own, and taking them out would garble the text.
const MIN_SCRUBBED_BYTES: usize = 6;
