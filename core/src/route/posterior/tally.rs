//! Outcomes of one arm on one workload, and the belief they make together with a prior.
//!
//! A tally counts successes and failures in thousandths, old ones fading by half-life. With a
//! prior it is a Beta distribution; on the logit scale that is nearly normal, with a mean of
//! ψ(a) − ψ(b) and a variance of ψ′(a) + ψ′(b), which is what draws and intervals are taken from.
//! Arithmetic is plain IEEE operations and `libm`, so every host finds the same bits.

use core::f64::consts::LN_2;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::super::decision::PpmRange;
use crate::time::Timestamp;

/// Successes and failures, fading with time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tally {
    /// Successes, in thousandths, as of `at`.
    pub good_milli: u64,
    /// Failures, in thousandths, as of `at`.
    pub bad_milli: u64,
    /// The moment the counts are faded to.
    pub at: Timestamp,
}

/// A belief about a rate: so many successes and failures, the prior's included.
#[derive(Clone, Copy, Debug)]
pub(in crate::route) struct Belief {
    /// Successes; above zero.
    pub(in crate::route) a: f64,
    /// Failures; above zero.
    pub(in crate::route) b: f64,
}

impl Tally {
    /// The counts, faded to a later moment.
    pub(in crate::route) fn faded(&self, now: Timestamp, half_life_ms: u64) -> (f64, f64) {
        let age_ms = now.ms_since(self.at);
        let keep = keep_share(age_ms, half_life_ms);
        (self.good_milli as f64 / 1e3 * keep, self.bad_milli as f64 / 1e3 * keep)
    }

    /// The rate of successes, faded to a later moment and drawn a little to a half and more.
    pub(in crate::route) fn rate(&self, now: Timestamp, half_life_ms: u64) -> f64 {
        Belief::new(0.65, 2.0, self.faded(now, half_life_ms)).mean()
    }

    /// Adds an outcome that succeeded by this many millionths.
    pub(in crate::route) fn add(&mut self, success_ppm: u32, now: Timestamp, half_life_ms: u64) {
        let (good, bad) = self.faded(now, half_life_ms);
        let success_milli = u64::from(success_ppm) / 1_000;
        self.good_milli = to_milli(good).saturating_add(success_milli);
        self.bad_milli = to_milli(bad).saturating_add(1_000 - success_milli);
        self.at = self.at.max(now);
    }

    /// Adds another's counts, both faded to the later of the two moments.
    pub(in crate::route) fn merge(&mut self, other: &Self, half_life_ms: u64) {
        let at = self.at.max(other.at);
        let (good, bad) = self.faded(at, half_life_ms);
        let (more_good, more_bad) = other.faded(at, half_life_ms);
        *self = Self {
            good_milli: to_milli(good).saturating_add(to_milli(more_good)),
            bad_milli: to_milli(bad).saturating_add(to_milli(more_bad)),
            at,
        };
    }
}

impl Belief {
    /// A prior mean worth so many outcomes, and the outcomes themselves.
    pub(in crate::route) fn new(mean: f64, strength: f64, (good, bad): (f64, f64)) -> Self {
        let mean = mean.clamp(0.01, 0.99);
        Self { a: mean * strength + good, b: (1.0 - mean) * strength + bad }
    }

    /// The same firmness about another mean.
    pub(in crate::route) fn moved_to(&self, mean: f64) -> Self {
        Self::new(mean, self.a + self.b, (0.0, 0.0))
    }

    pub(in crate::route) fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// Mean and standard deviation on the logit scale.
    pub(in crate::route) fn logit(&self) -> (f64, f64) {
        let (good, bad) = (polygamma(self.a), polygamma(self.b));
        (good.0 - bad.0, libm::sqrt(good.1 + bad.1))
    }

    /// The mean and the nine-in-ten interval, in parts per million.
    pub(in crate::route) fn range(&self) -> PpmRange {
        let (mean, deviation) = self.logit();
        let expected = to_ppm(self.mean());
        PpmRange {
            low: to_ppm(sigmoid(mean - NINE_IN_TEN * deviation)).min(expected),
            expected,
            high: to_ppm(sigmoid(mean + NINE_IN_TEN * deviation)).max(expected),
        }
    }
}

/// What is left of a count after a time.
fn keep_share(age_ms: u64, half_life_ms: u64) -> f64 {
    if age_ms == 0 || half_life_ms == 0 {
        return 1.0;
    }
    let halvings = age_ms as f64 / half_life_ms as f64;
    let whole = libm::floor(halvings).min(1022.0);
    // `exp2` brings a table of four thousand bytes that do not pack.
    f64::from_bits((1023 - whole as u64) << 52) * libm::exp((whole - halvings) * LN_2)
}

fn to_milli(count: f64) -> u64 {
    libm::round(count * 1e3) as u64
}

/// A share as parts per million, held between none and all.
pub(in crate::route) fn to_ppm(share: f64) -> u32 {
    libm::round(share.clamp(0.0, 1.0) * 1e6) as u32
}

pub(in crate::route) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

pub(in crate::route) fn logit(share: f64) -> f64 {
    let share = share.clamp(1e-4, 1.0 - 1e-4);
    libm::log(share / (1.0 - share))
}

/// The first and the second derivative of ln Γ, by recurrence up to 6 and their asymptotic series
/// from there.
fn polygamma(mut x: f64) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    while x < 6.0 {
        let inverse = 1.0 / x;
        first -= inverse;
        second += inverse * inverse;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let r = inverse * inverse;
    first += libm::log(x) - 0.5 * inverse - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r / 252.0));
    second += inverse + r / 2.0 + r * inverse * (1.0 / 6.0 - r * (1.0 / 30.0 - r / 42.0));
    (first, second)
}

/// Standard deviations that nine in ten draws of a normal distribution lie within.
const NINE_IN_TEN: f64 = 1.644_853_626_951_472_7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_functions_match_their_known_values() {
        for (x, first, second) in [
            (1.0, -0.577_215_664_901_532_9, 1.644_934_066_848_226_4),
            (0.5, -1.963_510_026_021_423_5, 4.934_802_200_544_679),
        ] {
            let found = polygamma(x);
            assert!((found.0 - first).abs() < 1e-8);
            assert!((found.1 - second).abs() < 1e-8);
        }
    }

    #[test]
    fn old_outcomes_fade_by_half_life() {
        let mut tally = Tally { at: Timestamp::from_ms(0), ..Tally::default() };
        tally.add(1_000_000, Timestamp::from_ms(0), 1_000);
        tally.add(0, Timestamp::from_ms(1_000), 1_000);
        assert_eq!((tally.good_milli, tally.bad_milli), (500, 1_000));
    }
}
