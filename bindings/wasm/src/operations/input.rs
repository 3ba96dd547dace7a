//! What the operations are given.

use std::borrow::Cow;

use farebox_core::catalog::Terms;
use farebox_core::error::Error;
use farebox_core::provider;
use farebox_core::request::{Api, Hints, ModelId, Request};
use farebox_core::route::{Policy, Posterior};
use farebox_core::time::Timestamp;
use farebox_core::usage::Usage;
use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsify::Tsify;

use crate::from_value;

/// A request of the package's own, or a body in a provider's own shape: what an app already sends.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[tsify(type = "Request | { readonly [field: string]: unknown }")]
pub struct RequestInput(Value);

/// A request to be counted as a model's provider would.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountInput {
    /// The request.
    pub request: RequestInput,
    /// What its text does not say; over the request's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
    /// The model.
    pub model: ModelId,
}

/// Models whose vocabularies are wanted: the policy's ladder and one more.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EncodingsInput {
    /// Whose ladder; the catalogue's first when absent.
    #[serde(default)]
    #[tsify(optional)]
    pub policy: PolicyInput,
    /// A model beside the ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
}

/// A request to be estimated on one model.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EstimateInput {
    /// The request.
    pub request: RequestInput,
    /// What its text does not say; over the request's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
    /// The model.
    pub model: ModelId,
    /// When, in which lane and where it is priced.
    pub terms: Terms,
}

/// A body in a provider's own shape.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParseInput {
    /// The body.
    #[tsify(type = "Record<string, unknown>")]
    pub body: Value,
    /// The format it is written in; told from its fields when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
}

/// A whole answer in a provider's own shape.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageInput {
    /// The answer, or as much of it as reports the usage.
    #[tsify(type = "Record<string, unknown>")]
    pub answer: Value,
    /// The format it is written in.
    pub api: Api,
}

/// A usage and where to price it.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceInput {
    /// The model.
    pub model: ModelId,
    /// What was, or would be, used.
    pub usage: Usage,
    /// When, in which lane and where it is priced.
    pub terms: Terms,
}

/// A request to be quoted.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuoteInput {
    /// The request.
    pub request: RequestInput,
    /// What its text does not say; over the request's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
    /// What the caller wants.
    #[serde(default)]
    #[tsify(optional)]
    pub policy: PolicyInput,
    /// What is known of the caller's workloads.
    #[serde(default)]
    #[tsify(optional)]
    pub posterior: PosteriorInput,
    /// The moment.
    pub now: Timestamp,
}

/// A text to be cut into tokens.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokensInput {
    /// The encoding's published name.
    pub encoding: String,
    /// The text; nothing in it is taken for a special token.
    pub text: String,
}

/// The tokens of a text.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// How many.
    pub count: u64,
    /// Their ranks, in order.
    pub tokens: Vec<u32>,
}

/// What the caller wants of a choice; defaults when absent.
#[derive(Default, Serialize, Deserialize, Readable, Writable, Tsify)]
#[tsify(type = "Policy")]
pub struct PolicyInput(Option<Value>);

/// What is known of the caller's workloads; nothing when absent.
#[derive(Default, Serialize, Deserialize, Readable, Writable, Tsify)]
#[tsify(type = "Posterior")]
pub struct PosteriorInput(Option<Value>);

impl PolicyInput {
    pub(crate) fn read(&self) -> Result<Policy, Error> {
        self.0.as_ref().map_or_else(|| Ok(Policy::default()), Policy::parse)
    }
}

impl PosteriorInput {
    /// What it says, else what is held.
    pub(crate) fn or<'a>(&self, held: &'a Posterior) -> Result<Cow<'a, Posterior>, Error> {
        match &self.0 {
            Some(value) => Posterior::from_value(value).map(Cow::Owned),
            None => Ok(Cow::Borrowed(held)),
        }
    }
}

impl RequestInput {
    /// The request itself, with the hints that stand beside it.
    pub(crate) fn read(self, hints: Option<Hints>) -> Result<Request, Error> {
        // A body of the Responses API has a `conversation` too, but no list.
        let is_own = self.0.get("conversation").is_some_and(Value::is_array);
        let mut request = if is_own {
            from_value("the request", &self.0)?
        } else {
            provider::parse(&self.0, None)?
        };
        if let Some(hints) = hints {
            request.hints = hints;
        }
        Ok(request)
    }
}
