//! The flat tables a vocabulary is searched in.
//!
//! All sizes are fixed, so that an index made of a hash needs no bounds check. A table's slot
//! holds 18 bits of rank and 14 bits of hash; a slot is believed only after the token itself was
//! compared, so a collision costs time and never a wrong answer.

use alloc::{boxed::Box, vec, vec::Vec};

use super::pack::Packed;

const RANK_BITS: u32 = 18;
const OFFSET_BITS: u32 = 21;
const TOKENS: usize = 1 << RANK_BITS;
/// Room for reading 16 bytes at any offset.
const TEXT_BYTES: usize = (1 << OFFSET_BITS) + 16;
const SLOTS: usize = 1 << RANK_BITS;
const PAIR_FILTER_BITS: u32 = 21;
const PREFIX_FILTER_BITS: u32 = 21;

/// The longest token a table can hold.
pub(crate) const TOKEN_BYTES_MAX: usize = 128;

/// The tables of one vocabulary.
pub(crate) struct Tables {
    /// Of each rank: its text's offset and length, and the ranks of its halves.
    tokens: Box<[u64; TOKENS]>,
    /// The texts of all tokens in rank order.
    text: Box<[u8; TEXT_BYTES]>,
    /// Token by text.
    whole: Box<[u32; SLOTS]>,
    /// Token by the ranks of its halves.
    pairs: Box<[u32; SLOTS]>,
    /// One bit for each pair that may be in `pairs`.
    pair_filter: Box<[u64; 1 << (PAIR_FILTER_BITS - 6)]>,
    /// Two bits for each text: whether it may be a token, and whether longer tokens may begin
    /// with it.
    prefix_filter: Box<[u64; 1 << (PREFIX_FILTER_BITS - 5)]>,
    len: u32,
}

/// The tokens a text may begin with, longest first.
///
/// Bit `i` of `mask` tells whether the first `longest - i` bytes may be a token.
#[derive(Clone, Copy)]
pub(crate) struct Candidates {
    longest: usize,
    mask: u128,
}

