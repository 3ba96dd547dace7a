//! A call against a script: the host, the provider and the clock are data.
//!
//! This is how the machine is tested in every host, and how a program can ask what a call would do
//! when something goes wrong, without a network and without waiting.

use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::{Action, Input};
use super::machine::Call;
use super::settings::CallSettings;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::plan::Plan;
use crate::provider::parse;
use crate::request::Request;
use crate::time::Timestamp;

/// A call and what happens to it.
#[derive(Clone, Debug, PartialEq, Deserialize, Readable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rehearsal {
    /// The request, unless `body` is given.
    #[serde(default)]
    pub request: Request,
    /// A body in a provider's own shape.
    #[serde(default)]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>", optional))]
    pub body: Option<Value>,
    /// What will be tried.
    pub plan: Plan,
    /// Choices about the call.
    #[serde(default)]
    pub settings: CallSettings,
    /// When it begins.
    pub now: Timestamp,
    /// What happens then, in order.
    pub steps: Vec<ScriptStep>,
}

/// One thing that happens at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Readable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScriptStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub input: Input,
}

/// One thing the machine told the host to do, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
}

/// Runs a call against a script and gives all it told the host to do.
///
/// # Errors
///
/// As [`Call::new`] and [`parse`].
pub fn rehearse(rehearsal: &Rehearsal, catalog: &Catalog) -> Result<Vec<Told>, Error> {
    let parsed;
    let request = match &rehearsal.body {
        Some(body) => {
            parsed = parse(body, None)?;
            &parsed
        }
        None => &rehearsal.request,
    };
    let mut call = Call::new(request, &rehearsal.plan, catalog, rehearsal.settings.clone())?;
    let mut told = Vec::new();
    poll(&mut call, rehearsal.now, &mut told);
    for step in &rehearsal.steps {
        call.handle(step.input.clone(), step.at);
        poll(&mut call, step.at, &mut told);
    }
    Ok(told)
}

fn poll(call: &mut Call, at: Timestamp, told: &mut Vec<Told>) {
    loop {
        let action = call.poll(at);
        let is_last =
            matches!(action, Action::Receive { .. } | Action::Sleep { .. } | Action::Finish { .. });
        told.push(Told { at, action });
        if is_last {
            return;
        }
    }
}
