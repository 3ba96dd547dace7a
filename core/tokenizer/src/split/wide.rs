//! Which of some bytes are characters of Chinese, Japanese and Korean, three bytes each.
//!
//! Only blocks of characters that are all alike are known, and of those only what texts are full
//! of; what is not known here is looked up character by character.

use super::lanes::{Lanes, Reader};

/// Characters of three bytes that are wholly among the bytes; one bit for each byte.
pub(super) struct Wide {
    /// All bytes of letters, which have no case: Chinese characters, kana and Korean syllables.
    pub(super) letters: u64,
    /// All bytes of punctuation and symbols.
    pub(super) symbols: u64,
    /// The first bytes of those.
    pub(super) symbol_starts: u64,
}

/// Whether a character that begins with these bytes may be one that this reader knows.
#[inline(always)]
pub(super) fn may_begin<R: Reader>(_: R, first: u8, second: u8) -> bool {
    match (first, second) {
        (0xea..=0xed, _) => true,
        (0xe2, 0x80) | (0xe3, 0x80..=0x83) | (0xe4..=0xe9, _) | (0xef, 0xbc) => R::BYTES >= MANY,
        _ => false,
    }
}

/// With fewer bytes at a time than this, only Korean is quicker in blocks: its characters are told
/// by little, and its words are short.
const MANY: usize = 32;

impl Wide {
    #[inline(always)]
    pub(super) fn of<R: Reader>(reader: R, bytes: &[u8; 64]) -> Self {
        let korean = korean(reader, bytes);
        if R::BYTES < MANY {
            return Self { letters: all_bytes(korean), symbols: 0, symbol_starts: 0 };
        }
        let [tail, e2, e3, e4, e5_e8, e9, ef, rest @ ..] = masks::<_, _, Others>(reader, bytes);
        let [x80, x81, x82, x83, bb, bc, bf, from_b8, x97_a0, x90_a7, cjk, fullwidth] = rest;
        let whole = second(tail) & third(tail);

        // U+4E00 to U+9FBF.
        let chinese = e4 & second(from_b8) | e5_e8 | e9 & !second(bf);
        // U+3041 to U+3096, U+30A1 to U+30FA, U+30FC to U+30FF.
        let kana =
            second(x81) & !third(x80) | second(x82) & !third(x97_a0) | second(x83) & !third(bb);
        let letters = korean | (chinese | e3 & kana) & whole;

        // U+2010 to U+2027.
        let general = e2 & second(x80) & third(x90_a7);
        // U+3001 to U+3004, U+3008 to U+3013, U+30FB.
        let cjk = e3 & (second(x80) & third(cjk) | second(x83) & third(bb));
        // U+FF01 to U+FF0F, U+FF1A to U+FF20.
        let fullwidth = ef & second(bc) & third(fullwidth);
        let symbols = (general | cjk | fullwidth) & whole;

        Self { letters: all_bytes(letters), symbols: all_bytes(symbols), symbol_starts: symbols }
    }
}

/// The first bytes of the syllables from U+AC00 to U+D77F.
#[inline(always)]
fn korean<R: Reader>(reader: R, bytes: &[u8; 64]) -> u64 {
    let [tail, ea, eb_ec, ed, from_b0, to_9d] = masks::<_, _, Syllables>(reader, bytes);
    (ea & second(from_b0) | eb_ec | ed & second(to_9d)) & second(tail) & third(tail)
}

/// What is asked about each byte.
// No closure: one is not compiled for the processor that what calls it is compiled for.
trait Ask<const N: usize> {
    fn ask<L: Lanes>(part: L) -> [L; N];
}

struct Syllables;

impl Ask<6> for Syllables {
    #[inline(always)]
    fn ask<L: Lanes>(part: L) -> [L; 6] {
        [
            part.within(0x80, 0xbf),
            part.equal(0xea),
            part.within(0xeb, 0xec),
            part.equal(0xed),
            part.within(0xb0, 0xbf),
            part.within(0x80, 0x9d),
        ]
    }
}

struct Others;

impl Ask<19> for Others {
    #[inline(always)]
    fn ask<L: Lanes>(part: L) -> [L; 19] {
        [
            part.within(0x80, 0xbf),
            part.equal(0xe2),
            part.equal(0xe3),
            part.equal(0xe4),
            part.within(0xe5, 0xe8),
            part.equal(0xe9),
            part.equal(0xef),
            part.equal(0x80),
            part.equal(0x81),
            part.equal(0x82),
            part.equal(0x83),
            part.equal(0xbb),
            part.equal(0xbc),
            part.equal(0xbf),
            part.within(0xb8, 0xbf),
            part.within(0x97, 0xa0),
            part.within(0x90, 0xa7),
            part.within(0x81, 0x84).or(part.within(0x88, 0x93)),
            part.within(0x81, 0x8f).or(part.within(0x9a, 0xa0)),
        ]
    }
}

/// One bit for each byte, for each of what is asked.
#[inline(always)]
fn masks<R: Reader, const N: usize, A: Ask<N>>(reader: R, bytes: &[u8; 64]) -> [u64; N] {
    let mut masks = [0; N];
    for shift in (0..bytes.len()).step_by(R::BYTES) {
        for (mask, lanes) in masks.iter_mut().zip(A::ask(reader.load(bytes, shift))) {
            *mask |= lanes.high_bits() << shift;
        }
    }
    masks
}

/// What is true of second bytes, of the first ones.
#[inline(always)]
fn second(mask: u64) -> u64 {
    mask >> 1
}

/// What is true of third bytes, of the first ones.
#[inline(always)]
fn third(mask: u64) -> u64 {
    mask >> 2
}

#[inline(always)]
fn all_bytes(starts: u64) -> u64 {
    starts | starts << 1 | starts << 2
}

#[cfg(test)]
mod tests {
    use super::{
        super::lanes::{Plain, Reader},
        super::modern::Modern,
        Wide, may_begin,
    };
    use crate::class::{self, LETTER, OTHER};

    fn agrees_with_the_table(reader: impl Reader, least: usize) {
        let mut known = 0;
        for char in '\u{800}'..='\u{ffff}' {
            for at in [0, 1, 13, 14, 15, 30, 61, 62] {
                let mut bytes = [b' '; 66];
                char.encode_utf8(&mut bytes[at..]);
                let block = bytes.first_chunk().unwrap();
                let Wide { letters, symbols, symbol_starts } = Wide::of(reader, block);
                let own = 0b111 << at;
                assert!(letters == 0 || letters == own, "{char:?} at {at}: {letters:b}");
                assert!(symbols == 0 || symbols == own, "{char:?} at {at}: {symbols:b}");
                assert_eq!(symbol_starts, symbols & 1 << at, "{char:?} at {at}");
                if letters | symbols != 0 {
                    let class = if letters != 0 { LETTER } else { OTHER };
                    assert_eq!(class::at(&bytes, at), (class, 3), "{char:?}");
                    assert!(may_begin(reader, bytes[at], bytes[at + 1]), "{char:?}");
                    assert!(at <= 61, "{char:?} at {at}");
                    known += 1;
                }
            }
        }
        assert!(known > 7 * least, "{known}");
    }

    #[test]
    fn every_character_known_in_blocks_has_the_class_its_table_says() {
        agrees_with_the_table(Plain, 11_000);
        if let Some(modern) = Modern::here() {
            agrees_with_the_table(modern, 30_000);
        }
    }
}
