//! What the emulator charges: one line for each request it worked on.
//!
//! Token classes are disjoint. A stream is charged as it is delivered: an answer that breaks off, by
//! a fault or because the caller left, is charged its input and the tokens sent until then, unless
//! [`Broken`] says otherwise. Refused requests have no line.

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
    /// The lane it is charged in: `default`, `flex`, `priority` or `batch`.
    pub service_tier: String,
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

/// The counters an answer carries, with the provider's overlaps still untangled.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Usage {
    /// Input tokens of all classes.
    pub input_tokens: u64,
    /// Of these, read from the cache.
    pub cache_read_tokens: u64,
    /// Of these, written to the cache.
    pub cache_write_tokens: u64,
    /// Output tokens of all classes.
    pub output_tokens: u64,
    /// Of these, spent on reasoning.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// Input and output together.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        self.input_tokens + self.output_tokens
    }
}

impl BillLine {
    pub(crate) fn new(request_id: &str, prompt: &Prompt) -> Self {
        Self {
            request_id: request_id.to_owned(),
            api: prompt.api.name().to_owned(),
            model: prompt.model_name.clone(),
            service_tier: prompt.lane().to_owned(),
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
