//! How much may be spent within a window, and what happens then.

use alloc::format;
use alloc::string::{String, ToString};

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::money::Pusd;

/// How much may be spent within a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// The window.
    pub window: Window,
    /// How much.
    pub amount: Pusd,
    /// What happens at the limit.
    #[serde(default)]
    pub force: Force,
}

/// A span that spending is counted over.
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
pub enum Window {
    /// One call.
    Call,
    /// A day in UTC.
    Day,
    /// A month in UTC.
    Month,
    /// As long as the ledger is kept.
    Session,
}

/// What happens at a limit.
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
pub enum Force {
    /// Nothing more is sent.
    #[default]
    Hard,
    /// Cheaper models are preferred.
    Soft,
}

impl Limit {
    /// A limit at which nothing more is sent.
    pub fn hard(window: Window, amount: Pusd) -> Self {
        Self { window, amount, force: Force::Hard }
    }

    /// A limit at which cheaper models are preferred.
    pub fn soft(window: Window, amount: Pusd) -> Self {
        Self { window, amount, force: Force::Soft }
    }
}

impl Window {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Day => "day",
            Self::Month => "month",
            Self::Session => "session",
        }
    }

    pub(super) fn as_str(self) -> String {
        match self {
            Self::Call => "for one call".to_string(),
            Self::Session => "for the session".to_string(),
            window => format!("for the {}", window.word()),
        }
    }
}