impl Tables {
    /// Tables of these merges; nothing when they are not merges of earlier tokens or too large.
    pub(crate) fn build(packed: &Packed) -> Option<Self> {
        let mut tables = Self {
            tokens: zeroed()?,
            text: zeroed()?,
            whole: zeroed()?,
            pairs: zeroed()?,
            pair_filter: zeroed()?,
            prefix_filter: zeroed()?,
            len: 0,
        };
        let mut hashes: Vec<u64> = Vec::with_capacity(256 + packed.pairs.len());
        let mut end = 0;
        for (rank, byte) in (0u32..).zip(packed.byte_order) {
            tables.text[end] = byte;
            hashes.push(roll(PREFIX_SEED, byte));
            tables.add(end, 1, [rank; 2]);
            end += 1;
        }
        for &[left, right] in &packed.pairs {
            let rank = tables.len;
            if left >= rank || right >= rank || rank as usize + 1 >= TOKENS {
                return None;
            }
            let (left_at, left_len) = tables.place(left);
            let (right_at, right_len) = tables.place(right);
            let len = left_len + right_len;
            if len > TOKEN_BYTES_MAX || end + len > 1 << OFFSET_BITS {
                return None;
            }
            tables.text.copy_within(left_at..left_at + left_len, end);
            tables.text.copy_within(right_at..right_at + right_len, end + left_len);
            // Of the prefixes, those within the left half were noted with it.
            let mut hash = hashes[left as usize];
            for i in left_len..len {
                tables.note_prefix(hash, HAS_LONGER);
                hash = roll(hash, tables.text[end + i]);
            }
            tables.note_prefix(hash, IS_TOKEN);
            hashes.push(hash);
            tables.add(end, len, [left, right]);
            tables.add_pair(left, right, rank);
            end += len;
        }
        Some(tables)
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The text of a token.
    #[inline]
    pub(crate) fn bytes(&self, rank: u32) -> &[u8] {
        let (at, len) = self.place(rank);
        &self.text[at..at + len]
    }

    /// The length of a token in bytes.
    #[inline(always)]
    pub(crate) fn bytes_len(&self, rank: u32) -> usize {
        self.place(rank).1
    }

    /// The ranks of a token's halves; a single byte is its own halves.
    #[inline(always)]
    pub(crate) fn halves(&self, rank: u32) -> (u32, u32) {
        let token = self.tokens[rank as usize % TOKENS];
        let mask = TOKENS as u64 - 1;
        ((token >> 28 & mask) as u32, (token >> (28 + RANK_BITS)) as u32)
    }

    /// The token with exactly this text.
    #[inline]
    pub(crate) fn find(&self, piece: &[u8]) -> Option<u32> {
        let hash = hash(piece);
        let mut slot = (hash >> (64 - RANK_BITS)) as usize;
        let tag = tag(hash);
        loop {
            let entry = self.whole[slot % SLOTS];
            if entry == 0 {
                return None;
            }
            let rank = (entry >> TAG_BITS) - 1;
            if entry & TAG_MASK == tag && self.bytes(rank) == piece {
                return Some(rank);
            }
            slot += 1;
        }
    }

    /// The token that these two merge into.
    #[inline]
    pub(crate) fn merge(&self, left: u32, right: u32) -> Option<u32> {
        let hash = pair_hash(left, right);
        let bit = hash >> (64 - PAIR_FILTER_BITS);
        if self.pair_filter[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
            return None;
        }
        let mut slot = (hash >> (64 - RANK_BITS)) as usize;
        let tag = tag(hash);
        loop {
            let entry = self.pairs[slot % SLOTS];
            if entry == 0 {
                return None;
            }
            let rank = (entry >> TAG_BITS) - 1;
            if entry & TAG_MASK == tag && self.halves(rank) == (left, right) {
                return Some(rank);
            }
            slot += 1;
        }
    }

    /// The tokens `text` may begin with.
    #[inline]
    pub(crate) fn candidates(&self, text: &[u8]) -> Candidates {
        let (mut hash, mut longest, mut mask) = (PREFIX_SEED, 0, 0);
        for &byte in text.iter().take(TOKEN_BYTES_MAX) {
            hash = roll(hash, byte);
            longest += 1;
            let bit = hash >> (64 - PREFIX_FILTER_BITS);
            let flags = self.prefix_filter[(bit >> 5) as usize] >> ((bit & 31) * 2);
            mask = mask << 1 | u128::from(flags & IS_TOKEN);
            if flags & HAS_LONGER == 0 {
                break;
            }
        }
        Candidates { longest, mask }
    }

    /// The longest token among the candidates that `text` does begin with, which leaves them.
    #[inline]
    pub(crate) fn next_candidate(&self, text: &[u8], candidates: &mut Candidates) -> Option<u32> {
        while candidates.mask != 0 {
            let shorter = candidates.mask.trailing_zeros();
            let len = candidates.longest - shorter as usize;
            candidates.longest = len - 1;
            candidates.mask = candidates.mask >> shorter >> 1;
            if let Some(rank) = self.find(text.get(..len)?) {
                return Some(rank);
            }
        }
        None
    }

    #[inline(always)]
    fn place(&self, rank: u32) -> (usize, usize) {
        let token = self.tokens[rank as usize % TOKENS];
        ((token >> 7) as usize % (1 << OFFSET_BITS), (token & 127) as usize + 1)
    }

    fn add(&mut self, at: usize, len: usize, halves: [u32; 2]) {
        let rank = self.len;
        let [left, right] = halves.map(u64::from);
        self.tokens[rank as usize] =
            right << (28 + RANK_BITS) | left << 28 | (at as u64) << 7 | (len as u64 - 1);
        self.len += 1;
        let hash = hash(&self.text[at..at + len]);
        insert(&mut self.whole, hash, rank);
        if len == 1 {
            let hash = roll(PREFIX_SEED, self.text[at]);
            self.note_prefix(hash, IS_TOKEN);
        }
    }

    fn add_pair(&mut self, left: u32, right: u32, rank: u32) {
        let hash = pair_hash(left, right);
        let bit = hash >> (64 - PAIR_FILTER_BITS);
        self.pair_filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        insert(&mut self.pairs, hash, rank);
    }

    fn note_prefix(&mut self, hash: u64, flag: u64) {
        let bit = hash >> (64 - PREFIX_FILTER_BITS);
        self.prefix_filter[(bit >> 5) as usize] |= flag << ((bit & 31) * 2);
    }
}

impl Candidates {
    /// Keeps those shorter than this.
    pub(crate) fn shorter_than(&mut self, len: usize) {
        if self.longest >= len {
            let beyond = self.longest - len + 1;
            self.mask = self.mask.checked_shr(beyond as u32).unwrap_or(0);
            self.longest = len - 1;
        }
    }
}

const TAG_BITS: u32 = 32 - RANK_BITS;
const TAG_MASK: u32 = (1 << TAG_BITS) - 1;
const IS_TOKEN: u64 = 1;
const HAS_LONGER: u64 = 2;
const PREFIX_SEED: u64 = 0x243f_6a88_85a3_08d3;
const MIX_A: u64 = 0x9e37_79b9_7f4a_7c15;
const MIX_B: u64 = 0xff51_afd7_ed55_8ccd;

/// INVARIANT: there are more slots than tokens, so a free slot is always found.
fn insert(slots: &mut [u32; SLOTS], hash: u64, rank: u32) {
    let mut slot = (hash >> (64 - RANK_BITS)) as usize;
    while slots[slot % SLOTS] != 0 {
        slot += 1;
    }
    slots[slot % SLOTS] = (rank + 1) << TAG_BITS | tag(hash);
}

#[inline(always)]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32 & TAG_MASK
}

#[inline(always)]
fn roll(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(MIX_A).rotate_left(29)
}

#[inline(always)]
fn pair_hash(left: u32, right: u32) -> u64 {
    let pair = u64::from(left) << RANK_BITS | u64::from(right);
    (pair ^ pair >> 15).wrapping_mul(MIX_A)
}

#[inline(always)]
fn hash(piece: &[u8]) -> u64 {
    let mut state = piece.len() as u64;
    for chunk in piece.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(MIX_A);
        state ^= state >> 32;
    }
    state.wrapping_mul(MIX_B)
}

/// A table of zeros, never on the stack.
fn zeroed<T: Clone + Default, const N: usize>() -> Option<Box<[T; N]>> {
    vec![T::default(); N].into_boxed_slice().try_into().ok()
}
