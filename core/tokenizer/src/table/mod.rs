//! The flat tables a vocabulary is searched in.
//!
//! All sizes are fixed, so that an index made of a hash needs no bounds check. Every table
//! compares what it finds, exactly; a collision costs time and never a wrong answer. Earlier
//! tokens are the more frequent ones and are put in first, so they are found at the first look.
//!
//! Numbers are kept as their bytes, lowest first, so that the tables the build script made can be
//! used where they lie in the binary.

mod atom;
mod build;
mod image;
mod key;
mod sorted;

use core::hint::select_unpredictable;

pub(crate) use {
    atom::{Atom, before_part, neighbour},
    build::Built,
    key::{LongKey, Piece, short_key, word},
};

use key::{filter_place, join_bit, pair_hash, pair_key, short_slot};

pub(crate) const RANK_BITS: u32 = 18;
const OFFSET_BITS: u32 = 21;
const SHORT_BITS: u32 = 18;
const LONG_BITS: u32 = 17;
const PAIR_BITS: u32 = 18;
const FILTER_BITS: u32 = 21;
const JOIN_BITS: u32 = 20;
/// Bits of a place in the texts: an offset, and a length less one.
const PLACE_BITS: u32 = OFFSET_BITS + 7;
/// Bits of hash between a place and a rank in the table of long tokens.
const TAG_BITS: u32 = 64 - RANK_BITS - PLACE_BITS;

const TOKENS: usize = 1 << RANK_BITS;
/// Pairs there is room for: those whose place is taken are put after it, and after the last one, too.
const PAIRS: usize = (1 << PAIR_BITS) + 64;
/// Pairs that are compared at once.
const NEAR: usize = 4;
/// Somewhat more than the texts of the largest vocabulary.
const TEXT_BYTES: usize = 1_400_064;

/// The longest token a table can hold.
pub const TOKEN_BYTES_MAX: usize = 128;

/// No token.
pub(crate) const NONE: u32 = u32::MAX;

/// A number that is no token's.
pub(crate) const NOWHERE: u32 = TOKENS as u32 - 1;

type Words<const N: usize> = [[u8; 8]; N];
type Halves<const N: usize> = [[u8; 4]; N];

/// The tables of one vocabulary, wherever they lie.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    /// Of each rank: its text's offset and length, and the ranks of its halves.
    tokens: &'a Words<TOKENS>,
    /// Texts of up to eight bytes, as [`short_key`]; 0 is free.
    short_keys: &'a Words<{ 1 << SHORT_BITS }>,
    /// Tokens by the ranks of their halves: left, right and rank; 0 is free.
    pairs: &'a Words<PAIRS>,
    /// Two bits of one word for each pair that may be in `pairs`.
    pair_filter: &'a Words<{ 1 << (FILTER_BITS - 6) }>,
    /// One bit for each two characters up to U+FFFF that a merge may bring together.
    joins: &'a Words<{ 1 << (JOIN_BITS - 6) }>,
    /// The ranks of `short_keys`.
    short_ranks: &'a Halves<{ 1 << SHORT_BITS }>,
    /// Longer texts: where they are, some bits of hash, and the rank; 0 is free.
    long: &'a Words<{ 1 << LONG_BITS }>,
    /// The token of two bytes, by the bytes' own ranks; 0 is none.
    bigrams: &'a Halves<{ 1 << 16 }>,
    /// The tokens of the characters from U+80 to U+FFFF.
    atoms: &'a Halves<{ 1 << 16 }>,
    /// The ranks of the 256 bytes, then how many tokens there are.
    bytes: &'a Halves<257>,
    /// The texts of all tokens in rank order.
    text: &'a [u8; TEXT_BYTES],
}

impl<'a> Tables<'a> {
    /// How many tokens there are.
    pub(crate) fn len(&self) -> u32 {
        half(&self.bytes[256])
    }

