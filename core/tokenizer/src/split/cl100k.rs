//! The pieces of `cl100k_base`.

use super::lanes::Reader;
use super::{
    Rule, SYMBOLS,
    block::{self, Style},
    byte, contraction, plain_word, run, up_to_three_numbers, white_space,
};
use crate::class::{self, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, UPPER};

/// The expression, its alternatives in order:
///
/// 1. `'(?i:[sdmt]|ll|ve|re)`
/// 2. `[^\r\n\p{L}\p{N}]?+\p{L}++`
/// 3. `\p{N}{1,3}+`
/// 4. ` ?[^\s\p{L}\p{N}]++[\r\n]*+`
/// 5. `\s++$`
/// 6. `\s*[\r\n]`
/// 7. `\s+(?!\S)`
/// 8. `\s`
pub(super) struct Cl100k;

const LETTERS: u16 = class::set(&[UPPER, LOWER, LETTER]);

impl Rule for Cl100k {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn piece_end(text: &[u8], at: usize) -> usize {
        if let Some(end) = plain_word(text, at, true) {
            return end;
        }
        let (class, bytes) = class::at(text, at);
        let next = at + bytes;
        match class {
            UPPER | LOWER | LETTER => run(text, next, LETTERS),
            NUMBER => up_to_three_numbers(text, at),
            NEWLINE => to_end_or_white_space(text, at),
            _ => {
                let contracted = contraction(text, at);
                if contracted > at {
                    return contracted;
                }
                let (following, _) = class::at(text, next);
                if class::is_in(following, LETTERS) {
                    run(text, next, LETTERS)
                } else if matches!(class, OTHER | MARK)
                    || byte(text, at) == b' ' && class::is_in(following, SYMBOLS)
                {
                    let mut end = run(text, next, SYMBOLS);
                    while matches!(byte(text, end), b'\r' | b'\n') {
                        end += 1;
                    }
                    end
                } else {
                    to_end_or_white_space(text, at)
                }
            }
        }
    }

    #[inline(always)]
    fn block_starts(reader: impl Reader, text: &[u8], at: usize) -> u64 {
        block::starts(reader, text, at, &STYLE)
    }
}

const STYLE: Style =
    Style { capitals_start: false, contractions_end_words: false, slashes_follow: false };

/// White space, which at the end of the text is one piece even with line ends in it.
#[inline]
fn to_end_or_white_space(text: &[u8], at: usize) -> usize {
    let end = white_space(text, at);
    let all = if end < text.len() { run(text, end, super::WHITE) } else { end };
    if all == text.len() { all } else { end }
}
