//! What routing would have done on outcomes that are already known.
//!
//! Two kinds of lines are read. A *pair* says how a stronger and a weaker model did on one prompt;
//! on pairs the kernel's own beliefs, weighing and draws are run as they would have been live, and
//! learn only from the outcome of the model they chose. A *logged decision* of Farebox's own holds
//! how probable the choice was; from enough of those, what another choice would have given is
//! estimated by weighting each with the inverse of its probability.
//!
//! Rates, shares and points are in parts per million; a share of a gain may be negative.

mod curve;
mod labelled;
mod log;
mod online;
mod rows;

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use curve::{Band, Curve};
pub use labelled::Labelled;
pub use log::{LoggedArm, OffPolicy};
pub use online::Online;
pub use rows::{Line, LoggedDecision, Outcomes, Pair};

use crate::error::Error;

/// How outcomes are replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReplayOptions {
    /// What one answer of the stronger model costs, as a share of what a right answer is worth.
    /// Outcomes that carry costs are scaled to it.
    pub strong_cost_ppm: u32,
    /// Numbers of labelled outcomes to learn from before the rest is scored.
    pub labels: Vec<u32>,
    /// How often labelled outcomes are drawn anew; figures are means over the draws.
    pub draws: u32,
    /// What every draw is made from: the same seed, the same report.
    pub seed: u64,
    /// Resamples behind each interval.
    pub resamples: u32,
    /// Whether hashed words of prompts are learned from as well.
    pub words: bool,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            strong_cost_ppm: 200_000,
            labels: alloc::vec![50, 150, 500, 1_500],
            draws: 5,
            seed: 1,
            resamples: 200,
            words: true,
        }
    }
}

/// What replaying outcomes showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// One for each source and pair of models, in the order they first appear.
    pub cells: Vec<Cell>,
    /// One for each pair of models over all its sources, keyed by label.
    pub streams: Vec<Online>,
    /// One for each arm of the logged decisions.
    pub logged: Vec<LoggedArm>,
}

/// One source of prompts and one pair of models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Where the prompts come from.
    pub source: String,
    /// The stronger model.
    pub strong: String,
    /// The weaker model.
    pub weak: String,
    /// How many prompts.
    pub prompts: u32,
    /// How often the stronger model is right.
    pub strong_ppm: u32,
    /// How often the weaker model is right.
    pub weak_ppm: u32,
    /// Before any outcome is known.
    pub cold: Curve,
    /// By prompt length alone.
    pub length: Curve,
    /// By chance.
    pub chance: Curve,
    /// By an oracle that knows both outcomes of every prompt.
    pub oracle: Curve,
    /// How many of the two cold nine-in-ten intervals hold the true rate.
    pub intervals_held: u32,
    /// After each number of labelled outcomes, scored on the rest.
    pub labelled: Vec<Labelled>,
}

/// Replays outcomes, one JSON object a line.
///
/// # Errors
///
/// `invalid_request`, naming the line, when one is neither a pair nor a logged decision, or logs a
/// decision without how probable it was.
pub fn replay(lines: &str, options: &ReplayOptions) -> Result<Report, Error> {
    let outcomes = Outcomes::parse(lines, options.words)?;
    Ok(replay_outcomes(&outcomes, options))
}

/// Replays outcomes that were read already.
pub fn replay_outcomes(outcomes: &Outcomes, options: &ReplayOptions) -> Report {
    let mut report = Report { logged: log::by_arm(&outcomes.logged, options), ..Report::default() };
    for cell in outcomes.cells() {
        report.cells.push(labelled::cell(&cell, options));
    }
    for stream in outcomes.streams() {
        report.streams.push(online::stream(&stream, options));
    }
    report
}

/// Parts per million of a share that may be negative or over one.
fn ppm(share: f64) -> i64 {
    libm::round(share * 1e6) as i64
}
