//! A struct as serde sees it: its fields in order, whichever order they were written in.

use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{DeserializeSeed, Error, SeqAccess};
use serde_json::{Map, Value};

use super::Unreadable;
use super::reader::Reader;

/// A struct's fields in the order of its declaration, each with its value if it was given.
///
/// Read so, a field costs what its type costs. Asked by name, each costs a comparison of names, a
/// place to wait in and a check for a second one besides, in every struct there is.
pub(super) struct Slots<'a> {
    fields: &'static [&'static str],
    values: Vec<Option<&'a Value>>,
    next: usize,
    is_absent: bool,
}

impl<'a> Slots<'a> {
    pub(super) fn of(
        given: &'a Map<String, Value>,
        fields: &'static [&'static str],
        name: &str,
    ) -> Result<Self, Unreadable> {
        let mut values = alloc::vec![None; fields.len()];
        // Most objects hold their fields in the order of the declaration.
        let mut guess = 0;
        for (key, value) in given {
            let is_guess = fields.get(guess).is_some_and(|field| field == key);
            let place = if is_guess { Some(guess) } else { fields.iter().position(|f| f == key) };
            match place {
                Some(place) => {
                    guess = place + 1;
                    if let Some(slot) = values.get_mut(place) {
                        *slot = Some(value);
                    }
                }
                None if OPEN.contains(&name) => {}
                None => return Err(Unreadable::unknown_field(key, fields)),
            }
        }
        Ok(Self { fields, values, next: 0, is_absent: false })
    }

    /// An error right after an absent field is about its absence.
    pub(super) fn explain(&self, error: Unreadable) -> Unreadable {
        match self.fields.get(self.next.wrapping_sub(1)) {
            Some(field) if self.is_absent => Unreadable::missing_field(field),
            _ => error,
        }
    }
}

impl<'a> SeqAccess<'a> for Slots<'a> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        let value = self.values.get(self.next).copied().flatten();
        self.next += 1;
        self.is_absent = value.is_none();
        value.map(|value| seed.deserialize(Reader(value))).transpose()
    }
}

/// Structs that pass over fields they do not know: what a later version wrote is read by this one.
const OPEN: &[&str] = &[
    "Answer",
    "AnswerToolCall",
    "Attempt",
    "Baseline",
    "Error",
    "Folded",
    "HttpRequest",
    "Outcome",
    "Quote",
    "Receipt",
    "SseEvent",
    "SseTranscript",
];
