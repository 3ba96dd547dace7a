//! What logged decisions say of each arm, seen through how probable each choice was.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::ppm;
use super::rows::LoggedDecision;
use crate::money::Pusd;

/// What always choosing one arm would have given, estimated from logged decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LoggedArm {
    /// The arm, as one word.
    pub arm: String,
    /// Judged decisions that chose it.
    pub decisions: u32,
    /// How many evenly weighted decisions they are worth.
    pub effective_decisions: u32,
    /// Its success on all logged traffic.
    pub success_ppm: i64,
    /// What one answer cost, where that was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pusd>,
}

/// Each arm's success and cost, weighted by the inverse of each choice's probability and scaled
/// to the sum of the weights.
pub(super) fn by_arm(logged: &[LoggedDecision]) -> Vec<LoggedArm> {
    let mut arms: BTreeMap<String, Sums> = BTreeMap::new();
    for entry in logged {
        let Some(success_ppm) = entry.observation.success_ppm else { continue };
        let weight = 1e6 / f64::from(entry.decision.propensity_ppm.max(1));
        let sums = arms.entry(entry.decision.chosen.name()).or_default();
        sums.decisions += 1;
        sums.weight += weight;
        sums.squares += weight * weight;
        sums.success += weight * f64::from(success_ppm) / 1e6;
        if let Some(cost) = entry.cost {
            sums.cost += weight * cost.as_pusd() as f64;
            sums.cost_weight += weight;
        }
    }
    arms.into_iter()
        .map(|(arm, sums)| LoggedArm {
            arm,
            decisions: sums.decisions,
            effective_decisions: (sums.weight * sums.weight / sums.squares) as u32,
            success_ppm: ppm(sums.success / sums.weight),
            cost: (sums.cost_weight > 0.0)
                .then(|| Pusd::from_pusd((sums.cost / sums.cost_weight) as u64)),
        })
        .collect()
}

#[derive(Default)]
struct Sums {
    decisions: u32,
    weight: f64,
    squares: f64,
    success: f64,
    cost: f64,
    cost_weight: f64,
}
