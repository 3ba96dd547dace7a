//! What a file of requests costs, on every model and in every lane.
//!
//! A line is counted once for all models that count alike. Prices are exact and depend on a
//! request only through its tokens and the threshold its input passes, so tokens are added up by
//! model and threshold, and priced once, at the end.

use std::collections::BTreeMap;

use farebox_core::catalog::{Catalog, Counting, Model, Terms};
use farebox_core::count::{InputCount, TokenRange, Vocabularies, count_request};
use farebox_core::error::Error;
use farebox_core::estimate::{CostRange, api_for, estimate, forecast};
use farebox_core::money::Pusd;
use farebox_core::request::{Api, ModelId, Request, ServiceTier};
use farebox_core::time::Timestamp;
use farebox_core::usage::{TokenClass, Usage};
use serde::Serialize;

use super::line::Line;

/// What everything is quoted with.
#[derive(Debug)]
pub(crate) struct Prices<'a> {
    catalog: &'a Catalog,
    vocabularies: &'a Vocabularies,
    now: Timestamp,
    models: Vec<Quoted>,
}

/// A model that is quoted.
#[derive(Debug)]
struct Quoted {
    name: ModelId,
    model: Model,
    is_known: bool,
    /// Input lengths above which any lane of it costs more, lowest first.
    thresholds: Vec<u64>,
}

/// Sums over a file; sums of parts of it add up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    /// Lines that could not be read, the first few with their reasons.
    pub(crate) unreadable: u64,
    pub(crate) problems: Vec<Problem>,
    /// By model, in the order of the prices.
    sums: Vec<Sums>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// Counted from one.
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// Tokens on one model, as low as they may be, as expected, and as high.
#[derive(Clone, Debug, Default)]
struct Sums {
    input_tokens: u64,
    output_tokens: u64,
    /// By the number of thresholds that the input passes.
    levels: [Vec<Tokens>; 3],
}

#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    input: u64,
    output: u64,
    reasoning: u64,
}

/// A whole file, priced.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileQuote {
    pub(crate) requests: u64,
    pub(crate) unreadable: u64,
    pub(crate) problems: Vec<Problem>,
    pub(crate) models: BTreeMap<ModelId, OfModel>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfModel {
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) lanes: BTreeMap<ServiceTier, CostRange>,
}

impl<'a> Prices<'a> {
    /// The prices of some models at a moment.
    ///
    /// # Errors
    ///
    /// `unknown_model` when the catalogue holds none of a name.
    pub(crate) fn new(
        catalog: &'a Catalog,
        vocabularies: &'a Vocabularies,
        names: &[ModelId],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut models = Vec::new();
        for name in names {
            let model = catalog.stand_in(name)?;
            let lanes = model.sheet(now).into_iter().flat_map(|sheet| sheet.lanes.values());
            let steps = lanes.flat_map(|lane| lane.above.iter().map(|step| step.input_tokens));
            let mut thresholds: Vec<u64> = steps.collect();
            thresholds.sort_unstable();
            thresholds.dedup();
            let is_known = catalog.model(&model.id).is_some();
            models.push(Quoted { name: name.clone(), model, is_known, thresholds });
        }
        Ok(Self { catalog, vocabularies, now, models })
    }

    fn terms(&self, service_tier: ServiceTier) -> Terms {
        Terms { at: self.now, service_tier, regional: false }
    }

    /// Counts the input of a request on a model that the catalogue may not hold.
    fn count(&self, request: &Request, api: Api, quoted: &Quoted) -> Result<InputCount, Error> {
        if quoted.is_known {
            return Ok(count_request(request, api, &quoted.model, self.vocabularies));
        }
        let terms = self.terms(ServiceTier::Standard);
        let model = &quoted.model;
        Ok(estimate(request, model, self.catalog, self.vocabularies, &terms)?.input)
    }
}

impl Tally {
    /// Adds a line.
    pub(crate) fn add(&mut self, number: u64, text: &[u8], prices: &Prices<'_>) {
        let counted = Line::parse(text).and_then(|line| self.count(&line.request, prices));
        match counted {
            Ok(()) => self.requests += 1,
            Err(error) => {
                self.unreadable += 1;
                if self.problems.len() < MOST_PROBLEMS {
                    self.problems.push(Problem { line: number, message: error.message });
                }
            }
        }
    }

    fn count(&mut self, request: &Request, prices: &Prices<'_>) -> Result<(), Error> {
        let mut counted: Vec<(&Counting, Api, bool, TokenRange)> = Vec::new();
        let mut inputs = Vec::with_capacity(prices.models.len());
        for quoted in &prices.models {
            let api = api_for(request, &quoted.model, prices.catalog);
            let (counting, is_known) = (&quoted.model.counting, quoted.is_known);
            let alike = counted.iter().find(|(other, of, known, _)| {
                *of == api && *known == is_known && *other == counting
            });
            let tokens = match alike {
                Some((.., tokens)) => *tokens,
                None => prices.count(request, api, quoted)?.tokens,
            };
            if alike.is_none() {
                counted.push((counting, api, is_known, tokens));
            }
            inputs.push(tokens);
        }
        self.sums.resize_with(prices.models.len(), Sums::default);
        for ((sums, quoted), input) in self.sums.iter_mut().zip(&prices.models).zip(inputs) {
            sums.add(request, quoted, input);
        }
        Ok(())
    }

