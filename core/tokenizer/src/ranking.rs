//! Which of many symbols comes next, judged by how often each came before.
//!
//! The symbols lie in the order of their levels, the most used first; a level is a range of uses.
//! A symbol is coded as its level, whose frequency is learnt, and its place within the level,
//! where all are alike. Using a symbol may lift it by a level, which takes one swap with the first
//! of its own. So a step costs two divisions, however many symbols there are.

use alloc::{vec, vec::Vec};

use super::coder::Coder;

/// The symbols of several disjoint groups, a group at a time.
pub(crate) struct Ranking {
    /// The symbols in their order, group after group, each with how often it came above it.
    order: Vec<u32>,
    /// Of each symbol its place there; only a writer asks.
    places: Vec<u32>,
    added: u32,
    groups: Vec<Group>,
}

struct Group {
    /// Where the symbols of each level start; those of the one above it follow theirs.
    starts: [u32; LEVELS],
    /// Where the symbols that were added end, and where there is no more room.
    end: u32,
    room: u32,
    levels: Frequencies,
}

const LEVELS: usize = 28;

/// Bits of a symbol in the order; what is above them holds the uses that make the highest level.
const SYMBOL_BITS: u32 = 19;
const USES_MAX: u32 = u32::MAX >> SYMBOL_BITS;

/// Uses from which on a symbol is of each level.
const LEAST_USES: [u32; LEVELS] = [
    0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 132, 176, 240, 330, 460, 650,
    1000, 1700, 3500, 8000,
];

impl Ranking {
    /// Groups of so many symbols each, none of which is there yet.
    pub(crate) fn new(sizes: &[usize]) -> Self {
        let symbols = sizes.iter().sum();
        let mut end = 0;
        let groups = sizes.iter().map(|size| {
            let start = end;
            end += *size as u32;
            Group {
                starts: [start; LEVELS],
                end: start,
                room: end,
                levels: Frequencies::new(LEVELS),
            }
        });
        let groups = groups.collect();
        Self { order: vec![0; symbols], places: Vec::new(), added: 0, groups }
    }

    /// Adds the next symbol to a group; nothing when that has no room for it.
    #[inline(always)]
    pub(crate) fn add<C: Coder>(&mut self, group: usize) -> Option<()> {
        let symbol = self.added;
        let group = self.groups.get_mut(group)?;
        let place = group.end;
        if place == group.room {
            return None;
        }
        *self.order.get_mut(place as usize)? = symbol;
        if C::WRITES {
            self.places.push(place);
        }
        self.added += 1;
        group.end += 1;
        Some(())
    }

    /// Codes a symbol of a group, and notes that it was used.
    #[inline(never)]
    pub(crate) fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        group: usize,
        given: u32,
    ) -> Option<u32> {
        let group = self.groups.get_mut(group)?;
        let given_place = self.places.get(given as usize).copied().unwrap_or(0);
        // Every level at or below that of a symbol starts at it or before it.
        let level_of = || group.starts.iter().position(|start| *start <= given_place).unwrap_or(0);
        let level = group.levels.code(coder, if C::WRITES { level_of() } else { 0 }) % LEVELS;
        let start = group.starts[level];
        let end = if level == 0 { group.end } else { group.starts[level - 1] };
        if start >= end {
            return None;
        }
        let within = coder.place(end - start, || given_place - start);
        coder.take(within, 1);
        let place = start + within;
        let used = self.order.get_mut(place as usize)?;
        let (symbol, uses) = (*used % (1 << SYMBOL_BITS), *used >> SYMBOL_BITS);
        let uses = USES_MAX.min(uses + 1);
        *used = uses << SYMBOL_BITS | symbol;
        if LEAST_USES.get(level + 1).is_some_and(|least| uses >= *least) {
            let first = *self.order.get(start as usize)?;
            *self.order.get_mut(place as usize)? = first;
            *self.order.get_mut(start as usize)? = uses << SYMBOL_BITS | symbol;
            if C::WRITES {
                *self.places.get_mut((first % (1 << SYMBOL_BITS)) as usize)? = place;
                *self.places.get_mut(symbol as usize)? = start;
            }
            group.starts[level] += 1;
        }
        Some(symbol)
    }
}

/// How often each of a few symbols came.
pub(crate) struct Frequencies {
    counts: [u32; SYMBOLS_MAX],
    total: u32,
}

/// The most symbols that frequencies can be of.
pub(crate) const SYMBOLS_MAX: usize = 32;

/// What one use adds, and the sum at which all are halved: what was long ago counts less.
const STEP: u32 = 24;
const LIMIT: u32 = 1 << 17;

impl Frequencies {
    pub(crate) fn new(symbols: usize) -> Self {
        Self { counts: core::array::from_fn(|i| u32::from(i < symbols)), total: symbols as u32 }
    }

    #[inline(never)]
    pub(crate) fn code<C: Coder>(&mut self, coder: &mut C, given: usize) -> usize {
        let counts = &mut self.counts;
        let mut left = coder.place(self.total, || counts[..given].iter().sum());
        let place = left;
        let mut symbol = 0;
        while left >= counts[symbol % SYMBOLS_MAX] {
            left -= counts[symbol % SYMBOLS_MAX];
            symbol += 1;
        }
        let count = &mut counts[symbol % SYMBOLS_MAX];
        coder.take(place - left, *count);
        *count += STEP;
        self.total += STEP;
        if self.total > LIMIT {
            self.total = 0;
            for count in counts {
                *count -= *count / 2;
                self.total += *count;
            }
        }
        symbol % SYMBOLS_MAX
    }
}
