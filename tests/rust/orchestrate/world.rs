//! A host without a network: calls end as a hash of their key says, so that the same call ends
//! alike whenever and however often it is made.

use std::collections::{BTreeMap, BTreeSet};

use farebox_core::call::{Answer, Attempt, AttemptId, Billing, Outcome};
use farebox_core::catalog::Cost;
use farebox_core::error::{Error, ErrorKind};
use farebox_core::money::Pusd;
use farebox_core::orchestrate::{
    Goal, Material, Run, RunAction, RunCallId, RunInput, RunOutcome, RunRole, RunSettings,
};
use farebox_core::request::{Request, ServiceTier};
use farebox_core::time::Timestamp;
use farebox_core::usage::Usage;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Faults {
    /// Everything that can go wrong, calls and checks that never end included.
    Many,
    /// The same, but everything ends.
    WithoutSilence,
}

pub(crate) struct World {
    run: Run,
    seed: u64,
    faults: Faults,
    pub(crate) now: Timestamp,
    due: BTreeMap<(Timestamp, RunCallId), Ending>,
    /// When a call of a key ends, however often it is made.
    ends: BTreeMap<String, Timestamp>,
    finished_keys: BTreeSet<String>,
    silent: BTreeSet<RunCallId>,
    waits: u64,
    pub(crate) crash_after: Option<u64>,
    pub(crate) cancel_after: Option<u64>,
    pub(crate) crashed: bool,
    pub(crate) cancelled: bool,
    pub(crate) most_under_way: u32,
    pub(crate) billed_calls: u32,
    pub(crate) billed: Pusd,
    pub(crate) unknown: Pusd,
    pub(crate) attempts: usize,
    pub(crate) asked_twice_after_finish: u32,
}

struct Ending {
    key: String,
    input: RunInput,
    worst_case: Pusd,
}

impl World {
    pub(crate) const START: Timestamp = Timestamp::from_ms(1_000_000);

    pub(crate) fn new(seed: u64, settings: RunSettings, faults: Faults) -> Self {
        let material = |name: &str| Material { name: name.into(), ..Material::default() };
        let goal = Goal {
            request: Request::new().user("do it"),
            materials: vec![material("a.rs"), material("b.rs")],
        };
        Self {
            run: Run::new(goal, settings, Self::START).unwrap(),
            seed,
            faults,
            now: Self::START,
            due: BTreeMap::new(),
            ends: BTreeMap::new(),
            finished_keys: BTreeSet::new(),
            silent: BTreeSet::new(),
            waits: 0,
            crash_after: None,
            cancel_after: None,
            crashed: false,
            cancelled: false,
            most_under_way: 0,
            billed_calls: 0,
            billed: Pusd::ZERO,
            unknown: Pusd::ZERO,
            attempts: 0,
            asked_twice_after_finish: 0,
        }
    }

    pub(crate) fn under_way(&self) -> usize {
        let is_call = |ending: &&Ending| matches!(ending.input, RunInput::Finished { .. });
        self.due.values().filter(is_call).count() + self.silent.len()
    }

    pub(crate) fn run_to_the_end(&mut self) -> RunOutcome {
        for _ in 0..100_000 {
            match self.run.poll(self.now) {
                RunAction::Call { call, role, step, key, policy, .. } => {
                    self.call(call, role, step.as_deref(), key, policy.max_cost);
                }
                RunAction::Check { check, step, answer, .. } => {
                    let key = format!("caller/{step}/{}", answer.text);
                    let accepted = !self.roll(&key, "verdict").is_multiple_of(3);
                    let input = RunInput::Checked { check, accepted, reason: "because".into() };
                    let is_silent =
                        self.faults == Faults::Many && self.roll(&key, "silent").is_multiple_of(50);
                    if !is_silent {
                        self.schedule(check, key, input, Pusd::ZERO);
                    }
                }
                RunAction::Emit { .. } => {}
                RunAction::Finish { outcome } => {
                    let again = self.run.poll(self.now.after_ms(1_000_000));
                    assert_eq!(again, RunAction::Finish { outcome: outcome.clone() });
                    return *outcome;
                }
                RunAction::Stop { call } => self.stop(call),
                RunAction::Wait { until } => self.wait(until),
            }
        }
        panic!("seed {}: the run does not end", self.seed);
    }

