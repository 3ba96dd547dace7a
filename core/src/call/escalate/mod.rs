//! Whether an answer may be accepted, or a stronger model should be asked.
//!
//! Checks after the answer tell what no reading of the prompt can. They are pure: an answer, the
//! request it answers and, for agreement, a second answer go in; a verdict with its reason comes
//! out. Asking the stronger model is the call's affair.

mod agree;
mod case;
mod margin;
mod schema;

use alloc::format;
use alloc::string::String;

pub use agree::agree;
pub use margin::is_sure;
pub use schema::mismatch;

pub use crate::route::{Repetition, repetition};

use crate::json;
use crate::provider::Answer;
use crate::request::{OutputFormat, Request, Tool, ToolChoice};

/// Whether an answer may be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It may.
    Accepted,
    /// It may not, for this reason.
    Refused(String),
}

impl Verdict {
    /// Whether the answer may be accepted.
    pub fn is_accepted(&self) -> bool {
        *self == Self::Accepted
    }

    fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// Holds an answer's text against the form the request asks for.
///
/// An answer that calls tools is not held to the form: the tools' results are still to come.
pub fn fits_form(request: &Request, answer: &Answer) -> Verdict {
    if answer.refusal.is_some() {
        return Verdict::refused("the model refused");
    }
    let schema = match &request.output {
        OutputFormat::Text => return Verdict::Accepted,
        _ if !answer.tool_calls.is_empty() => return Verdict::Accepted,
        OutputFormat::JsonObject => None,
        OutputFormat::JsonSchema { schema, .. } => Some(schema),
    };
    let Ok(value) = json::parse(answer.text.as_bytes()) else {
        return Verdict::refused("the answer is no JSON");
    };
    if !value.is_object() && schema.is_none() {
        return Verdict::refused("the answer is no JSON object");
    }
    match schema.and_then(|schema| mismatch(&value, schema)) {
        Some(why) => Verdict::refused(why),
        None => Verdict::Accepted,
    }
}

/// Holds an answer's tool calls against the tools and the choice the request gives.
pub fn calls_are_valid(request: &Request, answer: &Answer) -> Verdict {
    let called = |name: &str| answer.tool_calls.iter().any(|call| call.name == name);
    match &request.tool_choice {
        Some(ToolChoice::Required) if answer.tool_calls.is_empty() => {
            return Verdict::refused("no tool is called, and one must be");
        }
        Some(ToolChoice::Tool { name }) if !called(name) => {
            return Verdict::refused(format!("`{name}` is not called, and must be"));
        }
        Some(ToolChoice::None) if !answer.tool_calls.is_empty() => {
            return Verdict::refused("a tool is called, and none may be");
        }
        _ => {}
    }
    if request.parallel_tool_calls == Some(false) && answer.tool_calls.len() > 1 {
        return Verdict::refused("several tools are called, and one at a time may be");
    }
    for call in &answer.tool_calls {
        let found = request.tools.iter().find_map(|tool| match tool {
            Tool::Function { name, parameters, .. } if *name == call.name => Some(parameters),
            _ => None,
        });
        let Some(parameters) = found else {
            return Verdict::refused(format!("`{}` is no tool of the request", call.name));
        };
        // Some providers send no text for a tool without arguments.
        let text = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
        let Ok(arguments) = json::parse(text.as_bytes()) else {
            return Verdict::refused(format!("the arguments of `{}` are no JSON", call.name));
        };
        if let Some(why) = parameters.as_ref().and_then(|schema| mismatch(&arguments, schema)) {
            return Verdict::refused(format!("the arguments of `{}`: {why}", call.name));
        }
    }
    Verdict::Accepted
}
