//! What kind of character stands at a place: the only thing splitting asks about a text.

include!(concat!(env!("OUT_DIR"), "/classes.rs"));

/// Punctuation, symbols, controls, unassigned.
pub(crate) const OTHER: u8 = 0;
/// Upper and title case letters.
pub(crate) const UPPER: u8 = 1;
/// Lower case letters.
pub(crate) const LOWER: u8 = 2;
/// Letters without case, and modifiers.
pub(crate) const LETTER: u8 = 3;
/// Combining marks.
pub(crate) const MARK: u8 = 4;
/// Numbers of every kind.
pub(crate) const NUMBER: u8 = 5;
/// White space but the two line ends.
pub(crate) const SPACE: u8 = 6;
/// Carriage return and line feed.
pub(crate) const NEWLINE: u8 = 7;
/// The end of the text, which is like no character.
pub(crate) const END: u8 = 8;

/// A set of classes, for `is_in`.
pub(crate) const fn set(classes: &[u8]) -> u16 {
    let mut bits = 0;
    let mut i = 0;
    while i < classes.len() {
        bits |= 1 << classes[i];
        i += 1;
    }
    bits
}

/// Whether a class belongs to a set.
#[inline(always)]
pub(crate) fn is_in(class: u8, set: u16) -> bool {
    set >> class & 1 != 0
}

/// The class of the character that begins at `at`, and its length in bytes; [`END`] and 0 at the
/// end. `text` is UTF-8 and `at` a boundary of it, else the answer means nothing.
#[inline(always)]
pub(crate) fn at(text: &[u8], at: usize) -> (u8, usize) {
    match text.get(at) {
        None => (END, 0),
        Some(&byte) if byte < 0x80 => (ASCII[usize::from(byte)], 1),
        Some(&byte) => {
            let second = text.get(at + 1).copied().unwrap_or(0);
            if begins_caseless(byte, second) { (LETTER, 3) } else { beyond_ascii(text, at, byte) }
        }
    }
}

/// Whether a character that begins with these bytes is of a long row of letters without case: Han
/// from U+4E00 to U+9FFF, Hangul from U+AC00 to U+D77F.
#[inline(always)]
fn begins_caseless(lead: u8, second: u8) -> bool {
    let low = usize::from(lead & 0xf);
    lead & 0xf0 == 0xe0 && second.wrapping_sub(CASELESS_FROM[low]) < CASELESS_SECONDS[low]
}

/// By the low bits of the first byte, the least second byte and how many there are.
static CASELESS_FROM: [u8; 16] =
    [0, 0, 0, 0, 0xb8, 0x80, 0x80, 0x80, 0x80, 0x80, 0xb0, 0x80, 0x80, 0x80, 0, 0];
static CASELESS_SECONDS: [u8; 16] = [0, 0, 0, 0, 8, 64, 64, 64, 64, 64, 16, 64, 64, 30, 0, 0];

/// Where the letters end that [`begins_caseless`] tells.
#[inline(always)]
pub(crate) fn caseless_end(text: &[u8], mut at: usize) -> usize {
    while let Some(&[lead, second]) = text.get(at..).and_then(|rest| rest.first_chunk())
        && begins_caseless(lead, second)
    {
        at += 3;
    }
    at
}

#[inline]
fn beyond_ascii(text: &[u8], at: usize, lead: u8) -> (u8, usize) {
    let tail = |i: usize| u32::from(text.get(at + i).map_or(0, |byte| byte & 0x3f));
    let lead = u32::from(lead);
    if lead < 0xe0 {
        (in_block(lead & 0x1f, tail(1)), 2)
    } else if lead < 0xf0 {
        (in_block((lead & 0xf) << 6 | tail(1), tail(2)), 3)
    } else {
        (in_block((lead & 7) << 12 | tail(1) << 6 | tail(2), tail(3)), 4)
    }
}

/// The class of the character number `low` of a block of 64.
#[inline(always)]
fn in_block(block: u32, low: u32) -> u8 {
    match BLOCK.get(block as usize) {
        Some(&known) => CLASS[(usize::from(known) << 6 | low as usize) % CLASS.len()],
        // Variation selectors, U+E0100 to U+E01EF, are the only class up there.
        None if matches!((block, low), (0x3804..=0x3806, _) | (0x3807, ..0x30)) => MARK,
        None => OTHER,
    }
}

static ASCII: [u8; 128] = {
    let mut classes = [0; 128];
    let mut i = 0;
    while i < 128 {
        classes[i] = CLASS[(BLOCK[i >> 6] as usize) << 6 | i & 63];
        i += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::{at, beyond_ascii};

    #[test]
    fn every_character_has_the_class_its_table_says() {
        let mut bytes = [0; 4];
        for char in '\u{80}'..=char::MAX {
            let text = char.encode_utf8(&mut bytes).as_bytes();
            assert_eq!(at(text, 0), beyond_ascii(text, 0, text[0]), "{char:?}");
        }
    }
}
