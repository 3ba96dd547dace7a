//! Merging by the definition, of a few units in arrays of fixed size.

use super::{
    short::{Short, UNITS},
    split::bring,
    table::{NONE, Tables, before_part, neighbour},
};

/// Units merged at a time, twice as many as the longest token has bytes.
pub(crate) const WINDOW: usize = 256;

/// Units at the end of a full window whose tokens may depend on what comes after it.
const UNSTABLE: usize = 16;

/// The key of a unit that does not merge with the next.
const NO_KEY: i32 = i32::MAX;

/// Low bits of a key: the place of the unit.
const PLACE_BITS: u32 = 8;

/// Room for merging; reused, so that nothing is allocated for a piece.
pub(crate) struct Window {
    /// The tokens; those merged into one before them keep their place and are passed over.
    tokens: [u32; WINDOW],
    /// Of each unit, the rank of merging it with the next and its place, or [`NO_KEY`]: the
    /// smallest key is the next merge, the leftmost of equals. Ranks have 18 bits, so a key fits
    /// in what every processor compares several of at a time.
    keys: [i32; WINDOW],
    /// The smaller key of each two, of each two of those, and so on: the children of a node are at
    /// twice its place, the smallest key of all is at 1.
    smallest: [i32; WINDOW],
    next: [u16; WINDOW],
    previous: [u16; WINDOW],
    /// Where the units start, from where the first one does, and where the last one ends.
    starts: [u16; WINDOW + 1],
    units: usize,
    /// Where in the piece the units end.
    end: usize,
}

impl Window {
    pub(crate) fn new() -> Self {
        Self {
            tokens: [0; WINDOW],
            keys: [NO_KEY; WINDOW],
            smallest: [NO_KEY; WINDOW],
            next: [0; WINDOW],
            previous: [0; WINDOW],
            starts: [0; WINDOW + 1],
            units: 0,
            end: 0,
        }
    }

    /// Encodes what fits of the piece from `start` on; where that ends.
    #[inline]
    pub(crate) fn encode(&mut self, tables: Tables<'_>, piece: &[u8], start: usize) -> usize {
        self.fill(tables, piece, start);
        if self.units <= UNITS {
            self.merge_few(tables);
        } else {
            self.find_keys(tables);
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
        usize::from(self.starts[WINDOW - UNSTABLE])
    }

    /// The first token.
    pub(crate) fn first(&self) -> u32 {
        self.tokens[0]
    }

    /// Calls `see` with each token in order, and how many bytes end with it.
    #[inline]
    pub(crate) fn for_each(&self, mut see: impl FnMut(u32, usize)) {
        let mut at = 0;
        while at < self.units {
            let next = usize::from(self.next[at % WINDOW]);
            see(self.tokens[at % WINDOW], usize::from(self.starts[next % (WINDOW + 1)]));
            at = next;
        }
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
        self.units = units;
        self.end = at.min(piece.len());
        self.starts[units] = (self.end - start) as u16;
    }

    /// Links the units and finds what each merges into with the next.
    #[inline]
    fn find_keys(&mut self, tables: Tables<'_>) {
        for at in 0..self.units {
            self.next[at] = at as u16 + 1;
            self.previous[at] = (at as u16).wrapping_sub(1);
            let next = if at + 1 < self.units {
                key(tables, self.tokens[at], self.tokens[at + 1], at)
            } else {
                NO_KEY
            };
            self.keys[at] = next;
            if next != NO_KEY {
                self.expect(tables, next, at.saturating_sub(1), at + 2);
            }
        }
    }

    /// Merges when there are few units; what is left of them is put together.
    #[inline]
    fn merge_few(&mut self, tables: Tables<'_>) {
        let mut short = Short::EMPTY;
        short.fill(self.tokens[..self.units].iter().copied());
        short.merge_all(tables);
        let end = self.starts[self.units];
        let mut left = 0;
        for (at, token) in short.tokens() {
            self.tokens[left] = token;
            self.starts[left] = self.starts[at];
            left += 1;
            self.next[left - 1] = left as u16;
        }
        self.starts[left] = end;
        self.units = left;
    }

    /// Merges when there are many units: a tree tells the smallest key.
    #[inline(never)]
    fn merge_many(&mut self, tables: Tables<'_>) {
        let leaves = self.units.next_power_of_two().min(WINDOW);
        self.keys[self.units..leaves].fill(NO_KEY);
        for at in (0..leaves).step_by(2) {
            self.smallest[(leaves + at) / 2] = self.keys[at].min(self.keys[at + 1]);
        }
        for node in (1..leaves / 2).rev() {
            self.smallest[node] = self.smallest[2 * node].min(self.smallest[2 * node + 1]);
        }
        while self.smallest[1] != NO_KEY {
            let least = self.smallest[1];
            let at = least as usize % WINDOW;
            let (before, right) = self.merge_at(tables, at, (least >> PLACE_BITS) as u32);
            for changed in [at, right, before] {
                self.lift(leaves, changed);
            }
        }
    }

    /// Tells the nodes above a unit of its key.
    #[inline(always)]
    fn lift(&mut self, leaves: usize, at: usize) {
        let mut least = self.keys[at % WINDOW].min(self.keys[(at ^ 1) % WINDOW]);
        let mut node = (leaves + at) / 2;
        self.smallest[node % WINDOW] = least;
        while node > 1 {
            least = least.min(self.smallest[(node ^ 1) % WINDOW]);
            node /= 2;
            self.smallest[node % WINDOW] = least;
        }
    }

    /// Merges a unit with the next; the unit before (itself for the first) and the one merged in.
    #[inline(always)]
    fn merge_at(&mut self, tables: Tables<'_>, at: usize, merged: u32) -> (usize, usize) {
        let right = usize::from(self.next[at]) % WINDOW;
        let next = usize::from(self.next[right]);
        self.tokens[at] = merged;
        self.next[at] = next as u16;
        self.keys[right] = NO_KEY;
        self.keys[at] = NO_KEY;
        if next < self.units {
            self.previous[next % WINDOW] = at as u16;
            self.keys[at] = key(tables, merged, self.tokens[next % WINDOW], at);
            if self.keys[at] != NO_KEY {
                let after = usize::from(self.next[next % WINDOW]);
                self.expect(tables, self.keys[at], usize::from(self.previous[at]), after);
            }
        }
        if at == 0 {
            return (at, right);
        }
        let before = usize::from(self.previous[at]) % WINDOW;
        self.keys[before] = key(tables, self.tokens[before], merged, before);
        if self.keys[before] != NO_KEY {
            self.expect(tables, self.keys[before], usize::from(self.previous[before]), next);
        }
        (before, right)
    }

    /// Asks for what will be looked at once this key is merged, which is what its unit becomes
    /// beside its neighbours, if those are still the same.
    #[inline(always)]
    fn expect(&self, tables: Tables<'_>, key: i32, before: usize, after: usize) {
        let merged = (key >> PLACE_BITS) as u32;
        let [before, after] = [before, after].map(|at| self.tokens[at % WINDOW]);
        tables.merge_places(before, merged).into_iter().for_each(bring);
        tables.merge_places(merged, after).into_iter().for_each(bring);
    }
}

#[inline(always)]
fn key(tables: Tables<'_>, left: u32, right: u32, at: usize) -> i32 {
    match tables.merge(left, right) {
        NONE => NO_KEY,
        rank => (rank << PLACE_BITS | at as u32) as i32,
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
