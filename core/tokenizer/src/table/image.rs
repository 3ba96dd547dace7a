//! The tables as one run of bytes: the build script writes it, and a binary uses them where it lies.

use alloc::vec::Vec;
use core::hint::black_box;

use super::Tables;

impl<'a> Tables<'a> {
    #[allow(dead_code, reason = "the build script calls it")]
    /// All tables one after the other, as [`of`](Self::of) reads them.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.parts().concat()
    }

    /// In the order of the image.
    fn parts(self) -> [&'a [u8]; 11] {
        [
            self.tokens.as_flattened(),
            self.short_keys.as_flattened(),
            self.pairs.as_flattened(),
            self.pair_filter.as_flattened(),
            self.joins.as_flattened(),
            self.long.as_flattened(),
            self.bigrams.as_flattened(),
            self.atoms.as_flattened(),
            self.bytes.as_flattened(),
            self.text.as_slice(),
            self.short_ranks.as_flattened(),
        ]
    }
}

#[cfg_attr(
    not(any(feature = "embed-cl100k", feature = "embed-o200k")),
    allow(dead_code, reason = "nothing is embedded")
)]
impl<'a> Tables<'a> {
    /// Reads what counting will look at, all of it in order, so that it is near when it is asked for
    /// here and there.
    pub(crate) fn read_ahead(self) {
        /// What a processor reads at a time, at least.
        const LINE_BYTES: usize = 64;
        // Counting has no use for the others, and does not bring them into memory.
        let [_tokens, used @ .., _short_ranks] = self.parts();
        let lines = used.iter().flat_map(|table| table.iter().step_by(LINE_BYTES));
        black_box(lines.fold(0, |all, byte| all ^ byte));
    }

    /// The tables in what [`to_bytes`](Self::to_bytes) gave.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let (tokens, bytes) = take(bytes)?;
        let (short_keys, bytes) = take(bytes)?;
        let (pairs, bytes) = take(bytes)?;
        let (pair_filter, bytes) = take(bytes)?;
        let (joins, bytes) = take(bytes)?;
        let (long, bytes) = take(bytes)?;
        let (bigrams, bytes) = take(bytes)?;
        let (atoms, bytes) = take(bytes)?;
        let (order, bytes) = take(bytes)?;
        let (text, bytes) = bytes.split_first_chunk()?;
        let (short_ranks, _) = take(bytes)?;
        Some(Self {
            tokens,
            short_keys,
            pairs,
            pair_filter,
            joins,
            short_ranks,
            long,
            bigrams,
            atoms,
            bytes: order,
            text,
        })
    }
}

#[cfg_attr(
    not(any(feature = "embed-cl100k", feature = "embed-o200k")),
    allow(dead_code, reason = "nothing is embedded")
)]
/// The first `N` numbers of `WIDTH` bytes, and what follows them.
fn take<const WIDTH: usize, const N: usize>(bytes: &[u8]) -> Option<(&[[u8; WIDTH]; N], &[u8])> {
    let (numbers, rest) = bytes.split_at_checked(WIDTH * N)?;
    Some((numbers.as_chunks().0.first_chunk()?, rest))
}
