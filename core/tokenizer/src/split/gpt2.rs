//! The pieces of `p50k_base` and `r50k_base`.

use super::lanes::Reader;
use super::{NUMBERS, Rule, SYMBOLS, WHITE, byte, run};
use crate::class::{self, LETTER, LOWER, MARK, NUMBER, OTHER, UPPER};

/// The expression, its alternatives in order:
///
/// 1. `'(?:[sdmt]|ll|ve|re)`
/// 2. ` ?\p{L}++`
/// 3. ` ?\p{N}++`
/// 4. ` ?[^\s\p{L}\p{N}]++`
/// 5. `\s++$`
/// 6. `\s+(?!\S)`
/// 7. `\s`
pub(super) struct Gpt2;

const LETTERS: u16 = class::set(&[UPPER, LOWER, LETTER]);

impl Rule for Gpt2 {
    #[inline(always)]
    fn piece_end(text: &[u8], at: usize) -> usize {
        if byte(text, at) == b'\'' {
            match (byte(text, at + 1), byte(text, at + 2)) {
                (b's' | b'd' | b'm' | b't', _) => return at + 2,
                (b'l', b'l') | (b'v' | b'r', b'e') => return at + 3,
                _ => {}
            }
        }
        let after_space = if byte(text, at) == b' ' { at + 1 } else { at };
        let (class, bytes) = class::at(text, after_space);
        match class {
            UPPER | LOWER | LETTER => run(text, after_space + bytes, LETTERS),
            NUMBER => run(text, after_space + bytes, NUMBERS),
            OTHER | MARK => run(text, after_space + bytes, SYMBOLS),
            _ => white_space(text, at),
        }
    }

    #[inline(always)]
    fn block_starts(_: impl Reader, _: &[u8], _: usize) -> u64 {
        0
    }
}

/// White space: all of it at the end of the text, else all but the last character.
fn white_space(text: &[u8], start: usize) -> usize {
    let end = run(text, start, WHITE);
    if end == text.len() {
        return end;
    }
    let mut last = end - 1;
    while last > start && text[last] & 0xc0 == 0x80 {
        last -= 1;
    }
    if last > start { last } else { end }
}
