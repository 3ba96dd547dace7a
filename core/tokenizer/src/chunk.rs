//! Counting a piece of a script without spaces, which may be a clause of many words.
//!
//! Most neighbouring characters of such a clause stand side by side in no token. Where both are
//! tokens whatever stands around them ([`Tables::atom`]) and no merge has the one at the end of its
//! left half and the other at the beginning of its right half ([`Tables::may_join`]), no token
//! reaches over the border: the first merge that did would be such a merge. So what is on both
//! sides is encoded apart, and the clause falls into chunks of a character or a few, whose counts
//! are known, or in one more look, or seen before.

use super::{
    bpe,
    cache::Cache,
    table::{NONE, Piece, Tables},
    window::{Window, short_char},
};

/// The count of a piece of UTF-8.
pub(crate) fn count(
    tables: Tables<'_>,
    cache: &Cache,
    window: &mut Window,
    piece: Piece<'_>,
) -> usize {
    let Piece { text, at: start, len } = piece;
    let end = start + len;
    let mut tokens = 0;
    let mut chunk = Chunk { at: start, first: NONE, last: NONE, chars: 0 };
    let mut char = Char::at(piece.bytes(), 0);
    let (mut at, mut before) = (start, Char::NONE);
    while at < end {
        let next = at + char.bytes;
        let after = Char::at(piece.bytes(), next - start);
        let atom = char.atom(tables, before.lead, after.lead);
        let is_border = chunk.chars > 0
            && atom != NONE
            && chunk.last != NONE
            && !tables.may_join(before.code, char.code);
        if is_border {
            tokens += chunk.count(tables, cache, window, text, at);
            chunk = Chunk { at, first: atom, last: atom, chars: 1 };
        } else {
            if chunk.chars == 0 {
                chunk.first = atom;
            }
            chunk.last = atom;
            chunk.chars += 1;
        }
        (at, before, char) = (next, char, after);
    }
    tokens + chunk.count(tables, cache, window, text, end)
}

/// Characters with no border among them: where they start, and the tokens of the first and last.
struct Chunk {
    at: usize,
    first: u32,
    last: u32,
    chars: usize,
}

impl Chunk {
    #[inline(always)]
    fn count(
        &self,
        tables: Tables<'_>,
        cache: &Cache,
        window: &mut Window,
        text: &[u8],
        end: usize,
    ) -> usize {
        match self.chars {
            1 if self.first != NONE => 1,
            2 if self.first != NONE && self.last != NONE => {
                1 + usize::from(tables.merge(self.first, self.last) == NONE)
            }
            _ => {
                let piece = Piece { text, at: self.at, len: end - self.at };
                cache.count(piece, || bpe::encode(tables, window, piece.bytes(), |_| {}))
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Char {
    /// 0 for what has no atom: ASCII, and what is beyond U+FFFF.
    code: u32,
    lead: Option<u8>,
    bytes: usize,
}

impl Char {
    const NONE: Self = Self { code: 0, lead: None, bytes: 0 };

    #[inline(always)]
    fn at(piece: &[u8], at: usize) -> Self {
        let Some(&lead) = piece.get(at) else { return Self::NONE };
        let (code, bytes) = match short_char(piece, at) {
            Some(char) => char,
            None if lead < 0x80 => (0, 1),
            None => (0, 4),
        };
        Self { code, lead: Some(lead), bytes }
    }

    #[inline(always)]
    fn atom(self, tables: Tables<'_>, before: Option<u8>, after: Option<u8>) -> u32 {
        tables.atom(self.code).between(before, after).unwrap_or(NONE)
    }
}
