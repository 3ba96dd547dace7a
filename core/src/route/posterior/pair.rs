//! Beliefs about a stronger and a weaker model that no catalogue holds, for replaying outcomes.

use super::belief::Known;
use super::{Belief, Posterior};
use crate::route::signal::Signal;
use crate::time::Timestamp;

/// The names two arms of a replay go by.
pub(in crate::route) struct Pairwise;

impl Pairwise {
    pub(in crate::route) const WEAK: &'static str = "weak";
    pub(in crate::route) const STRONG: &'static str = "strong";
}

impl Posterior {
    /// What is believed of the weaker and the stronger model on a prompt of a workload.
    pub(in crate::route) fn pair(
        &self,
        workload: &str,
        signal: &Signal,
        now: Timestamp,
    ) -> [Belief; 2] {
        self.pair_known(workload, signal, now).map(|known| known.belief)
    }

    /// The same, with how many outcomes stand behind each.
    pub(in crate::route) fn pair_known(
        &self,
        workload: &str,
        signal: &Signal,
        now: Timestamp,
    ) -> [Known; 2] {
        let arms = [Pairwise::WEAK, Pairwise::STRONG];
        let priors = [super::belief::rung_prior(0.0), super::belief::rung_prior(1.0)];
        let mut rung = 0;
        let arms = arms.map(|name| {
            rung += 1;
            (name, rung - 1)
        });
        self.beliefs_of(workload, None, &arms, &priors, signal, now)
    }

    /// Counts a prompt into its workload's moments.
    pub(in crate::route) fn see(&mut self, workload: &str, signal: &Signal) {
        self.workloads.or_default(workload.into()).moments.add(signal);
    }
}
