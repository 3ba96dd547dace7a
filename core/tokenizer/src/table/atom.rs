//! Which characters are one token wherever they stand.

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

    /// The token, if these neighbours let the character become it.
    #[inline(always)]
    pub(crate) fn between(self, before: Option<u8>, after: Option<u8>) -> Option<u32> {
        let before = before.map_or(0, |lead| self.0 >> group(lead) & 1);
        let after = after.map_or(0, |lead| self.0 >> (7 + group(lead)) & 1);
        (before | after == 0 && self.0 != 0).then_some(self.0 >> 14)
    }
}

/// The group of a character, by the first byte of its UTF-8.
#[inline(always)]
fn group(lead: u8) -> u32 {
    match lead {
        0..0xc0 => 0,
        0xc0..0xe0 => 1,
        0xe0..0xe3 => 2,
        0xe3 => 3,
        0xe4..0xea => 4,
        0xea..0xee => 5,
        _ => 6,
    }
}

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
