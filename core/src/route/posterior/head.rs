//! What a workload's own outcomes say of the outside of its prompts.
//!
//! Three forecasts compete on each arm of a workload: the plain rate; a small logistic over
//! structural signals; and, where it is kept, the same with a table of hashed words. Each outcome
//! is forecast before it is learned from, so every outcome is held out once, and a forecast's
//! weight falls with the logarithmic loss it has run up. A signal that does not beat the plain
//! rate on this workload therefore has next to no say on it; words that do not beat it leave their
//! say to structure.
//!
//! What makes a prompt hard is mostly the same for all models, so most of a forecast is shared by
//! the arms of a workload and little is an arm's own. The logistic keeps a mean and a variance for
//! each weight and moves each by its own uncertainty.
//! Its prior knows one thing: long prompts are harder for weak models.

use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::super::counts::FEATURES;
use super::super::signal::Signal;
use super::tally::{logit, sigmoid};
use super::words::Words;

/// Structural weights of a workload, or of one arm on it, and how well they have forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// Outcomes learned from.
    pub outcomes: u32,
    /// Weights on the logit scale, in millionths.
    pub weights_micro: Vec<i32>,
    /// Their variances, in millionths.
    pub variances_micro: Vec<u32>,
    /// Logarithmic loss of the plain rate, the structural and the worded forecast, in thousandths;
    /// kept by what all arms share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses_milli: Vec<u32>,
    /// What hashed words say, where that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
}

/// Centre and spread of the features of a workload's prompts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moments {
    /// Prompts seen.
    pub prompts: u32,
    /// Means, in thousandths.
    pub means_milli: Vec<i32>,
    /// Mean squares of the distance from the mean, in thousandths.
    pub variances_milli: Vec<u32>,
}

impl Moments {
    /// The features in standard deviations from the workload's mean, held within three.
    pub(super) fn standard(&self, signal: &Signal) -> [f64; FEATURES] {
        let weight = f64::from(self.prompts);
        let mut standard = [0.0; FEATURES];
        for (index, x) in standard.iter_mut().enumerate() {
            let feature = f64::from(signal.features_milli.get(index).copied().unwrap_or(0)) / 1e3;
            let usual = if index == 0 { USUAL_LOG_BYTES } else { feature };
            let seen = self.means_milli.get(index).map_or(usual, |mean| f64::from(*mean) / 1e3);
            let spread = self.variances_milli.get(index).map_or(0.0, |v| f64::from(*v) / 1e3);
            // A few imagined prompts keep the first real ones from setting the scale.
            let mean = (seen * weight + usual * IMAGINED) / (weight + IMAGINED);
            let unit = if index == 0 { 1.0 } else { USUAL_VARIANCE };
            let variance = (spread * weight + unit * IMAGINED) / (weight + IMAGINED);
            *x = ((feature - mean) / libm::sqrt(variance.max(0.01))).clamp(-3.0, 3.0);
        }
        standard
    }

    /// Counts a prompt in.
    pub(super) fn add(&mut self, signal: &Signal) {
        self.means_milli.resize(FEATURES, 0);
        self.variances_milli.resize(FEATURES, 0);
        self.prompts = self.prompts.saturating_add(1);
        // After a thousand prompts the oldest fade.
        let share = 1.0 / f64::from(self.prompts.min(1_000));
        let slots = self.means_milli.iter_mut().zip(&mut self.variances_milli);
        for ((mean, variance), feature) in slots.zip(signal.features_milli) {
            let off = (f64::from(feature) - f64::from(*mean)) / 1e3;
            *mean = mean.saturating_add(libm::round(off * share * 1e3) as i32);
            let spread = f64::from(*variance) / 1e3;
            let spread = (1.0 - share) * (spread + share * off * off);
            *variance = libm::round(spread * 1e3) as u32;
        }
    }
}

