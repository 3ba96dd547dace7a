//! The ends of a text's next pieces, found a batch at a time: in a block where that finds any, else
//! one by one.

use core::marker::PhantomData;

use super::lanes::{Plain, Reader};
use super::modern::{Modern, Work};
use super::{Rule, wide};
use crate::table::word;

/// Ends written at a time, more than most blocks have.
const AT_A_TIME: usize = 16;

/// Ends of pieces found at a time.
const BATCH: usize = 64;

/// Room for what a block adds to a batch that is not quite full.
pub(crate) const ROOM: usize = BATCH + 64;

/// Where pieces end, in order; only so many as were found mean anything.
pub(crate) type Ends = [usize; ROOM];

pub(crate) const NO_ENDS: Ends = [0; ROOM];

/// The next batch of a text, for whichever processor there is.
pub(super) struct Filling<'a, R> {
    modern: Modern,
    text: &'a [u8],
    at: usize,
    ends: &'a mut Ends,
    rule: PhantomData<R>,
}

impl<R: Rule> Filling<'_, R> {
    pub(super) fn fill(modern: Option<Modern>, text: &[u8], at: usize, ends: &mut Ends) -> usize {
        match modern {
            Some(modern) => modern.run(Filling { modern, text, at, ends, rule: PhantomData::<R> }),
            None => fill::<R>(Plain, text, at, ends),
        }
    }
}

impl<R: Rule> Work for Filling<'_, R> {
    type Made = usize;

    #[inline(always)]
    fn work(self) -> usize {
        fill::<R>(self.modern, self.text, self.at, self.ends)
    }
}

#[inline(always)]
fn fill<R: Rule>(reader: impl Reader, text: &[u8], mut at: usize, ends: &mut Ends) -> usize {
    let mut filled = 0;
    while filled < BATCH && at < text.len() {
        if is_for_blocks(reader, word(text, at)) {
            let base = at;
            let starts = R::block_starts(reader, text, at);
            if starts != 0 {
                write_ends(starts, base, ends, filled);
                filled += starts.count_ones() as usize;
                at = base + starts.ilog2() as usize;
                continue;
            }
        }
        at = R::piece_end(text, at);
        ends[filled % ROOM] = at;
        filled += 1;
    }
    filled
}

/// Writes where the pieces of a block start, as the ends of those before, from a slot on.
///
/// Many at a time: how many there are is nothing a processor can guess. What is written after the
/// last is written over, or never read.
#[inline(always)]
fn write_ends(mut starts: u64, base: usize, ends: &mut Ends, mut slot: usize) {
    const { assert!(BATCH - 1 + 64_usize.next_multiple_of(AT_A_TIME) <= ROOM) };
    while starts != 0 {
        let Some(room) = ends.get_mut(slot..).and_then(|room| room.first_chunk_mut::<AT_A_TIME>())
        else {
            return;
        };
        for end in room {
            *end = base + starts.trailing_zeros() as usize;
            starts &= starts.wrapping_sub(1);
        }
        slot += AT_A_TIME;
    }
}

/// Whether pieces that begin like this are worth looking at in a block.
#[inline(always)]
fn is_for_blocks(reader: impl Reader, word: u64) -> bool {
    word & 0x8080_8080_8080_8080 == 0 || {
        let [first, second, third, ..] = word.to_le_bytes();
        let (first, second) = if first < 0x80 { (second, third) } else { (first, second) };
        wide::may_begin(reader, first, second)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::super::{cl100k::Cl100k, o200k::O200k};
    use super::{Filling, Modern, ROOM, Rule};

    fn in_blocks<R: Rule>(modern: Option<Modern>, text: &[u8]) -> Vec<usize> {
        let (mut all, mut ends, mut at) = (Vec::new(), [0; ROOM], 0);
        while at < text.len() {
            let filled = Filling::<R>::fill(modern, text, at, &mut ends);
            all.extend(&ends[..filled]);
            at = ends[filled - 1];
        }
        all
    }

    fn one_by_one<R: Rule>(text: &[u8]) -> Vec<usize> {
        let (mut all, mut at) = (Vec::new(), 0);
        while at < text.len() {
            at = R::piece_end(text, at);
            all.push(at);
        }
        all
    }

    #[test]
    fn blocks_fall_into_the_same_pieces_as_characters() {
        const PARTS: &[&str] = &[
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "a",
            "B",
            "s",
            "'",
            "'s",
            "'Re",
            "'ll",
            "/",
            "//",
            "-",
            "(",
            "7",
            "word",
            "Word",
            "WORD",
            "1234",
            "'t'",
            "\u{e9}",
            "\u{4e2d}",
            "\u{b}",
            " (",
            ");\n",
            "\u{ac00}",
            " \u{d55c}\u{ae00}",
            "\u{d77f}",
            "\u{d780}",
            "\u{abff}",
            "\u{d7a3}",
            "\u{301}",
            "\u{4e2d}\u{6587}",
            "\u{3002}",
            "\u{ff0c}",
            "\u{3042}",
            "\u{30a2}",
            "\u{30fb}",
            "\u{3000}",
            "\u{3007}",
            "\u{3099}",
            "\u{ff10}",
            "\u{2028}",
            " \u{201c}",
            "\u{2026}\n",
            "\u{2019}",
            "\u{c774}\u{b2e4}.",
        ];
        let mut state = 1u64;
        for _ in 0..200_000 {
            let mut text = Vec::new();
            while text.len() < 90 {
                state =
                    state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                text.extend(PARTS[(state >> 40) as usize % PARTS.len()].bytes());
            }
            let text = &text[..];
            let shown = alloc::string::String::from_utf8_lossy(text);
            let pieces = [one_by_one::<O200k>(text), one_by_one::<Cl100k>(text)];
            for modern in [None, Modern::here()] {
                let found = [in_blocks::<O200k>(modern, text), in_blocks::<Cl100k>(modern, text)];
                assert_eq!(found, pieces, "{shown:?}");
            }
        }
    }
}
