//! Filling the tables: when a vocabulary file is read, and in the build script.

use alloc::{boxed::Box, vec, vec::Vec};
use core::hint::black_box;

use super::{
    super::{parts::in_parts, zeros::zeros},
    Atom, FILTER_BITS, Halves, JOIN_BITS, LONG_BITS, LongKey, NONE, PAIR_BITS, PAIRS, PLACE_BITS,
    Piece, RANK_BITS, SHORT_BITS, TAG_BITS, TEXT_BYTES, TOKEN_BYTES_MAX, TOKENS, Tables, Words,
    atom::{code_point, first_char, groups_after, groups_before, last_char},
    filter_place, join_bit, pair_hash, pair_key, place, short_key, short_slot,
    sorted::{GROUP, Sorted},
    whole, word,
};

/// Tables in memory of their own.
pub(crate) struct Built {
    tokens: Box<Words<TOKENS>>,
    short_keys: Box<Words<{ 1 << SHORT_BITS }>>,
    pairs: Box<Words<PAIRS>>,
    pair_filter: Box<Words<{ 1 << (FILTER_BITS - 6) }>>,
    joins: Box<Words<{ 1 << (JOIN_BITS - 6) }>>,
    short_ranks: Box<Halves<{ 1 << SHORT_BITS }>>,
    long: Box<Words<{ 1 << LONG_BITS }>>,
    bigrams: Box<Halves<{ 1 << 16 }>>,
    atoms: Box<Halves<{ 1 << 16 }>>,
    bytes: Box<Halves<257>>,
    text: Box<[u8; TEXT_BYTES]>,
    len: u32,
}

impl Built {
    /// Tables of these merges; nothing when they are not merges of earlier tokens or too large.
    pub(crate) fn new(byte_order: &[u8; 256], merges: &[[u32; 2]]) -> Option<Self> {
        let built = Self {
            tokens: zeros(),
            short_keys: zeros(),
            pairs: zeros(),
            pair_filter: zeros(),
            joins: zeros(),
            short_ranks: zeros(),
            long: zeros(),
            bigrams: zeros(),
            atoms: zeros(),
            bytes: zeros(),
            text: zeros(),
            len: 0,
        };
        let first = vec![[[NONE; 7]; 2]];
        let mut growing = Growing { built, end: 0, number: zeros(), first };
        for (rank, &byte) in (0u32..).zip(byte_order) {
            growing.add_byte(rank, byte);
        }
        in_parts(merges.len(), &mut |part| {
            merges.get(part)?.chunks(GROUP).try_for_each(|group| growing.add_merges(group))
        })?;
        in_parts(growing.built.len as usize, &mut |part| {
            part.for_each(|rank| growing.add_atom(rank as u32));
            Some(())
        })?;
        let Growing { mut built, end, .. } = growing;
        built.bytes[256] = built.len.to_le_bytes();
        // Whole words were copied; what follows the last text is zeros again.
        built.text[end..].fill(0);
        Some(built)
    }

    /// The tables, to search in.
    pub(crate) fn view(&self) -> Tables<'_> {
        Tables {
            tokens: &self.tokens,
            short_keys: &self.short_keys,
            pairs: &self.pairs,
            pair_filter: &self.pair_filter,
            joins: &self.joins,
            short_ranks: &self.short_ranks,
            long: &self.long,
            bigrams: &self.bigrams,
            atoms: &self.atoms,
            bytes: &self.bytes,
            text: &self.text,
        }
    }

    fn place(&self, rank: u32) -> (usize, usize) {
        place(whole(&self.tokens[rank as usize % TOKENS]))
    }

    /// Adds what leads to a token of up to eight bytes with this key.
    #[inline(always)]
    fn add_short(&mut self, key: u64, rank: u32) {
        let mut slot = short_slot(key);
        while whole(&self.short_keys[slot % (1 << SHORT_BITS)]) != 0 {
            slot += 1;
        }
        self.short_keys[slot % (1 << SHORT_BITS)] = key.to_le_bytes();
        self.short_ranks[slot % (1 << SHORT_BITS)] = rank.to_le_bytes();
    }

    /// Adds what leads to a longer token.
    #[inline(always)]
    fn add_long(&mut self, mut slot: usize, entry: u64) {
        while whole(&self.long[slot % (1 << LONG_BITS)]) != 0 {
            slot += 1;
        }
        self.long[slot % (1 << LONG_BITS)] = entry.to_le_bytes();
    }

    #[inline(always)]
    fn add_pair(&mut self, left: u32, right: u32, rank: u32) -> Option<()> {
        if (left | right) < 256 {
            self.bigrams[(left << 8 | right) as usize % (1 << 16)] = rank.to_le_bytes();
        }
        let hash = pair_hash(left, right);
        let (word, bits) = filter_place(hash);
        let filter = &mut self.pair_filter[word];
        *filter = (whole(filter) | bits).to_le_bytes();
        let mut slot = (hash >> (64 - PAIR_BITS)) as usize;
        while whole(self.pairs.get(slot)?) != 0 {
            slot += 1;
        }
        let entry = pair_key(left, right) << RANK_BITS | u64::from(rank);
        *self.pairs.get_mut(slot)? = entry.to_le_bytes();
        Some(())
    }
}

