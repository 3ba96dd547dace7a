//! What text is measured with: a vocabulary where one is at hand, else an estimate.

use super::Vocab;
use super::approx::approximate;

/// Counts the tokens of texts, one after another, and how many letters it was given.
#[derive(Debug)]
pub(super) struct Ruler<'a> {
    vocab: Option<&'a Vocab>,
}

impl<'a> Ruler<'a> {
    pub(super) fn new(vocab: Option<&'a Vocab>) -> Self {
        Self { vocab }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.vocab.is_some()
    }

    pub(super) fn tokens(&self, text: &str) -> u64 {
        match self.vocab {
            _ if text.is_empty() => 0,
            Some(vocab) => vocab.count(text),
            None => approximate(text),
        }
    }
}
