//! How well checks tell good answers from bad ones, as measured on the caller's own traffic.

use alloc::format;

use super::belief::kind_key;
use super::{Belief, Posterior, to_ppm};
use crate::request::WorkKind;
use crate::route::decision::Check;
use crate::route::policy::Verifier;
use crate::time::Timestamp;

impl Posterior {
    /// The rates of a check at a kind of work: what was said of it before, moved by what was seen.
    pub(in crate::route) fn verifier(
        &self,
        kind: Option<WorkKind>,
        check: &Check,
        before: Verifier,
        now: Timestamp,
    ) -> Verifier {
        let Some(seen) = self.checks.get(kind_key(kind)) else { return before };
        let rate = |of: &str, before_ppm: u32| {
            let tally = seen.get(&format!("{}/{of}", word(check)));
            tally.map_or(before_ppm, |tally| {
                let before = f64::from(before_ppm) / 1e6;
                to_ppm(Belief::new(before, STRENGTH, tally.faded(now, self.half_life_ms)).mean())
            })
        };
        Verifier {
            accepts_good_ppm: rate(GOOD, before.accepts_good_ppm),
            accepts_bad_ppm: rate(BAD, before.accepts_bad_ppm),
            ..before
        }
    }

    /// Counts in what a check said of an answer, and how well the answer served.
    pub(super) fn learn_check(
        &mut self,
        kind: Option<WorkKind>,
        check: &Check,
        accepted: bool,
        success_ppm: u32,
        now: Timestamp,
    ) {
        let of = if success_ppm >= 500_000 { GOOD } else { BAD };
        let half_life_ms = self.half_life_ms;
        let seen = self.checks.or_default(kind_key(kind).into());
        let tally = seen.or_default(format!("{}/{of}", word(check)));
        tally.add(if accepted { 1_000_000 } else { 0 }, now, half_life_ms);
    }
}

/// What a check's rates stand under.
fn word(check: &Check) -> &'static str {
    match check {
        Check::Agreement { .. } => "agreement",
        Check::Caller => "caller",
        Check::Margin { .. } => "margin",
        Check::Schema => "schema",
        Check::ToolCalls => "tool_calls",
    }
}

const GOOD: &str = "good";
const BAD: &str = "bad";
/// Answers that what was said of a check before is worth.
const STRENGTH: f64 = 10.0;
