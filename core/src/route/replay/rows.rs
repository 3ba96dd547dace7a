//! Reading lines of outcomes.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::decision::Decision;
use super::super::posterior::Observation;
use super::super::signal::Signal;
use crate::error::Error;
use crate::money::Pusd;
use crate::request::Request;

/// One line of outcomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Line {
    /// A decision of Farebox's own and how it turned out.
    Logged(Box<LoggedDecision>),
    /// How two models did on one prompt.
    Pair(Box<Pair>),
}

/// A decision of Farebox's own and how it turned out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LoggedDecision {
    /// The decision, with how probable it was.
    pub decision: Decision,
    /// How it turned out.
    pub observation: Observation,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pusd>,
}

/// How a stronger and a weaker model did on one prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Names the prompt.
    #[serde(default)]
    pub id: String,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
    /// Its words.
    #[serde(default)]
    pub prompt: String,
    /// The stronger model.
    pub strong_model: String,
    /// The weaker model.
    pub weak_model: String,
    /// How well the stronger did, from 0 to 1.
    pub strong_correct: f64,
    /// How well the weaker did, from 0 to 1.
    pub weak_correct: f64,
    /// What the stronger cost, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strong_cost: Option<f64>,
    /// What the weaker cost, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weak_cost: Option<f64>,
    /// The workload; else the category in `meta`, else the source stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whatever else is known of it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub meta: Value,
}

/// Outcomes, read and made ready.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    pub(super) rows: Vec<Row>,
    pub(super) logged: Vec<LoggedDecision>,
}

/// A pair without its words.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) source: String,
    pub(super) strong_model: String,
    pub(super) weak_model: String,
    pub(super) label: String,
    pub(super) strong: f64,
    pub(super) weak: f64,
    pub(super) strong_cost: Option<f64>,
    pub(super) weak_cost: Option<f64>,
    pub(super) signal: Signal,
}

/// Rows of one pair of models.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) source: String,
    pub(super) strong_model: &'a str,
    pub(super) weak_model: &'a str,
    pub(super) rows: Vec<&'a Row>,
}

impl Outcomes {
    /// Reads lines, one JSON object each; empty lines are skipped.
    ///
    /// # Errors
    ///
    /// `invalid_request`, naming the line, when one is neither a pair nor a logged decision, or a
    /// number in it is out of range.
    pub fn parse(lines: &str, words: bool) -> Result<Self, Error> {
        let mut outcomes = Self::default();
        outcomes.read(lines, words)?;
        Ok(outcomes)
    }

    /// Reads more lines.
    ///
    /// # Errors
    ///
    /// As [`Outcomes::parse`]; lines before the wrong one have been read.
    pub fn read(&mut self, lines: &str, words: bool) -> Result<(), Error> {
        for (number, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let wrong = |what: String| {
                Error::invalid_request(format!("line {} {what}", number + 1))
                    .with("line", number as u64 + 1)
            };
            let line: Line = serde_json::from_str(line).map_err(|_| wrong(why_not(line)))?;
            match line {
                Line::Logged(logged) => {
                    if logged.decision.propensity_ppm == 0 {
                        return Err(wrong("logs a choice of probability 0".to_string()));
                    }
                    self.logged.push(*logged);
                }
                Line::Pair(pair) => {
                    let shares = [pair.strong_correct, pair.weak_correct];
                    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
                        return Err(wrong("has a success that is not between 0 and 1".to_string()));
                    }
                    let costs = [pair.strong_cost, pair.weak_cost];
                    if costs.into_iter().flatten().any(|cost| !(0.0..1e9).contains(&cost)) {
                        return Err(wrong("has a cost that is no amount of dollars".to_string()));
                    }
                    self.rows.push(Row::of(*pair, words));
                }
            }
        }
        Ok(())
    }

    /// Rows by source and pair of models, in the order they first appear.
    pub(super) fn cells(&self) -> Vec<Group<'_>> {
        self.grouped(|group, row| group.source == row.source)
    }

    /// Rows by pair of models over all sources.
    pub(super) fn streams(&self) -> Vec<Group<'_>> {
        self.grouped(|_, _| true)
    }

    fn grouped(&self, alike: impl Fn(&Group<'_>, &Row) -> bool) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for row in &self.rows {
            let found = groups.iter_mut().find(|group| {
                group.strong_model == row.strong_model
                    && group.weak_model == row.weak_model
                    && alike(group, row)
            });
            match found {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    source: row.source.clone(),
                    strong_model: &row.strong_model,
                    weak_model: &row.weak_model,
                    rows: alloc::vec![row],
                }),
            }
        }
        groups
    }
}

/// Why a line is none that can be replayed.
fn why_not(line: &str) -> String {
    let logged = serde_json::from_str::<Value>(line).ok();
    match logged.as_ref().and_then(|line| line.get("decision")) {
        Some(decision) if decision.get("propensityPpm").is_none() => {
            "logs a decision without `propensityPpm`: unless it is known how probable a choice was, \
             nothing can be said of any other"
                .into()
        }
        Some(_) => "logs a decision of another shape: `decision` and `observation` are right".into(),
        None => "is neither a pair of outcomes nor a logged decision".into(),
    }
}

impl Row {
    fn of(pair: Pair, words: bool) -> Self {
        let category = pair.meta.get("category").and_then(Value::as_str).map(str::to_string);
        let label = pair.label.or(category).unwrap_or_else(|| pair.source.clone());
        Self {
            source: pair.source,
            strong_model: pair.strong_model,
            weak_model: pair.weak_model,
            label,
            strong: pair.strong_correct,
            weak: pair.weak_correct,
            strong_cost: pair.strong_cost,
            weak_cost: pair.weak_cost,
            signal: Signal::of(&Request::new().user(pair.prompt), words),
        }
    }
}
