//! Counting a text batch by batch: what is known is added up, what is not is merged after.

use crate::Tokenizer;
use crate::cache::{Cache, LongHash, SHORT_BYTES, ShortKey};
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
    /// Of those left that are not short, where they are asked for ahead.
    hashes: Option<[LongHash; ROOM]>,
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
            hashes: None,
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
        let left = left.min(ROOM);
        // Of few the processor looks ahead by itself.
        let mut hashes = if BRINGS && left > filled / 4 {
            Some(self.hashes.get_or_insert([LongHash::default(); ROOM]))
        } else {
            None
        };
        if let Some(hashes) = &mut hashes {
            for (number, hash) in self.left[..left].iter().zip(hashes.iter_mut()) {
                let piece = batch.piece(*number);
                if piece.len > SHORT_BYTES {
                    *hash = LongHash::of(piece);
                    self.cache.ask_long(piece, *hash);
                }
            }
        }
        let mut unknown = 0;
        for i in 0..left {
            let piece = batch.piece(self.left[i]);
            if piece.len > SHORT_BYTES {
                let hash = hashes.as_ref().map(|hashes| hashes[i]);
                if hash.is_none_or(|hash| self.cache.may_hold_long(piece, hash)) {
                    let known = self.cache.long(piece);
                    if known != 0 {
                        tokens += known;
                        continue;
                    }
                }
                if let Some((hashes, hash)) = hashes.as_mut().zip(hash) {
                    hashes[unknown % ROOM] = hash;
                }
            }
            self.left[unknown % ROOM] = self.left[i];
            unknown += 1;
        }
        if unknown > 0 {
            let make = || Together::new(self.tables, self.cache, self.modern);
            let unknown = Unknown {
                together: self.unknown.get_or_insert_with(make),
                batch,
                numbers: &self.left[..unknown.min(ROOM)],
                hashes: hashes.as_deref(),
            };
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
            let known = cache.short(ShortKey::of_any(word(text, at), end - at));
            tokens += known;
            numbers[left % ROOM] = i as u8;
            left += usize::from(known == 0);
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
    hashes: Option<&'w [LongHash; ROOM]>,
}

impl Work for Unknown<'_, '_> {
    type Made = usize;

    /// The sum of those that are known by now; the others are counted together.
    #[inline(always)]
    fn work(self) -> usize {
        if BRINGS {
            self.ask_ahead();
        }
        let mut tokens = 0;
        for (i, number) in self.numbers.iter().enumerate() {
            let piece = self.batch.piece(*number);
            // It may have been among those before it.
            let may_be = self.hash(i).is_none_or(|hash| {
                piece.len <= SHORT_BYTES || self.together.cache.may_hold_long(piece, hash)
            });
            let known = if may_be { self.together.cache.get(piece) } else { 0 };
            match known {
                0 => self.together.count(piece),
                count => tokens += count,
            }
        }
        tokens
    }
}

impl Unknown<'_, '_> {
    /// The hash of a piece by its number among these, if it is known.
    #[inline(always)]
    fn hash(&self, i: usize) -> Option<LongHash> {
        self.hashes.map(|hashes| hashes[i % ROOM])
    }

    /// Asks for memory that is far away, for all pieces before any is waited for.
    #[inline(always)]
    fn ask_ahead(&self) {
        let Together { tables, cache, .. } = &*self.together;
        let pieces = self.numbers.iter().map(|number| self.batch.piece(*number));
        for (i, piece) in pieces.clone().enumerate() {
            if piece.len <= SHORT_BYTES {
                bring(tables.short_place(piece));
            } else {
                let hash = self.hash(i).unwrap_or_else(|| LongHash::of(piece));
                cache.expect_long(piece, hash);
                if piece.len <= LIKELY_BYTES {
                    bring(tables.long_place(&LongKey::of(piece)));
                }
            }
        }
        for piece in pieces {
            if piece.len > SHORT_BYTES && piece.len <= LIKELY_BYTES {
                bring(tables.long_text(&LongKey::of(piece)));
            }
        }
    }
}
