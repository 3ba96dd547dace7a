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
        Some(&byte) => match wide(text, at) {
            Some(class) => (class, 3),
            None => beyond_ascii(text, at, byte),
        },
    }
}

/// The class of the character at a place when it has three bytes, as most without case do.
#[inline(always)]
fn wide(text: &[u8], at: usize) -> Option<u8> {
    let &[lead, second, third] = text.get(at..)?.first_chunk()?;
    let block = u32::from(lead & 0xf) << 6 | u32::from(second & 0x3f);
    (lead & 0xf0 == 0xe0).then(|| in_block(block, u32::from(third & 0x3f)))
}

/// Where a run of letters of three bytes and without case ends.
#[inline(always)]
pub(crate) fn caseless_end(text: &[u8], mut at: usize) -> usize {
    while wide(text, at) == Some(LETTER) {
        at += 3;
    }
    at
}

#[inline(never)]
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
        Some(&known) => {
            CLASS.get(usize::from(known) << 6 | low as usize).map_or(OTHER, |class| *class)
        }
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
