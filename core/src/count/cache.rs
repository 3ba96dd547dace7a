//! The counts of pieces seen lately, so that the words of a text are looked up in half a megabyte
//! that stays near the processor instead of many that do not, and are not merged again.
//!
//! Shared by all threads without locks, and exact: an entry holds the whole piece. A short piece
//! and its count are one atomic word. A longer one is up to eight, guarded by a version that is odd while
//! they are written and another one after, so what is read half old and half new is not used.

use alloc::{boxed::Box, vec::Vec};
use core::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

use super::table::{Piece, mix, short_key, word};

const SHORT_BITS: u32 = 13;
const LONG_BITS: u32 = 13;
const SHORT_BYTES: usize = 7;
const LONG_BYTES: usize = 8 * WORDS;
const WORDS: usize = 7;
const TEXT_MASK: u64 = (1 << 56) - 1;

/// Counts by piece, newer ones in the place of older ones.
pub(crate) struct Cache {
    short: Box<[AtomicU64; 1 << SHORT_BITS]>,
    long: Box<[Entry; 1 << LONG_BITS]>,
}

#[derive(Default)]
#[repr(align(64))]
struct Entry {
    /// From the lowest: 8 bits of count, 8 of length, then the version.
    state: AtomicU64,
    words: [AtomicU64; WORDS],
}

impl Cache {
    pub(crate) fn new() -> Option<Self> {
        Some(Self { short: default()?, long: default()? })
    }

    /// The count of a piece, from here or from `compute`.
    #[inline(always)]
    pub(crate) fn count(&self, piece: Piece<'_>, compute: impl FnOnce() -> usize) -> usize {
        if piece.len <= SHORT_BYTES {
            let key = short_key(word(piece.text, piece.at), piece.len) & TEXT_MASK;
            let slot = &self.short[(mix(key, 0) >> (64 - SHORT_BITS)) as usize];
            let entry = slot.load(Relaxed);
            if entry & TEXT_MASK == key && entry > TEXT_MASK {
                return (entry >> 56) as usize;
            }
            let count = compute();
            slot.store(key | (count as u64) << 56, Relaxed);
            count
        } else if piece.len <= LONG_BYTES {
            self.count_long(piece, compute)
        } else {
            compute()
        }
    }

    #[inline]
    fn count_long(&self, piece: Piece<'_>, compute: impl FnOnce() -> usize) -> usize {
        let Piece { text, at, len } = piece;
        let mut words = [0; WORDS];
        let used = len.div_ceil(8).min(WORDS);
        let mut hash = len as u64;
        for (i, known) in words[..used].iter_mut().enumerate() {
            // The last word ends with the piece.
            *known = word(text, at + (i * 8).min(len - 8));
            hash = mix(hash, *known);
        }
        let words = &words[..used];
        let entry = &self.long[(hash >> (64 - LONG_BITS)) as usize];
        let state = entry.state.load(Acquire);
        if state >> 8 & 0xff == len as u64
            && state >> 16 & 1 == 0
            && entry.words.iter().zip(words).all(|(known, word)| known.load(Relaxed) == *word)
        {
            fence(Acquire);
            if entry.state.load(Relaxed) == state {
                return (state & 0xff) as usize;
            }
        }
        let count = compute();
        let writing = ((state >> 16) + 1) << 16;
        if state >> 16 & 1 == 0
            && entry.state.compare_exchange(state, writing, Acquire, Relaxed).is_ok()
        {
            fence(Release);
            for (known, word) in entry.words.iter().zip(words) {
                known.store(*word, Relaxed);
            }
            let written = (writing + (1 << 16)) | ((len as u64) << 8) | count as u64;
            entry.state.store(written, Release);
        }
        count
    }
}

fn default<T: Default, const N: usize>() -> Option<Box<[T; N]>> {
    (0..N).map(|_| T::default()).collect::<Vec<T>>().into_boxed_slice().try_into().ok()
}
