//! Which of many symbols comes next, judged by how often each came before.
//!
//! The symbols lie in the order of their levels, the most used first; a level is a range of uses.
//! A symbol is coded as its level, whose frequency is learnt, and its place within the level,
//! where all are alike. Using a symbol may lift it by a level, which takes one swap with the first
//! of its own. So a step costs the same, however many symbols there are, and takes no branch that a
//! processor would have to guess.

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
    /// Where those that were added end, then where the symbols of each level start: those of a
    /// level are followed by those of the one below it.
    starts: [u32; LEVELS + 1],
    /// Where there is no more room.
    room: u32,
    levels: Frequencies,
}

const LEVELS: usize = SYMBOLS_MAX;

/// Bits of a symbol in the order; what is above them holds the uses that make the highest level.
const SYMBOL_BITS: u32 = 19;
const USES_MAX: u32 = u32::MAX >> SYMBOL_BITS;

/// Uses from which on a symbol is of each level; no symbol is of the last ones.
const LEAST_USES: [u32; LEVELS + 1] = [
    0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 132, 176, 240, 330, 460, 650,
    1000, 1700, 3500, 8000, NEVER, NEVER, NEVER, NEVER, NEVER,
];
const NEVER: u32 = u32::MAX;

/// Bits of a place within a level.
const PLACE_BITS: u32 = 26;

impl Ranking {
    /// Groups of so many symbols each, none of which is there yet.
    pub(crate) fn new(sizes: &[usize]) -> Self {
        let symbols = sizes.iter().sum();
        let mut end = 0;
        let groups = sizes.iter().map(|size| {
            let start = end;
            end += *size as u32;
            Group { starts: [start; LEVELS + 1], room: end, levels: Frequencies::new() }
        });
        let groups = groups.collect();
        Self { order: vec![0; symbols], places: Vec::new(), added: 0, groups }
    }

    /// Adds the next symbol to a group; nothing when that has no room for it.
    #[inline(always)]
    pub(crate) fn add<C: Coder>(&mut self, group: usize) -> Option<()> {
        let symbol = self.added;
        let group = self.groups.get_mut(group)?;
        let place = group.starts[0];
        if place == group.room {
            return None;
        }
        *self.order.get_mut(place as usize)? = symbol;
        if C::WRITES {
            self.places.push(place);
        }
        self.added += 1;
        group.starts[0] += 1;
        Some(())
    }

    /// Codes a symbol of a group, and notes that it was used.
    #[inline(never)]
    pub(crate) fn code<C: Coder>(
        &mut self,
        levels: &mut C,
        places: &mut C,
        group: usize,
        given: u32,
    ) -> Option<u32> {
        let group = self.groups.get_mut(group)?;
        let given_place = self.places.get(given as usize).copied().unwrap_or(0);
        // Every level at or below that of a symbol starts at it or before it.
        let level_of =
            || group.starts[1..].iter().position(|start| *start <= given_place).unwrap_or(0);
        let level = group.levels.code(levels, if C::WRITES { level_of() } else { 0 });
        // A level ends where the one below it starts, the lowest where all end.
        let start = group.starts[level + 1];
        let size = group.starts[level].checked_sub(start).filter(|size| *size > 0)?;
        let share = (1 << PLACE_BITS) / size;
        let within =
            places.place(PLACE_BITS, || (given_place - start) * share).checked_div(share)?;
        places.take(PLACE_BITS, within * share, share);
        let place = start + within;
        let used = self.order.get_mut(place as usize)?;
        let (symbol, uses) = (*used % (1 << SYMBOL_BITS), *used >> SYMBOL_BITS);
        let uses = USES_MAX.min(uses + 1);
        // A symbol that is not lifted changes its place with itself.
        let is_lifted = u32::from(uses >= LEAST_USES[level + 1]);
        let lifted = place - within * is_lifted;
        let first = *self.order.get(lifted as usize)?;
        *self.order.get_mut(place as usize)? = first;
        *self.order.get_mut(lifted as usize)? = uses << SYMBOL_BITS | symbol;
        if C::WRITES {
            *self.places.get_mut((first % (1 << SYMBOL_BITS)) as usize)? = place;
            *self.places.get_mut(symbol as usize)? = lifted;
        }
        group.starts[level + 1] += is_lifted;
        Some(symbol)
    }
}

