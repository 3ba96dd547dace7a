//! What the caller may choose about one call, beside its plan.

use alloc::string::String;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::catalog::ProviderId;
use crate::sorted::SortedMap;

/// Choices about one call; every field has a sensible default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CallSettings {
    /// Whether the answer is to come in pieces.
    pub stream: bool,
    /// What the jitter of waits is drawn from: the same seed, the same waits.
    pub seed: u64,
    /// Names the logical request, so that a provider can tell a repetition; the host draws it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Where providers are, when not where the catalogue says.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<ProviderId, string>", optional))]
    pub base_urls: SortedMap<ProviderId, String>,
    /// Whether an unencrypted address beyond this machine is allowed.
    pub allow_http: bool,
    /// Whether the request is held to a region, which some prices depend on.
    pub regional: bool,
    /// What to do when a stream breaks after some of it was delivered.
    pub restart: Restart,
    /// When the pieces of an answer that is still to be checked are handed on.
    pub release: Release,
    /// The longest event of a stream that is accepted.
    pub max_event_bytes: u32,
    /// The longest body that is accepted where the answer comes whole.
    pub max_body_bytes: u32,
}

/// What to do when a stream breaks after some of it was delivered.
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
pub enum Restart {
    /// Go on from the words that were delivered: another attempt is shown them and asked for the
    /// rest. Only words can be gone on from; tool calls and JSON end the call as under `Fail`.
    Continue,
    /// End the call with the error and what was delivered.
    #[default]
    Fail,
    /// Begin anew; an event tells the caller that what was delivered no longer counts.
    Restart,
}

/// When the pieces of an answer that is still to be checked are handed on.
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
pub enum Release {
    /// Once the answer is accepted; the caller never sees one that is not.
    Accepted,
    /// At once; an event tells the caller when they no longer count.
    #[default]
    AtOnce,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            stream: false,
            seed: 0,
            idempotency_key: None,
            base_urls: SortedMap::new(),
            allow_http: false,
            regional: false,
            restart: Restart::default(),
            release: Release::default(),
            max_event_bytes: 32 << 20,
            max_body_bytes: 64 << 20,
        }
    }
}
