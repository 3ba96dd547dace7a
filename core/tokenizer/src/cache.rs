//! The counts of pieces seen lately, so that the words of a text are looked up in memory that
//! stays near the processor instead of in many tables that do not, and are not merged again.
//!
//! Shared by all threads without locks, and exact: an entry holds the whole piece. What a piece of
//! up to eight bytes hashes to is a permutation of its key, so where it lies and the bits that are
//! kept of it tell the key, and an entry is one atomic word. A longer piece is kept in several
//! words after a state whose version is odd while they are written and another one after, so what
//! is read half old and half new is not used.

use alloc::boxed::Box;
use core::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

use zerocopy::FromZeros;

use super::{
    parts::in_parts,
    split::{BRINGS, bring},
    table::{Piece, Tables, short_key, word},
    zeros::zeros,
};

/// The longest piece that is kept in one word.
pub(crate) const SHORT_BYTES: usize = 8;

const SHORT_BITS: u32 = 15;

/// Tokens a new cache knows; half of them where every start is a load.
const KNOWN_TOKENS: u32 = if cfg!(target_arch = "wasm32") { 32_000 } else { 64_000 };

/// Tokens put in at a time.
const GROUP: usize = 16;

/// Low bits of a short entry: its count, and room.
const COUNT_MAX: u64 = 15;

/// Counts by piece, newer ones in the place of older ones.
pub(crate) struct Cache {
    short: Box<[[AtomicU64; 2]; 1 << SHORT_BITS]>,
    long: Shelf<3, { 1 << 12 }>,
    longer: Shelf<7, { 1 << 10 }>,
    longest: Shelf<15, { 1 << 9 }>,
}

/// What a short piece is looked up by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortKey(u64);

/// Odd, so that no two keys have the same product.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl ShortKey {
    /// The key of no text, and of bytes that are in none: INVARIANT: nothing is kept by it.
    const NOWHERE: Self = Self(u64::MAX.wrapping_mul(FACTOR));

    /// The key of a piece of these bytes, of which eight at most are its own.
    #[inline(always)]
    pub(crate) fn of(word: u64, len: usize) -> Self {
        Self(short_key(word, len).wrapping_mul(FACTOR))
    }

    /// The same; for a longer piece [`NOWHERE`](Self::NOWHERE).
    #[inline(always)]
    pub(crate) fn of_any(word: u64, len: usize) -> Self {
        // Where a piece is longer all of it is filled, and nothing is left of its bytes.
        const FILLS: [u64; 16] = {
            let mut fills = [u64::MAX; 16];
            let mut len = 1;
            while len <= SHORT_BYTES {
                fills[len] = if len < 8 { u64::MAX << (8 * len) } else { 0 };
                len += 1;
            }
            fills
        };
        Self((word | FILLS[len.min(SHORT_BYTES + 1)]).wrapping_mul(FACTOR))
    }
}

#[inline(always)]
fn short_key_of(piece: Piece<'_>) -> ShortKey {
    ShortKey::of(word(piece.text, piece.at), piece.len)
}

impl Cache {
    /// A cache that knows the earliest tokens, which are the words and symbols most texts use.
    pub(crate) fn new(tables: &Tables<'_>) -> Self {
        let cache = Self {
            short: zeros(),
            long: Shelf::new(),
            longer: Shelf::new(),
            longest: Shelf::new(),
        };
        let known = KNOWN_TOKENS.min(tables.len()) as usize;
        _ = in_parts(known, &mut |part| {
            for start in part.step_by(GROUP) {
                // The very first last, where they are found first.
                let group = start..known.min(start + GROUP);
                let pieces = group.map(|i| tables.text_of((known - 1 - i) as u32));
                if BRINGS {
                    pieces.clone().for_each(|piece| cache.expect(piece));
                }
                pieces.for_each(|piece| cache.put(piece, 1));
            }
            Some(())
        });
        cache
    }

    /// The count of a piece; 0 where it is not here.
    #[inline(always)]
    pub(crate) fn get(&self, piece: Piece<'_>) -> usize {
        if piece.len <= SHORT_BYTES { self.short(short_key_of(piece)) } else { self.long(piece) }
    }

