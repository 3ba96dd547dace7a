//! Counting a text batch by batch: what is known is added up, what is not is merged after.

use crate::Tokenizer;
use crate::cache::{Cache, SHORT_BYTES, ShortKey};
use crate::split::{self, BRINGS, Ends, Family, Modern, ROOM, Work, bring};
use crate::table::{LongKey, Piece, Tables, word};
use crate::together::Together;

/// What counting one text needs.
pub(crate) struct Counting<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) cache: &'a Cache,
    pub(crate) family: Family,
    pub(crate) modern: Option<Modern>,
    /// Made for the first piece that is not known: many a text has none.
    unknown: Option<Together<'a>>,
    text: &'a [u8],
    tokens: usize,
    pub(crate) ends: Ends,
    left: [u8; ROOM],
}

impl<'a> Counting<'a> {
    pub(crate) fn new(tokenizer: &'a Tokenizer, text: &'a [u8]) -> Self {
        let tables = tokenizer.tables();
        Self {
            tables,
            cache: &tokenizer.cache,
            family: tokenizer.family,
            modern: tokenizer.modern,
            unknown: None,
            text,
            tokens: 0,
            ends: split::NO_ENDS,
            left: [0; ROOM],
        }
    }

    /// Counts some pieces from `start` on; where the last ends.
    ///
    /// Never a part of the loop over it: engines of WebAssembly begin with slow code, and change
    /// to fast code when a function is entered again.
    #[inline(never)]
    pub(crate) fn batch(&mut self, start: usize) -> usize {
        let text = self.text;
        let filled = self.family.fill(self.modern, text, start, &mut self.ends);
        let ends = &self.ends[..filled];
        let ends_at = ends.last().map_or(start, |end| *end);
        let known = Known { cache: self.cache, text, start, ends, left: &mut self.left };
        let (mut tokens, left) = match self.modern {
            Some(modern) => modern.run(known),
            None => known.work(),
        };
        let batch = Batch { text, start, ends: &self.ends };
        // Of few the processor looks ahead by itself.
        if BRINGS && left > filled / 4 {
            for i in 0..left.min(ROOM) {
                let piece = batch.piece(self.left[i]);
                if piece.len > SHORT_BYTES {
                    self.cache.ask_long(piece);
                }
            }
        }
        let mut unknown = 0;
        for i in 0..left.min(ROOM) {
            let piece = batch.piece(self.left[i]);
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
            self.ask_ahead(batch, &self.left[..unknown]);
        }
        if unknown > 0 {
            let numbers = &self.left[..unknown];
            let make = || Together::new(self.tables, self.cache);
            let unknown =
                Unknown { together: self.unknown.get_or_insert_with(make), batch, numbers };
            tokens += match self.modern {
                Some(modern) => modern.run(unknown),
                None => unknown.work(),
            };
        }
        self.tokens += tokens;
        ends_at
    }

    /// The tokens so far, but of a few pieces that wait.
    pub(crate) fn tokens(&self) -> u64 {
        let unknown = self.unknown.as_ref().map_or(0, Together::tokens);
        (self.tokens + unknown) as u64
    }

    /// The tokens of all pieces.
    pub(crate) fn finish(&mut self) -> u64 {
        if let Some(together) = &mut self.unknown {
            together.finish();
        }
        self.tokens()
    }

    /// Asks for memory that is far away, for all unknown pieces before any is waited for.
    #[inline(always)]
    fn ask_ahead(&self, batch: Batch<'_, '_>, numbers: &[u8]) {
        let pieces = numbers.iter().map(|number| batch.piece(*number));
        for piece in pieces.clone() {
            if piece.len <= SHORT_BYTES {
                bring(self.tables.short_place(piece));
            } else {
                self.cache.expect(piece);
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
}

/// Tokens that are longer are rare.
const LIKELY_BYTES: usize = 24;

/// Some pieces of a text, of which each starts where the one before it ends.
#[derive(Clone, Copy)]
struct Batch<'t, 'e> {
    text: &'t [u8],
    start: usize,
    ends: &'e Ends,
}

impl<'t> Batch<'t, '_> {
    #[inline(always)]
    fn piece(self, number: u8) -> Piece<'t> {
        let i = usize::from(number) % ROOM;
        let at = if i == 0 { self.start } else { self.ends[i - 1] };
        Piece { text: self.text, at, len: self.ends[i] - at }
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
            let known = cache.short(ShortKey::of(bytes, len));
            tokens += if is_short { known } else { 0 };
            numbers[left % ROOM] = i as u8;
            left += usize::from(known == 0) | usize::from(!is_short);
            at = end;
        }
        (tokens, left)
    }
}

/// Adds up the counts of the pieces of a batch that are not known.
struct Unknown<'w, 'a> {
    together: &'w mut Together<'a>,
    batch: Batch<'a, 'w>,
    numbers: &'w [u8],
}

impl Work for Unknown<'_, '_> {
    type Made = usize;

    /// The sum of those that are known by now; the others are counted together.
    #[inline(always)]
    fn work(self) -> usize {
        let Self { together, batch, numbers } = self;
        let mut tokens = 0;
        for number in numbers {
            let piece = batch.piece(*number);
            match together.cache.get(piece) {
                0 => together.count(piece),
                count => tokens += count,
            }
        }
        tokens
    }
}