    /// The text of a token.
    #[inline]
    pub(crate) fn bytes(&self, rank: u32) -> &'a [u8] {
        let (at, len) = self.place(rank);
        &self.text[at..at + len]
    }

    /// The text of a token, as a piece.
    pub(crate) fn text_of(&self, rank: u32) -> Piece<'a> {
        let (at, len) = self.place(rank);
        Piece { text: self.text, at, len }
    }

    /// The length of a token in bytes.
    #[inline(always)]
    pub(crate) fn bytes_len(&self, rank: u32) -> usize {
        self.place(rank).1
    }

    /// The rank of a single byte.
    #[inline(always)]
    pub(crate) fn byte(&self, byte: u8) -> u32 {
        half(&self.bytes[usize::from(byte)])
    }

    /// The ranks of a token's halves; a single byte is its own halves.
    #[inline(always)]
    pub(crate) fn halves(&self, rank: u32) -> (u32, u32) {
        let token = whole(&self.tokens[rank as usize % TOKENS]);
        ((token >> PLACE_BITS) as u32 % TOKENS as u32, (token >> (PLACE_BITS + RANK_BITS)) as u32)
    }

    /// The token with exactly the text of this piece, which is UTF-8, or [`NONE`].
    #[inline(always)]
    pub(crate) fn find(&self, piece: Piece<'_>) -> u32 {
        let Piece { text, at, len } = piece;
        if len <= 8 {
            let key = short_key(word(text, at), len);
            let mut slot = short_slot(key);
            loop {
                let found = whole(&self.short_keys[slot % (1 << SHORT_BITS)]);
                // Asked first: eight zero bytes have the key of a free place.
                if found == 0 {
                    return NONE;
                }
                if found == key {
                    return half(&self.short_ranks[slot % (1 << SHORT_BITS)]);
                }
                slot += 1;
            }
        }
        if len <= TOKEN_BYTES_MAX { self.find_long(piece) } else { NONE }
    }

    /// Whether a token has exactly the text of this piece, which is UTF-8.
    #[inline(always)]
    pub(crate) fn knows(&self, piece: Piece<'_>) -> bool {
        if piece.len > 8 {
            return piece.len <= TOKEN_BYTES_MAX && self.find_long(piece) != NONE;
        }
        let key = short_key(word(piece.text, piece.at), piece.len);
        let mut slot = short_slot(key);
        loop {
            let found = whole(&self.short_keys[slot % (1 << SHORT_BITS)]);
            if found == 0 || found == key {
                return found != 0;
            }
            slot += 1;
        }
    }

    #[inline]
    fn find_long(&self, piece: Piece<'_>) -> u32 {
        let key = LongKey::of(piece);
        let mut slot = key.slot();
        loop {
            let entry = whole(&self.long[slot % (1 << LONG_BITS)]);
            if entry == 0 {
                return NONE;
            }
            let (at, len) = place(entry);
            if entry >> PLACE_BITS & ((1 << TAG_BITS) - 1) == key.tag()
                && len == piece.len
                && word(self.text, at) == key.first
                && word(self.text, at + len - 8) == key.last
                && (len <= 16 || self.text[at..at + len] == *piece.bytes())
            {
                return (entry >> (PLACE_BITS + TAG_BITS)) as u32;
            }
            slot += 1;
        }
    }

    /// What [`find`](Self::find) of a piece of up to eight bytes looks at first.
    #[inline(always)]
    pub(crate) fn short_place(&self, piece: Piece<'_>) -> &'a [u8; 8] {
        let slot = short_slot(short_key(word(piece.text, piece.at), piece.len));
        &self.short_keys[slot % (1 << SHORT_BITS)]
    }

    /// What [`find`](Self::find) of a longer piece looks at first.
    #[inline(always)]
    pub(crate) fn long_place(&self, key: &LongKey) -> &'a [u8; 8] {
        &self.long[key.slot() % (1 << LONG_BITS)]
    }

    /// The text it then most likely looks at.
    #[inline(always)]
    pub(crate) fn long_text(&self, key: &LongKey) -> &'a u8 {
        &self.text[place(whole(self.long_place(key))).0 % TEXT_BYTES]
    }

    /// The token that these two merge into, or [`NONE`].
    #[inline(always)]
    pub(crate) fn merge(&self, left: u32, right: u32) -> u32 {
        if (left | right) < 256 {
            return self.bigram(left, right);
        }
        let hash = pair_hash(left, right);
        let (word, bits) = filter_place(hash);
        if whole(&self.pair_filter[word]) & bits != bits {
            return NONE;
        }
        search(&self.pairs[(hash >> (64 - PAIR_BITS)) as usize..], pair_key(left, right))
    }

    /// The token that these two single bytes merge into, or [`NONE`].
    #[inline(always)]
    fn bigram(&self, left: u32, right: u32) -> u32 {
        let rank = half(&self.bigrams[(left << 8 | right) as usize % (1 << 16)]);
        // No processor could guess which.
        rank | u32::from(rank == 0).wrapping_neg()
    }

    /// The same of two of which one is no single byte: with no branch on whether they merge, which
    /// no processor could guess, but where the table has other pairs in their place and after it.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) fn merge_either(&self, left: u32, right: u32) -> u32 {
        // There it would be a kilobyte more to download.
        if cfg!(target_arch = "wasm32") {
            return self.merge(left, right);
        }
        let (key, hash) = (pair_key(left, right), pair_hash(left, right));
        let (word, bits) = filter_place(hash);
        let missing = !whole(&self.pair_filter[word]) & bits;
        // What is not there is looked for in a place that is always near.
        let slot = select_unpredictable(missing == 0, (hash >> (64 - PAIR_BITS)) as usize, 0);
        let near = self.pairs[slot..].first_chunk::<NEAR>().unwrap_or(&[[0; 8]; NEAR]);
        let entries = near.map(|entry| whole(&entry));
        let found = entries
            .iter()
            .fold(0, |found, entry| found | if entry >> RANK_BITS == key { *entry } else { 0 });
        if missing | found == 0 && entries[NEAR - 1] != 0 {
            return displaced(&self.pairs[slot + NEAR..], key);
        }
        (found as u32 % TOKENS as u32) | u32::from(found == 0).wrapping_neg()
    }

    /// What [`merge`](Self::merge) of these two looks at first.
    #[inline(always)]
    pub(crate) fn merge_places(&self, left: u32, right: u32) -> [&'a [u8; 8]; 2] {
        let hash = pair_hash(left, right);
        let (word, _) = filter_place(hash);
        let slot = (hash >> (64 - PAIR_BITS)) as usize;
        [&self.pair_filter[word], &self.pairs[slot]]
    }

    /// The token of a character from U+80 to U+FFFF.
    #[inline(always)]
    pub(crate) fn atom(&self, code: u32) -> Atom {
        Atom(half(&self.atoms[code as usize % (1 << 16)]))
    }

    /// Whether a merge may have the one character, of U+80 to U+FFFF, at the end of its left half
    /// and the other at the beginning of its right half.
    #[inline(always)]
    pub(crate) fn may_join(&self, before: u32, after: u32) -> bool {
        let bit = join_bit(before, after);
        whole(&self.joins[(bit >> 6) as usize]) >> (bit & 63) & 1 != 0
    }

    #[inline(always)]
    fn place(&self, rank: u32) -> (usize, usize) {
        place(whole(&self.tokens[rank as usize % TOKENS]))
    }
}

/// The token of a pair that is one of these, the last of which is before a free place, or [`NONE`].
#[inline(always)]
fn search(pairs: &[[u8; 8]], key: u64) -> u32 {
    for entry in pairs.iter().map(whole) {
        if entry >> RANK_BITS == key {
            return entry as u32 % TOKENS as u32;
        }
        if entry == 0 {
            break;
        }
    }
    NONE
}

#[cold]
#[inline(never)]
fn displaced(pairs: &[[u8; 8]], key: u64) -> u32 {
    search(pairs, key)
}

#[inline(always)]
fn place(token: u64) -> (usize, usize) {
    ((token >> 7) as usize % (1 << OFFSET_BITS), (token & 127) as usize + 1)
}

#[inline(always)]
fn whole(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes)
}

#[inline(always)]
fn half(bytes: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*bytes)
}
