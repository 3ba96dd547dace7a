//! The counts of pieces seen lately, so that the words of a text are looked up in less than a
//! megabyte that stays near the processor instead of many that do not, and are not merged again.
//!
//! Shared by all threads without locks, and exact: an entry holds the whole piece. A short piece
//! and its count are one atomic word. A longer one is four, the first a version that is odd while
//! they are written and another one after, so what is read half old and half new is not used.

use alloc::{boxed::Box, vec::Vec};
use core::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

use super::table::{Piece, short_key, word};

const SHORT_BITS: u32 = 15;
const LONG_BITS: u32 = 14;
const SHORT_BYTES: usize = 7;
const LONG_BYTES: usize = 24;
const TEXT_MASK: u64 = (1 << 56) - 1;

/// Counts by piece, newer ones in the place of older ones.
pub(crate) struct Cache {
    short: Box<[AtomicU64; 1 << SHORT_BITS]>,
    long: Box<[Entry; 1 << LONG_BITS]>,
}

#[derive(Default)]
#[repr(align(32))]
struct Entry {
    /// From the lowest: 8 bits of count, 8 of length, then the version.
    state: AtomicU64,
    words: [AtomicU64; 3],
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
            let slot = &self.short[slot(key, SHORT_BITS)];
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

    #[inline(always)]
    fn count_long(&self, piece: Piece<'_>, compute: impl FnOnce() -> usize) -> usize {
        let Piece { text, at, len } = piece;
        // Both of the last two end with the piece if it is shorter than they reach.
        let words = [at, at + (len - 8).min(8), at + len - 8].map(|at| word(text, at));
        let hash = words[0] ^ words[1].rotate_left(23) ^ words[2].rotate_left(47) ^ len as u64;
        let entry = &self.long[slot(hash ^ hash >> 29, LONG_BITS)];
        let state = entry.state.load(Acquire);
        let known = entry.words.each_ref().map(|word| word.load(Relaxed));
        if state >> 8 & 0x1ff == len as u64 && known == words {
            fence(Acquire);
            if entry.state.load(Relaxed) == state {
                return (state & 0xff) as usize;
            }
        }
        let count = compute();
        entry.write(state, words, len, count);
        count
    }
}

impl Entry {
    #[inline(never)]
    fn write(&self, state: u64, words: [u64; 3], len: usize, count: usize) {
        let writing = ((state >> 16) + 1) << 16;
        if state >> 16 & 1 == 0
            && self.state.compare_exchange(state, writing, Acquire, Relaxed).is_ok()
        {
            fence(Release);
            for (known, word) in self.words.iter().zip(words) {
                known.store(word, Relaxed);
            }
            let written = (writing + (1 << 16)) | ((len as u64) << 8) | count as u64;
            self.state.store(written, Release);
        }
    }
}

/// Where to look: the highest bits of a product, on which every bit of a key has a say.
#[inline(always)]
fn slot(key: u64, bits: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

fn default<T: Default, const N: usize>() -> Option<Box<[T; N]>> {
    (0..N).map(|_| T::default()).collect::<Vec<T>>().into_boxed_slice().try_into().ok()
}
