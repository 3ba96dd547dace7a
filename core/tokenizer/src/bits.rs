//! A run of bits, read from the lowest bit of each byte on.

/// Reads bits; zeros after the end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits that were read.
    at: usize,
}

impl<'a> Bits<'a> {
    /// The bits of these bytes but the last eight, which let a word be read anywhere before them.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next 57 bits, at least, lowest first.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u64 {
        let word = self.bytes.get(self.at >> 3..).and_then(|rest| rest.first_chunk());
        word.map_or(0, |word| u64::from_le_bytes(*word)) >> (self.at & 7)
    }

    #[inline(always)]
    pub(crate) fn skip(&mut self, bits: u32) {
        self.at += bits as usize;
    }

    /// A number of up to 32 bits.
    pub(crate) fn take(&mut self, bits: u32) -> u32 {
        let word = self.peek();
        self.skip(bits);
        (word & ((1 << bits) - 1)) as u32
    }
}
