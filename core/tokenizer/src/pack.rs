//! The vocabulary file: what each byte of it means, and how it is read.
//!
//! The build script, which writes it, compiles this too. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 0..7 | `farebox` |
//! | 7 | the number of the encoding |
//! | 8..16 | how many merges, lowest byte first |
//! | 16..24 | a digest of all that follows |
//! | 24..280 | the 256 single bytes in the order of their ranks |
//! | 280..376 | how many tokens there are of each of the 32 kinds, in three bytes each |
//! | 376..384 | how many bytes the first two of three runs of bits have, in four bytes each |
//! | 384.. | the runs: the prefix codes, all left halves and all right halves of the merges |
//!
//! Each run ends with eight bytes of nothing. A half of a merge is told as how often it was that
//! half before, more or less (its level, `ranking`), in a prefix code (`code`), and which of those
//! on that level it is. There is one code for left halves; what code the right half is in depends
//! on the left one (`shape`), and it tells the kind of the right half's first character with the
//! level.

use alloc::{vec, vec::Vec};

use super::{
    bits::Bits,
    code::{Codes, KINDS},
    parts::in_parts,
    ranking::{Ranking, TOKENS_MAX},
    shape::{CONTEXTS, Shapes},
};

/// Bytes before what the digest covers.
pub(crate) const HEADER_BYTES: usize = 24;

pub(crate) const MAGIC: [u8; 7] = *b"farebox";

/// Bytes of the table of kinds.
const KINDS_BYTES: usize = KINDS * 3;

/// What a file says, before anything is built from it.
pub(crate) struct Packed {
    pub(crate) byte_order: [u8; 256],
    pub(crate) pairs: Vec<[u32; 2]>,
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no vocabulary file at all.
    Foreign,
    /// It is a vocabulary file of another encoding.
    OtherEncoding,
    /// Its content is not what its digest, or the digest this build knows, promises.
    Corrupted,
}

/// The merges in a file of the encoding with this number, whose content has this digest.
pub(crate) fn read(code: u8, expected: u64, file: &[u8]) -> Result<Packed, Unreadable> {
    let (header, payload) = file.split_first_chunk::<HEADER_BYTES>().ok_or(Unreadable::Foreign)?;
    if header[..7] != MAGIC {
        return Err(Unreadable::Foreign);
    }
    if header[7] != code {
        return Err(Unreadable::OtherEncoding);
    }
    let merges = u64_at(header, 8);
    if u64_at(header, 16) != expected || digest(payload) != expected {
        return Err(Unreadable::Corrupted);
    }
    unpack(merges, payload).ok_or(Unreadable::Corrupted)
}

fn unpack(merges: u64, payload: &[u8]) -> Option<Packed> {
    let (byte_order, rest) = payload.split_first_chunk()?;
    let (kinds, rest) = rest.split_first_chunk::<KINDS_BYTES>()?;
    let mut sizes = [0; KINDS];
    for (size, bytes) in sizes.iter_mut().zip(kinds.as_chunks::<3>().0) {
        *size = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
    }
    let tokens = sizes.iter().sum::<u32>();
    if tokens as usize > TOKENS_MAX || merges.checked_add(256) != Some(u64::from(tokens)) {
        return None;
    }
    let (lengths, rest) = rest.split_first_chunk::<8>()?;
    let [codes, lefts] = [0, 4].map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|i| lengths[at + i])));
    let (codes, rest) = rest.split_at_checked(codes as usize)?;
    let (lefts, rights) = rest.split_at_checked(lefts as usize)?;

    let mut codes = Bits::new(codes);
    let mut reading = Reading {
        lefts: Halves::new(&[tokens], Codes::read(&mut codes, 1)?, lefts),
        rights: Halves::new(&sizes, Codes::read(&mut codes, CONTEXTS)?, rights),
        shapes: Shapes::new(byte_order),
        tokens: 0,
    };
    for rank in 0..256 {
        reading.add(reading.shapes.kind(rank));
    }
    let mut pairs = vec![[0; 2]; merges as usize];
    in_parts(pairs.len(), &mut |part| {
        pairs.get_mut(part)?.iter_mut().for_each(|pair| *pair = reading.next());
        Some(())
    })?;
    Some(Packed { byte_order: *byte_order, pairs })
}

