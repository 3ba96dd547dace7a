//! Which characters are one token wherever they stand.

use super::NONE;

/// A character that is one token, and the neighbours that may keep its bytes from becoming it.
///
/// From the lowest bit: a bit for each [`group`] of characters before it, one for each after it,
/// then the rank;
/// 0 for a character that is no token.
#[derive(Clone, Copy)]
pub(crate) struct Atom(pub(crate) u32);

impl Atom {
    pub(crate) fn new(rank: u32, open_before: u32, open_after: u32) -> Self {
        Self(rank << 14 | open_after << 7 | open_before)
    }

    /// The token, if these neighbours let the character become it, or [`NONE`].
    #[inline(always)]
    pub(crate) fn beside(self, before: u8, after: u8) -> u32 {
        let is_free = self.0 & (u32::from(before) | u32::from(after) << 7) == 0 && self.0 != 0;
        if is_free { self.0 >> 14 } else { NONE }
    }
}

/// What a character is like as a neighbour, by its first byte; 0 is no neighbour.
#[inline(always)]
pub(crate) fn neighbour(lead: u8) -> u8 {
    1 << group(lead)
}

/// What a text that begins with this byte has before its first whole character, as a neighbour:
/// nothing, or the end of a character of any group but ASCII's.
#[inline(always)]
pub(crate) fn before_part(first: u8) -> u8 {
    if matches!(first, 0x80..0xc0) { 0x7e } else { 0 }
}

/// The group of a character, by the first byte of its UTF-8.
#[inline(always)]
fn group(lead: u8) -> u32 {
    u32::from(GROUPS[usize::from(lead)])
}

static GROUPS: [u8; 256] = {
    let mut groups = [0; 256];
    let mut lead = 0;
    while lead < 256 {
        groups[lead] = match lead {
            0..0xc0 => 0,
            0xc0..0xe0 => 1,
            0xe0..0xe3 => 2,
            0xe3 => 3,
            0xe4..0xea => 4,
            0xea..0xee => 5,
            _ => 6,
        };
        lead += 1;
    }
    groups
};

/// As bits, the groups of the first character of what is on the right of a border.
pub(crate) fn groups_after(text: &[u8]) -> u8 {
    match text.first() {
        // No character begins with the middle of one.
        None | Some(0x80..0xc0) => 0,
        Some(lead) => 1 << group(*lead),
    }
}

/// As bits, the groups the last character of what is on the left of a border may be of.
pub(crate) fn groups_before(text: &[u8]) -> u8 {
    match text.iter().rposition(|byte| !matches!(byte, 0x80..0xc0)) {
        Some(at) => 1 << group(text[at]),
        None => !1,
    }
}

/// The only character of this text, if it is one.
pub(super) fn code_point(text: &[u8]) -> Option<u32> {
    let mut chars = core::str::from_utf8(text).ok()?.chars();
    let only = chars.next()?;
    chars.next().is_none().then_some(u32::from(only))
}

/// The character a text begins with, unless that is incomplete or not of U+80 to U+FFFF.
pub(super) fn first_char(text: &[u8]) -> Option<u32> {
    let tail = |i: usize| text.get(i).filter(|byte| **byte & 0xc0 == 0x80).map(|byte| byte & 0x3f);
    let lead = u32::from(*text.first()?);
    match lead {
        0xc0..0xe0 => Some((lead & 0x1f) << 6 | u32::from(tail(1)?)),
        0xe0..0xf0 => Some((lead & 0xf) << 12 | u32::from(tail(1)?) << 6 | u32::from(tail(2)?)),
        _ => None,
    }
}

/// The character a text ends with, under the same conditions.
pub(super) fn last_char(text: &[u8]) -> Option<u32> {
    let lead = text.iter().rposition(|byte| !matches!(byte, 0x80..0xc0))?;
    let bytes = if text[lead] < 0xe0 { 2 } else { 3 };
    first_char(&text[lead..]).filter(|_| text.len() - lead == bytes)
}