    fn call(
        &mut self,
        call: RunCallId,
        role: RunRole,
        step: Option<&str>,
        key: String,
        max_cost: Option<Pusd>,
    ) {
        self.asked_twice_after_finish += u32::from(self.finished_keys.contains(&key));
        let worst_case = Pusd::from_pusd(200 + self.roll(&key, "worst case") % 1_500);
        if max_cost.is_some_and(|most| worst_case > most) {
            let error = Error::new(ErrorKind::OverBudget, "its worst case does not fit");
            let outcome = Outcome { answer: None, error: Some(error), attempts: vec![] };
            let input = RunInput::Finished { call, outcome: Box::new(outcome) };
            self.run.handle(input, self.now);
            return;
        }
        self.run.handle(RunInput::Quoted { call, worst_case }, self.now);
        self.billed_calls += 1;
        let is_silent = self.faults == Faults::Many && self.roll(&key, "silent").is_multiple_of(40);
        if is_silent {
            self.silent.insert(call);
        } else {
            let outcome = self.outcome(role, step, &key, worst_case);
            let input = RunInput::Finished { call, outcome: Box::new(outcome) };
            self.schedule(call, key, input, worst_case);
        }
        self.most_under_way = self.most_under_way.max(self.under_way() as u32);
    }

    fn schedule(&mut self, id: RunCallId, key: String, input: RunInput, worst_case: Pusd) {
        let takes_ms = 1 + self.roll(&key, "takes") % 3_000;
        let ends = *self.ends.entry(key.clone()).or_insert(self.now.after_ms(takes_ms));
        self.due.insert((ends, id), Ending { key, input, worst_case });
    }

    /// Half of what is stopped reports how far it came, the rest is never heard of again.
    fn stop(&mut self, call: RunCallId) {
        let found = self.due.iter().find(|((_, id), _)| *id == call).map(|(place, _)| *place);
        if self.silent.remove(&call) && self.roll(&format!("{call:?}"), "stop").is_multiple_of(2) {
            return;
        }
        let worst_case = found.and_then(|at| self.due.remove(&at)).map(|it| it.worst_case);
        let billing = worst_case
            .map_or(Billing::Free, |worst_case| Billing::Unknown { worst_case: Some(worst_case) });
        let error = Error::new(ErrorKind::Cancelled, "stopped");
        let outcome =
            Outcome { answer: None, error: Some(error), attempts: vec![self.attempt(billing)] };
        self.report(RunInput::Finished { call, outcome: Box::new(outcome) });
    }

    fn wait(&mut self, until: Timestamp) {
        self.waits += 1;
        if self.crash_after.is_some_and(|after| self.waits > after) && !self.crashed {
            self.crashed = true;
            let saved = self.run.save();
            self.due.clear();
            self.run = Run::resume(&saved, self.now).unwrap();
            return;
        }
        if self.cancel_after.is_some_and(|after| self.waits > after) && !self.cancelled {
            self.cancelled = true;
            self.run.handle(RunInput::Cancel, self.now);
            return;
        }
        match self.due.first_key_value() {
            Some((&(at, _), _)) if at <= until => {
                self.now = self.now.max(at);
                let (_, ending) = self.due.pop_first().unwrap();
                self.finished_keys.insert(ending.key);
                self.report(ending.input);
            }
            _ => {
                self.now = self.now.max(until);
                self.run.handle(RunInput::Tick, self.now);
            }
        }
    }

    fn report(&mut self, input: RunInput) {
        if let RunInput::Finished { outcome, .. } = &input {
            for attempt in &outcome.attempts {
                self.attempts += 1;
                match &attempt.billing {
                    Billing::Reported { cost: Some(cost), .. } => {
                        self.billed = self.billed.checked_add(cost.total).unwrap();
                    }
                    Billing::Unknown { worst_case: Some(worst_case) } => {
                        self.unknown = self.unknown.checked_add(*worst_case).unwrap();
                    }
                    _ => {}
                }
            }
        }
        self.run.handle(input, self.now);
    }

