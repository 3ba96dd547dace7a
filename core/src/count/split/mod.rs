//! Where a text falls into pieces: tokens never reach over the end of a piece.
//!
//! Each family of encodings defines its pieces by a regular expression. Here each expression is
//! a hand-written function from the start of a piece to its end; what an expression tries in
//! order is argued where the order matters. Pieces follow each other without gaps, and the end
//! of a piece depends on nothing before its start.

mod cl100k;
mod gpt2;
mod o200k;

pub(crate) use {cl100k::Cl100k, gpt2::Gpt2, o200k::O200k};

use super::class::{self, MARK, NEWLINE, NUMBER, OTHER, SPACE};

/// A family's way of splitting.
pub(crate) trait Rule {
    /// Where the piece that starts at `at` ends. `text` is UTF-8, `at` a boundary before its end.
    fn piece_end(text: &[u8], at: usize) -> usize;
}

const SYMBOLS: u16 = class::set(&[OTHER, MARK]);
const WHITE: u16 = class::set(&[SPACE, NEWLINE]);
const NUMBERS: u16 = class::set(&[NUMBER]);

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