/// What all arms of a workload share on one prompt, found once for all of them.
#[derive(Debug)]
pub(super) struct Shared {
    /// What structure adds for every arm, on the logit scale.
    structure: f64,
    /// The say of the plain rate, and of what tells prompts apart.
    odds: [f64; 2],
    /// The share of words in that, where an arm has any.
    worded: f64,
    /// The say of what tells prompts apart for an arm with words.
    worded_odds: [f64; 2],
}

impl Head {
    /// A head that has learned nothing: as what arms share it knows that long prompts are harder,
    /// as one arm's own that they are a little harder still for the lowest rung.
    pub(super) fn new(length_weight: f64, variance_micro: u32) -> Self {
        let mut weights_micro = vec![0; FEATURES];
        if let Some(length) = weights_micro.first_mut() {
            *length = libm::round(length_weight * 1e6) as i32;
        }
        Self {
            outcomes: 0,
            weights_micro,
            variances_micro: vec![variance_micro; FEATURES],
            losses_milli: Vec::new(),
            words: None,
        }
    }

    pub(super) fn shared() -> Self {
        Self { losses_milli: vec![0; 3], ..Self::new(SHARED_LENGTH, SHARED_VARIANCE_MICRO) }
    }

    pub(super) fn own(rung: u32) -> Self {
        Self::new(own_length(rung), OWN_VARIANCE_MICRO)
    }

    /// What heads that have learned nothing expect, where the plain rate expects `plain`.
    pub(super) fn unlearned(rung: u32, plain: f64, x: &[f64; FEATURES]) -> f64 {
        let structural = sigmoid(logit(plain) + (SHARED_LENGTH + own_length(rung)) * x[0]);
        (plain + SIGNAL_ODDS * structural) / (1.0 + SIGNAL_ODDS)
    }

    /// What the structural weights add on the logit scale.
    fn structure(&self, x: &[f64; FEATURES]) -> f64 {
        self.weights_micro.iter().zip(x).map(|(weight, x)| f64::from(*weight) / 1e6 * x).sum()
    }

    fn words_score(&self, signal: &Signal) -> f64 {
        let words = self.words.as_ref().filter(|_| !signal.grams.is_empty());
        words.map_or(0.0, |words| words.score(&signal.grams))
    }

    fn scale(&self) -> f64 {
        self.words.as_ref().map_or(0.0, |words| f64::from(words.scale_micro) / 1e6)
    }

    /// Moves each weight towards an outcome, by its own uncertainty.
    fn step(&mut self, x: &[f64; FEATURES], forecast: f64, success: f64) {
        // A head that learned when fewer features were read takes up the new ones here.
        let variance_micro = self.variances_micro.iter().copied().max().unwrap_or(0);
        self.weights_micro.resize(FEATURES, 0);
        self.variances_micro.resize(FEATURES, variance_micro);
        let steepness = forecast * (1.0 - forecast);
        let slots = self.weights_micro.iter_mut().zip(&mut self.variances_micro);
        for ((weight, variance), x) in slots.zip(x) {
            let v = f64::from(*variance) / 1e6;
            let v = v / (1.0 + v * steepness * x * x);
            *variance = libm::round(v * 1e6) as u32;
            let step = libm::round(v * (success - forecast) * x * 1e6) as i32;
            *weight = weight.saturating_add(step);
        }
        self.outcomes = self.outcomes.saturating_add(1);
    }
}

impl Shared {
    pub(super) fn of(shared: &Head, x: &[f64; FEATURES]) -> Self {
        // One set of losses for all arms: were each arm to trust its own, one would move with the
        // prompt and the next stand still, and their difference would mean nothing.
        let loss =
            |index: usize| shared.losses_milli.get(index).map_or(0.0, |l| f64::from(*l) / 1e3);
        let least = loss(0).min(loss(1)).min(loss(2));
        let odds = |signal_loss: f64| {
            [libm::exp(least - loss(0)), SIGNAL_ODDS * libm::exp(least - signal_loss)]
        };
        let has_words = shared.outcomes >= ENOUGH_FOR_WORDS;
        Self {
            structure: shared.structure(x),
            odds: odds(loss(1)),
            // Words add to structure, so they stand in for it for as long as they beat the plain
            // rate; between the two no loss decides, for what tells prompts apart costs a forecast
            // of each arm a little and serves the choice between arms.
            worded: if has_words { sigmoid(loss(0) - loss(2)) } else { 0.0 },
            worded_odds: if has_words { odds(loss(1).min(loss(2))) } else { odds(loss(1)) },
        }
    }