    fn outcome(&self, role: RunRole, step: Option<&str>, key: &str, worst_case: Pusd) -> Outcome {
        let fault = self.roll(key, "fault") % 20;
        let billed = Pusd::from_pusd(self.roll(key, "cost") % (worst_case.as_pusd() + 1));
        let cost = Cost {
            total: billed,
            tokens: vec![],
            tool_fees: Pusd::ZERO,
            regional_uplift: Pusd::ZERO,
            service_tier: ServiceTier::Standard,
            above_input_tokens: None,
            sheet_from: None,
        };
        let usage = Usage::of(billed.as_pusd(), 1);
        let reported = self.attempt(Billing::Reported { usage, cost: Some(cost) });
        if fault < 4 {
            let kinds = [
                ErrorKind::ProviderUnavailable,
                ErrorKind::ContextOverflow,
                ErrorKind::Timeout,
                ErrorKind::ContentFiltered,
            ];
            let error = Error::new(kinds[fault as usize], "a fault");
            let billing = if fault == 2 {
                Billing::Unknown { worst_case: Some(worst_case) }
            } else {
                Billing::Free
            };
            let attempts = vec![self.attempt(billing)];
            return Outcome { answer: None, error: Some(error), attempts };
        }
        let text = match (role, fault) {
            (_, 4) => String::new(),
            (RunRole::Planner, _) if key.starts_with("plan") => self.plan(key),
            (RunRole::Verifier, 5) => "no verdict".into(),
            (RunRole::Verifier, _) => {
                let accepted = !self.roll(key, "verdict").is_multiple_of(3);
                json!({ "reason": "because", "accepted": accepted }).to_string()
            }
            _ => format!("{key} for {step:?}"),
        };
        let answer = Answer { text, ..Answer::default() };
        Outcome { answer: Some(answer), error: None, attempts: vec![reported] }
    }

    /// A plan of up to eight steps; one in six is wrong in some way.
    fn plan(&self, key: &str) -> String {
        let wrong = self.roll(key, "wrong") % 24;
        let count = 1 + self.roll(key, "count") % 8;
        let mut steps: Vec<Value> = vec![];
        for step in 0..count {
            let roll = |what: &str| self.roll(&format!("{key}/{step}"), what);
            let mut inputs = vec![json!("goal")];
            let mut after: Vec<Value> = vec![];
            for before in 0..step {
                match roll(&format!("needs {before}")) % 6 {
                    0 => inputs.push(json!(format!("{key}-{before}"))),
                    1 => after.push(json!(format!("{key}-{before}"))),
                    _ => {}
                }
            }
            if wrong == 0 && step == 0 {
                inputs.push(json!(format!("{key}-{}", count - 1)));
                after.push(json!(format!("{key}-0")));
            }
            if wrong == 1 {
                inputs.push(json!("nobody knows"));
            }
            let id = if wrong == 2 { "goal".into() } else { format!("{key}-{step}") };
            let acceptance = roll("acceptance").is_multiple_of(2).then_some("it is good");
            steps.push(json!({
                "id": id, "kind": "worker_step", "instruction": "work", "inputs": inputs,
                "after": after, "acceptance": acceptance,
            }));
        }
        match wrong {
            3 => "I would rather not".into(),
            4 => json!({ "steps": [], "answer": "so small" }).to_string(),
            _ => json!({ "steps": steps, "answer": null }).to_string(),
        }
    }

    fn attempt(&self, billing: Billing) -> Attempt {
        Attempt {
            id: AttemptId(0),
            model: "small".into(),
            effort: None,
            service_tier: ServiceTier::Standard,
            sent_at: self.now,
            first_content_at: None,
            ended_at: self.now,
            status: Some(200),
            request_id: None,
            error: None,
            refused: None,
            only_checks: false,
            billing,
        }
    }

    /// A number that depends on the seed, a key and a purpose, and on nothing else.
    fn roll(&self, key: &str, what: &str) -> u64 {
        let bytes = key.bytes().chain(what.bytes());
        let start = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xcbf2_9ce4_8422_2325;
        let hash =
            bytes.fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        hash ^ (hash >> 32)
    }
}
