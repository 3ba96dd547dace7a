//! Pieces of an answer as events of an attempt.

use alloc::collections::VecDeque;

use serde_json::Value;

use super::action::{Action, AttemptId};
use super::event::{Event, EventKind};
use crate::provider::Sink;

/// Queues an event for each piece of an answer.
pub(super) struct Emitter<'a> {
    pub(super) attempt: AttemptId,
    pub(super) actions: &'a mut VecDeque<Action>,
    /// Set once anything was queued.
    pub(super) has_delivered: &'a mut bool,
}

impl Emitter<'_> {
    fn emit(&mut self, kind: EventKind) {
        *self.has_delivered = true;
        self.actions.push_back(Action::Emit { event: Event { attempt: self.attempt, kind } });
    }
}

impl Sink for Emitter<'_> {
    fn annotation(&mut self, value: &Value) {
        self.emit(EventKind::Annotation { value: value.clone() });
    }

    fn reasoning(&mut self, text: &str) {
        if !text.is_empty() {
            self.emit(EventKind::ReasoningDelta { text: text.into() });
        }
    }

    fn refusal(&mut self, text: &str) {
        if !text.is_empty() {
            self.emit(EventKind::RefusalDelta { text: text.into() });
        }
    }

    fn superseded(&mut self) {
        if *self.has_delivered {
            self.emit(EventKind::Superseded { by: self.attempt });
        }
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.emit(EventKind::TextDelta { text: text.into() });
        }
    }

    fn tool_call_delta(&mut self, index: u32, arguments: &str) {
        if !arguments.is_empty() {
            self.emit(EventKind::ToolCallDelta { index, arguments: arguments.into() });
        }
    }

    fn tool_call_started(&mut self, index: u32, call_id: &str, name: &str) {
        let (call_id, name) = (call_id.into(), name.into());
        self.emit(EventKind::ToolCallStarted { index, call_id, name });
    }
}