    /// Adds the sums of another part.
    pub(crate) fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.unreadable += other.unreadable;
        self.problems.extend(other.problems);
        self.problems.sort_by_key(|problem| problem.line);
        self.problems.truncate(MOST_PROBLEMS);
        let models = self.sums.len().max(other.sums.len());
        self.sums.resize_with(models, Sums::default);
        for (sums, more) in self.sums.iter_mut().zip(&other.sums) {
            sums.merge(more);
        }
    }

    /// Prices the sums in every lane that `offers` takes.
    ///
    /// # Errors
    ///
    /// `invalid_request` when an amount is over the maximum.
    pub(crate) fn price(
        self,
        prices: &Prices<'_>,
        offers: impl Fn(ServiceTier) -> bool,
    ) -> Result<FileQuote, Error> {
        let mut models = BTreeMap::new();
        let sums = self.sums.into_iter().chain(std::iter::repeat_with(Sums::default));
        for (quoted, sums) in prices.models.iter().zip(sums) {
            let mut lanes = BTreeMap::new();
            for lane in [ServiceTier::Standard, ServiceTier::Flex, ServiceTier::Batch] {
                let sheet = quoted.model.sheet(prices.now);
                if offers(lane) && sheet.is_some_and(|sheet| sheet.lanes.contains_key(&lane)) {
                    lanes.insert(lane, sums.price(quoted, &prices.terms(lane))?);
                }
            }
            let (input_tokens, output_tokens) = (sums.input_tokens, sums.output_tokens);
            models.insert(quoted.name.clone(), OfModel { input_tokens, output_tokens, lanes });
        }
        let Self { requests, unreadable, problems, .. } = self;
        Ok(FileQuote { requests, unreadable, problems, models })
    }
}

impl Sums {
    fn add(&mut self, request: &Request, quoted: &Quoted, input: TokenRange) {
        let answer = forecast(request, &quoted.model, input.expected);
        let (output, reasoning) = (answer.tokens, answer.reasoning);
        self.input_tokens = self.input_tokens.saturating_add(input.expected);
        self.output_tokens = self.output_tokens.saturating_add(output.expected);
        let of_levels = [
            (input.low, output.low, reasoning.low),
            (input.expected, output.expected, reasoning.expected),
            (input.high, output.high, reasoning.high),
        ];
        for (sums, (input, output, reasoning)) in self.levels.iter_mut().zip(of_levels) {
            let passed = quoted.thresholds.iter().filter(|step| input > **step).count();
            let reasoning = reasoning.min(output);
            sums.resize(sums.len().max(passed + 1), Tokens::default());
            sums[passed].add(Tokens { input, output: output - reasoning, reasoning });
        }
    }

    fn merge(&mut self, other: &Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        for (sums, more) in self.levels.iter_mut().zip(&other.levels) {
            sums.resize(sums.len().max(more.len()), Tokens::default());
            sums.iter_mut().zip(more).for_each(|(sum, more)| sum.add(*more));
        }
    }

    fn price(&self, quoted: &Quoted, terms: &Terms) -> Result<CostRange, Error> {
        let price = |level: &[Tokens]| -> Result<Pusd, Error> {
            let mut sum = Pusd::ZERO;
            for (passed, tokens) in level.iter().enumerate() {
                // One token more than the last threshold passed shows the rates of them all.
                let last = passed.checked_sub(1).and_then(|at| quoted.thresholds.get(at));
                let input = last.copied().unwrap_or(0) + 1;
                let one = Usage::of(input, 1).with(TokenClass::Reasoning, 1);
                for part in quoted.model.cost(&one, terms)?.tokens {
                    let count = match part.class {
                        TokenClass::Input => tokens.input,
                        TokenClass::Output => tokens.output,
                        _ => tokens.reasoning,
                    };
                    let more = part.rate.checked_times(count);
                    sum = more.and_then(|more| sum.checked_add(more)).ok_or_else(|| {
                        let most = Pusd::MAX;
                        Error::invalid_request(format!("the file costs more than ${most}"))
                    })?;
                }
            }
            Ok(sum)
        };
        let [low, expected, high] = &self.levels;
        Ok(CostRange { low: price(low)?, expected: price(expected)?, high: price(high)? })
    }
}

impl Tokens {
    fn add(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.output = self.output.saturating_add(more.output);
        self.reasoning = self.reasoning.saturating_add(more.reasoning);
    }
}

const MOST_PROBLEMS: usize = 10;