/// Tables that are being filled, some tokens at a time.
struct Growing {
    built: Built,
    /// Where the texts end.
    end: usize,
    /// Of each token that may be a part of a character, a number from 1 on.
    number: Box<[u16; TOKENS]>,
    /// By that number, the part's earliest merge with a neighbour of each group: as left half, with
    /// what is after it, and as right half, with what is before it.
    first: Vec<[[u32; 7]; 2]>,
}

impl Growing {
    fn add_byte(&mut self, rank: u32, byte: u8) {
        self.built.bytes[usize::from(byte)] = rank.to_le_bytes();
        self.built.text[self.end] = byte;
        self.built.add_short(short_key(u64::from(byte), 1), rank);
        self.add([rank; 2], 1, byte >= 0x80);
    }

    /// Adds the tokens of some merges, and all that leads to them.
    ///
    /// What is far away is read for all of them before any is waited for, and what differs from
    /// token to token is sorted first: where a search ends and how long a text is are nothing a
    /// processor can guess, and it would wait for each alone.
    fn add_merges(&mut self, merges: &[[u32; 2]]) -> Option<()> {
        let built = &self.built;
        let places = merges.as_flattened().iter().map(|half| built.place(*half).0);
        black_box(places.clone().fold(0, |near, at| near ^ at));
        black_box(places.fold(0, |near, at| near ^ built.text[at % TEXT_BYTES]));

        let first = built.len;
        let mut sorted = Sorted::default();
        merges.iter().try_for_each(|[left, right]| self.add_merge(*left, *right, &mut sorted))?;

        let built = &mut self.built;
        let mut near = 0;
        let mut short = [0; GROUP];
        for (rank, key) in sorted.short().zip(&mut short) {
            let (at, len) = built.place(*rank);
            *key = short_key(word(&*built.text, at), len);
            near ^= whole(&built.short_keys[short_slot(*key) % (1 << SHORT_BITS)]);
        }
        let mut long = [(0, 0); GROUP];
        for (rank, long) in sorted.long().zip(&mut long) {
            let (at, len) = built.place(*rank);
            let key = LongKey::of(Piece { text: &*built.text, at, len });
            let entry = key.tag() << PLACE_BITS | (at as u64) << 7 | (len as u64 - 1);
            *long = (key.slot(), u64::from(*rank) << (PLACE_BITS + TAG_BITS) | entry);
            near ^= whole(&built.long[key.slot() % (1 << LONG_BITS)]);
        }
        for [left, right] in merges {
            let hash = pair_hash(*left, *right);
            near ^= whole(&built.pairs[(hash >> (64 - PAIR_BITS)) as usize]);
            near ^= whole(&built.pair_filter[filter_place(hash).0]);
        }
        black_box(near);

        for (rank, key) in sorted.short().zip(short) {
            built.add_short(key, *rank);
        }
        for (_, (slot, entry)) in sorted.long().zip(long) {
            built.add_long(slot, entry);
        }
        for (rank, [left, right]) in (first..).zip(merges) {
            built.add_pair(*left, *right, rank)?;
        }
        sorted.meeting().for_each(|rank| self.note_neighbours(*rank));
        Some(())
    }

