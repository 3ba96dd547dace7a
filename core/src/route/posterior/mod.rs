//! What is known of workloads from their outcomes: a small blob of counts that the caller owns.
//!
//! Belief in an arm on a workload stands on three levels. The catalogue says how models do at a
//! kind of work; outcomes of all workloads of the kind move that; outcomes of the workload itself
//! soon outweigh both. How the other arms do on the workload shifts an arm that was not tried
//! there: hard for one model is mostly hard for the next. Old outcomes fade by half-life.
//!
//! Nothing of a prompt is kept: keys are hashes or the caller's own labels, values are counts.

mod arms;
mod belief;
mod blob;
mod bytes;
mod head;
mod observe;
mod pair;
mod tally;
mod verifier;
mod words;

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

pub use head::{Head, Moments};
pub use observe::Observation;
pub use tally::Tally;
pub use words::Words;

pub(super) use belief::{Known, catalog_prior};
pub(super) use observe::{About, thread_key};
pub(super) use pair::Pairwise;
pub(super) use tally::{Belief, logit, sigmoid, to_ppm};

use super::decision::{Arm, Verify};
use crate::money::Pusd;
use crate::request::WorkKind;
use crate::sorted::SortedMap;
use crate::time::Timestamp;

/// What is known of workloads from their outcomes.
///
/// As JSON it is a blob of a stated version: keep it where the application keeps its state, and
/// hand it in again. It holds counts and hashes, never words of a prompt.
///
/// # Examples
///
/// ```
/// use farebox_core::route::Posterior;
///
/// let blob = Posterior::default().to_json()?;
/// assert_eq!(Posterior::parse(&blob)?, Posterior::default());
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Posterior {
    /// The version of this shape.
    pub version: u32,
    /// How long it takes an outcome to lose half its weight; zero for never.
    pub half_life_ms: u64,
    /// Whether hashed words of prompts are counted too: 32 kB for each arm of a workload, and
    /// of use only on workloads of hundreds of outcomes.
    #[serde(default)]
    pub words: bool,
    /// Decisions recorded so far.
    pub decisions: u64,
    /// What they were expected to cost together.
    pub spent: Pusd,
    /// What those of them were expected to cost that tried what was not known to be best.
    pub explored: Pusd,
    /// Outcomes of arms at each kind of work; those of work of no known kind stand under `any`.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Record<string, Tally>>"))]
    pub kinds: SortedMap<String, SortedMap<String, Tally>>,
    /// How often checks accepted good answers and bad ones, at each kind of work.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Record<string, Tally>>", optional))]
    pub checks: SortedMap<String, SortedMap<String, Tally>>,
    /// What is known of each workload.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, KnownWorkload>"))]
    pub workloads: SortedMap<String, KnownWorkload>,
    /// How fast arms answer.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Speed>"))]
    pub speeds: SortedMap<String, Speed>,
    /// Decisions whose outcome is not known yet, by id.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Pending>"))]
    pub pending: SortedMap<String, Pending>,
    /// The arm each piece of work is on, by the hash of its name.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Thread>"))]
    pub threads: SortedMap<String, Thread>,
}

/// What is known of one workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownWorkload {
    /// When it was last used.
    pub at: Timestamp,
    /// Outcomes by arm.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Tally>"))]
    pub arms: SortedMap<String, Tally>,
    /// Centre and spread of its prompts' features.
    #[serde(default)]
    pub moments: Moments,
    /// What the outside of its prompts says of every arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Head>,
    /// What it says of one arm beyond that.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Head>", optional))]
    pub heads: SortedMap<String, Head>,
}

/// How fast an arm answers, as measured.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Speed {
    /// Answers measured.
    pub answers: u64,
    /// Microseconds for an output token, a running mean over about the last twenty answers.
    pub us_per_output_token: u64,
}

/// A decision whose outcome is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pending {
    /// Its place in the order of decisions.
    pub sequence: u64,
    /// The workload.
    pub workload: String,
    /// The kind of work, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkKind>,
    /// The chosen arm.
    pub arm: Arm,
    /// The rung it stands on.
    pub rung: u32,
    /// How its answer is checked, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// Features of the prompt, in thousandths.
    pub features_milli: Vec<i32>,
    /// Hashes of its words, where those are counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grams: Vec<u16>,
}

/// The arm a piece of work is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thread {
    /// When it last decided.
    pub at: Timestamp,
    /// The arm.
    pub arm: Arm,
}

impl Default for Posterior {
    fn default() -> Self {
        Self {
            version: VERSION,
            half_life_ms: HALF_LIFE_MS,
            words: false,
            decisions: 0,
            spent: Pusd::ZERO,
            explored: Pusd::ZERO,
            kinds: SortedMap::new(),
            workloads: SortedMap::new(),
            speeds: SortedMap::new(),
            pending: SortedMap::new(),
            threads: SortedMap::new(),
            checks: SortedMap::new(),
        }
    }
}

impl Posterior {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long an answer of this many tokens is expected to take, where that was measured.
    pub(super) fn expected_latency_ms(&self, arm: &str, output_tokens: u64) -> Option<u64> {
        let speed = self.speeds.get(arm).filter(|speed| speed.answers >= MIN_SPEED_ANSWERS)?;
        Some(speed.us_per_output_token.saturating_mul(output_tokens.max(1)) / 1_000)
    }
}

/// The version of the blob this code writes and reads.
const VERSION: u32 = 1;
/// Thirty days: models change under the same name, and so does what they are asked.
const HALF_LIFE_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Measured answers below which a speed is hearsay.
const MIN_SPEED_ANSWERS: u64 = 5;
