//! Where a text falls into pieces: tokens never reach over the end of a piece.
//!
//! Each family of encodings defines its pieces by a regular expression. Here each expression is
//! a hand-written function from the start of a piece to its end; what an expression tries in
//! order is argued where the order matters. Pieces follow each other without gaps, and the end
//! of a piece depends on nothing before its start.

mod block;
mod cl100k;
mod fill;
mod gpt2;
mod lanes;
mod modern;
mod o200k;
mod wide;

pub(crate) use fill::{Ends, NO_ENDS, ROOM};
pub(crate) use lanes::{BRINGS, bring, least};
pub(crate) use modern::{Modern, Work};

use cl100k::Cl100k;
use fill::Filling;
use gpt2::Gpt2;
use lanes::Reader;
use o200k::O200k;

use super::{
    class::{self, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER},
    table::word,
};

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