struct Reading<'a> {
    lefts: Halves<'a>,
    rights: Halves<'a>,
    shapes: Shapes,
    tokens: u32,
}

impl Reading<'_> {
    /// The next merge.
    #[inline(always)]
    fn next(&mut self) -> [u32; 2] {
        let left = self.lefts.next(0, self.tokens);
        let right = self.rights.next(self.shapes.context(left), self.tokens);
        let kind = self.shapes.add(left, right);
        self.add(kind);
        [left, right]
    }

    /// Makes the next token, which is of this kind, one that may be a half.
    #[inline(always)]
    fn add(&mut self, kind: usize) {
        self.lefts.ranking.add(0, self.tokens);
        self.rights.ranking.add(kind, self.tokens);
        self.tokens += 1;
    }
}

/// The halves on one side.
struct Halves<'a> {
    ranking: Ranking,
    codes: Codes,
    bits: Bits<'a>,
}

impl<'a> Halves<'a> {
    fn new(sizes: &[u32], codes: Codes, bytes: &'a [u8]) -> Self {
        Self { ranking: Ranking::new(sizes), codes, bits: Bits::new(bytes) }
    }

    /// The next half, told in this code.
    #[inline(always)]
    fn next(&mut self, code: usize, number: u32) -> u32 {
        let bits = self.bits.peek();
        let symbol = self.codes.symbol(code, bits);
        let (kind, level) = (symbol.kind(), symbol.level());
        let (start, size) = self.ranking.level(kind, level);
        let (within, within_bits) = within((bits >> symbol.word_bits()) as u32, size);
        self.bits.skip(symbol.word_bits() + within_bits);
        self.ranking.used(kind, level, start.wrapping_add(within), number)
    }
}

/// A number less than `size` that these bits begin with, and how many they are.
///
/// It takes `n` bits or one more, where `size` is less than `2 << n`: as many of the lowest numbers
/// as possible take `n`. The last bit comes last.
#[inline(always)]
fn within(bits: u32, size: u32) -> (u32, u32) {
    let least_bits = (size | 1).ilog2();
    let shorter = (2u32 << least_bits).wrapping_sub(size);
    let number = bits & ((1 << least_bits) - 1);
    let is_longer = u32::from(number >= shorter);
    let last = bits >> least_bits & 1;
    let more = number.wrapping_sub(shorter).wrapping_add(last) & is_longer.wrapping_neg();
    (number.wrapping_add(more), least_bits + is_longer)
}

/// A 64-bit digest that notices truncation, swapped blocks and flipped bits; not a seal.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    _ = in_parts(words.len(), &mut |part| {
        state = words.get(part)?.iter().fold(state, |state, word| absorb(state, *word));
        Some(())
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    if rest.is_empty() { state } else { absorb(state, last) }
}

#[inline(always)]
fn absorb(state: u64, word: [u8; 8]) -> u64 {
    let state = (state ^ u64::from_le_bytes(word)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^ state >> 32
}

fn u64_at(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::{HEADER_BYTES, u64_at, unpack};
    use crate::table::Built;

    #[test]
    fn what_is_no_file_is_read_without_harm_even_where_no_digest_guards_it() {
        let file = include_bytes!(concat!(env!("OUT_DIR"), "/r50k_base.vocab"));
        let (header, payload) = file.split_first_chunk::<HEADER_BYTES>().unwrap();
        let merges = u64_at(header, 8);
        let whole = unpack(merges, payload).unwrap();
        assert!(Built::new(&whole.byte_order, &whole.pairs).is_some());
        for merges in [0, merges - 1, merges + 1, u64::MAX - 255, u64::MAX] {
            assert!(unpack(merges, payload).is_none(), "{merges}");
        }

        let mut state = 1u64;
        let mut below = |end: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) as usize % end
        };
        for round in 0..40 {
            // The codes and what says how long everything is are first, and matter most.
            let end = if round % 2 == 0 { 2_000 } else { payload.len() };
            let mut damaged = payload.to_vec();
            for _ in 0..1 + round % 4 {
                damaged[below(end)] ^= 1 << below(8);
            }
            damaged.truncate(if round % 8 == 7 { below(payload.len()) } else { payload.len() });
            if let Some(read) = unpack(merges, &damaged) {
                _ = Built::new(&read.byte_order, &read.pairs);
            }
        }
    }
}