    /// Keeps the count of a piece.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) fn put(&self, piece: Piece<'_>, count: usize) {
        if piece.len <= SHORT_BYTES {
            self.put_short(short_key_of(piece), count);
        } else {
            self.put_long(piece, count);
        }
    }

    /// The count of a short piece; 0 where it is not here.
    #[inline(always)]
    pub(crate) fn short(&self, key: ShortKey) -> usize {
        let set = self.short_set(key);
        // What is left of an entry of this key is its count, of any other more; of one that is free
        // the key itself, or nothing.
        let [newer, older] = set.each_ref().map(|entry| entry.load(Relaxed) ^ key.0 << SHORT_BITS);
        let least = newer.min(older);
        if least <= COUNT_MAX { least as usize } else { 0 }
    }

    #[inline(always)]
    fn short_set(&self, key: ShortKey) -> &[AtomicU64; 2] {
        &self.short[(key.0 >> (64 - SHORT_BITS)) as usize]
    }

    fn put_short(&self, key: ShortKey, count: usize) {
        if key == ShortKey::NOWHERE {
            return;
        }
        let [newer, older] = self.short_set(key);
        older.store(newer.load(Relaxed), Relaxed);
        newer.store(key.0 << SHORT_BITS | count as u64, Relaxed);
    }

    /// Asks for where a piece will be kept.
    #[inline(always)]
    pub(crate) fn expect(&self, piece: Piece<'_>) {
        if piece.len <= SHORT_BYTES {
            bring(self.short_set(short_key_of(piece)));
        } else {
            self.expect_long(piece, LongHash::of(piece));
        }
    }

    /// Asks for where a piece that is not short will be kept.
    #[inline(always)]
    pub(crate) fn expect_long(&self, piece: Piece<'_>, hash: LongHash) {
        match piece.len {
            0..=24 => self.long.expect(hash),
            25..=56 => self.longer.expect(hash),
            57..=120 => self.longest.expect(hash),
            _ => {}
        }
    }

    /// Asks for where a piece that is not short is kept, if it is.
    #[inline(always)]
    pub(crate) fn ask_long(&self, piece: Piece<'_>, hash: LongHash) {
        match piece.len {
            0..=24 => self.long.ask(hash),
            25..=56 => self.longer.ask(hash),
            57..=120 => self.longest.ask(hash),
            _ => {}
        }
    }

    /// Whether a piece that is not short may be here.
    #[inline(always)]
    pub(crate) fn may_hold_long(&self, piece: Piece<'_>, hash: LongHash) -> bool {
        let (_, alike) = match piece.len {
            0..=24 => self.long.alike(hash),
            25..=56 => self.longer.alike(hash),
            57..=120 => self.longest.alike(hash),
            _ => (0, 0),
        };
        alike != 0
    }

    /// The count of a piece that is not short; 0 where it is not here.
    // Inlined it is quicker, and a kilobyte more for a page to download.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) fn long(&self, piece: Piece<'_>) -> usize {
        match piece.len {
            0..=24 => self.long.get(piece),
            25..=56 => self.longer.get(piece),
            57..=120 => self.longest.get(piece),
            _ => 0,
        }
    }

    #[inline(never)]
    fn put_long(&self, piece: Piece<'_>, count: usize) {
        match piece.len {
            0..=24 => self.long.put(piece, count),
            25..=56 => self.longer.put(piece, count),
            57..=120 => self.longest.put(piece, count),
            _ => {}
        }
    }
}

/// What a piece that is not short is looked up by.
#[derive(Clone, Copy, Default)]
pub(crate) struct LongHash(u64);

impl LongHash {
    #[inline(always)]
    pub(crate) fn of(piece: Piece<'_>) -> Self {
        match piece.len {
            0..=24 => Shelf::<3, 1>::words(piece).1,
            25..=56 => Shelf::<7, 1>::words(piece).1,
            57..=120 => Shelf::<15, 1>::words(piece).1,
            _ => Self(0),
        }
    }
}

/// Pieces of up to `WORDS` words, in sets of eight.
struct Shelf<const WORDS: usize, const SETS: usize> {
    /// A byte of hash of each of a set, 0 for a place that is free: which of them to look at. What
    /// is there is compared whole.
    tags: Box<[AtomicU64; SETS]>,
    entries: Box<[[Entry<WORDS>; 8]; SETS]>,
}

#[derive(FromZeros)]
#[repr(align(32))]
struct Entry<const WORDS: usize> {
    /// From the lowest: 8 bits of count, 8 of length, then the version.
    state: AtomicU64,
    words: [AtomicU64; WORDS],
}

const VERSION: u32 = 16;
const ONES: u64 = 0x0101_0101_0101_0101;

impl<const WORDS: usize, const SETS: usize> Shelf<WORDS, SETS> {
    fn new() -> Self {
        Self { tags: zeros(), entries: zeros() }
    }

    /// How many words of a piece are looked at: all, which are then a loop unrolled, but where code
    /// is downloaded and compiled for each start.
    #[inline(always)]
    fn used(len: usize) -> usize {
        if cfg!(target_arch = "wasm32") { len.div_ceil(8).min(WORDS) } else { WORDS }
    }

