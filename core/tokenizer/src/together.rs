//! Counting pieces that are not known, several at a time.
//!
//! What a merge makes possible is far away in memory, and where is known only once the merge was
//! chosen. So a few short pieces wait for each other and are merged side by side, a step of each at
//! a time: the reads of one are waited for while the others choose.

use super::{
    bpe,
    cache::Cache,
    chunk,
    short::{Short, UNITS},
    split::{BRINGS, Modern},
    table::{Piece, Tables, word},
    window::Window,
};

/// Pieces merged side by side.
const PIECES: usize = if BRINGS { 4 } else { 1 };

/// Room for clauses: each of which a piece waits, and the open one.
const CLAUSES: usize = 2 * PIECES;

/// The number of no clause.
const NO_CLAUSE: u8 = u8::MAX;

/// Short pieces that wait to be merged, and the sum of those that were.
pub(crate) struct Together<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) cache: &'a Cache,
    modern: Option<Modern>,
    /// Made for the first piece that is not short.
    window: Option<Window>,
    shorts: [Short; PIECES],
    pieces: [Piece<'a>; PIECES],
    /// Of each piece the number of the clause it is in, or [`NO_CLAUSE`].
    owners: [u8; PIECES],
    waiting: usize,
    /// Clauses of which pieces wait, and their tokens so far; after those the open one, if any.
    clauses: [(Piece<'a>, usize); CLAUSES],
    closed: usize,
    is_open: bool,
    tokens: usize,
}

impl<'a> Together<'a> {
    pub(crate) fn new(tables: Tables<'a>, cache: &'a Cache, modern: Option<Modern>) -> Self {
        Self {
            tables,
            cache,
            modern,
            window: None,
            shorts: [Short::EMPTY; PIECES],
            pieces: [Piece::EMPTY; PIECES],
            owners: [NO_CLAUSE; PIECES],
            waiting: 0,
            clauses: [(Piece::EMPTY, 0); CLAUSES],
            closed: 0,
            is_open: false,
            tokens: 0,
        }
    }

    /// The tokens so far, but of the pieces that wait.
    pub(crate) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Counts a piece of UTF-8 that is not known, now or later.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) fn count(&mut self, piece: Piece<'a>) {
        let is_ascii = word(piece.text, piece.at) & 0x8080 == 0;
        // A long piece of a script without spaces is a clause, and hardly ever a token.
        if (is_ascii || piece.len <= 16) && self.tables.knows(piece) {
            self.tokens += 1;
            self.cache.put(piece, 1);
        } else if !is_ascii {
            chunk::count(self, piece);
        } else if piece.len <= UNITS && piece.bytes().is_ascii() {
            let tables = self.tables;
            self.merge_later(piece, piece.bytes().iter().map(|byte| tables.byte(*byte)));
        } else {
            self.tokens += self.merge_now(piece);
        }
    }

    /// The count of a piece of UTF-8 that is not known.
    #[inline(never)]
    pub(crate) fn count_alone(&mut self, piece: Piece<'a>) -> usize {
        let before = self.tokens;
        self.count(piece);
        self.finish();
        self.tokens - before
    }

    /// Counts a piece of these units, at most [`UNITS`], once there are others.
    #[inline(always)]
    pub(crate) fn merge_later(&mut self, piece: Piece<'a>, units: impl Iterator<Item = u32>) {
        if BRINGS {
            self.cache.expect(piece);
        }
        let i = self.waiting % PIECES;
        self.pieces[i] = piece;
        self.owners[i] = if self.is_open { self.closed as u8 } else { NO_CLAUSE };
        self.shorts[i].fill(units);
        self.waiting += 1;
        if self.waiting == PIECES {
            self.finish();
        }
    }

    /// The count of a piece of any length; it is not added to the others.
    #[inline(never)]
    pub(crate) fn merge_now(&mut self, piece: Piece<'a>) -> usize {
        let modern = self.modern;
        let window = self.window.get_or_insert_with(|| Window::new(modern));
        let count = bpe::encode(self.tables, window, piece.bytes(), |_| {});
        self.cache.put(piece, count);
        count
    }

    /// Counts the pieces that wait.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) fn finish(&mut self) {
        if let [short] = &mut self.shorts[..self.waiting] {
            short.merge_all(self.tables);
        } else {
            merge_side_by_side(&mut self.shorts, self.waiting, self.tables);
        }
        for ((short, piece), owner) in
            self.shorts[..self.waiting].iter().zip(self.pieces).zip(self.owners)
        {
            let count = short.len();
            self.tokens += count;
            self.cache.put(piece, count);
            if owner != NO_CLAUSE {
                self.clauses[usize::from(owner) % CLAUSES].1 += count;
            }
        }
        self.waiting = 0;
        for (clause, count) in &self.clauses[..self.closed % CLAUSES] {
            self.cache.put(*clause, *count);
        }
        self.clauses[0] = self.clauses[self.closed % CLAUSES];
        self.closed = 0;
    }

    /// Begins a clause, of which the pieces that follow are parts.
    #[inline(always)]
    pub(crate) fn open_clause(&mut self, clause: Piece<'a>) {
        self.clauses[self.closed % CLAUSES] = (clause, 0);
        self.is_open = true;
    }

    /// Adds tokens of the clause that need not wait.
    #[inline(always)]
    pub(crate) fn add_to_clause(&mut self, tokens: usize) {
        self.clauses[self.closed % CLAUSES].1 += tokens;
        self.tokens += tokens;
    }

    /// Ends the clause, whose count is known now or when its pieces are merged.
    #[inline(always)]
    pub(crate) fn close_clause(&mut self) {
        self.is_open = false;
        let waits =
            self.owners[..self.waiting].iter().any(|owner| usize::from(*owner) == self.closed);
        if waits {
            self.closed += 1;
        } else {
            let (clause, count) = self.clauses[self.closed % CLAUSES];
            self.cache.put(clause, count);
        }
    }
}

#[inline(always)]
fn merge_side_by_side(shorts: &mut [Short; PIECES], waiting: usize, tables: Tables<'_>) {
    for short in shorts.iter_mut().take(waiting) {
        short.find_keys(tables);
    }
    // Which are not done yet is nothing a processor can guess: their numbers close up instead.
    let mut busy: [u8; PIECES] = core::array::from_fn(|i| i as u8);
    let mut len = waiting.min(PIECES);
    while len > 0 {
        let mut left = 0;
        for i in 0..len {
            let number = busy[i];
            busy[left % PIECES] = number;
            left += usize::from(shorts[usize::from(number) % PIECES].choose(tables));
        }
        len = left;
        for number in &busy[..len] {
            shorts[usize::from(*number) % PIECES].merge(tables);
        }
    }
}
