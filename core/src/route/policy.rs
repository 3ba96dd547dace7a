//! What the caller wants of a choice: how much a failure costs, and what is out of the question.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::Names;
use crate::catalog::ProviderId;
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::money::Pusd;
use crate::request::{ModelId, Stakes};

/// The caller's wishes; every field has a sensible default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Policy {
    /// Which rung to prefer when nothing is known.
    pub preset: Preset,
    /// Models to choose among, from the least to the strongest; empty means the catalogue's first
    /// ladder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<ModelId>,
    /// What to do with a model the request names.
    pub named_model: NamedModel,
    /// What a wrong answer costs, in a word, unless the request says otherwise.
    pub stakes: Stakes,
    /// What a wrong answer costs, in dollars; over the word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_cost: Option<Pusd>,
    /// What a second of waiting costs, in dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_cost: Option<Pusd>,
    /// The longest an answer may be expected to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_budget_ms: Option<u64>,
    /// The most one call may cost in its worst case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<Pusd>,
    /// What is left of the caller's budget; the worst case of one call must fit in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_left: Option<Pusd>,
    /// The only models to choose, where not empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<ModelId>,
    /// Models never to choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<ModelId>,
    /// Providers the caller holds keys of, where not empty; models of others cannot be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderId>,
    /// The region the request must be processed in, such as `eu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Output tokens to keep room for when the request sets no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve_output_tokens: Option<u64>,
    /// How much may be spent on trying what is not known to be best.
    pub explore: Explore,
    /// Ways to check an answer that the call may use.
    pub checks: Checks,
}

/// Which rung to prefer when nothing is known of the workload.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Preset {
    /// By price and evidence alone.
    Balanced,
    /// The lowest rung, for simple work in bulk.
    Bulk,
    /// The middle rung.
    #[default]
    Economy,
    /// The highest rung.
    Risk,
}

/// What to do with a model the request names.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NamedModel {
    /// Choose among the ladder all the same.
    Reroute,
    /// Choose it.
    #[default]
    Respect,
}

/// How much may be spent on trying what is not known to be best.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Explore {
    /// The share of spending, in parts per million; none by default.
    pub budget_ppm: u32,
    /// What the draws are made from: the same seed, the same choice.
    pub seed: u64,
}

/// Ways to check an answer before it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Checks {
    /// Hold the answer against the request's schema, where it has one.
    pub schema: bool,
    /// Hold tool calls against the request's tools, where it has some.
    pub tool_calls: bool,
    /// Ask a second cheap model and accept what both say; only for answers that can be compared,
    /// such as numbers, choices and JSON.
    pub agreement: bool,
    /// Accept an answer where at every token the one chosen lies at least so far before the likeliest
    /// other, as a difference of probabilities in parts per million; for answers of few tokens, where
    /// the request asks for two or more `top_logprobs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin_ppm: Option<u32>,
    /// The caller's own function, and how well it tells good answers from bad ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Verifier>,
}

/// How well a check tells good answers from bad ones, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verifier {
    /// The share of good answers it accepts, in parts per million.
    pub accepts_good_ppm: u32,
    /// The share of bad answers it accepts, in parts per million.
    pub accepts_bad_ppm: u32,
    /// What one check costs.
    #[serde(default, skip_serializing_if = "Pusd::is_zero")]
    pub cost: Pusd,
}

impl Default for Checks {
    fn default() -> Self {
        Self { schema: true, tool_calls: true, agreement: false, margin_ppm: None, caller: None }
    }
}

impl Policy {
    /// Reads a policy from JSON and checks it.
    ///
    /// # Errors
    ///
    /// `invalid_policy` when it has another shape, a number out of range, or contradicts itself.
    pub fn parse(json: &Value) -> Result<Self, Error> {
        if !json.is_object() {
            return Err(invalid("a policy is a JSON object, such as {\"preset\": \"economy\"}"));
        }
        let policy: Self = json::read(json)
            .map_err(|error| invalid(format!("a policy has its own shape: {error}")))?;
        policy.check()?;
        Ok(policy)
    }

    /// Checks that the policy does not contradict itself.
    ///
    /// # Errors
    ///
    /// `invalid_policy`, naming the field.
    pub fn check(&self) -> Result<(), Error> {
        let mut names = Names::with_room(self.ladder.len());
        if let Some(model) = self.ladder.iter().find(|model| !names.insert(model.as_str())) {
            return Err(invalid(format!("`ladder` names `{model}` twice, once is right")));
        }
        if let Some(both) = self.allow.iter().find(|model| self.deny.contains(model)) {
            return Err(invalid(format!("`{both}` stands in `allow` and in `deny`: choose one")));
        }
        if self.latency_budget_ms == Some(0) {
            return Err(invalid("`latencyBudgetMs` is 0, and every answer takes longer"));
        }
        if self.reserve_output_tokens == Some(0) {
            return Err(invalid("`reserveOutputTokens` is 0, and an answer needs at least 1"));
        }
        let share = |name: &str, ppm: u32| match ppm {
            0..=1_000_000 => Ok(()),
            _ => Err(invalid(format!("`{name}` is a share of at most 1000000: {ppm}"))),
        };
        share("explore.budgetPpm", self.explore.budget_ppm)?;
        if let Some(margin) = self.checks.margin_ppm {
            share("checks.marginPpm", margin)?;
        }
        if let Some(verifier) = &self.checks.caller {
            share("checks.caller.acceptsGoodPpm", verifier.accepts_good_ppm)?;
            share("checks.caller.acceptsBadPpm", verifier.accepts_bad_ppm)?;
        }
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidPolicy, message)
}