    /// Adds the token of a merge, whose text is put after the others.
    #[inline(always)]
    fn add_merge(&mut self, left: u32, right: u32, sorted: &mut Sorted) -> Option<()> {
        let (rank, at) = (self.built.len, self.end);
        if left >= rank || right >= rank || rank as usize + 1 >= TOKENS {
            return None;
        }
        let (left_at, left_len) = self.built.place(left);
        let (right_at, right_len) = self.built.place(right);
        let len = left_len + right_len;
        // Sixteen bytes of each half are put, whatever it has of them, over what is not filled yet.
        if len > TOKEN_BYTES_MAX || at + len + 16 > TEXT_BYTES {
            return None;
        }
        let text = &mut *self.built.text;
        put::<16>(text, left_at, at);
        put::<16>(text, right_at, at + left_len);
        if left_len.max(right_len) > 16 {
            copy(text, left_at, left_len, at);
            copy(text, right_at, right_len, at + left_len);
        }
        // No part of a character is on either side of a border within ASCII.
        let meets = (text[at + left_len - 1] | text[at + left_len]) >= 0x80;
        let is_part = len <= 2 && text[at] >= 0x80;
        sorted.add(rank, len, meets);
        self.add([left, right], len, is_part);
        Some(())
    }

    /// Adds a token whose text is at the end of the others, and which may be a part of a character.
    #[inline(never)]
    fn add(&mut self, halves: [u32; 2], len: usize, is_part: bool) {
        let (rank, at) = (self.built.len, self.end);
        let [left, right] = halves.map(u64::from);
        let place = (at as u64) << 7 | (len as u64 - 1);
        let token = right << (PLACE_BITS + RANK_BITS) | left << PLACE_BITS | place;
        self.built.tokens[rank as usize % TOKENS] = token.to_le_bytes();
        if is_part {
            self.number[rank as usize % TOKENS] = self.first.len() as u16;
            self.first.push([[NONE; 7]; 2]);
        }
        self.built.len += 1;
        self.end += len;
    }

    /// Notes which neighbours the halves of a token are.
    fn note_neighbours(&mut self, rank: u32) {
        let (left, right) = self.built.view().halves(rank);
        let (at, len) = self.built.place(rank);
        let left_len = self.built.place(left).1;
        let text = &self.built.text[at..at + len];
        let (left_text, right_text) = text.split_at(left_len);
        let halves = [(left, left_len), (right, len - left_len)];
        for (side, (token, len)) in halves.into_iter().enumerate() {
            let number = if len <= 2 { self.number[token as usize % TOKENS] } else { 0 };
            if number > 0 {
                let groups =
                    if side == 0 { groups_after(right_text) } else { groups_before(left_text) };
                for (group, first) in self.first[usize::from(number)][side].iter_mut().enumerate() {
                    if groups >> group & 1 != 0 {
                        *first = rank.min(*first);
                    }
                }
            }
        }
        if let Some((before, after)) = last_char(left_text).zip(first_char(right_text)) {
            let bit = join_bit(before, after);
            let joins = &mut self.built.joins[(bit >> 6) as usize];
            *joins = (whole(joins) | 1 << (bit & 63)).to_le_bytes();
        }
    }

    /// Notes a token that is a character whose bytes merge into it before any meets a neighbour.
    ///
    /// That is so when nothing that begins (or ends) inside the character merges over its border
    /// before the merge inside that takes it up; of merges over a border only those count that
    /// are possible with the neighbour there is.
    #[inline(always)]
    fn add_atom(&mut self, rank: u32) {
        let (at, len) = self.built.place(rank);
        if len > 3 || self.built.text[at] < 0x80 {
            return;
        }
        let Some(code) = code_point(&self.built.text[at..at + len]) else { return };
        let mut open = [0; 2];
        for (side, open) in open.iter_mut().enumerate() {
            let mut inner = rank;
            while inner >= 256 {
                let outer = inner;
                let (left, right) = self.built.view().halves(inner);
                inner = if side == 0 { right } else { left };
                let number = usize::from(self.number[inner as usize % TOKENS]);
                for (group, first) in self.first[number][side].iter().enumerate() {
                    *open |= u32::from(*first <= outer) << group;
                }
            }
        }
        let [after, before] = open;
        self.built.atoms[code as usize % (1 << 16)] =
            Atom::new(rank, before, after).0.to_le_bytes();
    }
}

/// Copies a text, and what follows it up to eight bytes.
#[inline(never)]
fn copy(text: &mut [u8; TEXT_BYTES], from: usize, len: usize, to: usize) {
    let mut i = 0;
    while i < len {
        put::<8>(text, from + i, to + i);
        i += 8;
    }
}

/// Copies so many bytes, where there is room.
#[inline(always)]
fn put<const BYTES: usize>(text: &mut [u8; TEXT_BYTES], from: usize, to: usize) {
    let Some(bytes) = text.get(from..).and_then(|rest| rest.first_chunk::<BYTES>()) else { return };
    let bytes = *bytes;
    if let Some(room) = text.get_mut(to..).and_then(|rest| rest.first_chunk_mut()) {
        *room = bytes;
    }
}
