//! Counting a piece of a script without spaces, which may be a clause of many words.
//!
//! Most neighbouring characters of such a clause stand side by side in no token. Where both are
//! tokens whatever stands around them ([`Tables::atom`]) and no merge has the one at the end of its
//! left half and the other at the beginning of its right half ([`Tables::may_join`]), no token
//! reaches over the border: the first merge that did would be such a merge. So what is on both
//! sides is encoded apart, and the clause falls into chunks of a character or a few, whose counts
//! are known, or in one more look, or seen before.
//!
//! Characters are looked at a row at a time, with no branch on what they are: each row is two
//! numbers of a bit for each character, and what is left to do is to go through their ones.

use core::ops::Range;

use super::{
    short::UNITS,
    split::bring,
    table::{NONE, Piece, Tables, neighbour, word},
    together::Together,
};

/// Characters of a row; one bit is left for its end.
const ROW: usize = 63;

/// Counts a piece of UTF-8, now or later.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) fn count<'a>(together: &mut Together<'a>, piece: Piece<'a>) {
    let tables = together.tables;
    let Piece { text, at, len } = piece;
    let end = at + len;
    together.open_clause(piece);
    let mut row = Row::new(at);
    loop {
        row.read(tables, piece);
        let mut chars = row.chars;
        if row.end(chars) < end {
            // The last chunk may go on: the next row begins with it.
            chars = 63 - row.starts.leading_zeros() as usize;
            if chars == 0 {
                let tokens = together.merge_now(Piece { text, at: row.at, len: end - row.at });
                together.add_to_clause(tokens);
                break;
            }
        }
        row.count(together, text, chars);
        if row.end(chars) >= end {
            break;
        }
        row.begin_at(chars);
    }
    together.close_clause();
}

/// A character, as far as atoms ask for it.
struct Char {
    /// 0 where it is not from U+80 to U+FFFF.
    code: u32,
    bytes: usize,
    /// The first byte of what follows.
    next: u8,
}

impl Char {
    #[inline(always)]
    fn at(text: &[u8], at: usize) -> Self {
        let bytes = word(text, at);
        let [first, second, third, fourth, fifth, ..] = bytes.to_le_bytes();
        let low = |byte: u8| u32::from(byte & 0x3f);
        match first {
            0xe0..0xf0 => Self {
                code: u32::from(first & 0xf) << 12 | low(second) << 6 | low(third),
                bytes: 3,
                next: fourth,
            },
            0xc0..0xe0 => {
                Self { code: u32::from(first & 0x1f) << 6 | low(second), bytes: 2, next: third }
            }
            0..0x80 => Self { code: 0, bytes: 1, next: second },
            _ => Self { code: 0, bytes: 4, next: fifth },
        }
    }
}

struct Row {
    /// Where the first character starts, and from there, where each ends.
    at: usize,
    ends: [u8; ROW + 1],
    /// The tokens of the characters that are one whatever stands around them.
    atoms: [u32; ROW + 1],
    /// What each is like, and the one before the first, as a neighbour.
    neighbours: [u8; ROW + 1],
    chars: usize,
    /// One bit for each character that begins a chunk, the first's lowest.
    starts: u64,
    /// One bit for each that has an atom.
    known: u64,
}

impl Row {
    fn new(at: usize) -> Self {
        Self {
            at,
            ends: [0; ROW + 1],
            atoms: [0; ROW + 1],
            neighbours: [0; ROW + 1],
            chars: 0,
            starts: 0,
            known: 0,
        }
    }

    /// Makes the row begin after so many of its characters.
    fn begin_at(&mut self, chars: usize) {
        self.at = self.end(chars);
        self.neighbours[0] = self.neighbours[chars % (ROW + 1)];
    }

    /// Where so many characters end.
    #[inline(always)]
    fn end(&self, chars: usize) -> usize {
        self.at + usize::from(self.ends[chars % (ROW + 1)])
    }

    #[inline(always)]
    fn read(&mut self, tables: Tables<'_>, piece: Piece<'_>) {
        let Piece { text, at: start, len } = piece;
        let end = start + len;
        let (mut at, mut before, mut code_before) = (self.at, self.neighbours[0], 0);
        let (mut starts, mut known, mut chars) = (1, 0, 0);
        let mut own = text.get(at).map_or(0, |lead| neighbour(*lead));
        while chars < ROW && at < end {
            let char = Char::at(text, at);
            let code = char.code;
            at += char.bytes;
            let after = if at < end { neighbour(char.next) } else { 0 };
            let atom = tables.atom(code).beside(before, after);
            let is_known = u64::from(atom != NONE);
            let may_join = u64::from(tables.may_join(code_before, code));
            // Of the first there is none before it to be known.
            starts |= (is_known & known << 1 >> chars & !may_join) << chars;
            known |= is_known << chars;
            self.atoms[chars] = atom;
            chars += 1;
            self.ends[chars] = (at - self.at) as u8;
            self.neighbours[chars] = own;
            (before, own, code_before) = (own, after, code);
        }
        (self.starts, self.known, self.chars) = (starts, known, chars);
    }

    /// Counts the first characters, after which a chunk begins or the piece ends.
    #[inline(always)]
    fn count<'a>(&self, together: &mut Together<'a>, text: &'a [u8], chars: usize) {
        let tables = together.tables;
        let own = (1 << chars) - 1;
        let borders = self.starts & own | 1 << chars;
        let single = borders & borders >> 1 & self.known & own;
        let mut tokens = single.count_ones() as usize;
        let mut pairs = borders & !(borders >> 1) & borders >> 2 & self.known & self.known >> 1;
        while pairs != 0 {
            let first = pairs.trailing_zeros() as usize;
            pairs &= pairs - 1;
            let places =
                tables.merge_places(self.atoms[first], self.atoms[(first + 1) % (ROW + 1)]);
            places.into_iter().for_each(bring);
        }
        let mut left = borders & own & !single;
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            let chars = 1 + (borders >> first >> 1).trailing_zeros() as usize;
            let after = first + chars;
            left &= left - 1;
            if chars == 2 && self.known >> first & 3 == 3 {
                let merged = tables.merge(self.atoms[first], self.atoms[first + 1]);
                tokens += 1 + usize::from(merged == NONE);
                continue;
            }
            let at = self.end(first);
            let piece = Piece { text, at, len: self.end(after) - at };
            let count = together.cache.get(piece);
            if count != 0 {
                tokens += count;
                continue;
            }
            let mut units = [0; UNITS];
            match self.units(tables, text, first..after, &mut units) {
                Some(len) => together.merge_later(piece, units.into_iter().take(len)),
                None => tokens += together.merge_now(piece),
            }
        }
        together.add_to_clause(tokens);
    }

    /// Puts what the merging of some characters begins with, and says how many that are if there is
    /// room for them: an atom, else the bytes.
    #[inline(always)]
    fn units(
        &self,
        tables: Tables<'_>,
        text: &[u8],
        chars: Range<usize>,
        units: &mut [u32; UNITS],
    ) -> Option<usize> {
        let mut len = 0;
        for i in chars {
            if self.known >> i & 1 != 0 {
                *units.get_mut(len)? = self.atoms[i % (ROW + 1)];
                len += 1;
                continue;
            }
            for byte in text.get(self.end(i)..self.end(i + 1))? {
                *units.get_mut(len)? = tables.byte(*byte);
                len += 1;
            }
        }
        Some(len)
    }
}
