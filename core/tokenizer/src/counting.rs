//! Counting a text batch by batch: what is known is added up, what is not is merged after.

use crate::cache::{Cache, SHORT_BYTES, ShortKey};
use crate::split::{self, BRINGS, Ends, Family, Modern, ROOM, Work, bring};
use crate::table::{LongKey, NONE, Piece, Tables, word};
use crate::window::Window;
use crate::{Tokenizer, bpe, chunk};

/// What counting one text needs.
pub(crate) struct Counting<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) cache: &'a Cache,
    pub(crate) family: Family,
    pub(crate) modern: Option<Modern>,
    /// Made when the first piece is merged: many a text has only pieces that are known.
    window: Option<Window>,
    pub(crate) ends: Ends,
    left: [u8; ROOM],
}

impl<'a> Counting<'a> {
    pub(crate) fn new(tokenizer: &'a Tokenizer) -> Self {
        Self {
            tables: tokenizer.tables(),
            cache: &tokenizer.cache,
            family: tokenizer.family,
            modern: tokenizer.modern,
            window: None,
            ends: split::NO_ENDS,
            left: [0; ROOM],
        }
    }

    /// Counts some pieces from `at` on: where the last ends, and their tokens.
    ///
    /// Never a part of the loop over it: engines of WebAssembly begin with slow code, and change
    /// to fast code when a function is entered again.
    #[inline(never)]
    pub(crate) fn batch(&mut self, text: &[u8], start: usize) -> (usize, u64) {
        let filled = self.family.fill(self.modern, text, start, &mut self.ends);
        let ends = &self.ends[..filled];
        let ends_at = ends.last().map_or(start, |end| *end);
        let known = Known { cache: self.cache, text, start, ends, left: &mut self.left };
        let (mut tokens, left) = match self.modern {
            Some(modern) => modern.run(known),
            None => known.work(),
        };
        // Of few the processor looks ahead by itself.
        if BRINGS && left > filled / 4 {
            for i in 0..left.min(ROOM) {
                let piece = self.piece(text, start, self.left[i]);
                if piece.len > SHORT_BYTES {
                    self.cache.ask_long(piece);
                }
            }
        }
        let mut unknown = 0;
        for i in 0..left.min(ROOM) {
            let piece = self.piece(text, start, self.left[i]);
            let known = if piece.len <= SHORT_BYTES { 0 } else { self.cache.long(piece) };
            if known != 0 {
                tokens += known;
                continue;
            }
            self.left[unknown % ROOM] = self.left[i];
            unknown += 1;
        }
        let unknown = unknown.min(ROOM);
        if BRINGS {
            self.ask_ahead(text, start, unknown);
        }
        for i in 0..unknown {
            let piece = self.piece(text, start, self.left[i]);
            tokens += self.cache.count(piece, || {
                let window = self.window.get_or_insert_with(Window::new);
                count_piece(&self.tables, self.cache, window, piece)
            });
        }
        (ends_at, tokens as u64)
    }

    /// Asks for memory that is far away, for all unknown pieces before any is waited for.
    #[inline(always)]
    fn ask_ahead(&self, text: &[u8], start: usize, unknown: usize) {
        let pieces = self.left[..unknown].iter().map(|number| self.piece(text, start, *number));
        for piece in pieces.clone() {
            if piece.len <= SHORT_BYTES {
                bring(self.tables.short_place(piece));
            } else {
                self.cache.expect_long(piece);
                if piece.len <= LIKELY_BYTES {
                    bring(self.tables.long_place(&LongKey::of(piece)));
                }
            }
        }
        for piece in pieces {
            if piece.len > SHORT_BYTES && piece.len <= LIKELY_BYTES {
                bring(self.tables.long_text(&LongKey::of(piece)));
            }
        }
    }

    /// A piece of the batch that starts at `start`, by its number.
    #[inline(always)]
    fn piece<'t>(&self, text: &'t [u8], start: usize, number: u8) -> Piece<'t> {
        let i = usize::from(number) % ROOM;
        let at = if i == 0 { start } else { self.ends[i - 1] };
        Piece { text, at, len: self.ends[i] - at }
    }
}

/// Adds up the counts of the pieces of a batch that are short and known.
struct Known<'a> {
    cache: &'a Cache,
    text: &'a [u8],
    start: usize,
    ends: &'a [usize],
    left: &'a mut [u8; ROOM],
}

impl Work for Known<'_> {
    type Made = (usize, usize);

    /// The sum, and how many are left, whose numbers are in `left`.
    // Whether a piece is short and known is nothing a processor can guess: what is not is written
    // down without a branch, and done after.
    #[inline(always)]
    fn work(self) -> (usize, usize) {
        let Self { cache, text, start, ends, left: numbers } = self;
        let (mut at, mut tokens, mut left) = (start, 0, 0);
        for (i, &end) in ends.iter().enumerate() {
            let len = end - at;
            let is_short = len <= SHORT_BYTES;
            // A longer one asks for what is always near, and is not here.
            let bytes = word(text, at) & u64::from(is_short).wrapping_neg();
            let known = cache.short(ShortKey::of(bytes, len.min(SHORT_BYTES)));
            tokens += if is_short { known } else { 0 };
            numbers[left % ROOM] = i as u8;
            left += usize::from(known == 0) | usize::from(!is_short);
            at = end;
        }
        (tokens, left)
    }
}

/// Tokens that are longer are rare.
const LIKELY_BYTES: usize = 24;

#[inline(never)]
pub(crate) fn count_piece(
    tables: &Tables<'_>,
    cache: &Cache,
    window: &mut Window,
    piece: Piece<'_>,
) -> usize {
    let is_ascii = word(piece.text, piece.at) & 0x8080 == 0;
    // A long piece of a script without spaces is a clause, and hardly ever a token.
    if (is_ascii || piece.len <= 16) && tables.find(piece) != NONE {
        return 1;
    }
    if is_ascii {
        bpe::encode(*tables, window, piece.bytes(), |_| {})
    } else {
        chunk::count(*tables, cache, window, piece)
    }
}
