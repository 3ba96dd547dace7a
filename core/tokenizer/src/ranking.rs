//! Tokens in the order of how often they were used, more or less.
//!
//! The tokens of a group lie in the order of their levels, the most used first. A use at level `n`
//! may lift a token to the next one: at the lowest two levels it always does, at each one above half
//! as often as at the one below. So a level is about the logarithm of the uses, which nothing
//! counts; and where what comes next is read depends on no token, only on how large the levels are.
//! To be lifted takes one swap with the first of the own level.

use alloc::boxed::Box;

use super::{
    code::{KINDS, LEVELS},
    zeros::zeros,
};

/// The tokens of several disjoint groups.
pub(crate) struct Ranking {
    order: Box<[u32; TOKENS_MAX]>,
    /// Of each group, where the tokens end that were added, then where those of each level start:
    /// a level is followed by the one below it.
    starts: [[u32; LEVELS + 1]; KINDS],
}

/// More tokens than there are.
pub(crate) const TOKENS_MAX: usize = 1 << 18;

impl Ranking {
    /// Groups with room for so many tokens each.
    #[inline(never)]
    pub(crate) fn new(sizes: &[u32]) -> Self {
        let mut starts = [[0; LEVELS + 1]; KINDS];
        let mut end = 0;
        for (starts, size) in starts.iter_mut().zip(sizes) {
            *starts = [end; LEVELS + 1];
            end += size;
        }
        Self { order: zeros(), starts }
    }

    /// Puts a token behind the others of its group.
    #[inline(always)]
    pub(crate) fn add(&mut self, group: usize, token: u32) {
        let end = &mut self.starts[group % KINDS][0];
        self.order[*end as usize % TOKENS_MAX] = token;
        *end += 1;
    }

    /// Where the tokens of a level start and how many they are.
    #[inline(always)]
    pub(crate) fn level(&self, group: usize, level: usize) -> (u32, u32) {
        let starts = &self.starts[group % KINDS];
        let start = starts[level % LEVELS + 1];
        (start, starts[level % LEVELS].wrapping_sub(start))
    }

    /// The token at a place.
    #[allow(dead_code, reason = "the build script asks")]
    pub(crate) fn token(&self, place: u32) -> u32 {
        self.order[place as usize % TOKENS_MAX]
    }

    /// The token at a place of a level, which is used; this is the use of this number.
    #[inline(always)]
    pub(crate) fn used(&mut self, group: usize, level: usize, place: u32, number: u32) -> u32 {
        let start = &mut self.starts[group % KINDS][level % LEVELS + 1];
        let is_lifted = (number * 2) & ((1 << level) - 1) == 0;
        // One that is not lifted changes its place with itself: no processor could guess which.
        let lifted = if is_lifted { *start } else { place } as usize % TOKENS_MAX;
        let place = place as usize % TOKENS_MAX;
        *start += u32::from(is_lifted);
        let token = self.order[place];
        self.order[place] = self.order[lifted];
        self.order[lifted] = token;
        token
    }
}