    /// The success to expect of an arm on this prompt, where the plain rate expects `plain`.
    pub(super) fn success(
        &self,
        own: &Head,
        plain: f64,
        x: &[f64; FEATURES],
        signal: &Signal,
    ) -> f64 {
        let has_words = own.words.is_some() && own.outcomes >= ENOUGH_OF_ONE;
        let worded = if has_words { self.worded } else { 0.0 };
        let structural = logit(plain) + self.structure + own.structure(x);
        let mut told = sigmoid(structural);
        if worded > 0.0 {
            let words = sigmoid(structural + own.scale() * own.words_score(signal));
            told = worded * words + (1.0 - worded) * told;
        }
        let [plain_odds, signal_odds] = if has_words { self.worded_odds } else { self.odds };
        (plain * plain_odds + told * signal_odds) / (plain_odds + signal_odds)
    }
}

/// Learns from an outcome that succeeded by this share, having forecast it first.
pub(super) fn learn(
    shared: &mut Head,
    own: &mut Head,
    plain: f64,
    x: &[f64; FEATURES],
    signal: &Signal,
    success: f64,
    keep_words: bool,
) {
    if keep_words {
        own.words.get_or_insert_with(Words::new);
    }
    let structural = logit(plain) + shared.structure(x) + own.structure(x);
    let own_words = own.words_score(signal);
    let worded = sigmoid(structural + own.scale() * own_words);
    let structural = sigmoid(structural);
    let forecasts = [plain, structural, worded];
    for (loss, p) in shared.losses_milli.iter_mut().zip(forecasts) {
        let p = p.clamp(0.001, 0.999);
        let new = -success * libm::log(p) - (1.0 - success) * libm::log(1.0 - p);
        // Losses fade too, or a workload that changed could never change its mind.
        *loss = libm::round(f64::from(*loss) * LOSS_KEEP + new * 1e3) as u32;
    }
    shared.step(x, structural, success);
    own.step(x, structural, success);
    if let Some(words) = &mut own.words {
        words.learn(worded, own_words, success, &signal.grams);
    }
}

/// What a standard deviation of length does to the logit of a model on a rung beyond what it does
/// to all, before any outcome.
fn own_length(rung: u32) -> f64 {
    LOWEST_RUNG_LENGTH / (f64::from(rung) + 1.0)
}

/// Logarithm of the bytes of an ordinary prompt.
const USUAL_LOG_BYTES: f64 = 6.0;
/// How much features other than the length vary from one prompt of a workload to the next.
const USUAL_VARIANCE: f64 = 0.1;
/// Prompts that are imagined beside the real ones when a scale is set.
const IMAGINED: f64 = 5.0;
/// What a standard deviation of length does to every logit, before any outcome.
const SHARED_LENGTH: f64 = -0.3;
/// And to that of the lowest rung beyond.
const LOWEST_RUNG_LENGTH: f64 = -0.2;
/// Variance of a shared weight before any outcome.
const SHARED_VARIANCE_MICRO: u32 = 2_000;
/// And of one arm's own: what makes a prompt hard is mostly the same for all.
const OWN_VARIANCE_MICRO: u32 = 600;
/// What is left of a loss when the next outcome comes.
const LOSS_KEEP: f64 = 0.998;
/// How much say the outside of a prompt has before any outcome, against 1 of the plain rate.
const SIGNAL_ODDS: f64 = 0.1;
/// Outcomes of a workload below which words have no say.
const ENOUGH_FOR_WORDS: u32 = 100;
/// And of one arm: of fewer its words have hardly any score, and reading it takes most of a decision.
const ENOUGH_OF_ONE: u32 = 8;
