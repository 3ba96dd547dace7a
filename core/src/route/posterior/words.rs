//! What hashed words say of a prompt.

use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::super::hash::mix;
use super::super::signal::GRAM_BUCKETS;

/// How often an arm succeeded and failed on prompts with a word, by the word's hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    /// Weight of the words' score, in millionths.
    pub scale_micro: i32,
    /// Its variance, in millionths.
    pub variance_micro: u32,
    /// Successes and failures of each bucket, a byte each; both are halved when one is full.
    #[serde(with = "super::bytes")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub counts: Vec<u8>,
    /// Successes and failures in all.
    pub totals: [u32; 2],
    /// The bucket of a word that every prompt has.
    #[serde(default)]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub common: [u8; 2],
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            scale_micro: WORDS_SCALE_MICRO,
            variance_micro: WORDS_VARIANCE_MICRO,
            counts: vec![0; 2 * GRAM_BUCKETS],
            totals: [0, 0],
            common: [0, 0],
        }
    }

    /// How far the words' own odds lie from the workload's, summed and held to their number.
    ///
    /// A bucket that was full tells of the newest outcomes, and is held against what those were in
    /// all: else the words of a template, which say nothing, would lie off the workload's odds as
    /// soon as these move.
    pub(super) fn score(&self, grams: &[u16]) -> f64 {
        if self.totals == [0, 0] {
            return 0.0;
        }
        let all = Even::of(self.totals);
        let newest = Even::of(self.common.map(u32::from));
        let has_newest = is_old(self.common);
        // Most buckets hold few outcomes, so few logarithms serve most of them.
        let mut known = [None; FEW * FEW];
        let mut sum = 0.0;
        for gram in grams {
            let at = usize::from(*gram) * 2;
            let Some(&[good, bad]) = self.counts.get(at..at + 2) else { continue };
            if good == 0 && bad == 0 {
                continue;
            }
            if has_newest && is_old([good, bad]) {
                sum += newest.distance([good, bad]);
                continue;
            }
            let odds = || all.distance([good, bad]);
            let [row, column] = [good, bad].map(usize::from);
            let slot = known.get_mut(row * FEW + column).filter(|_| column < FEW);
            sum += slot.map_or_else(odds, |slot| *slot.get_or_insert_with(odds));
        }
        sum / libm::sqrt(grams.len() as f64)
    }

    pub(super) fn learn(&mut self, forecast: f64, score: f64, success: f64, grams: &[u16]) {
        let v = f64::from(self.variance_micro) / 1e6;
        let v = v / (1.0 + v * forecast * (1.0 - forecast) * score * score);
        self.variance_micro = libm::round(v * 1e6) as u32;
        let step = libm::round(v * (success - forecast) * score * 1e6) as i32;
        self.scale_micro = self.scale_micro.saturating_add(step);

        let side = usize::from(success < 0.5);
        if let Some(total) = self.totals.get_mut(side) {
            *total = total.saturating_add(1);
        }
        let outcome = self.totals.iter().copied().map(u64::from).sum();
        for gram in counted(grams, outcome) {
            let at = usize::from(*gram) * 2;
            if let Some(bucket) = self.counts.get_mut(at..at + 2) {
                count(bucket, side);
            }
        }
        count(&mut self.common, side);
    }
}

/// What a workload's outcomes are in all.
#[derive(Clone, Copy)]
struct Even {
    rate: f64,
    odds: f64,
}

impl Even {
    fn of(outcomes: [u32; 2]) -> Self {
        let [good, bad] = outcomes.map(f64::from);
        let rate = (good + 1.0) / (good + bad + 2.0);
        Self { rate, odds: libm::log(rate / (1.0 - rate)) }
    }

    /// How far the odds of a bucket lie from these.
    fn distance(self, bucket: [u8; 2]) -> f64 {
        let [good, bad] = bucket.map(f64::from);
        let (good, bad) = (good + SMOOTHING * self.rate, bad + SMOOTHING * (1.0 - self.rate));
        libm::log(good / bad) - self.odds
    }
}

/// Whether a bucket may have been full: of one that was, this is what is left at least.
fn is_old(bucket: [u8; 2]) -> bool {
    bucket.iter().map(|count| u32::from(*count)).sum::<u32>() > u32::from(u8::MAX / 2)
}

fn count(bucket: &mut [u8], side: usize) {
    if bucket.contains(&u8::MAX) {
        bucket.iter_mut().for_each(|count| *count /= 2);
    }
    if let Some(count) = bucket.get_mut(side) {
        *count += 1;
    }
}

/// The words of a prompt that are counted at this outcome. Were all of a long one's, it would have
/// as many votes as several ordinary prompts, all cast alike. So it has as many as one, spread
/// evenly over its words and falling on others at each outcome.
fn counted(grams: &[u16], outcome: u64) -> impl Iterator<Item = &u16> {
    let words = grams.len() as u64;
    let first = if words > MOST_COUNTED { mix(outcome) % words } else { 0 };
    let has_vote = move |place: u64| place * MOST_COUNTED % words < MOST_COUNTED;
    grams.iter().zip(first..).filter(move |(_, place)| has_vote(*place)).map(|(gram, _)| gram)
}

/// Weight of the words' score before any outcome.
const WORDS_SCALE_MICRO: i32 = 350_000;
/// And its variance: the scale that forecasts each arm best is not the one that tells them apart
/// best, so it moves little.
const WORDS_VARIANCE_MICRO: u32 = 700;
/// Successes, and failures, of a bucket up to which its logarithm is taken once for all like it.
const FEW: usize = 16;
/// Words, their ends and pairs that one outcome counts: those of some 600 bytes.
const MOST_COUNTED: u64 = 256;
/// Outcomes imagined for each bucket, at the workload's own rate.
const SMOOTHING: f64 = 16.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_prompt_has_no_more_votes_than_an_ordinary_one() {
        for words in [0, 1, 256, 257, 300, 1_024] {
            let grams: Vec<u16> = (0..words).collect();
            let mut met = vec![0_u32; grams.len()];
            for outcome in 0..1_000 {
                let votes: Vec<u16> = counted(&grams, outcome).copied().collect();
                assert_eq!(votes.len(), grams.len().min(256));
                votes.iter().for_each(|gram| met[usize::from(*gram)] += 1);
            }
            let usual = 256_000 / u32::from(words.max(256));
            assert!(met.iter().all(|met| met.abs_diff(usual) < 150), "{words} words: {met:?}");
        }
    }

    #[test]
    fn the_words_of_a_template_say_nothing_however_the_odds_move() {
        let (template, rare) = ([1, 2, 3], 4);
        let mut words = Words::new();
        for outcome in 0..1_200_u32 {
            let is_rare = outcome % 10 == 0;
            let success = is_rare || (outcome % 3 == 0) != (outcome < 600);
            let grams = [&template[..], &[rare][..usize::from(is_rare)]].concat();
            words.learn(0.5, 0.0, f64::from(u8::from(success)), &grams);
            let says = words.score(&template).abs();
            assert!(outcome < 50 || says < 0.1, "{says} after {outcome}");
        }
        assert!(words.score(&[rare]) > 0.5);
    }
}
