//! The vocabulary file: what each byte of it means, and how it is written and read.
//!
//! The build script compiles this file too, so that writer and reader are one text. A file is
//! a header (the word `farebox`, the encoding's number, the count of merges, a digest of the
//! rest) and a payload: the 256 bytes in rank order, then each merge as the ranks of its halves.

use alloc::vec::Vec;

/// Bytes before the payload.
pub(crate) const HEADER_BYTES: usize = 24;

const MAGIC: [u8; 7] = *b"farebox";

/// What a file says, before anything is built from it.
pub(crate) struct Packed {
    pub(crate) byte_order: [u8; 256],
    pub(crate) pairs: Vec<[u32; 2]>,
}

/// Why a file cannot be read.
#[derive(Debug, PartialEq)]
pub(crate) enum Unreadable {
    /// It is no vocabulary file at all.
    Foreign,
    /// It is a vocabulary file of another encoding.
    OtherEncoding,
    /// It is shorter or longer than it says.
    Length,
    /// Its content is not what its digest, or the digest this build knows, promises.
    Corrupted,
}

#[allow(dead_code, reason = "the writing half is the build script's")]
/// The file that holds these merges; the ranks of the first 256 tokens are single bytes.
pub(crate) fn write(code: u8, byte_order: &[u8; 256], pairs: &[[u32; 2]]) -> Vec<u8> {
    let mut payload = byte_order.to_vec();
    for rank in pairs.as_flattened() {
        payload.extend(&rank.to_le_bytes()[..3]);
    }
    let mut file = MAGIC.to_vec();
    file.push(code);
    file.extend((pairs.len() as u64).to_le_bytes());
    file.extend(digest(&payload).to_le_bytes());
    file.extend(payload);
    file
}

/// The merges in a file of the encoding with this number, whose payload has this digest.
pub(crate) fn read(code: u8, expected: u64, file: &[u8]) -> Result<Packed, Unreadable> {
    let (header, payload) = file.split_first_chunk::<HEADER_BYTES>().ok_or(Unreadable::Foreign)?;
    if header[..7] != MAGIC {
        return Err(Unreadable::Foreign);
    }
    if header[7] != code {
        return Err(Unreadable::OtherEncoding);
    }
    let merges = u64_at(header, 8);
    let (byte_order, merged) = payload.split_first_chunk::<256>().ok_or(Unreadable::Length)?;
    if merged.len() as u64 != merges.saturating_mul(6) {
        return Err(Unreadable::Length);
    }
    if digest(payload) != expected || u64_at(header, 16) != expected {
        return Err(Unreadable::Corrupted);
    }
    let rank = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], 0]);
    let pairs = merged.chunks_exact(6).map(|p| [rank(&p[..3]), rank(&p[3..])]).collect();
    Ok(Packed { byte_order: *byte_order, pairs })
}

/// A 64-bit digest that notices truncation, swapped blocks and flipped bits; not a seal.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^= state >> 32;
    }
    state
}

fn u64_at(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(word)
}
