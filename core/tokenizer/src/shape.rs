//! What of a token tells which token may follow it in a merge.
//!
//! It is the kind of its first character, the kind of its last one that it holds the beginning of,
//! and how long it is.

use alloc::boxed::Box;

use zerocopy::FromZeros;

use super::{code::KINDS, ranking::TOKENS_MAX, zeros::zeros};

/// Kinds of left halves by what may follow them.
pub(crate) const CONTEXTS: usize = KINDS * 2 * LENGTHS;

/// Lengths in bytes that are told apart: 1, 2, 3, and more.
const LENGTHS: usize = 4;

const SPACE: u8 = 0;
const MIDDLE: u8 = 5;

/// The shapes of all tokens so far.
pub(crate) struct Shapes {
    shapes: Box<[Shape; TOKENS_MAX]>,
    len: usize,
}

#[derive(Clone, Copy, FromZeros)]
struct Shape {
    first: u8,
    /// From the lowest: 2 bits of length less one, whether the first character is a space, the kind
    /// of the last character.
    context: u8,
}

impl Shapes {
    /// The shapes of the single bytes, by rank.
    pub(crate) fn new(byte_order: &[u8; 256]) -> Self {
        let mut new = Self { shapes: zeros(), len: 0 };
        for byte in byte_order {
            let kind = kind(*byte);
            new.push(Shape { first: kind, context: kind << 3 | u8::from(kind == SPACE) << 2 });
        }
        new
    }

    /// What tells which token may follow this one.
    #[inline(always)]
    pub(crate) fn context(&self, token: u32) -> usize {
        usize::from(self.shapes[token as usize % TOKENS_MAX].context)
    }

    /// The kind of a token's first character.
    #[inline(always)]
    pub(crate) fn kind(&self, token: u32) -> usize {
        usize::from(self.shapes[token as usize % TOKENS_MAX].first)
    }

    /// Adds the token of a merge, and gives its kind.
    #[inline(always)]
    pub(crate) fn add(&mut self, left: u32, right: u32) -> usize {
        let Shape { first, context } = self.shapes[left as usize % TOKENS_MAX];
        let end = self.shapes[right as usize % TOKENS_MAX].context;
        let last = if end >> 3 == MIDDLE { context } else { end } & !7;
        let len = (context % 4 + end % 4 + 1).min(LENGTHS as u8 - 1);
        self.push(Shape { first, context: last | context & 4 | len });
        usize::from(first)
    }

    #[inline(always)]
    fn push(&mut self, shape: Shape) {
        self.shapes[self.len % TOKENS_MAX] = shape;
        self.len += 1;
    }
}

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
