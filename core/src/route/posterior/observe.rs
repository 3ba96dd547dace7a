//! How outcomes come in: a decision is recorded when it is made, and observed when it is judged.

use alloc::format;
use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::belief::kind_key;
use super::head::{self, Head};
use super::{Belief, Pending, Posterior, Speed, Thread};
use crate::error::Error;
use crate::request::{Request, WorkKind};
use crate::route::decision::{Decision, ReasonCode};
use crate::route::hash::Hash;
use crate::route::signal::Signal;
use crate::time::Timestamp;

/// How a decision turned out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Observation {
    /// How well the answer served, from 0 to 1,000,000; absent when nobody judged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_ppm: Option<u32>,
    /// Whether the planned check accepted the first answer. Where it did not, `successPpm` is of the
    /// stronger model's answer, and counts as that model's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_accepted: Option<bool>,
    /// How well the first answer served, accepted or not, from 0 to 1,000,000. It is what the
    /// check's rates are measured by: judge refused answers as often as accepted ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_success_ppm: Option<u32>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Tokens of the answer, as billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
}

impl Observation {
    /// An answer that served, or did not.
    pub fn success(served: bool) -> Self {
        Self { success_ppm: Some(if served { 1_000_000 } else { 0 }), ..Self::default() }
    }
}

impl Posterior {
    /// Notes that a decision was acted on, so that its outcome can be observed and its thread
    /// stays where it is.
    pub fn record(&mut self, request: &Request, decision: &Decision, now: Timestamp) {
        let sequence = self.decisions;
        self.decisions = self.decisions.saturating_add(1);
        let cost = decision.ranked.first().and_then(|chosen| chosen.cost).unwrap_or_default();
        self.spent = self.spent.saturating_add(cost);
        if decision.reasons.iter().any(|reason| reason.code == ReasonCode::Exploration) {
            self.explored = self.explored.saturating_add(cost);
        }
        let signal = Signal::of(request, self.words);
        let workload = self.workloads.or_default(decision.workload.clone());
        workload.at = workload.at.max(now);
        workload.moments.add(&signal);
        let pending = Pending {
            sequence,
            workload: decision.workload.clone(),
            kind: decision.kind,
            arm: decision.chosen.clone(),
            rung: decision.ranked.first().map_or(0, |ranked| ranked.rung),
            verify: decision.verify.clone(),
            features_milli: signal.features_milli.to_vec(),
            grams: signal.grams,
        };
        self.pending.insert(decision.id.clone(), pending);
        if let Some(thread) = &request.hints.thread {
            let arm = decision.chosen.clone();
            self.threads.insert(thread_key(thread), Thread { at: now, arm });
        }
        self.trim();
    }

    /// Learns how a decision turned out. Takes the same time however much is known.
    ///
    /// # Errors
    ///
    /// `invalid_request` when no decision of this id awaits its outcome, or the success is over
    /// 1,000,000; then nothing has changed.
    pub fn observe(
        &mut self,
        decision_id: &str,
        observation: &Observation,
        now: Timestamp,
    ) -> Result<(), Error> {
        let given = [
            ("successPpm", observation.success_ppm),
            ("firstSuccessPpm", observation.first_success_ppm),
        ];
        for (name, ppm) in given {
            if let Some(ppm) = ppm.filter(|ppm| *ppm > 1_000_000) {
                return Err(Error::invalid_request(format!("`{name}` is at most 1000000: {ppm}")));
            }
        }
        let Some(pending) = self.pending.remove(decision_id) else {
            return Err(Error::invalid_request(format!(
                "no decision `{decision_id}` awaits its outcome: record it first, observe it once"
            )));
        };
        let arm = pending.arm.name();
        let checked = pending.verify.as_ref().zip(observation.first_accepted);
        if let Some(((verify, accepted), ppm)) = checked.zip(observation.first_success_ppm) {
            self.learn_check(pending.kind, &verify.check, accepted, ppm, now);
        }
        let escalated = checked.and_then(|(verify, accepted)| (!accepted).then_some(verify));
        let of_first = match escalated {
            Some(_) => observation.first_success_ppm,
            None => observation.success_ppm.or(observation.first_success_ppm),
        };
        let of_strong = escalated.zip(observation.success_ppm);
        if of_first.is_some() || of_strong.is_some() {
            let mut signal = Signal { grams: pending.grams, ..Signal::default() };
            for (slot, feature) in signal.features_milli.iter_mut().zip(pending.features_milli) {
                *slot = feature;
            }
            let about =
                About { workload: &pending.workload, kind: pending.kind, rung: pending.rung };
            if let Some(success_ppm) = of_first {
                self.learn(about, &arm, &signal, success_ppm, now);
            }
            if let Some((verify, success_ppm)) = of_strong {
                let about = About { rung: pending.rung.saturating_add(1), ..about };
                self.learn(about, &verify.escalate_to.name(), &signal, success_ppm, now);
            }
        }
        if let (Some(latency_ms), Some(tokens)) =
            (observation.latency_ms, observation.output_tokens)
        {
            self.speeds.or_default(arm).add(latency_ms, tokens);
        }
        Ok(())
    }
}

/// What an outcome is an outcome of.
#[derive(Clone, Copy, Debug)]
pub(in crate::route) struct About<'a> {
    pub(in crate::route) workload: &'a str,
    pub(in crate::route) kind: Option<WorkKind>,
    pub(in crate::route) rung: u32,
}

impl Posterior {
    /// Adds one outcome of an arm.
    pub(in crate::route) fn learn(
        &mut self,
        about: About<'_>,
        arm: &str,
        signal: &Signal,
        success_ppm: u32,
        now: Timestamp,
    ) {
        let half_life_ms = self.half_life_ms;
        let kind = self.kinds.or_default(kind_key(about.kind).into());
        let of_kind = kind.or_default(arm.into());
        let prior = of_kind.rate(now, half_life_ms);
        of_kind.add(success_ppm, now, half_life_ms);

        let workload = self.workloads.or_default(about.workload.into());
        workload.at = workload.at.max(now);
        let tally = workload.arms.or_default(arm.into());
        let plain = Belief::new(prior, 2.0, tally.faded(now, half_life_ms)).mean();
        tally.add(success_ppm, now, half_life_ms);
        let x = workload.moments.standard(signal);
        let shared = workload.shared.get_or_insert_with(Head::shared);
        let own = workload.heads.or_insert_with(arm.into(), || Head::own(about.rung));
        let success = f64::from(success_ppm) / 1e6;
        head::learn(shared, own, plain, &x, signal, success, self.words);
    }
}

impl Speed {
    fn add(&mut self, latency_ms: u64, output_tokens: u64) {
        let us = latency_ms.saturating_mul(1_000) / output_tokens.max(1);
        self.answers = self.answers.saturating_add(1);
        let weight = self.answers.min(20);
        let before = self.us_per_output_token.saturating_mul(weight - 1);
        self.us_per_output_token = before.saturating_add(us) / weight;
    }
}

/// What a thread is kept under: a hash, for its name may say whose it is.
pub(in crate::route) fn thread_key(thread: &str) -> String {
    format!("{:016x}", Hash::new().text(thread).finish())
}
