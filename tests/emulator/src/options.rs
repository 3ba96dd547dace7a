//! How an emulator is set up.

use farebox_core::catalog::Catalog;
use serde::{Deserialize, Serialize};

use crate::answer::Scripted;
use crate::batch::BatchPlan;
use crate::bill::Broken;
use crate::dialect::Dialect;
use crate::fault::Fault;

/// How an emulator is set up; the default answers at full speed and never fails.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The keys accepted; any non-empty key when empty.
    pub keys: Vec<String>,
    /// The models on offer, but for those it says are shut down; the shipped ones unless given.
    #[serde(skip_serializing)]
    pub catalog: Catalog,
    /// Whether any model is served in any format, one that is not on offer like the nearest one.
    pub any_model: bool,
    /// The dialect of OpenAI's formats it speaks; the real one unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// How fast tokens are sent, per second; 0 is as fast as possible.
    pub tokens_per_second: u32,
    /// How long the first token takes.
    pub first_token_ms: u64,
    /// Requests allowed per model and minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Tokens allowed per model and minute; 0 is no limit.
    pub tokens_per_minute: u64,
    /// Whether prompts of 1,024 tokens and more are cached and read back at the cache rate.
    pub prompt_cache: bool,
    /// Whether a request under an `idempotency-key` that was answered whole before is given that
    /// answer again, without charge; the last 50,000 are remembered.
    pub idempotency_keys: bool,
    /// Decides every id and every random fault.
    pub seed: u64,
    /// How many requests in a million fail by one of `random_faults`.
    pub fault_rate_ppm: u32,
    /// What a randomly failing request suffers.
    pub random_faults: Vec<Fault>,
    /// What a broken answer costs.
    pub broken: Broken,
    /// Answers to give; the first that matches is taken.
    pub answers: Vec<Scripted>,
    /// Faults for the next requests, in order.
    pub faults: Vec<Fault>,
    /// How the next batches go, in order.
    pub batches: Vec<BatchPlan>,
    /// Requests a batch of OpenAI's may hold.
    pub batch_max_requests: usize,
    /// Tokens that may wait in OpenAI's batches at once; 0 is no limit.
    pub batch_enqueued_tokens: u64,
    /// Requests a batch of Anthropic's may hold.
    pub message_batch_max_requests: usize,
    /// How many requests are remembered with headers and body; older ones are forgotten.
    pub remembered_requests: usize,
    /// Longest body accepted.
    pub max_body_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            catalog: Catalog::embedded(),
            any_model: false,
            dialect: None,
            tokens_per_second: 0,
            first_token_ms: 0,
            requests_per_minute: 0,
            tokens_per_minute: 0,
            prompt_cache: false,
            idempotency_keys: false,
            seed: 1,
            fault_rate_ppm: 0,
            random_faults: RANDOM.iter().filter_map(|text| Fault::parse(text).ok()).collect(),
            broken: Broken::default(),
            answers: Vec::new(),
            faults: Vec::new(),
            batches: Vec::new(),
            batch_max_requests: 50_000,
            batch_enqueued_tokens: 0,
            message_batch_max_requests: 100_000,
            remembered_requests: 10_000,
            max_body_bytes: 256 << 20,
        }
    }
}

/// What goes wrong in ordinary operation, each as likely as the others.
const RANDOM: &[&str] = &[
    "server_error",
    "overloaded; retry_after_ms=20",
    "rate_limit; retry_after_ms=20",
    "cut",
    "truncate",
    "malformed",
    "stream_error",
    "delay_headers_ms=50",
];
