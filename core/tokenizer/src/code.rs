//! Prefix codes, each found whole in one look.
//!
//! A symbol is a kind and a level. Which code is read depends on what came before; a file tells of
//! each code how long the words of its symbols are, and the words follow from that: shorter ones
//! first, those of a length in the order of their symbols, the first bit of a word highest.

use alloc::vec::Vec;

use super::bits::Bits;

/// Kinds of symbols.
pub(crate) const KINDS: usize = 32;

/// Levels of a kind.
pub(crate) const LEVELS: usize = 16;

/// Bits of the longest word.
pub(crate) const WORD_BITS_MAX: u32 = 11;

/// Some codes, by number.
pub(crate) struct Codes {
    codes: Vec<Code>,
    /// The symbol whose word comes first in some bits, by these bits.
    symbols: Vec<Symbol>,
}

/// Where the symbols of a code are.
#[derive(Clone, Copy, Default)]
struct Code {
    start: u32,
    mask: u32,
}

/// From the lowest: 4 bits of its word's length, 4 of level, 5 of kind.
#[derive(Clone, Copy, Default)]
pub(crate) struct Symbol(u16);

impl Symbol {
    pub(crate) fn new(kind: usize, level: usize, word_bits: u32) -> Self {
        Self((kind << 8 | level << 4) as u16 | word_bits as u16)
    }

    #[inline(always)]
    pub(crate) fn word_bits(self) -> u32 {
        u32::from(self.0) & 15
    }

    #[inline(always)]
    pub(crate) fn level(self) -> usize {
        usize::from(self.0) >> 4 & 15
    }

    #[inline(always)]
    pub(crate) fn kind(self) -> usize {
        usize::from(self.0) >> 8 & 31
    }
}

impl Codes {
    /// So many codes as a file describes them.
    ///
    /// A code is one bit, 0 where it is never used; else a bit for each kind it has, and of each of
    /// these four bits of how many levels follow, and four bits of length for each level.
    pub(crate) fn read(bits: &mut Bits<'_>, codes: usize) -> Option<Self> {
        let mut read = Self { codes: Vec::with_capacity(codes), symbols: Vec::new() };
        let mut symbols = Vec::new();
        for _ in 0..codes {
            let kinds = if bits.take(1) == 0 { 0 } else { bits.take(KINDS as u32) };
            symbols.clear();
            for kind in (0..KINDS).filter(|kind| kinds >> kind & 1 != 0) {
                for level in 0..bits.take(4) as usize {
                    symbols.push(Symbol::new(kind, level, bits.take(4)));
                }
            }
            read.add(&symbols)?;
        }
        Some(read)
    }

    /// Adds the next code; nothing where no code has words of these lengths.
    pub(crate) fn add(&mut self, symbols: &[Symbol]) -> Option<()> {
        let longest = symbols.iter().map(|symbol| symbol.word_bits()).max().unwrap_or(0);
        let start = self.symbols.len();
        let mask = (1 << longest) - 1;
        self.codes.push(Code { start: start as u32, mask });
        self.symbols.resize(start + (1 << longest), Symbol::default());
        for (symbol, word) in words(symbols) {
            let word_bits = symbol.word_bits();
            if word >> word_bits != 0 {
                return None;
            }
            for bits in (word_from_lowest(word, word_bits)..=mask).step_by(1 << word_bits) {
                *self.symbols.get_mut(start + bits as usize)? = symbol;
            }
        }
        Some(())
    }

    /// The symbol whose word these bits begin with, in a code.
    #[inline(always)]
    pub(crate) fn symbol(&self, code: usize, bits: u64) -> Symbol {
        let code = self.codes.get(code).copied().unwrap_or_default();
        let at = code.start as usize + (bits as u32 & code.mask) as usize;
        self.symbols.get(at).copied().unwrap_or_default()
    }
}

/// The symbols that have a word, with it.
pub(crate) fn words(symbols: &[Symbol]) -> impl Iterator<Item = (Symbol, u32)> {
    let mut word = 0;
    (1..=WORD_BITS_MAX).flat_map(move |word_bits| {
        word <<= 1;
        let of_length = symbols.iter().filter(move |symbol| symbol.word_bits() == word_bits);
        let first = word;
        word += of_length.clone().count() as u32;
        of_length.copied().zip(first..)
    })
}

/// A word with its first bit lowest.
pub(crate) fn word_from_lowest(word: u32, word_bits: u32) -> u32 {
    word.reverse_bits() >> (32 - word_bits)
}