/// How often each of a few symbols came.
///
/// What is read by changes now and then only: so a symbol is found without a branch, and one that
/// came costs an addition.
pub(crate) struct Frequencies {
    /// Where the share of each symbol starts, four to a word, and where the last one ends.
    starts: [u64; WORDS + 1],
    /// The first of each word.
    firsts: [u64; WORDS / LANES],
    counts: [u32; SYMBOLS_MAX],
    /// The sum of the counts when the shares changed.
    total: u32,
    /// Symbols until the shares change, and from then until the next time.
    left: u32,
    every: u32,
}

/// The most symbols that frequencies can be of.
pub(crate) const SYMBOLS_MAX: usize = 32;

/// Numbers in a word.
const LANES: usize = 4;
const LANE_BITS: usize = 16;
const WORDS: usize = SYMBOLS_MAX / LANES;

/// One in each lane.
const ONES: u64 = 0x0001_0001_0001_0001;

/// One less than the bits of a lane: the last bit tells which of two numbers is larger.
const SHARE_BITS: u32 = 15;

/// What one use adds, and the sum at which all are halved: what was long ago counts less.
const STEP: u32 = 24;
const LIMIT: u32 = 1 << 17;

/// Symbols between changes of the shares, at first and in the end.
const EVERY_MIN: u32 = 4;
const EVERY_MAX: u32 = 128;

impl Frequencies {
    pub(crate) fn new() -> Self {
        let mut new = Self {
            starts: [0; WORDS + 1],
            firsts: [0; WORDS / LANES],
            counts: [1; SYMBOLS_MAX],
            total: SYMBOLS_MAX as u32,
            left: 0,
            every: EVERY_MIN / 2,
        };
        new.share();
        new
    }

    #[inline(never)]
    pub(crate) fn code<C: Coder>(&mut self, coder: &mut C, given: usize) -> usize {
        let place = coder.place(SHARE_BITS, || self.start(given));
        let place = (u64::from(place) | 1 << SHARE_BITS).wrapping_mul(ONES);
        // One for each lane that starts at the place or before it.
        let reached = |starts: u64| (place.wrapping_sub(starts) >> SHARE_BITS) & ONES;
        let sum = |lanes: u64| (lanes.wrapping_mul(ONES) >> (64 - LANE_BITS)) as usize;
        let [low, high] = self.firsts;
        let word = (sum(reached(low) + reached(high)).wrapping_sub(1)) % WORDS;
        let symbol = word * LANES + sum(reached(self.starts[word])).wrapping_sub(1) % LANES;
        let start = self.start(symbol);
        coder.take(SHARE_BITS, start, self.start(symbol + 1) - start);
        self.counts[symbol] += STEP;
        self.left -= 1;
        if self.left == 0 {
            self.total += STEP * self.every;
            self.share();
        }
        symbol
    }

    #[inline(always)]
    fn start(&self, symbol: usize) -> u32 {
        let word = self.starts[symbol / LANES];
        u32::from((word >> (symbol % LANES * LANE_BITS)) as u16)
    }

    /// Gives each symbol a share by its count, and one of none.
    #[cold]
    #[inline(never)]
    fn share(&mut self) {
        self.every = EVERY_MAX.min(self.every * 2);
        self.left = self.every;
        let halved = u32::from(self.total > LIMIT);
        let all = (1 << SHARE_BITS) - SYMBOLS_MAX as u32;
        let share = (u64::from(all) << 32) / u64::from(self.total);
        let mut before = 0;
        self.total = 0;
        self.starts[WORDS] = 1 << SHARE_BITS;
        for (i, count) in self.counts.iter_mut().enumerate() {
            let start = i as u64 + ((u64::from(before) * share) >> 32);
            // The first of four ends up in the lowest lane.
            let word = i / LANES;
            self.starts[word] = self.starts[word] >> LANE_BITS | start << (64 - LANE_BITS);
            if i % LANES == 0 {
                let firsts = &mut self.firsts[word / LANES];
                *firsts = *firsts >> LANE_BITS | start << (64 - LANE_BITS);
            }
            before += *count;
            *count -= (*count / 2) * halved;
            self.total += *count;
        }
    }
}
