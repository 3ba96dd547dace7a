//! Counting text that arrives in parts.

use alloc::{string::String, vec::Vec};

use farebox_tokenizer::is_cut;

use super::vocab::Vocab;

impl Vocab {
    /// A counter of text that arrives in parts.
    pub fn counter(&self) -> StreamCounter<'_> {
        StreamCounter { vocab: self, pending: Vec::new(), searched: 0, tokens: 0 }
    }
}

/// Counts text that arrives in parts, cut anywhere, without holding it: what is counted is let go.
///
/// The count is that of the whole, as [`Vocab::count_bytes`] gives it. Held is only the end of the
/// text from the last place on where it may be cut, which is some hundred bytes in a text anybody
/// reads and as much as there is of a run of one kind of character that never ends.
///
/// With the feature `std` it is a [`std::io::Write`], so that `std::io::copy` counts a reader.
#[derive(Clone, Debug)]
pub struct StreamCounter<'a> {
    vocab: &'a Vocab,
    pending: Vec<u8>,
    /// Up to here `pending` holds no cut.
    searched: usize,
    tokens: u64,
}

/// Bytes gathered before they are counted.
const GATHERED: usize = 1 << 14;

impl StreamCounter<'_> {
    /// Takes the next bytes of the text.
    pub fn push(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(GATHERED) {
            self.pending.extend_from_slice(part);
            if self.pending.len() - self.searched >= GATHERED {
                self.settle();
            }
        }
    }

    /// The tokens of what is counted so far; what is still held is not in it.
    pub fn settled_tokens(&self) -> u64 {
        self.tokens
    }

    /// The tokens of the whole text.
    pub fn finish(mut self) -> u64 {
        self.count(self.pending.len());
        self.tokens
    }

    /// Counts up to the last cut, and lets go of it.
    fn settle(&mut self) {
        // The last character may be incomplete, and decides with the one before it.
        let end = self.pending.len().saturating_sub(8);
        let cut = (self.searched.max(1)..end)
            .rev()
            .find(|at| is_whole(&self.pending, *at) && is_cut(&self.pending, *at));
        match cut {
            Some(cut) => {
                self.count(cut);
                self.pending.drain(..cut);
                self.searched = 0;
            }
            None => self.searched = end,
        }
    }

    fn count(&mut self, end: usize) {
        self.tokens += match str::from_utf8(&self.pending[..end]) {
            Ok(text) => self.vocab.count(text),
            Err(_) => self.vocab.count(&String::from_utf8_lossy(&self.pending[..end])),
        };
    }
}

/// Whether the characters on both sides of a place are whole and UTF-8.
fn is_whole(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rposition(|byte| byte & 0xc0 != 0x80);
    let after = bytes[at..].iter().skip(1).position(|byte| byte & 0xc0 != 0x80);
    before.is_some_and(|before| str::from_utf8(&bytes[before..at]).is_ok())
        && after.is_some_and(|after| str::from_utf8(&bytes[at..at + 1 + after]).is_ok())
}

#[cfg(feature = "std")]
impl std::io::Write for StreamCounter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
