//! What a file of requests costs, on every model and in every lane.

use std::collections::BTreeMap;

use farebox_core::catalog::{Catalog, Model, Terms};
use farebox_core::count::Vocabularies;
use farebox_core::error::Error;
use farebox_core::estimate::{CostRange, Estimate, estimate};
use farebox_core::money::Pusd;
use farebox_core::request::{ModelId, ServiceTier};
use farebox_core::time::Timestamp;
use farebox_core::usage::{TokenClass, Usage};
use serde::Serialize;

use super::line::Line;

/// What everything is quoted with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) vocabularies: &'a Vocabularies,
    pub(crate) models: &'a [ModelId],
    pub(crate) now: Timestamp,
}

/// Sums over a file; sums of parts of it add up.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    /// Lines that could not be read, the first few with their reasons.
    pub(crate) unreadable: u64,
    pub(crate) problems: Vec<Problem>,
    pub(crate) models: BTreeMap<ModelId, OfModel>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// Counted from one.
    pub(crate) line: u64,
    pub(crate) message: String,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfModel {
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) lanes: BTreeMap<ServiceTier, CostRange>,
}

impl Tally {
    /// Adds a line.
    pub(crate) fn add(&mut self, number: u64, text: &[u8], prices: Prices<'_>) {
        let line = match Line::parse(text) {
            Ok(line) => line,
            Err(error) => return self.reject(number, &error),
        };
        let mut of_models = Vec::new();
        for name in prices.models {
            match of_model(&line, name, prices) {
                Ok(found) => of_models.push((name, found)),
                Err(error) => return self.reject(number, &error),
            }
        }
        self.requests += 1;
        for (name, found) in of_models {
            self.models.entry(name.clone()).or_default().add(&found);
        }
    }

    /// Adds the sums of another part.
    pub(crate) fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.unreadable += other.unreadable;
        self.problems.extend(other.problems);
        self.problems.sort_by_key(|problem| problem.line);
        self.problems.truncate(MOST_PROBLEMS);
        for (name, found) in other.models {
            self.models.entry(name).or_default().add(&found);
        }
    }

    fn reject(&mut self, line: u64, error: &Error) {
        self.unreadable += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { line, message: error.message.clone() });
        }
    }
}

impl OfModel {
    fn add(&mut self, other: &Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        for (lane, cost) in &other.lanes {
            let sum = self.lanes.entry(*lane).or_default();
            sum.low = sum.low.saturating_add(cost.low);
            sum.expected = sum.expected.saturating_add(cost.expected);
            sum.high = sum.high.saturating_add(cost.high);
        }
    }
}

fn of_model(line: &Line, name: &ModelId, prices: Prices<'_>) -> Result<OfModel, Error> {
    let model = prices.catalog.stand_in(name)?;
    let mut request = line.request.clone();
    // Every lane is quoted, whichever the line names.
    request.service_tier = None;
    let terms = Terms { at: prices.now, service_tier: ServiceTier::Standard, regional: false };
    let estimate = estimate(&request, &model, prices.catalog, prices.vocabularies, &terms)?;
    let mut lanes = BTreeMap::new();
    for lane in [ServiceTier::Standard, ServiceTier::Flex, ServiceTier::Batch] {
        let is_offered = model.sheet(prices.now).is_some_and(|it| it.lanes.contains_key(&lane));
        if is_offered {
            lanes.insert(lane, priced(&estimate, &model, &Terms { service_tier: lane, ..terms })?);
        }
    }
    let (input_tokens, output_tokens) =
        (estimate.input.tokens.expected, estimate.output.tokens.expected);
    Ok(OfModel { input_tokens, output_tokens, lanes })
}

/// The estimate's tokens at the prices of another lane.
fn priced(estimate: &Estimate, model: &Model, terms: &Terms) -> Result<CostRange, Error> {
    let price = |input: u64, output: u64, reasoning: u64| -> Result<Pusd, Error> {
        let reasoning = reasoning.min(output);
        let usage = Usage::of(input, output - reasoning).with(TokenClass::Reasoning, reasoning);
        Ok(model.cost(&usage, terms)?.total)
    };
    let (input, output) = (&estimate.input.tokens, &estimate.output.tokens);
    let reasoning = &estimate.output.reasoning;
    Ok(CostRange {
        low: price(input.low, output.low, reasoning.low)?,
        expected: price(input.expected, output.expected, reasoning.expected)?,
        high: price(input.high, output.high, reasoning.high)?,
    })
}

const MOST_PROBLEMS: usize = 10;
