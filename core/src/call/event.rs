//! What the caller of a call sees while it runs.

use alloc::boxed::Box;
use alloc::string::String;

use farebox_derive::Writable;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::AttemptId;
use crate::error::Error;
use crate::provider::Answer;
use crate::request::{Effort, ModelId};
use crate::time::Timestamp;

/// One thing that happened, and the attempt it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "ts", tsify(type = "{ attempt: AttemptId } & EventKind"))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The attempt.
    pub attempt: AttemptId,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// A note of the provider's on the text, such as a citation.
    Annotation {
        /// It, as it was given.
        #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
        value: Value,
    },
    /// The attempt failed; the call may go on.
    AttemptFailed {
        /// Why.
        error: Error,
    },
    /// What the attempt emitted stands, and another attempt goes on from there.
    Continued {
        /// The attempt that goes on.
        by: AttemptId,
    },
    /// The answer is whole and waits for the caller's verdict.
    Judging {
        /// It.
        answer: Box<Answer>,
    },
    /// More of the reasoning, or of its summary.
    ReasoningDelta {
        /// The new words.
        text: String,
    },
    /// The answer was checked and not accepted; a stronger model is asked.
    Refused {
        /// Why.
        reason: String,
    },
    /// More of a refusal.
    RefusalDelta {
        /// The new words.
        text: String,
    },
    /// The attempt was sent.
    Started {
        /// The model asked.
        model: ModelId,
        /// The effort asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effort: Option<Effort>,
    },
    /// What the attempt emitted so far no longer counts.
    Superseded {
        /// The attempt that takes its place; itself, when its provider began the answer anew.
        by: AttemptId,
    },
    /// More of the answer.
    TextDelta {
        /// The new words.
        text: String,
    },
    /// More of a tool call's arguments.
    ToolCallDelta {
        /// Names the tool call within its attempt: calls are counted as they begin, and their
        /// `call_id` finds them in the answer.
        index: u32,
        /// The new part of its JSON text.
        arguments: String,
    },
    /// A tool call began.
    ToolCallStarted {
        /// Names the tool call within its attempt: calls are counted as they begin, and their
        /// `call_id` finds them in the answer.
        index: u32,
        /// Ties the result to the call.
        call_id: String,
        /// The tool.
        name: String,
    },
    /// The call waits before it tries again.
    Waiting {
        /// Until when.
        until: Timestamp,
        /// Why.
        error: Error,
    },
}
