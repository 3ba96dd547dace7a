//! What the emulator charges: one line for each request it worked on.
//!
//! Token classes are disjoint. A stream is charged as it is delivered: an answer that breaks off, by
//! a fault or because the caller left, is charged its input and the tokens sent until then, unless
//! [`Broken`] says otherwise. Refused requests have no line.

use farebox_core::catalog::{Catalog, Terms};
use farebox_core::error::Error;
use farebox_core::money::Pusd;
use farebox_core::request::{ModelId, ServiceTier};
use farebox_core::time::Timestamp;
use farebox_core::usage::{TokenClass, Usage as CoreUsage};
use serde::{Deserialize, Serialize};

use crate::prompt::Prompt;

/// What an answer that breaks off costs.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// Its input and the tokens sent until then.
    #[default]
    Delivered,
    /// As much as if it had been delivered whole.
    Full,
    /// Nothing.
    Nothing,
}

/// One request charged.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct BillLine {
    /// The `x-request-id` the answer carried.
    pub request_id: String,
    /// `responses`, `chat`, `messages` or `gemini`.
    pub api: String,
    /// The model asked for.
    pub model: String,
    /// The lane it is charged in.
    pub service_tier: ServiceTier,
    /// Whether the answer was delivered whole.
    pub is_complete: bool,
    /// Input tokens at the full rate.
    pub input_tokens: u64,
    /// Input tokens read from the prompt cache.
    pub cache_read_tokens: u64,
    /// Input tokens written to the prompt cache.
    pub cache_write_tokens: u64,
    /// Output tokens without reasoning.
    pub output_tokens: u64,
    /// Reasoning tokens.
    pub reasoning_tokens: u64,
}

/// All that was charged.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Bill {
    /// One line a request, in the order the requests came.
    pub lines: Vec<BillLine>,
}

impl Bill {
    /// All of it in money.
    ///
    /// # Errors
    ///
    /// As [`BillLine::cost`]; `invalid_request` when the sum is over the maximum.
    pub fn cost(&self, catalog: &Catalog, at: Timestamp) -> Result<Pusd, Error> {
        self.lines.iter().try_fold(Pusd::default(), |sum, line| {
            sum.checked_add(line.cost(catalog, at)?)
                .ok_or_else(|| Error::invalid_request("the bill is over the maximum amount"))
        })
    }
}

/// The counters of an answer as OpenAI reports them: totals, and what they contain.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) input_tokens: u64,
    pub(crate) cache_read_tokens: u64,
    pub(crate) cache_write_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) reasoning_tokens: u64,
}

impl Usage {
    pub(crate) fn total_tokens(&self) -> u64 {
        self.input_tokens + self.output_tokens
    }
}

impl BillLine {
    /// What is charged, as the kernel prices it.
    #[must_use]
    pub fn usage(&self) -> CoreUsage {
        CoreUsage::of(self.input_tokens, self.output_tokens)
            .with(TokenClass::CacheRead, self.cache_read_tokens)
            .with(TokenClass::CacheWrite, self.cache_write_tokens)
            .with(TokenClass::Reasoning, self.reasoning_tokens)
    }

    /// What is charged, in money.
    ///
    /// # Errors
    ///
    /// `unknown_model` when the catalogue has no price for the model, `invalid_request` when it
    /// has none for the lane.
    pub fn cost(&self, catalog: &Catalog, at: Timestamp) -> Result<Pusd, Error> {
        let terms = Terms { at, service_tier: self.service_tier, regional: false };
        let model = catalog.stand_in(&ModelId::new(self.model.as_str()))?;
        Ok(model.cost(&self.usage(), &terms)?.total)
    }

    pub(crate) fn new(request_id: &str, prompt: &Prompt) -> Self {
        Self {
            request_id: request_id.to_owned(),
            api: prompt.api.name().to_owned(),
            model: prompt.model_name.clone(),
            service_tier: prompt.service_tier,
            ..Self::default()
        }
    }

    /// Charges an answer of which `delivered_tokens` output tokens went out.
    pub(crate) fn charge(&mut self, usage: &Usage, delivered_tokens: u64) {
        let output_tokens = usage.output_tokens.min(delivered_tokens);
        // Reasoning comes before anything visible, so it is what was delivered first.
        self.reasoning_tokens = usage.reasoning_tokens.min(output_tokens);
        self.output_tokens = output_tokens - self.reasoning_tokens;
        self.cache_read_tokens = usage.cache_read_tokens;
        self.cache_write_tokens = usage.cache_write_tokens;
        self.input_tokens = usage
            .input_tokens
            .saturating_sub(usage.cache_read_tokens)
            .saturating_sub(usage.cache_write_tokens);
    }

    pub(crate) fn waive(&mut self) {
        self.charge(&Usage::default(), 0);
    }
}
