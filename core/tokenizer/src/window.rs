//! Encoding a few units, or some more in strips, in arrays of fixed size.

use super::{
    bpe::merge_all,
    short::{Short, UNITS},
    split::Modern,
    strips::{Strips, WINDOW},
    table::{NONE, Tables, before_part, neighbour},
};

/// Units at the end of a full window whose tokens may depend on what comes after it.
const UNSTABLE: usize = 16;

/// Windows merged without strips after one whose strips did not meet.
const PAUSES: u8 = 7;

/// Room for encoding; reused, so that nothing is allocated for a piece.
pub(crate) struct Window {
    modern: Option<Modern>,
    /// The units, then the tokens.
    tokens: [u32; WINDOW],
    /// Where they start, from where the first one does, and where the last one ends.
    starts: [u16; WINDOW + 1],
    len: usize,
    /// Of each unit, the rank of merging it with the next.
    ranks: [u32; WINDOW],
    strips: Strips,
    /// So many times strips are not tried: those of a window before did not meet.
    pauses: u8,
    stable_bytes: usize,
    /// Where in the piece the units end.
    end: usize,
}

impl Window {
    pub(crate) fn new(modern: Option<Modern>) -> Self {
        Self {
            modern,
            tokens: [0; WINDOW],
            starts: [0; WINDOW + 1],
            len: 0,
            ranks: [NONE; WINDOW],
            strips: Strips::EMPTY,
            pauses: 0,
            stable_bytes: 0,
            end: 0,
        }
    }

    /// Encodes what fits of the piece from `start` on; where that ends.
    #[inline]
    pub(crate) fn encode(&mut self, tables: Tables<'_>, piece: &[u8], start: usize) -> usize {
        self.fill(tables, piece, start);
        if start == 0 {
            self.pauses = 0;
        }
        if self.len <= UNITS {
            self.merge_few(tables);
        } else {
            self.merge_many(tables);
        }
        self.end
    }

    /// Where what fitted ends.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Tokens that start before so many bytes are stable in a full window.
    pub(crate) fn stable_bytes(&self) -> usize {
        self.stable_bytes
    }

    /// The tokens.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens[..self.len]
    }

    /// Where each token ends, from where the first one starts.
    pub(crate) fn ends(&self) -> &[u16] {
        &self.starts[1..=self.len]
    }

    #[inline]
    fn fill(&mut self, tables: Tables<'_>, piece: &[u8], start: usize) {
        let (mut at, mut units) = (start, 0);
        let mut before = piece.get(start).map_or(0, |first| before_part(*first));
        while at < piece.len() && units + 8 <= WINDOW {
            let offset = at - start;
            let rest = &piece[at..];
            if let Some(eight) = rest.first_chunk::<8>()
                && u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080 == 0
            {
                for (i, byte) in eight.iter().enumerate() {
                    self.tokens[units + i] = tables.byte(*byte);
                    self.starts[units + i] = (offset + i) as u16;
                }
                units += 8;
                at += 8;
                before = neighbour(b' ');
                continue;
            }
            let lead = rest[0];
            let (atom, bytes) = match short_char(rest, 0) {
                Some((code, bytes)) => {
                    let after = rest.get(bytes).map_or(0, |lead| neighbour(*lead));
                    (tables.atom(code).beside(before, after), bytes)
                }
                None => (NONE, 1),
            };
            if atom != NONE {
                self.tokens[units] = atom;
                self.starts[units] = offset as u16;
                units += 1;
            } else {
                for (i, &byte) in rest.iter().take(bytes).enumerate() {
                    self.tokens[units] = tables.byte(byte);
                    self.starts[units] = (offset + i) as u16;
                    units += 1;
                }
            }
            at += bytes;
            if !matches!(lead, 0x80..0xc0) {
                before = neighbour(lead);
            }
        }
        self.len = units;
        self.end = at.min(piece.len());
        self.stable_bytes = usize::from(self.starts[units.saturating_sub(UNSTABLE)]);
        self.starts[units] = (self.end - start) as u16;
    }

    /// Merges when there are few units.
    #[inline]
    fn merge_few(&mut self, tables: Tables<'_>) {
        let mut short = Short::EMPTY;
        short.fill(self.tokens[..self.len].iter().copied());
        short.merge_all(tables);
        let mut left = 0;
        for (at, token) in short.tokens() {
            self.put(left, at, token);
            left += 1;
        }
        self.finish(left);
    }

    /// Puts the token that starts with a unit after so many tokens, of which none starts later.
    #[inline(always)]
    fn put(&mut self, left: usize, at: usize, token: u32) {
        self.tokens[left] = token;
        self.starts[left] = self.starts[at];
    }

    /// Ends the tokens after so many.
    fn finish(&mut self, left: usize) {
        self.starts[left] = self.starts[self.len];
        self.len = left;
    }

    /// Merges when there are many units.
    #[inline(never)]
    fn merge_many(&mut self, tables: Tables<'_>) {
        let last = self.len - 1;
        for at in 0..last {
            self.ranks[at] = tables.merge(self.tokens[at], self.tokens[at + 1]);
        }
        self.ranks[last..].fill(NONE);
        let Self { modern, tokens, ranks, strips, starts, len, pauses, .. } = self;
        if *pauses == 0 && strips.encode(*modern, tables, tokens, ranks, *len).is_some() {
            let mut left = 0;
            strips.for_each(|at, token| {
                tokens[left] = token;
                starts[left] = starts[at];
                left += 1;
            });
            self.finish(left);
        } else {
            self.pauses = self.pauses.checked_sub(1).unwrap_or(PAUSES);
            merge_all(tables, &mut self.tokens[..self.len]);
            let mut left = 0;
            for at in 0..self.len {
                if self.tokens[at] != NONE {
                    self.put(left, at, self.tokens[at]);
                    left += 1;
                }
            }
            self.finish(left);
        }
    }
}

/// The character from U+80 to U+FFFF that starts at a place, and its length.
#[inline(always)]
fn short_char(piece: &[u8], at: usize) -> Option<(u32, usize)> {
    let byte = |i: usize| u32::from(piece.get(at + i).copied().unwrap_or(0));
    match byte(0) {
        lead @ 0xc0..0xe0 => Some(((lead & 0x1f) << 6 | byte(1) & 0x3f, 2)),
        lead @ 0xe0..0xf0 => Some(((lead & 0xf) << 12 | (byte(1) & 0x3f) << 6 | byte(2) & 0x3f, 3)),
        _ => None,
    }
}
