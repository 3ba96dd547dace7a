//! The vocabulary file: what each byte of it means, and how it is written and read.
//!
//! The build script compiles this file too, so that writer and reader are one text. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 0..7 | `farebox` |
//! | 7 | the number of the encoding |
//! | 8..16 | how many merges, lowest byte first |
//! | 16..24 | a digest of all that follows |
//! | 24..280 | the 256 single bytes in the order of their ranks |
//! | 280..376 | how many tokens there are of each of the 32 kinds, in three bytes each |
//! | 376..396 | how many words of four bytes each of the five streams has, in four bytes each |
//! | 396.. | the streams: the merges in the order of their ranks, under an adaptive entropy coder |
//!
//! A merge is its left half, then the kind of its right half, then which of that kind. How likely
//! a token is to be a half follows from how often it was that half before; its kind is that of its
//! first character, and what kind follows depends on how the left half begins and ends.
//!
//! A half is told as a level and a place within it (`ranking`). Both, of both halves, and the kind
//! are a stream each: none waits for another, so a processor reads several at a time.

use alloc::{vec, vec::Vec};

use super::{
    coder::{Coder, Reader, Writer},
    parts::in_parts,
    ranking::{Frequencies, Ranking, SYMBOLS_MAX},
};

/// Bytes before what the digest covers.
pub(crate) const HEADER_BYTES: usize = 24;

const MAGIC: [u8; 7] = *b"farebox";

/// Bytes of the table of kinds.
const KINDS_BYTES: usize = KINDS * 3;

/// More merges than the tables hold.
const MERGES_MAX: u64 = 1 << 18;

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
    if u64_at(header, 16) != expected || digest(payload) != expected || merges > MERGES_MAX {
        return Err(Unreadable::Corrupted);
    }
    let (byte_order, rest) = payload.split_first_chunk().ok_or(Unreadable::Corrupted)?;
    let (kinds, coded) = rest.split_first_chunk::<KINDS_BYTES>().ok_or(Unreadable::Corrupted)?;
    let mut sizes = [0; KINDS];
    for (size, bytes) in sizes.iter_mut().zip(kinds.as_chunks::<3>().0) {
        *size = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) as usize;
    }
    let (words, _) = coded.as_chunks();
    let (lengths, mut words) = words.split_first_chunk().ok_or(Unreadable::Corrupted)?;
    let mut readers = Streams([Reader::default(); STREAMS]);
    for (reader, length) in readers.0.iter_mut().zip::<&[[u8; 4]; STREAMS]>(lengths) {
        let split = words.split_at_checked(u32::from_le_bytes(*length) as usize);
        let (stream, rest) = split.ok_or(Unreadable::Corrupted)?;
        *reader = Reader::new(stream);
        words = rest;
    }
    let mut pairs = vec![[0; 2]; merges as usize];
    code_merges(&mut readers, byte_order, &sizes, &mut pairs).ok_or(Unreadable::Corrupted)?;
    Ok(Packed { byte_order: *byte_order, pairs })
}

/// The file that holds these merges; the ranks of the first 256 tokens are single bytes.
#[allow(dead_code, reason = "the build script writes")]
pub(crate) fn write(code: u8, byte_order: &[u8; 256], pairs: &[[u32; 2]]) -> Option<Vec<u8>> {
    let mut firsts: Vec<u8> = byte_order.iter().map(|byte| kind(*byte)).collect();
    for [left, _] in pairs {
        firsts.push(firsts[*left as usize]);
    }
    let mut sizes = [0; KINDS];
    firsts.iter().for_each(|first| sizes[usize::from(*first)] += 1);
    let mut payload = byte_order.to_vec();
    for size in sizes {
        payload.extend(&(size as u32).to_le_bytes()[..3]);
    }
    let mut writers: Streams<Writer> = Streams(Default::default());
    code_merges(&mut writers, byte_order, &sizes, &mut pairs.to_vec())?;
    let streams = writers.0.map(Writer::finish);
    for stream in &streams {
        payload.extend((stream.len() as u32).to_le_bytes());
    }
    payload.extend(streams.concat().as_flattened());
    let mut file = MAGIC.to_vec();
    file.push(code);
    file.extend((pairs.len() as u64).to_le_bytes());
    file.extend(digest(&payload).to_le_bytes());
    file.extend(payload);
    Some(file)
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

/// Writes `pairs`, or reads into them; nothing when what is read cannot be merges.
fn code_merges<C: Coder>(
    coders: &mut Streams<C>,
    byte_order: &[u8; 256],
    sizes: &[usize; KINDS],
    pairs: &mut [[u32; 2]],
) -> Option<()> {
    let tokens = 256 + pairs.len();
    if sizes.iter().sum::<usize>() != tokens {
        return None;
    }
    let mut known = Known {
        lefts: Ranking::new(&[tokens]),
        rights: Ranking::new(sizes),
        shapes: Vec::with_capacity(tokens),
        followers: (0..2 * KINDS).map(|_| Frequencies::new()).collect(),
    };
    for byte in byte_order {
        let kind = kind(*byte);
        known.add::<C>(Shape { first: kind, last: kind })?;
    }
    in_parts(pairs.len(), &mut |part| {
        pairs.get_mut(part)?.iter_mut().try_for_each(|pair| known.code(coders, pair))
    })
}

/// What codes the levels and places of left halves, the kinds, the levels and places of right ones.
struct Streams<T>([T; STREAMS]);

const STREAMS: usize = 5;

/// The tokens so far, and how likely each is to be a half.
struct Known {
    shapes: Vec<Shape>,
    lefts: Ranking,
    rights: Ranking,
    /// The kinds of right halves, by how the left one begins and ends.
    followers: Vec<Frequencies>,
}

impl Known {
    #[inline(never)]
    fn add<C: Coder>(&mut self, shape: Shape) -> Option<()> {
        self.shapes.push(shape);
        self.lefts.add::<C>(0)?;
        self.rights.add::<C>(usize::from(shape.first))
    }

    #[inline(always)]
    fn code<C: Coder>(
        &mut self,
        Streams([left_levels, lefts, kinds, right_levels, rights]): &mut Streams<C>,
        pair: &mut [u32; 2],
    ) -> Option<()> {
        let left = self.lefts.code(left_levels, lefts, 0, pair[0])?;
        let Shape { first, last } = *self.shapes.get(left as usize)?;
        let context = usize::from(last) * 2 + usize::from(first == SPACE);
        let given = self.shapes.get(pair[1] as usize)?.first;
        let kind = self.followers.get_mut(context)?.code(kinds, usize::from(given));
        let right = self.rights.code(right_levels, rights, kind, pair[1])?;
        *pair = [left, right];
        let end = self.shapes.get(right as usize)?.last;
        self.add::<C>(Shape { first, last: if end == MIDDLE { last } else { end } })
    }
}

/// The kinds of a token's first character and of its last one that it holds the beginning of.
#[derive(Clone, Copy)]
struct Shape {
    first: u8,
    last: u8,
}

const KINDS: usize = SYMBOLS_MAX;
const SPACE: u8 = 0;
const MIDDLE: u8 = 5;

/// The kind of a character by its first byte: ASCII by use, others by script, more or less.
fn kind(byte: u8) -> u8 {
    match byte {
        b' ' => SPACE,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        0..0x80 => 4,
        0x80..0xc0 => MIDDLE,
        0xc0..0xe0 => 6 + ((byte - 0xc0) >> 2),
        0xe0..0xf0 => 14 + (byte - 0xe0),
        _ => 30,
    }
}

fn u64_at(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(word)
}
