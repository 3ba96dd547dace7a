//! The flat tables a vocabulary is searched in.
//!
//! All sizes are fixed, so that an index made of a hash needs no bounds check. Every table
//! compares what it finds, exactly; a collision costs time and never a wrong answer. Earlier
//! tokens are the more frequent ones and are put in first, so they are found at the first look.

use alloc::{boxed::Box, vec};

use super::pack::Packed;

const RANK_BITS: u32 = 18;
const OFFSET_BITS: u32 = 21;
const TOKENS: usize = 1 << RANK_BITS;
/// Room for reading 16 bytes at any offset.
const TEXT_BYTES: usize = (1 << OFFSET_BITS) + 16;
const SHORT_BITS: u32 = 18;
const LONG_BITS: u32 = 17;
const PAIR_BITS: u32 = 18;
const FILTER_BITS: u32 = 21;

/// The longest token a table can hold.
pub(crate) const TOKEN_BYTES_MAX: usize = 128;

/// No token.
pub(crate) const NONE: u32 = u32::MAX;

/// The tables of one vocabulary.
pub(crate) struct Tables {
    /// Of each rank: its text's offset and length, and the ranks of its halves.
    tokens: Box<[u64; TOKENS]>,
    /// The texts of all tokens in rank order.
    text: Box<[u8; TEXT_BYTES]>,
    /// Texts of up to eight bytes, as [`short_key`]; 0 is free.
    short_keys: Box<[u64; 1 << SHORT_BITS]>,
    /// The ranks of `short_keys`.
    short_ranks: Box<[u32; 1 << SHORT_BITS]>,
    /// Longer texts: rank and 14 bits of hash; 0 is free.
    long: Box<[u32; 1 << LONG_BITS]>,
    /// Tokens by the ranks of their halves: left, right and rank; 0 is free.
    pairs: Box<[u64; 1 << PAIR_BITS]>,
    /// One bit for each pair that may be in `pairs`.
    pair_filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    /// The token of two bytes, by the bytes' own ranks.
    bigrams: Box<[u32; 1 << 16]>,
    /// The tokens of the characters below U+10000.
    atoms: Box<[Atom; 1 << 16]>,
    /// The ranks of the 256 bytes.
    bytes: [u32; 256],
    len: u32,
}

