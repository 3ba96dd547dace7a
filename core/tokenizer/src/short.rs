//! Merging by the definition, of so few units that all their keys are compared at once.
//!
//! Which units are left is a bit for each, so a step is the same few instructions wherever it is.

use super::{
    split::{BRINGS, bring, least},
    table::{NONE, Tables},
};

/// The most units of a short piece.
pub(crate) const UNITS: usize = 16;

/// Keys there is room for; that of a neighbour that is not there is put after the others.
const KEYS: usize = 2 * UNITS;

/// The least key of a unit that does not merge with the next.
const NO_KEY: u32 = NONE << PLACE_BITS;

/// Low bits of a key: the place of the unit.
const PLACE_BITS: u32 = 4;

/// The units of a piece, and what they merge into.
pub(crate) struct Short {
    tokens: [u32; UNITS],
    /// Of each unit, the rank of merging it with the next and its place, or [`NO_KEY`]: the
    /// smallest key is the next merge, the leftmost of equals.
    keys: [u32; KEYS],
    /// One bit for each unit that is left.
    left: u32,
    chosen: Choice,
}

/// A merge, and the neighbours of what it makes.
#[derive(Clone, Copy)]
struct Choice {
    token: u32,
    at: u8,
    right: u8,
    /// [`UNITS`] where there is none.
    before: u8,
    after: u8,
}

impl Short {
    pub(crate) const EMPTY: Self = Self {
        tokens: [0; UNITS],
        keys: [NO_KEY; KEYS],
        left: 0,
        chosen: Choice { token: 0, at: 0, right: 0, before: 0, after: 0 },
    };

    /// Takes these units, at most [`UNITS`], in the place of what there is.
    #[inline(always)]
    pub(crate) fn fill(&mut self, units: impl Iterator<Item = u32>) {
        let mut len = 0;
        for (unit, token) in units.zip(&mut self.tokens) {
            *token = unit;
            len += 1;
        }
        self.left = (1 << len) - 1;
    }

    /// Merges until nothing merges.
    #[inline(never)]
    pub(crate) fn merge_all(&mut self, tables: Tables<'_>) {
        self.find_keys(tables);
        while self.choose(tables) {
            self.merge(tables);
        }
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.left.count_ones() as usize
    }

    /// The tokens, each with the place of its first unit.
    #[inline(always)]
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (usize, u32)> {
        let mut left = self.left;
        core::iter::from_fn(move || {
            let at = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            self.tokens.get(at).map(|token| (at, *token))
        })
    }

    /// Finds what each unit merges into with the next.
    #[inline(always)]
    pub(crate) fn find_keys(&mut self, tables: Tables<'_>) {
        self.keys = [NO_KEY; KEYS];
        for at in 1..self.len().min(UNITS) {
            self.keys[at - 1] = key(tables, self.tokens[at - 1], self.tokens[at], at - 1);
        }
    }

    /// Chooses the next merge and asks for what will be looked at after it; whether there is one.
    #[inline(always)]
    pub(crate) fn choose(&mut self, tables: Tables<'_>) -> bool {
        let (keys, _) = self.keys.as_chunks::<UNITS>();
        let least = least(&keys[0]);
        if least >= NO_KEY {
            return false;
        }
        let at = least % UNITS as u32;
        let token = least >> PLACE_BITS;
        let above = self.left & (!1 << at);
        let right = above.trailing_zeros();
        let after = (above & above.wrapping_sub(1) | 1 << UNITS).trailing_zeros();
        let below = self.left & ((1 << at) - 1);
        let before = if below == 0 { UNITS as u32 } else { below.ilog2() };
        self.left &= !(1 << right);
        if BRINGS {
            let [left, next] = [before, after].map(|at| self.tokens[at as usize % UNITS]);
            tables.merge_places(left, token).into_iter().for_each(bring);
            tables.merge_places(token, next).into_iter().for_each(bring);
        }
        let [at, right, before, after] = [at, right, before, after].map(|at| at as u8);
        self.chosen = Choice { token, at, right, before, after };
        true
    }

    /// Does the merge that was chosen.
    #[inline(always)]
    pub(crate) fn merge(&mut self, tables: Tables<'_>) {
        let Choice { token, at, right, before, after } = self.chosen;
        let [at, right, before, after] = [at, right, before, after].map(usize::from);
        self.tokens[at % UNITS] = token;
        let (mut own_key, mut before_key) = (NO_KEY, NO_KEY);
        if after < UNITS {
            own_key = key(tables, token, self.tokens[after], at);
        }
        if before < UNITS {
            before_key = key(tables, self.tokens[before], token, before);
        }
        self.keys[right % KEYS] = NO_KEY;
        self.keys[at % KEYS] = own_key;
        self.keys[before % KEYS] = before_key;
    }
}

#[inline(always)]
fn key(tables: Tables<'_>, left: u32, right: u32, at: usize) -> u32 {
    tables.merge(left, right) << PLACE_BITS | at as u32
}
