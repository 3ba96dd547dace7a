//! The frozen catalogue and hand-made estimates that routing is tested with.

use farebox_conformance::root;
use farebox_core::catalog::{Catalog, Terms};
use farebox_core::count::{InputCount, TokenRange};
use farebox_core::error::Error;
use farebox_core::estimate::{CostRange, Estimate, OutputForecast};
use farebox_core::request::{Api, Request};
use farebox_core::route::{Decision, Policy, Posterior, route};
use farebox_core::time::{Day, Timestamp};
use farebox_core::usage::Usage;

/// A catalogue, and a prompt and answer of known length.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn new() -> Self {
        let json = std::fs::read(root().join("tests/catalog.json")).unwrap();
        Self {
            catalog: Catalog::parse(&json).unwrap(),
            input_tokens: 1_500,
            output_tokens: 400,
            now: Day::parse("2026-11-22").unwrap().start(),
        }
    }

    pub(crate) fn prompt(mut self, input_tokens: u64) -> Self {
        self.input_tokens = input_tokens;
        self
    }

    /// An exact estimate of the prompt on every model.
    pub(crate) fn estimates(&self, request: &Request) -> Vec<Estimate> {
        let service_tier = request.service_tier.unwrap_or_default();
        let terms = Terms { at: self.now, service_tier, regional: false };
        let all = self.catalog.models.iter().map(|model| {
            let range = |low, expected, high| TokenRange { low, expected, high };
            let input = range(self.input_tokens, self.input_tokens, self.input_tokens);
            let high = (self.output_tokens * 4).min(model.limits.max_output_tokens);
            let tokens = range(self.output_tokens / 4, self.output_tokens, high);
            let price = |output| {
                model
                    .cost(&Usage::of(self.input_tokens, output), &terms)
                    .ok()
                    .map(|cost| cost.total)
            };
            let cost = price(tokens.low).zip(price(tokens.expected)).zip(price(tokens.high));
            Estimate {
                model: model.id.clone(),
                api: model.apis.first().copied().unwrap_or(Api::Responses),
                effort: request.effort.or(model.default_effort),
                service_tier,
                input: InputCount { tokens: input, ..InputCount::default() },
                output: OutputForecast { tokens, ..OutputForecast::default() },
                cost: cost.map(|((low, expected), high)| CostRange { low, expected, high }),
                notices: Vec::new(),
            }
        });
        all.collect()
    }

    pub(crate) fn route(&self, request: &Request, policy: &Policy) -> Result<Decision, Error> {
        self.route_knowing(request, policy, &Posterior::new())
    }

    pub(crate) fn route_knowing(
        &self,
        request: &Request,
        policy: &Policy,
        posterior: &Posterior,
    ) -> Result<Decision, Error> {
        route(request, &self.estimates(request), &self.catalog, policy, posterior, self.now)
    }
}
