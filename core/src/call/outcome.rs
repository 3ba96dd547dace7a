//! How a call ended: the answer or the error, and every attempt that may have been billed.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::action::AttemptId;
use crate::catalog::Cost;
use crate::error::Error;
use crate::money::Pusd;
use crate::provider::Answer;
use crate::request::{Effort, ModelId, ServiceTier};
use crate::time::Timestamp;
use crate::usage::Usage;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The answer, whole or as far as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why it is not whole, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Every attempt, failed and cancelled ones too, in order.
    pub attempts: Vec<Attempt>,
}

/// One HTTP exchange of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Names it within the call.
    pub id: AttemptId,
    /// The model asked.
    pub model: ModelId,
    /// The effort asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The lane it ran in.
    pub service_tier: ServiceTier,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its first content came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The HTTP status, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's id of the exchange, to quote to its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Why its answer was not accepted, if it came whole and was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether its answer only served to judge another's.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub only_checks: bool,
    /// What is known of its bill.
    pub billing: Billing,
}

/// What is known of an attempt's bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Billing {
    /// Certainly nothing.
    Free,
    /// The provider reported the usage.
    Reported {
        /// What it reported.
        usage: Usage,
        /// What that costs; absent when nobody published a price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Cost>,
    },
    /// Perhaps; the provider did not say.
    Unknown {
        /// At most this; absent when nobody published a price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worst_case: Option<Pusd>,
    },
}
