//! Operations that only whoever sends has a use for.

use farebox_core::catalog::Provider;
use farebox_core::error::Error;
use farebox_core::json;
use farebox_core::provider::{self, Answer, ToolOutput};
use farebox_core::request::{Api, Request};
use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::input::RequestInput;
use super::{Held, operations};
use crate::from_text;

/// An answer and what follows it.
#[derive(Serialize, Deserialize, Readable, Writable, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUpInput {
    /// The request that was answered.
    pub request: RequestInput,
    /// The answer.
    pub answer: Answer,
    /// The format it came in.
    pub api: Api,
    /// What the tools it called gave back.
    #[serde(default)]
    #[tsify(optional)]
    pub outputs: Vec<ToolOutput>,
    /// What the user says next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

operations! {
    /// Input and output of every operation that only whoever sends has a use for.
    #[derive(Tsify)]
    #[serde(rename_all = "camelCase")]
    CallOperations;
    /// The request that follows an answer: with it, the results of its tools and the user's words.
    follow: FollowUpInput => Request = |input, _| {
        let FollowUpInput { request, answer, api, outputs, user } = input;
        let request = request.read(None)?;
        Ok(provider::follow_up(&request, &answer, api, &outputs, user.as_deref()))
    };
    /// Who answers, and how a host reaches them.
    providers: () => Vec<Provider> = |(), held| Ok(held.catalog.providers.clone());
}
