//! Where a text falls into pieces: tokens never reach over the end of a piece.
//!
//! Each family of encodings defines its pieces by a regular expression. Here each expression is
//! a hand-written function from the start of a piece to its end; what an expression tries in
//! order is argued where the order matters. Pieces follow each other without gaps, and the end
//! of a piece depends on nothing before its start.

mod block;
mod cl100k;
mod gpt2;
mod lanes;
mod modern;
mod o200k;
mod wide;

pub(crate) use lanes::{BRINGS, bring};
pub(crate) use modern::{Modern, Work};

use core::marker::PhantomData;

use cl100k::Cl100k;
use gpt2::Gpt2;
use lanes::{Plain, Reader};
use o200k::O200k;

use super::{
    class::{self, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER},
    table::word,
};

/// Ends written at a time, more than most blocks have.
const AT_A_TIME: usize = 16;

/// Ends of pieces found at a time.
const BATCH: usize = 64;

/// Room for what a block adds to a batch that is not quite full.
pub(crate) const ROOM: usize = BATCH + 64;

/// Where pieces end, in order; only so many as were found mean anything.
pub(crate) type Ends = [usize; ROOM];

pub(crate) const NO_ENDS: Ends = [0; ROOM];

/// Encodings that split alike.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    Cl100k,
    Gpt2,
    O200k,
}

impl Family {
    /// Writes the ends of the next pieces of a text that is UTF-8, from the start of one before its
    /// end on; how many, which is at least one.
    pub(crate) fn fill(
        self,
        modern: Option<Modern>,
        text: &[u8],
        at: usize,
        ends: &mut Ends,
    ) -> usize {
        match self {
            Self::Cl100k => Filling::<Cl100k>::fill(modern, text, at, ends),
            Self::Gpt2 => Filling::<Gpt2>::fill(modern, text, at, ends),
            Self::O200k => Filling::<O200k>::fill(modern, text, at, ends),
        }
    }
}

struct Filling<'a, R> {
    modern: Modern,
    text: &'a [u8],
    at: usize,
    ends: &'a mut Ends,
    rule: PhantomData<R>,
}

