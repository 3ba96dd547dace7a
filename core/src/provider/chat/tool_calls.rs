//! Tool calls as they come in pieces.
//!
//! OpenAI numbers each call and names it once. Other servers leave out the number, the id or both,
//! number all calls alike, give each piece an id of its own, or send whole calls in one list.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::message::merge;
use crate::json::{self, Node};
use crate::order::sort_by_key;
use crate::provider::answer::AnswerToolCall;
use crate::provider::fold::Sink;

/// The tool calls of one message as far as they came.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolCalls {
    slots: Vec<Slot>,
}

/// One piece of a call; what it does not say is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece<'a> {
    /// The server's own number of the call.
    pub(super) number: Option<u64>,
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: &'a str,
    /// What stands beside them.
    pub(super) beside: &'a [(Cow<'a, str>, Node<'a>)],
    /// Whether a piece of another call stands before it in the same list.
    pub(super) is_further: bool,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    number: Option<u64>,
    call: AnswerToolCall,
    /// Fields without a name here.
    beside: Map<String, Value>,
    /// Whether the id is one the server gave.
    is_named: bool,
    is_started: bool,
}

impl ToolCalls {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Takes one piece.
    pub(super) fn add(&mut self, piece: Piece<'_>, sink: &mut dyn Sink) {
        let place = self.place_of(&piece).unwrap_or_else(|| {
            self.slots.push(Slot { number: piece.number, ..Slot::default() });
            self.slots.len() - 1
        });
        let Some(slot) = self.slots.get_mut(place) else { return };
        if slot.call.call_id.is_empty() {
            slot.call.call_id = piece.id.into();
            slot.is_named = !piece.id.is_empty();
        }
        if slot.call.name.is_empty() {
            slot.call.name = piece.name.into();
        }
        slot.call.arguments.push_str(piece.arguments);
        for (key, value) in piece.beside {
            let is_known = KNOWN.contains(&key.as_ref());
            if !is_known && !value.is_null() {
                merge(slot.beside.entry(key.as_ref()).or_insert(Value::Null), &value.to_value());
            }
        }
        let index = place as u32;
        if slot.is_started {
            if !piece.arguments.is_empty() {
                sink.tool_call_delta(index, piece.arguments);
            }
        } else if !slot.call.name.is_empty() {
            slot.start(index, sink);
        }
    }

    /// Takes a piece that holds nothing but more arguments.
    pub(super) fn go_on(&mut self, number: Option<u64>, arguments: &str, sink: &mut dyn Sink) {
        self.add(Piece { number, arguments, ..Piece::default() }, sink);
    }

    /// Announces calls whose name never came.
    pub(super) fn start_the_rest(&mut self, sink: &mut dyn Sink) {
        for (index, slot) in self.slots.iter_mut().enumerate().filter(|(_, slot)| !slot.is_started)
        {
            slot.start(index as u32, sink);
        }
    }

    /// The calls; numbered ones stand in the order of their numbers, however they came.
    pub(super) fn in_order(&self) -> Vec<AnswerToolCall> {
        let mut slots: Vec<&Slot> = self.slots.iter().collect();
        if slots.iter().all(|slot| slot.number.is_some()) {
            sort_by_key(&mut slots, |slot| slot.number);
        }
        slots.into_iter().map(|slot| slot.call.clone()).collect()
    }

    /// What stood beside the calls, with the ids they have.
    pub(super) fn beside(&self) -> Vec<Value> {
        let with = self.slots.iter().filter(|slot| !slot.beside.is_empty());
        let told = with.map(|slot| {
            let mut fields = slot.beside.clone();
            fields.insert("id".into(), slot.call.call_id.as_str().into());
            Value::Object(fields)
        });
        told.collect()
    }

    /// The call a piece belongs to; none when it begins one.
    fn place_of(&self, piece: &Piece<'_>) -> Option<usize> {
        let last = self.slots.len().checked_sub(1);
        if piece.number.is_some() {
            let place = self.slots.iter().rposition(|slot| slot.number == piece.number)?;
            return (!self.slots[place].is_followed_by(piece)).then_some(place);
        }
        if !piece.id.is_empty() {
            let named = self.slots.iter().position(|slot| slot.call.call_id == piece.id);
            // A piece that names no tool goes on with the last, whatever its id.
            return named.or(last.filter(|_| piece.name.is_empty() && !piece.is_further));
        }
        let last = last?;
        let begins = !piece.name.is_empty() && {
            let call = &self.slots[last].call;
            piece.is_further || call.name != piece.name || json::is_json(&call.arguments)
        };
        (!begins).then_some(last)
    }
}

impl Slot {
    /// Whether a piece of the same number is another call: some servers number all of them alike.
    fn is_followed_by(&self, piece: &Piece<'_>) -> bool {
        let call = &self.call;
        let are_named = self.is_named && !piece.id.is_empty();
        if piece.name.is_empty() || are_named && call.call_id == piece.id {
            return false;
        }
        let is_renamed = !call.name.is_empty() && call.name != piece.name;
        if are_named {
            return is_renamed || json::is_json(&call.arguments);
        }
        json::is_json(&call.arguments) && (is_renamed || !piece.arguments.is_empty())
    }

    fn start(&mut self, index: u32, sink: &mut dyn Sink) {
        self.is_started = true;
        if self.call.call_id.is_empty() {
            // The result has to be tied to the call somehow; the place stands in for an id.
            self.call.call_id = format!("call_{index}");
        }
        sink.tool_call_started(index, &self.call.call_id, &self.call.name);
        if !self.call.arguments.is_empty() {
            sink.tool_call_delta(index, &self.call.arguments);
        }
    }
}

/// Fields of a piece of a call that are read, or that say nothing of it.
pub(super) const KNOWN: &[&str] =
    &["arguments", "custom", "function", "id", "index", "input", "name", "type"];
