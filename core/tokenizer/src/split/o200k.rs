//! The pieces of `o200k_base` and `o200k_harmony`.

use super::lanes::Reader;
use super::{
    Rule, SYMBOLS,
    block::{self, Style},
    byte, caseless_word, contraction, plain_word, run, up_to_three_numbers, white_space,
};
use crate::class::{self, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER};

/// The expression, its alternatives in order (`U` is `\p{Lu}\p{Lt}`, `l` is `\p{Ll}`, `o` is
/// `\p{Lm}\p{Lo}\p{M}`, `s?` a contraction):
///
/// 1. `[^\r\n\p{L}\p{N}]?[U o]*[l o]+ s?`
/// 2. `[^\r\n\p{L}\p{N}]?[U o]+[l o]* s?`
/// 3. `\p{N}{1,3}`
/// 4. ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
/// 5. `\s*[\r\n]+`
/// 6. `\s+(?!\S)`
/// 7. `\s+`
pub(super) struct O200k;

const LETTERS: u16 = class::set(&[UPPER, LOWER, LETTER, MARK]);
const UPPER_OR_OTHER: u16 = class::set(&[UPPER, LETTER, MARK]);
const LOWER_OR_OTHER: u16 = class::set(&[LOWER, LETTER, MARK]);
/// What may stand before the letters of a word, but marks.
const PREFIXES: u16 = class::set(&[OTHER, SPACE]);
const CASELESS: u16 = class::set(&[LETTER, MARK]);

impl Rule for O200k {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn piece_end(text: &[u8], at: usize) -> usize {
        if let Some(end) = plain_word(text, at, false) {
            return end;
        }
        let (class, bytes) = class::at(text, at);
        let next = at + bytes;
        let first = if class::is_in(class, PREFIXES) { next } else { at };
        if let Some(end) = caseless_word(text, first) {
            return end;
        }
        match class {
            UPPER | LOWER | LETTER => contraction(text, word(text, at)),
            MARK => {
                // A mark is a prefix first. Where what follows would only match alternative 2,
                // alternative 1 without a prefix comes before it, and that takes the mark alone.
                let (end, has_lower) = word_case(text, next);
                contraction(text, if has_lower { end } else { next })
            }
            NUMBER => up_to_three_numbers(text, at),
            NEWLINE => white_space(text, at),
            _ => {
                let (following, _) = class::at(text, next);
                if class::is_in(following, LETTERS) {
                    contraction(text, word(text, next))
                } else if class == OTHER || byte(text, at) == b' ' && following == OTHER {
                    symbols(text, next)
                } else {
                    white_space(text, at)
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
    Style { capitals_start: true, contractions_end_words: true, slashes_follow: true };

/// The end of the letters of alternative 1, else 2, from a letter or mark on.
#[inline]
fn word(text: &[u8], at: usize) -> usize {
    word_case(text, at).0
}

/// The end of the letters from `at` on, and whether that is alternative 1.
///
/// The capitals and caseless letters are taken greedily. A lower case letter after them ends the
/// search: 1 takes all that is not a capital from there. Else 1 gives back capitals until one
/// caseless letter is left for its second half; only when there is none, 2 takes them all.
#[inline]
fn word_case(text: &[u8], start: usize) -> (usize, bool) {
    let (mut at, mut after_caseless) = (start, start);
    loop {
        let caseless = class::caseless_end(text, at);
        if caseless > at {
            (at, after_caseless) = (caseless, caseless);
        }
        let (class, bytes) = class::at(text, at);
        if !class::is_in(class, UPPER_OR_OTHER) {
            if class == LOWER {
                return (run(text, at + bytes, LOWER_OR_OTHER), true);
            }
            break;
        }
        at += bytes;
        if class::is_in(class, CASELESS) {
            after_caseless = at;
        }
    }
    if after_caseless > start { (after_caseless, true) } else { (at, false) }
}

/// Alternative 4 from the second symbol on.
#[inline]
fn symbols(text: &[u8], at: usize) -> usize {
    let mut end = run(text, at, SYMBOLS);
    while matches!(byte(text, end), b'\r' | b'\n' | b'/') {
        end += 1;
    }
    end
}
