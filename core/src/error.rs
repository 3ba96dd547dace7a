//! What can go wrong, in one closed vocabulary shared by Rust, JavaScript and the vectors.
//!
//! An [`Error`] says what is wrong and what would be right; its `details` carry the numbers with
//! their units, so that a program need not read the prose. It never holds a secret: nothing in
//! this crate is ever given one.

use alloc::string::String;
use core::fmt;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why an operation failed, with what a program needs to act on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Error {
    /// The class of the failure.
    pub kind: ErrorKind,
    /// One sentence: what is wrong, and what would be right.
    pub message: String,
    /// Numbers and names behind the message; each key of a number ends in its unit.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>", optional))]
    pub details: Map<String, Value>,
}

/// The closed set of failure classes.
#[derive(
    Clone,
    Copy,
    Debug,
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
pub enum ErrorKind {
    /// The provider refused the key, or no key was given.
    Authentication,
    /// The caller stopped the call.
    Cancelled,
    /// The provider could not be reached, or the connection broke.
    Connection,
    /// The provider withheld the answer because of its content.
    ContentFiltered,
    /// The request does not fit the model's window.
    ContextOverflow,
    /// The catalogue's data contradicts itself or cannot be read.
    InvalidCatalog,
    /// The policy contradicts itself or cannot be read.
    InvalidPolicy,
    /// The request, or other input of the caller, cannot be used as it stands.
    InvalidRequest,
    /// The provider answered something that is not its own protocol.
    MalformedResponse,
    /// Every model was rejected by a hard constraint.
    NoCandidate,
    /// The worst case of the call does not fit the budget.
    OverBudget,
    /// The key is valid but may not do this.
    Permission,
    /// The provider refused the request as wrong.
    ProviderRejected,
    /// The provider failed or is overloaded.
    ProviderUnavailable,
    /// The provider, or the caller's own limit, asks to wait.
    RateLimited,
    /// A time limit passed.
    Timeout,
    /// The catalogue does not hold the model.
    UnknownModel,
}

impl ErrorKind {
    /// The word that stands for this kind in JavaScript, JSON and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Cancelled => "cancelled",
            Self::Connection => "connection",
            Self::ContentFiltered => "content_filtered",
            Self::ContextOverflow => "context_overflow",
            Self::InvalidCatalog => "invalid_catalog",
            Self::InvalidPolicy => "invalid_policy",
            Self::InvalidRequest => "invalid_request",
            Self::MalformedResponse => "malformed_response",
            Self::NoCandidate => "no_candidate",
            Self::OverBudget => "over_budget",
            Self::Permission => "permission",
            Self::ProviderRejected => "provider_rejected",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::UnknownModel => "unknown_model",
        }
    }
}

impl Error {
    /// An error of this kind, with its sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), details: Map::new() }
    }

    /// An [`ErrorKind::InvalidRequest`] with its sentence.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// The same error with one more detail; the key of a number ends in its unit.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.into(), value.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.as_str(), self.message)
    }
}

impl core::error::Error for Error {}