impl Tables {
    /// Tables of these merges; nothing when they are not merges of earlier tokens or too large.
    pub(crate) fn build(packed: &Packed) -> Option<Self> {
        let mut tables = Self {
            tokens: filled(0)?,
            text: filled(0)?,
            short_keys: filled(0)?,
            short_ranks: filled(0)?,
            long: filled(0)?,
            pairs: filled(0)?,
            pair_filter: filled(0)?,
            bigrams: filled(NONE)?,
            atoms: filled(Atom::NONE)?,
            bytes: [0; 256],
            len: 0,
        };
        let mut end = 0;
        for (rank, byte) in (0u32..).zip(packed.byte_order) {
            tables.text[end] = byte;
            tables.bytes[usize::from(byte)] = rank;
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
            tables.copy(left_at, left_len, end);
            tables.copy(right_at, right_len, end + left_len);
            tables.add(end, len, [left, right]);
            tables.add_pair(left, right, rank);
            end += len;
        }
        tables.add_atoms()?;
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

    /// The rank of a single byte.
    #[inline(always)]
    pub(crate) fn byte(&self, byte: u8) -> u32 {
        self.bytes[usize::from(byte)]
    }

    /// The ranks of a token's halves; a single byte is its own halves.
    #[inline(always)]
    pub(crate) fn halves(&self, rank: u32) -> (u32, u32) {
        let token = self.tokens[rank as usize % TOKENS];
        ((token >> 28) as u32 % TOKENS as u32, (token >> (28 + RANK_BITS)) as u32)
    }

    /// The token with exactly the text of this piece, which is UTF-8, or [`NONE`].
    #[inline(always)]
    pub(crate) fn find(&self, piece: Piece<'_>) -> u32 {
        let Piece { text, at, len } = piece;
        if len <= 8 {
            let key = short_key(word(text, at), len);
            let mut slot = short_slot(key);
            loop {
                let found = self.short_keys[slot % (1 << SHORT_BITS)];
                if found == key {
                    return self.short_ranks[slot % (1 << SHORT_BITS)];
                }
                if found == 0 {
                    return NONE;
                }
                slot += 1;
            }
        }
        self.find_long(piece)
    }

    #[inline]
    fn find_long(&self, piece: Piece<'_>) -> u32 {
        let key = LongKey::of(piece);
        let mut slot = (key.hash >> (64 - LONG_BITS)) as usize;
        loop {
            let entry = self.long[slot % (1 << LONG_BITS)];
            if entry == 0 {
                return NONE;
            }
            if entry % (1 << TAG_BITS) == key.tag() {
                let rank = entry >> TAG_BITS;
                let (at, len) = self.place(rank);
                if len == piece.len
                    && word(&*self.text, at) == key.first
                    && word(&*self.text, at + len - 8) == key.last
                    && (len <= 16 || self.text[at..at + len] == *piece.bytes())
                {
                    return rank;
                }
            }
            slot += 1;
        }
    }

    /// The token that these two merge into, or [`NONE`].
    #[inline(always)]
    pub(crate) fn merge(&self, left: u32, right: u32) -> u32 {
        if (left | right) < 256 {
            return self.bigrams[(left << 8 | right) as usize % (1 << 16)];
        }
        let hash = pair_hash(left, right);
        let bit = hash >> (64 - FILTER_BITS);
        if self.pair_filter[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
            return NONE;
        }
        let key = pair_key(left, right);
        let mut slot = (hash >> (64 - PAIR_BITS)) as usize;
        loop {
            let entry = self.pairs[slot % (1 << PAIR_BITS)];
            if entry >> RANK_BITS == key {
                return entry as u32 % TOKENS as u32;
            }
            if entry == 0 {
                return NONE;
            }
            slot += 1;
        }
    }

    /// The token of a character below U+10000.
    #[inline(always)]
    pub(crate) fn atom(&self, code: u32) -> Atom {
        self.atoms[code as usize % (1 << 16)]
    }

    #[inline(always)]
    fn place(&self, rank: u32) -> (usize, usize) {
        let token = self.tokens[rank as usize % TOKENS];
        ((token >> 7) as usize % (1 << OFFSET_BITS), (token & 127) as usize + 1)
    }

    fn copy(&mut self, from: usize, len: usize, to: usize) {
        if len <= 8 {
            // Whole words, over what is not filled yet, are quicker than exact copies.
            let word = word(&*self.text, from).to_le_bytes();
            if let Some(room) = self.text.get_mut(to..to + 8) {
                room.copy_from_slice(&word);
            }
        } else {
            self.text.copy_within(from..from + len, to);
        }
    }

    fn add(&mut self, at: usize, len: usize, halves: [u32; 2]) {
        let rank = self.len;
        let [left, right] = halves.map(u64::from);
        self.tokens[rank as usize % TOKENS] =
            right << (28 + RANK_BITS) | left << 28 | (at as u64) << 7 | (len as u64 - 1);
        self.len += 1;
        if len <= 8 {
            let key = short_key(word(&*self.text, at), len);
            let mut slot = short_slot(key);
            while self.short_keys[slot % (1 << SHORT_BITS)] != 0 {
                slot += 1;
            }
            self.short_keys[slot % (1 << SHORT_BITS)] = key;
            self.short_ranks[slot % (1 << SHORT_BITS)] = rank;
        } else {
            let key = LongKey::of(Piece { text: &*self.text, at, len });
            let mut slot = (key.hash >> (64 - LONG_BITS)) as usize;
            while self.long[slot % (1 << LONG_BITS)] != 0 {
                slot += 1;
            }
            self.long[slot % (1 << LONG_BITS)] = rank << TAG_BITS | key.tag();
        }
    }

    fn add_pair(&mut self, left: u32, right: u32, rank: u32) {
        if (left | right) < 256 {
            self.bigrams[(left << 8 | right) as usize % (1 << 16)] = rank;
        }
        let hash = pair_hash(left, right);
        let bit = hash >> (64 - FILTER_BITS);
        self.pair_filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        let mut slot = (hash >> (64 - PAIR_BITS)) as usize;
        while self.pairs[slot % (1 << PAIR_BITS)] != 0 {
            slot += 1;
        }
        self.pairs[slot % (1 << PAIR_BITS)] = pair_key(left, right) << RANK_BITS | u64::from(rank);
    }

    /// Finds the characters whose bytes merge into one token before any meets a neighbour.
    ///
    /// That is so when nothing that begins (or ends) inside the character merges over its border
    /// before the merge inside that takes it up; of merges over a border only those count that
    /// are possible with the neighbour there is.
    fn add_atoms(&mut self) -> Option<()> {
        // The earliest merge of each short token with a neighbour of each group, by side.
        let mut number: Box<[u16; TOKENS]> = filled(0)?;
        let mut first = vec![[[NONE; 7]; 2]];
        for rank in (0..self.len).filter(|rank| self.bytes_len(*rank) <= 2) {
            number[rank as usize % TOKENS] = u16::try_from(first.len()).ok()?;
            first.push([[NONE; 7]; 2]);
        }
        for rank in 256..self.len {
            let (left, right) = self.halves(rank);
            let sides =
                [(left, groups_after(self.bytes(right))), (right, groups_before(self.bytes(left)))];
            for (side, (token, groups)) in sides.into_iter().enumerate() {
                let number = number[token as usize % TOKENS];
                if number > 0 {
                    for (group, first) in first[usize::from(number)][side].iter_mut().enumerate() {
                        if groups >> group & 1 != 0 {
                            *first = rank.min(*first);
                        }
                    }
                }
            }
        }
        for rank in 0..self.len {
            let (at, len) = self.place(rank);
            if len > 3 || len == 1 && self.text[at] >= 0x80 {
                continue;
            }
            let Some(code) = code_point(&self.text[at..at + len]) else { continue };
            let mut open = [0; 2];
            for (side, open) in open.iter_mut().enumerate() {
                let mut inner = rank;
                while inner >= 256 {
                    let outer = inner;
                    let (left, right) = self.halves(inner);
                    inner = if side == 0 { right } else { left };
                    let number = usize::from(number[inner as usize % TOKENS]);
                    for (group, first) in first[number][side].iter().enumerate() {
                        *open |= u32::from(*first <= outer) << group;
                    }
                }
            }
            self.atoms[code as usize % (1 << 16)] = Atom(rank << 14 | open[0] << 7 | open[1]);
        }
        Some(())
    }
}

const TAG_BITS: u32 = 32 - RANK_BITS;
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
    pub(crate) fn bytes(self) -> &'a [u8] {
        &self.text[self.at..self.at + self.len]
    }
}

