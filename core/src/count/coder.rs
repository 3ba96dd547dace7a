//! An arithmetic coder over adaptive weights: what makes the vocabulary file small.
//!
//! One description of the file's content serves for writing and reading: it asks a [`Coder`] for
//! each symbol, which a writer is told and a reader finds out.

use alloc::{vec, vec::Vec};

/// Writes symbols, or reads them.
pub(crate) trait Coder {
    /// A symbol of those weighed from `base` on, whose weights sum up to `total`; `symbol` is it
    /// when writing and nothing when reading. Zero weights are never coded.
    fn code(&mut self, weights: &Weights, base: u32, total: u32, symbol: usize) -> usize;
}

/// Weights of symbols whose sums are found and changed in a few steps.
///
/// A tree whose nodes have sixteen children each and hold, for each child, the weights up to and
/// with it: one line of the processor's cache, searched and changed as a whole.
pub(crate) struct Weights {
    /// From the root down.
    levels: Vec<Vec<Node>>,
}

pub(crate) const BRANCHES: usize = 16;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Node([u32; BRANCHES]);

impl Weights {
    /// So many symbols of weight 0.
    pub(crate) fn new(symbols: usize) -> Self {
        let mut levels = Vec::new();
        let mut nodes = symbols;
        loop {
            nodes = nodes.div_ceil(BRANCHES);
            levels.push(vec![Node([0; BRANCHES]); nodes]);
            if nodes <= 1 {
                break;
            }
        }
        levels.reverse();
        Self { levels }
    }

    #[inline]
    pub(crate) fn add(&mut self, symbol: usize, weight: u32) {
        let mut at = symbol;
        for level in self.levels.iter_mut().rev() {
            let child = at % BRANCHES;
            at /= BRANCHES;
            if let Some(Node(sums)) = level.get_mut(at) {
                sums[child..].iter_mut().for_each(|sum| *sum += weight);
            }
        }
    }

    /// Adds a weight to each of a node's symbols at once, of which the first is given.
    pub(crate) fn add_node(&mut self, first: usize, weight: u32) {
        let Some((leaves, above)) = self.levels.split_last_mut() else { return };
        let mut at = first / BRANCHES;
        if let Some(Node(sums)) = leaves.get_mut(at) {
            let mut added = 0;
            for sum in sums {
                added += weight;
                *sum += added;
            }
        }
        for level in above.iter_mut().rev() {
            let child = at % BRANCHES;
            at /= BRANCHES;
            if let Some(Node(sums)) = level.get_mut(at) {
                sums[child..].iter_mut().for_each(|sum| *sum += BRANCHES as u32 * weight);
            }
        }
    }

    /// The weights of all symbols before this one.
    pub(crate) fn before(&self, symbol: usize) -> u32 {
        let (mut at, mut before) = (symbol, 0);
        for level in self.levels.iter().rev() {
            let child = at % BRANCHES;
            at /= BRANCHES;
            if let (Some(Node(sums)), Some(last)) = (level.get(at), child.checked_sub(1)) {
                before += sums[last];
            }
        }
        before
    }

    /// The symbol at a place among the weights, and the weights before it and with it.
    #[inline]
    fn find(&self, place: u32) -> (usize, u32, u32) {
        let (mut at, mut left, mut weight) = (0, place, 0);
        for level in &self.levels {
            let Some(Node(sums)) = level.get(at) else { break };
            let child = sums.iter().map(|sum| u32::from(*sum <= left)).sum::<u32>() as usize;
            let child = child.min(BRANCHES - 1);
            let before = if child > 0 { sums[child - 1] } else { 0 };
            weight = sums[child] - before;
            left = left.saturating_sub(before);
            at = at * BRANCHES + child;
        }
        (at, place - left, place - left + weight)
    }
}

const TOP: u64 = 1 << 56;
const BOTTOM: u64 = 1 << 48;

/// Reads what a `Writer` wrote; zeros after its end.
pub(crate) struct Reader<'a> {
    code: u64,
    range: u64,
    bytes: core::slice::Iter<'a, u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self { code: 0, range: 1, bytes: bytes.iter() };
        reader.refill();
        reader
    }

    fn refill(&mut self) {
        while self.range < BOTTOM {
            self.range <<= 8;
            self.code = self.code << 8 | u64::from(self.bytes.next().copied().unwrap_or(0));
        }
    }
}

impl Coder for Reader<'_> {
    #[inline]
    fn code(&mut self, weights: &Weights, base: u32, total: u32, _: usize) -> usize {
        let unit = self.range / u64::from(total.max(1));
        let place = (self.code / unit.max(1)).min(u64::from(total.saturating_sub(1))) as u32;
        let (symbol, before, after) = weights.find(base + place);
        self.code = self.code.wrapping_sub(unit * u64::from(before.saturating_sub(base)));
        self.range = (unit * u64::from(after - before)).max(1);
        self.refill();
        symbol
    }
}

/// Writes symbols, for the build script.
#[derive(Default)]
#[allow(dead_code, reason = "the build script writes")]
pub(crate) struct Writer {
    low: u64,
    range: u64,
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
    fn code(&mut self, weights: &Weights, base: u32, total: u32, symbol: usize) -> usize {
        let (before, after) = (weights.before(symbol) - base, weights.before(symbol + 1) - base);
        let unit = self.range / u64::from(total);
        self.low += unit * u64::from(before);
        self.range = unit * u64::from(after - before);
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
        symbol
    }
}
