//! The vocabularies at hand.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Encoding, Vocab};

/// Vocabularies by their encoding; cheap to clone.
///
/// Text whose vocabulary is not here is counted approximately, and the count says so.
#[derive(Clone, Debug, Default)]
pub struct Vocabularies {
    vocabs: Vec<Arc<Vocab>>,
}

impl Vocabularies {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more, in place of an earlier one of its encoding.
    #[must_use]
    pub fn with(mut self, vocab: impl Into<Arc<Vocab>>) -> Self {
        let vocab = vocab.into();
        self.vocabs.retain(|other| other.encoding().file() != vocab.encoding().file());
        self.vocabs.push(vocab);
        self
    }

    /// The vocabulary of an encoding, if it is here.
    pub fn vocab(&self, encoding: Encoding) -> Option<&Vocab> {
        let file = encoding.file();
        self.vocabs.iter().find(|vocab| vocab.encoding().file() == file).map(Arc::as_ref)
    }

    /// The same to keep, as a [`LiveCount`](super::LiveCount) does.
    pub fn shared(&self, encoding: Encoding) -> Option<Arc<Vocab>> {
        let file = encoding.file();
        self.vocabs.iter().find(|vocab| vocab.encoding().file() == file).cloned()
    }
}
