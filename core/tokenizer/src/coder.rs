//! An arithmetic coder: what makes the vocabulary file small.
//!
//! One description of the file's content serves for writing and reading. It asks a [`Coder`] for a
//! place among the shares of all symbols, finds the symbol whose share that is, and takes it; a
//! writer is told the place, a reader finds it out.

use alloc::vec::Vec;

/// Writes symbols, or reads them.
pub(crate) trait Coder {
    /// Whether it writes, and so is told the symbols.
    const WRITES: bool;

    /// A place below `total`; `given` is one of the symbol's when writing, and not asked when
    /// reading.
    fn place(&mut self, total: u32, given: impl FnOnce() -> u32) -> u32;

    /// Takes the symbol whose share of the last total is `size` places after the first `before`.
    fn take(&mut self, before: u32, size: u32);
}

const TOP: u64 = 1 << 56;
const BOTTOM: u64 = 1 << 48;

/// Reads what a `Writer` wrote; zeros after its end.
pub(crate) struct Reader<'a> {
    code: u64,
    range: u64,
    unit: u64,
    bytes: core::slice::Iter<'a, u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self { code: 0, range: 1, unit: 1, bytes: bytes.iter() };
        reader.refill();
        reader
    }

    #[inline(always)]
    fn refill(&mut self) {
        while self.range < BOTTOM {
            self.range <<= 8;
            self.code = self.code << 8 | u64::from(self.bytes.next().copied().unwrap_or(0));
        }
    }
}

impl Coder for Reader<'_> {
    const WRITES: bool = false;

    #[inline(always)]
    fn place(&mut self, total: u32, _: impl FnOnce() -> u32) -> u32 {
        self.unit = self.range / u64::from(total.max(1));
        (self.code / self.unit).min(u64::from(total.saturating_sub(1))) as u32
    }

    #[inline(always)]
    fn take(&mut self, before: u32, size: u32) {
        self.code = self.code.wrapping_sub(self.unit * u64::from(before));
        self.range = (self.unit * u64::from(size)).max(1);
        self.refill();
    }
}

/// Writes symbols, for the build script.
#[derive(Default)]
#[allow(dead_code, reason = "the build script writes")]
pub(crate) struct Writer {
    low: u64,
    range: u64,
    unit: u64,
    bytes: Vec<u8>,
}

#[allow(dead_code, reason = "the build script writes")]
impl Writer {
    pub(crate) fn new() -> Self {
        Self { range: TOP, ..Self::default() }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        for _ in 0..7 {
            self.bytes.push((self.low >> 48) as u8);
            self.low = self.low << 8 & (TOP - 1);
        }
        while self.bytes.last() == Some(&0) {
            self.bytes.pop();
        }
        self.bytes
    }
}

impl Coder for Writer {
    const WRITES: bool = true;

    fn place(&mut self, total: u32, given: impl FnOnce() -> u32) -> u32 {
        self.unit = self.range / u64::from(total);
        given()
    }

    fn take(&mut self, before: u32, size: u32) {
        self.low += self.unit * u64::from(before);
        self.range = self.unit * u64::from(size);
        if self.low >= TOP {
            self.low -= TOP;
            let carried = self.bytes.iter().rposition(|byte| *byte < 0xff).unwrap_or(0);
            for byte in &mut self.bytes[carried..] {
                *byte = byte.wrapping_add(1);
            }
        }
        while self.range < BOTTOM {
            self.bytes.push((self.low >> 48) as u8);
            self.low = self.low << 8 & (TOP - 1);
            self.range <<= 8;
        }
    }
}
