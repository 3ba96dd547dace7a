//! The pieces of plain ASCII and of Chinese, Japanese and Korean, some sixty bytes at a time.
//!
//! A word of 64 bits says for each byte whether it is of a class. Where pieces start then follows
//! from shifts and sums of such words, with no branch on any byte. Everything is counted from the
//! first byte, which has to start a piece; only starts are given that nothing after the block can
//! change. What is rare (a contraction that another follows, a slash after line ends) ends the
//! block before it and is left to the functions that go character by character.

use super::{
    lanes::{Lanes, Reader},
    wide::{self, Wide},
};

const BYTES: usize = 64;

/// What two families of encodings do differently.
pub(super) struct Style {
    /// A capital after a lower case letter starts a piece.
    pub(super) capitals_start: bool,
    /// `'s` and its like end the word before them, instead of being a piece of their own.
    pub(super) contractions_end_words: bool,
    /// Slashes after line ends belong to the symbols before those.
    pub(super) slashes_follow: bool,
}

/// One bit for each byte: where pieces start after the first, lowest bit first.
// One copy for all families is what a page downloads and its engine compiles.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(super) fn starts(reader: impl Reader, text: &[u8], at: usize, style: &Style) -> u64 {
    let rest = text.get(at..).unwrap_or(&[]);
    let padded;
    let bytes = match rest.first_chunk() {
        Some(bytes) => bytes,
        None => {
            padded = pad(rest);
            &padded
        }
    };
    find(reader, bytes, rest.len().min(BYTES) as u32, style)
}

#[cold]
#[inline(never)]
fn pad(rest: &[u8]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..rest.len()].copy_from_slice(rest);
    bytes
}

#[inline(always)]
fn find(reader: impl Reader, bytes: &[u8; BYTES], whole: u32, style: &Style) -> u64 {
    let mut class = Classes::of(reader, bytes);
    let mut len = whole.min(class.beyond_ascii.trailing_zeros());
    let mut wide_symbols = 0;
    let next = [0, 1].map(|i| bytes.get(len as usize + i).copied().unwrap_or(0));
    if wide::may_begin(reader, next[0], next[1]) {
        let Wide { letters, symbols, symbol_starts } = Wide::of(reader, bytes);
        // Which letters start a piece where both kinds meet is left to others.
        let mixed = class.letter & letters << 1 | letters & class.letter << 1;
        len = whole.min((class.beyond_ascii & !(letters | symbols) | mixed).trailing_zeros());
        class.lower &= class.letter;
        class.letter |= letters;
        wide_symbols = symbol_starts;
    }
    let known = below(len);
    let letter = class.letter & known;
    let lower = class.lower & letter;
    let digit = class.digit & known;
    let newline = class.newline & known;
    let mut space = class.space & known & !newline;
    let other = known & !(letter | digit | newline | space);

    // White space before a line end belongs to it.
    let mut white_line = newline;
    let mut before_newline = space & newline >> 1;
    while before_newline != 0 {
        white_line |= before_newline;
        space &= !before_newline;
        before_newline = space & before_newline >> 1;
    }
    // Line ends after symbols belong to those: carrying from the first of them clears them all.
    let after_symbols = newline & !(newline.wrapping_add(newline & other << 1));
    white_line &= !after_symbols;
    if style.slashes_follow {
        len = len.min((after_symbols << 1 & class.slash).trailing_zeros());
    }

    let letter_run = first_of(letter);
    let mut symbol_run = first_of(other);
    let mut word = letter_run;
    if style.capitals_start {
        word |= letter & !lower & lower << 1;
    }
    let after_space = (space & class.blank) << 1;
    let mut apostrophe = symbol_run & class.apostrophe & letter >> 1;
    apostrophe &= if style.contractions_end_words { letter << 1 } else { !after_space };
    let mut contraction = 0;
    if apostrophe != 0 {
        let (two, three) = contractions(bytes, apostrophe);
        contraction = two | three;
        let over = two << 2 | three << 3;
        word &= !(contraction << 1 | three << 2);
        word |= over & letter;
        if style.contractions_end_words {
            len = len.min((over & class.apostrophe).trailing_zeros());
            symbol_run &= !contraction;
        }
    }
    // One symbol, or the last of the white space, is part of the word it stands before.
    let lone = symbol_run & !after_space & !contraction;
    let prefixed = (space | lone) << 1 | (lone & wide_symbols) << 3;
    word &= !(letter_run & prefixed);
    symbol_run &= !after_space;

    let mut number = first_of(digit);
    let fourth = digit & digit << 1 & digit << 2 & digit << 3;
    if fourth != 0 {
        loop {
            let next = number | number << 3 & fourth;
            if next == number {
                break;
            }
            number = next;
        }
    }
    let last_space = space & !(space >> 1);
    let starts = word | symbol_run | number | first_of(space) | last_space | first_of(white_line);
    // Up to the last letter or digit, every run has come to its end. A contraction takes two more.
    let settled = (letter | digit) & below(len.saturating_sub(2));
    starts & !1 & below(64 - settled.leading_zeros())
}

/// The apostrophes that two (of `'s 't 'm 'd`) or three (of `'re 've 'll`) bytes begin with.
#[cold]
#[inline(never)]
fn contractions(bytes: &[u8; BYTES], mut apostrophes: u64) -> (u64, u64) {
    let (mut two, mut three) = (0, 0);
    while apostrophes != 0 {
        let at = apostrophes.trailing_zeros();
        let letter = |i: usize| bytes.get(at as usize + i).map_or(0, |byte| byte | 0x20);
        match (letter(1), letter(2)) {
            (b's' | b't' | b'm' | b'd', _) => two |= 1 << at,
            (b'r' | b'v', b'e') | (b'l', b'l') => three |= 1 << at,
            _ => {}
        }
        apostrophes &= apostrophes - 1;
    }
    (two, three)
}

/// The first byte of each run.
#[inline(always)]
fn first_of(class: u64) -> u64 {
    class & !(class << 1)
}

/// The lowest bits.
#[inline(always)]
fn below(len: u32) -> u64 {
    if len >= 64 { u64::MAX } else { (1 << len) - 1 }
}

#[derive(Default)]
struct Classes {
    beyond_ascii: u64,
    letter: u64,
    /// Bit 5, which sets lower case letters apart.
    lower: u64,
    digit: u64,
    /// White space, line ends too.
    space: u64,
    newline: u64,
    blank: u64,
    slash: u64,
    apostrophe: u64,
}

impl Classes {
    #[inline(always)]
    fn of<R: Reader>(reader: R, bytes: &[u8; BYTES]) -> Self {
        let mut all = Self::default();
        for shift in (0..BYTES).step_by(R::BYTES) {
            let part = reader.load(bytes, shift);
            let blank = part.equal(b' ');
            let newline = part.equal(b'\n').or(part.equal(b'\r'));
            all.beyond_ascii |= part.high_bits() << shift;
            all.letter |= part.with_bits(0x20).within(b'a', b'z').high_bits() << shift;
            all.lower |= part.case_bits() << shift;
            all.digit |= part.within(b'0', b'9').high_bits() << shift;
            all.space |= blank.or(part.within(b'\t', b'\r')).high_bits() << shift;
            all.newline |= newline.high_bits() << shift;
            all.blank |= blank.high_bits() << shift;
            all.slash |= part.equal(b'/').high_bits() << shift;
            all.apostrophe |= part.equal(b'\'').high_bits() << shift;
        }
        all
    }
}
