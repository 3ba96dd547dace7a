//! Adding up the parts of a prompt, each known or ranged, with the reasons for doubt.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Basis, CountPart, CountPartKind, InputCount, TokenRange};

use crate::sorted::SortedMap;

#[derive(Debug, Default)]
pub(super) struct Tally {
    parts: SortedMap<CountPartKind, TokenRange>,
    why: Vec<String>,
    spread: u64,
}

impl Tally {
    /// Adds tokens that are known.
    pub(super) fn add(&mut self, kind: CountPartKind, tokens: u64) {
        self.range(kind, TokenRange { low: tokens, expected: tokens, high: tokens });
    }

    /// Widens the whole by so many tokens to each side.
    pub(super) fn spread(&mut self, tokens: u64) {
        self.spread = self.spread.saturating_add(tokens);
    }

    /// Adds tokens that are not known, and why.
    pub(super) fn add_doubtful(&mut self, kind: CountPartKind, range: TokenRange, why: &str) {
        self.range(kind, range);
        self.doubt(why);
    }

    /// Says why the count is not exact.
    pub(super) fn doubt(&mut self, why: &str) {
        if !self.why.iter().any(|known| known == why) {
            self.why.push(why.into());
        }
    }

    fn range(&mut self, kind: CountPartKind, range: TokenRange) {
        let part = self.parts.or_default(kind);
        part.low = part.low.saturating_add(range.low);
        part.expected = part.expected.saturating_add(range.expected);
        part.high = part.high.saturating_add(range.high);
    }

    /// Widens one part by a share of itself.
    pub(super) fn widen(&mut self, kind: CountPartKind, low_ppm: u64, high_ppm: u64) {
        if let Some(part) = self.parts.get_mut(&kind) {
            part.low -= share(part.low, low_ppm).min(part.low);
            part.high = part.high.saturating_add(share(part.high, high_ppm));
        }
    }

    /// Widens every part by a share of itself.
    pub(super) fn widen_all(&mut self, ppm: u64) {
        let kinds: Vec<CountPartKind> = self.parts.keys().copied().collect();
        kinds.into_iter().for_each(|kind| self.widen(kind, ppm, ppm));
    }

    pub(super) fn finish(self) -> InputCount {
        let mut tokens = TokenRange::default();
        let mut parts = Vec::new();
        for (kind, part) in self.parts {
            tokens.low = tokens.low.saturating_add(part.low);
            tokens.expected = tokens.expected.saturating_add(part.expected);
            tokens.high = tokens.high.saturating_add(part.high);
            if part.expected > 0 {
                parts.push(CountPart { kind, tokens: part.expected });
            }
        }
        tokens.low = tokens.low.saturating_sub(self.spread);
        tokens.high = tokens.high.saturating_add(self.spread);
        let basis = if self.why.is_empty() {
            Basis::Exact
        } else {
            let half = (tokens.expected - tokens.low).max(tokens.high - tokens.expected);
            let ppm = u128::from(half) * 1_000_000 / u128::from(tokens.expected.max(1));
            Basis::Approximate { margin_ppm: u32::try_from(ppm).unwrap_or(u32::MAX), why: self.why }
        };
        InputCount { tokens, basis, parts }
    }
}

/// `ppm` millionths of an amount, rounded up.
pub(super) fn share(tokens: u64, ppm: u64) -> u64 {
    let product = u128::from(tokens) * u128::from(ppm);
    u64::try_from(product.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
