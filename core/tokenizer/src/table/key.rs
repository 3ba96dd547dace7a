//! What a piece is looked up by.

use super::{FILTER_BITS, JOIN_BITS, LONG_BITS, RANK_BITS, SHORT_BITS, TAG_BITS};

const MIX_A: u64 = 0x9e37_79b9_7f4a_7c15;
const MIX_B: u64 = 0xff51_afd7_ed55_8ccd;

/// A part of a text, kept with what follows it: reading on is cheaper than reading up to an end.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// INVARIANT: holds at least `at + len` bytes.
    pub(crate) text: &'a [u8],
    pub(crate) at: usize,
    pub(crate) len: usize,
}

impl<'a> Piece<'a> {
    pub(crate) const EMPTY: Self = Self { text: &[], at: 0, len: 0 };

    pub(crate) fn bytes(self) -> &'a [u8] {
        &self.text[self.at..self.at + self.len]
    }
}

/// What a piece of more than eight bytes is looked up by.
pub(crate) struct LongKey {
    pub(super) first: u64,
    pub(super) last: u64,
    hash: u64,
}

impl LongKey {
    #[inline(always)]
    pub(crate) fn of(piece: Piece<'_>) -> Self {
        let Piece { text, at, len } = piece;
        let (first, last) = (word(text, at), word(text, at + len - 8));
        let mut state = last ^ len as u64;
        for middle in (8..len - 8).step_by(8) {
            state = mix(state, word(text, at + middle));
        }
        Self { first, last, hash: mix(first, state.wrapping_mul(MIX_B)) }
    }

    #[inline(always)]
    pub(super) fn slot(&self) -> usize {
        (self.hash >> (64 - LONG_BITS)) as usize
    }

    #[inline(always)]
    pub(super) fn tag(&self) -> u64 {
        self.hash >> (64 - LONG_BITS - TAG_BITS) & ((1 << TAG_BITS) - 1)
    }
}

/// Up to eight bytes as one number; filled up with a byte that is in no UTF-8, so that no two
/// texts have the same.
#[inline(always)]
pub(crate) fn short_key(word: u64, len: usize) -> u64 {
    word | u64::MAX.wrapping_shl((len as u32).wrapping_mul(8).wrapping_sub(1)) << 1
}

#[inline(always)]
pub(crate) fn short_slot(key: u64) -> usize {
    (mix(key, 0) >> (64 - SHORT_BITS)) as usize
}

#[inline(always)]
pub(crate) fn pair_key(left: u32, right: u32) -> u64 {
    u64::from(left) << RANK_BITS | u64::from(right)
}

#[inline(always)]
pub(crate) fn pair_hash(left: u32, right: u32) -> u64 {
    let key = pair_key(left, right);
    (key ^ key >> 15).wrapping_mul(MIX_A)
}

/// Which bits of which word of the filter stand for a pair.
#[inline(always)]
pub(crate) fn filter_place(hash: u64) -> (usize, u64) {
    const WORD_BITS: u32 = FILTER_BITS - 6;
    let [first, second] =
        [hash >> (58 - WORD_BITS), hash >> (52 - WORD_BITS)].map(|at| 1 << (at & 63));
    ((hash >> (64 - WORD_BITS)) as usize, first | second)
}

/// The bit that stands for two characters.
#[inline(always)]
pub(crate) fn join_bit(before: u32, after: u32) -> u64 {
    u64::from(before << 16 | after).wrapping_mul(MIX_A) >> (64 - JOIN_BITS)
}

#[inline(always)]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a ^ b.rotate_left(32)).wrapping_mul(MIX_A);
    (mixed ^ mixed >> 32).wrapping_mul(MIX_B)
}

/// The eight bytes at a place, first byte lowest; zeros after the end.
#[inline(always)]
pub(crate) fn word(text: &[u8], at: usize) -> u64 {
    // One comparison, with what a loop knows before it begins.
    match text.len().checked_sub(8) {
        Some(last) if at <= last => {
            text[at..at + 8].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
        }
        _ => last_word(text, at),
    }
}

#[cold]
#[inline(never)]
fn last_word(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or(&[]);
    rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
