//! Merging many units in strips that reach into each other.
//!
//! What a merge makes decides the next, so merges take as long as their steps take one after the
//! other. Strips do not wait for each other: a step of each at a time, in which a processor has
//! nothing to guess, is as quick as it has room for.
//!
//! Where two strips have the same token at the same place, the tokens of the first up to it and
//! those of the second from it on are the encoding of both: each two neighbours are neighbours in
//! one of them, so they stay apart (fact 1 of `bpe`). A strip may begin or end within a character:
//! a unit that is a whole one became it beside all of its neighbour, so it does beside a part.

use super::{
    split::{Modern, Work, least},
    table::{NONE, NOWHERE, Tables},
};

/// Strips merged side by side.
const STRIPS: usize = 4;

/// Units of a strip, as many as a word has bits.
const STRIP: usize = u64::BITS as usize;

/// Units of a strip that are the first of the next, too.
const OVERLAP: usize = 10;

const STEP: usize = STRIP - OVERLAP;

/// Units there is room for.
pub(crate) const WINDOW: usize = STRIPS * STEP + OVERLAP;

/// The least key of a unit that does not merge with the next.
const NO_KEY: u32 = NONE << PLACE_BITS;

/// Low bits of a key: the place of the unit.
const PLACE_BITS: u32 = STRIP.ilog2();

/// Places before the first unit, of which the last is where a neighbour is that is not there, as
/// the first is after the last unit; so many that keys lie as a processor reads them at a time.
const MARGIN: usize = 8;

const PLACES: usize = MARGIN + STRIP + MARGIN;

/// Some strips.
pub(crate) struct Strips {
    strips: [Strip; STRIPS],
    used: usize,
}

/// The units of a strip, and what they merge into.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Strip {
    /// Of each unit, the rank of merging it with the next and its place: the smallest key is the
    /// next merge, the leftmost of equals.
    keys: [u32; PLACES],
    tokens: [u32; PLACES],
    /// One bit for each unit that is left.
    left: u64,
    /// Which units begin a token that is a part of the whole.
    kept: u64,
}

impl Strips {
    pub(crate) const EMPTY: Self = Self {
        strips: [Strip { keys: [0; PLACES], tokens: [0; PLACES], left: 0, kept: 0 }; STRIPS],
        used: 0,
    };

    /// Encodes the first of these units, each with the rank of merging it with the next; nothing
    /// where neighbouring strips have no token in common.
    #[inline(never)]
    pub(crate) fn encode(
        &mut self,
        modern: Option<Modern>,
        tables: Tables<'_>,
        units: &[u32; WINDOW],
        ranks: &[u32; WINDOW],
        len: usize,
    ) -> Option<()> {
        self.used = 1 + len.saturating_sub(OVERLAP + 1) / STEP;
        let strips = &mut self.strips[..self.used.min(STRIPS)];
        let merging = Merging { strips, tables, units, ranks, len };
        match modern {
            Some(modern) => modern.run(merging),
            None => merging.work(),
        }
        for i in 1..self.used.min(STRIPS) {
            let [first, second] = [i - 1, i].map(|i| self.strips[i].left);
            let common = common_token(first >> STEP, second)?;
            self.strips[i - 1].kept &= !(u64::MAX << STEP << common);
            self.strips[i].kept = second & u64::MAX << common;
        }
        Some(())
    }

    /// The tokens, each with the place of its first unit.
    #[inline(always)]
    pub(crate) fn for_each(&self, mut see: impl FnMut(usize, u32)) {
        for (i, strip) in self.strips.iter().enumerate().take(self.used) {
            let mut kept = strip.kept;
            while kept != 0 {
                let at = kept.trailing_zeros() as usize;
                kept &= kept - 1;
                see(i * STEP + at, strip.tokens[MARGIN + at]);
            }
        }
    }
}

struct Merging<'a> {
    strips: &'a mut [Strip],
    tables: Tables<'a>,
    units: &'a [u32; WINDOW],
    ranks: &'a [u32; WINDOW],
    len: usize,
}

impl Work for Merging<'_> {
    type Made = ();

    #[inline(always)]
    fn work(self) {
        let Self { strips, tables, units, ranks, len } = self;
        for (i, strip) in strips.iter_mut().enumerate() {
            let from = i * STEP;
            let [units, ranks] = [units, ranks].map(|all| all[from..].first_chunk());
            if let Some((units, ranks)) = units.zip(ranks) {
                strip.fill(units, ranks, len - from);
            }
        }
        // Which are not done yet is nothing a processor can guess: their numbers close up instead.
        let mut busy: [u8; STRIPS] = core::array::from_fn(|i| i as u8);
        let mut len = strips.len();
        while len > 0 {
            let mut left = 0;
            for i in 0..len {
                let number = busy[i % STRIPS];
                busy[left % STRIPS] = number;
                if let Some(strip) = strips.get_mut(usize::from(number)) {
                    left += usize::from(strip.merge(tables));
                }
            }
            len = left;
        }
    }
}

impl Strip {
    /// Takes the first of these units.
    #[inline(always)]
    fn fill(&mut self, units: &[u32; STRIP], ranks: &[u32; STRIP], len: usize) {
        let len = len.min(STRIP);
        self.tokens[MARGIN..MARGIN + STRIP].copy_from_slice(units);
        for (i, (key, rank)) in self.keys[MARGIN..].iter_mut().zip(ranks).enumerate() {
            *key = rank << PLACE_BITS | i as u32;
        }
        self.keys[MARGIN + len - 1] = NO_KEY;
        // Where a neighbour is looked for that is not there.
        self.tokens[MARGIN - 1] = NOWHERE;
        self.tokens[MARGIN + STRIP] = NOWHERE;
        self.left = u64::MAX >> (STRIP - len);
    }

    /// Does the next merge, if there is one.
    #[inline(always)]
    fn merge(&mut self, tables: Tables<'_>) -> bool {
        let keys = self.keys[MARGIN..].first_chunk::<STRIP>();
        let least = keys.map_or(NO_KEY, least);
        if least >= NO_KEY {
            self.kept = self.left;
            return false;
        }
        let at = least as usize % STRIP;
        let token = least >> PLACE_BITS;
        let above = self.left & !1 << at;
        let beyond = above & above.wrapping_sub(1);
        let below = self.left & !(u64::MAX << at);
        self.left &= !(above & above.wrapping_neg());
        let [right, after] = [above, beyond].map(|bits| MARGIN + bits.trailing_zeros() as usize);
        let before = MARGIN + STRIP - 1 - below.leading_zeros() as usize;
        let own = tables.merge_either(token, self.tokens[after]);
        let left = tables.merge_either(self.tokens[before], token);
        self.tokens[MARGIN + at] = token;
        self.keys[right] = NO_KEY;
        self.keys[MARGIN + at] = own << PLACE_BITS | at as u32;
        self.keys[before] = left << PLACE_BITS | (before as u32).wrapping_sub(MARGIN as u32);
        true
    }
}

/// Where a token starts that both have, of those in the first units of the second.
#[inline(always)]
fn common_token(first: u64, second: u64) -> Option<u32> {
    const UNITS: u64 = (2 << OVERLAP) - 1;
    // The first ends with those.
    let first = first | 1 << OVERLAP;
    let mut starts = (first | second) & UNITS;
    let common = first & second;
    loop {
        let start = starts.trailing_zeros();
        starts &= starts.wrapping_sub(1);
        if starts == 0 {
            return None;
        }
        let end = starts.trailing_zeros();
        if common >> start & common >> end & 1 != 0 {
            return Some(start);
        }
    }
}
