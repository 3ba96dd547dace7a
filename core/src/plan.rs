//! A decision made concrete: attempts in order, each with its limits, under one budget.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::money::Pusd;
use crate::request::{Api, ServiceTier};
use crate::route::{Arm, Verify};

/// What a call will try, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// Models in the order they are tried: the chosen one, then where to go when it fails.
    pub rungs: Vec<Rung>,
    /// How the answer is checked before it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// The most the whole call can cost.
    pub worst_case: Pusd,
    /// Limits of time and repetition.
    pub limits: CallLimits,
}

/// One model of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rung {
    /// The model at an effort.
    pub arm: Arm,
    /// The format it is asked in.
    pub api: Api,
    /// The lane it runs in.
    pub service_tier: ServiceTier,
    /// The most tokens its answer may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// The most one attempt at it can cost.
    pub worst_case: Pusd,
}

/// Limits of time and repetition of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CallLimits {
    /// Attempts of one rung after the first.
    pub max_retries: u32,
    /// From sending to the status line.
    pub connect_timeout_ms: u64,
    /// From sending to the first content.
    pub first_content_timeout_ms: u64,
    /// From content to content; comments that keep the connection open do not count.
    pub idle_timeout_ms: u64,
    /// From the first attempt to the end of the call.
    pub total_timeout_ms: u64,
    /// The longest wait a server may ask for before the call ends instead.
    pub max_retry_after_ms: u64,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            max_retries: 2,
            connect_timeout_ms: 30_000,
            first_content_timeout_ms: 300_000,
            idle_timeout_ms: 120_000,
            total_timeout_ms: 600_000,
            max_retry_after_ms: 60_000,
        }
    }
}
