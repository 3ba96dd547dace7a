//! An entropy coder: what makes the vocabulary file small.
//!
//! One description of the file's content serves for writing and reading. It asks a [`Coder`] for a
//! place among the shares of all symbols, finds the symbol whose share that is, and takes it; a
//! writer is told the place, a reader finds it out.
//!
//! It is an asymmetric numeral system: all that was not read yet is one number, whose lowest bits
//! are the next place, and of which only as much is held as fits a word of the machine. So a reader
//! neither divides nor branches; a writer goes from the last symbol to the first.

use alloc::vec::Vec;

/// Writes symbols, or reads them.
pub(crate) trait Coder {
    /// Whether it writes, and so is told the symbols.
    const WRITES: bool;

    /// A place of this many bits; `given` is one of the symbol's when writing, and not asked when
    /// reading.
    fn place(&mut self, bits: u32, given: impl FnOnce() -> u32) -> u32;

    /// Takes the symbol whose share of the places of this many bits is `size` after the first
    /// `before`.
    fn take(&mut self, bits: u32, before: u32, size: u32);
}

/// A state is at least this; where it gets less, a word is put below it.
const LEAST: u64 = 1 << 31;
const WORD_BITS: u32 = 32;

/// Reads what a `Writer` wrote; zeros after its end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reader<'a> {
    state: u64,
    words: &'a [[u8; 4]],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(words: &'a [[u8; 4]]) -> Self {
        let mut reader = Self { state: 0, words, at: 0 };
        reader.refill();
        reader.refill();
        reader
    }

    /// Where a state is too small is nothing a processor can guess, so it is no branch.
    #[inline(always)]
    fn refill(&mut self) {
        let small = u64::from(self.state < LEAST);
        let word = self.words.get(self.at).map_or(0, |word| u32::from_le_bytes(*word));
        let state = self.state.wrapping_shl(WORD_BITS * small as u32);
        self.state = state | u64::from(word) & small.wrapping_neg();
        self.at += small as usize;
    }
}

impl Coder for Reader<'_> {
    const WRITES: bool = false;

    #[inline(always)]
    fn place(&mut self, bits: u32, _: impl FnOnce() -> u32) -> u32 {
        self.state as u32 & ((1 << bits) - 1)
    }

    #[inline(always)]
    fn take(&mut self, bits: u32, before: u32, size: u32) {
        let place = self.place(bits, || 0);
        let rest = (self.state >> bits).wrapping_mul(u64::from(size));
        self.state = rest.wrapping_add(u64::from(place.wrapping_sub(before)));
        self.refill();
    }
}

/// Writes symbols, for the build script.
#[derive(Default)]
#[allow(dead_code, reason = "the build script writes")]
pub(crate) struct Writer {
    taken: Vec<[u32; 3]>,
}

#[allow(dead_code, reason = "the build script writes")]
impl Writer {
    /// The words, lowest byte first.
    pub(crate) fn finish(self) -> Vec<[u8; 4]> {
        let mut state = LEAST;
        let mut words = Vec::new();
        for [bits, before, size] in self.taken.into_iter().rev() {
            let size = u64::from(size);
            if state >= ((LEAST >> bits) << WORD_BITS) * size {
                words.push(state as u32);
                state >>= WORD_BITS;
            }
            state = ((state / size) << bits) + u64::from(before) + state % size;
        }
        words.extend([state as u32, (state >> WORD_BITS) as u32]);
        words.iter().rev().map(|word| word.to_le_bytes()).collect()
    }
}

impl Coder for Writer {
    const WRITES: bool = true;

    fn place(&mut self, _: u32, given: impl FnOnce() -> u32) -> u32 {
        given()
    }

    fn take(&mut self, bits: u32, before: u32, size: u32) {
        self.taken.push([bits, before, size]);
    }
}