    /// The count of a piece; 0 where it is not here.
    #[inline(always)]
    fn get(&self, piece: Piece<'_>) -> usize {
        let (words, hash) = Self::words(piece);
        let words = &words[..Self::used(piece.len)];
        let (set, mut alike) = self.alike(hash);
        while alike != 0 {
            let entry = &self.entries[set][alike.trailing_zeros() as usize / 8];
            if let Some(count) = entry.read(words, piece.len) {
                return count;
            }
            alike &= alike - 1;
        }
        0
    }

    /// A piece's words and their hash.
    #[inline(always)]
    fn words(Piece { text, at, len }: Piece<'_>) -> ([u64; WORDS], LongHash) {
        // The last ones end with the piece where it is shorter than they reach.
        let mut words = [0; WORDS];
        let used = &mut words[..Self::used(len)];
        for (i, own) in used.iter_mut().enumerate() {
            *own = word(text, at + (8 * i).min(len - 8));
        }
        let hash = hash(used, len);
        (words, LongHash(hash))
    }

    /// A piece's set and tag.
    #[inline(always)]
    fn place(LongHash(hash): LongHash) -> (usize, u64) {
        ((hash >> (64 - SETS.trailing_zeros())) as usize, hash & 0xff | 1)
    }

    #[inline(always)]
    fn ask(&self, hash: LongHash) {
        let (set, alike) = self.alike(hash);
        bring(&self.entries[set][alike.trailing_zeros() as usize / 8 % 8]);
    }

    /// A piece's set, and of that the high bit of each byte that is the tag; a false one only above
    /// a true one.
    #[inline(always)]
    fn alike(&self, hash: LongHash) -> (usize, u64) {
        let (set, tag) = Self::place(hash);
        let others = self.tags[set].load(Relaxed) ^ (tag * ONES);
        (set, others.wrapping_sub(ONES) & !others & ONES << 7)
    }

    #[inline(always)]
    fn expect(&self, hash: LongHash) {
        let (set, tag) = Self::place(hash);
        let place = Self::free(self.tags[set].load(Relaxed), tag);
        bring(&self.entries[set][place]);
    }

    /// A place of a set with these tags that is free, else any.
    #[inline(always)]
    fn free(tags: u64, tag: u64) -> usize {
        let free = tags.wrapping_sub(ONES) & !tags & ONES << 7;
        let any = (tags ^ tag << 31).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61;
        (if free == 0 { any as usize } else { free.trailing_zeros() as usize / 8 }) % 8
    }

    #[inline(always)]
    fn put(&self, piece: Piece<'_>, count: usize) {
        let (words, hash) = Self::words(piece);
        let (set, tag) = Self::place(hash);
        let tags = self.tags[set].load(Relaxed);
        let place = Self::free(tags, tag);
        self.entries[set][place].write(&words[..Self::used(piece.len)], piece.len, count);
        let tags = tags & !(0xff << (8 * place)) | tag << (8 * place);
        self.tags[set].store(tags, Relaxed);
    }
}

impl<const WORDS: usize> Entry<WORDS> {
    #[inline(always)]
    fn read(&self, words: &[u64], len: usize) -> Option<usize> {
        let state = self.state.load(Acquire);
        let mut differences = (state >> 8 ^ len as u64) & 0x1ff;
        for (kept, word) in self.words.iter().zip(words) {
            differences |= kept.load(Relaxed) ^ word;
        }
        fence(Acquire);
        let is_whole = self.state.load(Relaxed) == state;
        (differences == 0 && is_whole).then_some((state & 0xff) as usize)
    }

    #[inline(always)]
    fn write(&self, words: &[u64], len: usize, count: usize) {
        let state = self.state.load(Relaxed);
        let writing = ((state >> VERSION) + 1) << VERSION;
        if state >> VERSION & 1 == 0
            && self.state.compare_exchange(state, writing, Acquire, Relaxed).is_ok()
        {
            fence(Release);
            for (kept, word) in self.words.iter().zip(words) {
                kept.store(*word, Relaxed);
            }
            let written = (writing + (1 << VERSION)) | (len as u64) << 8 | count as u64;
            self.state.store(written, Release);
        }
    }
}

/// Every bit of the words has a say in the highest bits of this.
#[inline(always)]
fn hash(words: &[u64], len: usize) -> u64 {
    let mut sum = len as u64;
    let mut factor = 0x9e37_79b9_7f4a_7c15u64;
    for word in words {
        sum = sum.wrapping_add((word ^ word >> 32).wrapping_mul(factor)).rotate_left(5);
        factor = factor.wrapping_add(0x3c6e_f372_fe94_f82a);
    }
    (sum ^ sum >> 29).wrapping_mul(0xff51_afd7_ed55_8ccd)
}