/// A character that is one token, and the neighbours that may keep its bytes from becoming it.
///
/// From the lowest bit: a bit for each [`group`] of characters before it, one for each after it,
/// then the rank.
#[derive(Clone, Copy)]
pub(crate) struct Atom(u32);

impl Atom {
    const NONE: Self = Self(u32::MAX);

    /// The token, if these neighbours let the character become it.
    #[inline(always)]
    pub(crate) fn between(self, before: Option<u8>, after: Option<u8>) -> Option<u32> {
        let before = before.map_or(0, |lead| self.0 >> group(lead) & 1);
        let after = after.map_or(0, |lead| self.0 >> (7 + group(lead)) & 1);
        (before | after == 0 && self.0 != Self::NONE.0).then_some(self.0 >> 14)
    }
}

/// The group of a character, by the first byte of its UTF-8.
#[inline(always)]
fn group(lead: u8) -> u32 {
    match lead {
        0..0xc0 => 0,
        0xc0..0xe0 => 1,
        0xe0..0xe3 => 2,
        0xe3 => 3,
        0xe4..0xea => 4,
        0xea..0xee => 5,
        _ => 6,
    }
}

/// As bits, the groups of the first character of what is on the right of a border.
fn groups_after(text: &[u8]) -> u8 {
    match text.first() {
        // No character begins with the middle of one.
        None | Some(0x80..0xc0) => 0,
        Some(lead) => 1 << group(*lead),
    }
}

/// As bits, the groups the last character of what is on the left of a border may be of.
fn groups_before(text: &[u8]) -> u8 {
    match text.iter().rposition(|byte| !matches!(byte, 0x80..0xc0)) {
        Some(at) => 1 << group(text[at]),
        None => !1,
    }
}

/// What a piece of more than eight bytes is looked up by.
struct LongKey {
    first: u64,
    last: u64,
    hash: u64,
}

impl LongKey {
    #[inline(always)]
    fn of(piece: Piece<'_>) -> Self {
        let Piece { text, at, len } = piece;
        let (first, last) = (word(text, at), word(text, at + len - 8));
        let mut state = last ^ len as u64;
        for middle in (8..len - 8).step_by(8) {
            state = mix(state, word(text, at + middle));
        }
        Self { first, last, hash: mix(first, state.wrapping_mul(MIX_B)) }
    }

    #[inline(always)]
    fn tag(&self) -> u32 {
        (self.hash >> 32) as u32 % (1 << TAG_BITS)
    }
}

/// Up to eight bytes as one number; filled up with a byte that is in no UTF-8, so that no two
/// texts have the same.
#[inline(always)]
pub(crate) fn short_key(word: u64, len: usize) -> u64 {
    let unused = 64 - 8 * len as u32;
    if unused == 0 { word } else { word | u64::MAX << (64 - unused) }
}

#[inline(always)]
fn short_slot(key: u64) -> usize {
    (mix(key, 0) >> (64 - SHORT_BITS)) as usize
}

#[inline(always)]
fn pair_key(left: u32, right: u32) -> u64 {
    u64::from(left) << RANK_BITS | u64::from(right)
}

#[inline(always)]
fn pair_hash(left: u32, right: u32) -> u64 {
    let key = pair_key(left, right);
    (key ^ key >> 15).wrapping_mul(MIX_A)
}

#[inline(always)]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a ^ b.rotate_left(32)).wrapping_mul(MIX_A);
    (mixed ^ mixed >> 32).wrapping_mul(MIX_B)
}

/// The eight bytes at a place, first byte lowest; zeros after the end.
#[inline(always)]
pub(crate) fn word(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => last_word(text, at),
    }
}

#[cold]
fn last_word(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or(&[]);
    rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The only character of this text, if it is one.
fn code_point(text: &[u8]) -> Option<u32> {
    let mut chars = core::str::from_utf8(text).ok()?.chars();
    let only = chars.next()?;
    chars.next().is_none().then_some(u32::from(only))
}

/// A table of one value, never on the stack.
fn filled<T: Clone, const N: usize>(value: T) -> Option<Box<[T; N]>> {
    vec![value; N].into_boxed_slice().try_into().ok()
}