impl<R: Rule> Filling<'_, R> {
    fn fill(modern: Option<Modern>, text: &[u8], at: usize, ends: &mut Ends) -> usize {
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

/// Whether a piece starts at `at` whatever else stands in the text, by the two characters around
/// it alone; a text may be cut there and its parts be counted apart.
///
/// Only words begin with white space or a symbol, and only white space runs on with white space;
/// only numbers hold numbers (and GPT-2's begin with a space).
pub fn is_cut(text: &[u8], at: usize) -> bool {
    let mut before = at;
    loop {
        match before.checked_sub(1) {
            Some(earlier) => before = earlier,
            None => return true,
        }
        if text.get(before).is_some_and(|byte| byte & 0xc0 != 0x80) {
            break;
        }
    }
    let Some(&next) = text.get(at) else { return true };
    if next & 0xc0 == 0x80 {
        return false;
    }
    let (left, _) = class::at(text, before);
    let (right, _) = class::at(text, at);
    match (left, right) {
        (NEWLINE | SPACE, _) => false,
        (_, SPACE) => true,
        (NUMBER, right) => right != NUMBER,
        (UPPER | LOWER | LETTER, OTHER) => next != b'\'',
        (UPPER | LOWER | LETTER | OTHER | MARK, NUMBER) => true,
        _ => false,
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

/// A family's way of splitting.
trait Rule {
    /// Where the piece that starts at `at` ends. `text` is UTF-8, `at` a boundary before its end.
    fn piece_end(text: &[u8], at: usize) -> usize;

    /// One bit for each of the bytes after `at`, where a piece starts, up to the last start that
    /// is found in one look; none where that finds nothing.
    fn block_starts(reader: impl Reader, text: &[u8], at: usize) -> u64;
}

const SYMBOLS: u16 = class::set(&[OTHER, MARK]);
const WHITE: u16 = class::set(&[SPACE, NEWLINE]);
const NUMBERS: u16 = class::set(&[NUMBER]);
/// What no word goes on with.
const AFTER_WORDS: u16 = class::set(&[NUMBER, OTHER, SPACE, NEWLINE, class::END]);

/// The end of the longest run of characters of these classes.
#[inline]
fn run(text: &[u8], mut at: usize, classes: u16) -> usize {
    loop {
        let (class, bytes) = class::at(text, at);
        if !class::is_in(class, classes) {
            return at;
        }
        at += bytes;
    }
}

/// The end of a word of ASCII letters, all but the first lower case, with or without a space
/// before: what most pieces are, found eight letters at a time. Nothing for any other piece.
///
/// What follows has to be ASCII and no apostrophe, so nothing after the letters belongs to them;
/// a capital does not in `o200k`, and `capitals` says whether the letters may all be capitals.
#[inline(always)]
fn plain_word(text: &[u8], at: usize, capitals: bool) -> Option<usize> {
    let first = at + usize::from(byte(text, at) == b' ');
    let lead = byte(text, first);
    if !lead.is_ascii_alphabetic() {
        return None;
    }
    let mut end = first + 1;
    loop {
        let letters = word(text, end);
        let letters = if capitals { letters | 0x2020_2020_2020_2020 } else { letters };
        // The high bit of each byte that is not from a to z.
        let low = letters & 0x7f7f_7f7f_7f7f_7f7f;
        let from_a = low + 0x1f1f_1f1f_1f1f_1f1f;
        let after_z = low + 0x0505_0505_0505_0505;
        let others = (!from_a | after_z | letters) & 0x8080_8080_8080_8080;
        if others != 0 {
            end += others.trailing_zeros() as usize / 8;
            break;
        }
        end += 8;
    }
    let next = byte(text, end);
    let is_over = next < 0x80 && (capitals || next != b'\'') || end == text.len();
    (is_over && (capitals || lead.is_ascii_lowercase() || end > first + 1)).then_some(end)
}

/// The end of a word of letters of three bytes and without case, the first of which is at `first`.
/// Nothing where there is none, nor where what follows may belong to it.
#[inline(always)]
fn caseless_word(text: &[u8], first: usize) -> Option<usize> {
    let end = class::caseless_end(text, first);
    let (next, _) = class::at(text, end);
    let is_over = class::is_in(next, AFTER_WORDS) && byte(text, end) != b'\'';
    (end > first && is_over).then_some(end)
}

/// `\p{N}{1,3}`, of which the first is there.
#[inline]
fn up_to_three_numbers(text: &[u8], mut at: usize) -> usize {
    for _ in 0..3 {
        let (class, bytes) = class::at(text, at);
        if class != NUMBER {
            break;
        }
        at += bytes;
    }
    at
}

/// White space that nothing else claims: up to the last line end; else all but the last
/// character, which the next piece may begin with; else, at the end of the text, all.
#[inline]
fn white_space(text: &[u8], start: usize) -> usize {
    let (mut at, mut last, mut after_newline) = (start, start, start);
    loop {
        let (class, bytes) = class::at(text, at);
        if class != SPACE && class != NEWLINE {
            break;
        }
        last = at;
        at += bytes;
        if class == NEWLINE {
            after_newline = at;
        }
    }
    if after_newline > start {
        after_newline
    } else if at == text.len() || last == start {
        at
    } else {
        last
    }
}

/// The byte at a place, or one that occurs in no text.
#[inline(always)]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0xff)
}

/// The end of `'s 't 're 've 'm 'll 'd` in any case when one stands at `at`, else `at`.
///
/// Case folding is Unicode's: the long s, U+017F, is an s.
#[inline]
fn contraction(text: &[u8], at: usize) -> usize {
    if byte(text, at) != b'\'' {
        return at;
    }
    let bytes = match (byte(text, at + 1) | 0x20, byte(text, at + 2) | 0x20) {
        (b's' | b't' | b'm' | b'd', _) => 2,
        (b'r' | b'v', b'e') | (b'l', b'l') => 3,
        _ if text.get(at + 1..at + 3) == Some(&[0xc5, 0xbf]) => 3,
        _ => return at,
    };
    at + bytes
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Cl100k, Filling, Modern, O200k, ROOM, Rule};

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
