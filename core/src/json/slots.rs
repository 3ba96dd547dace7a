//! An object's values in the order of a type's fields, whichever order they were written in.

use alloc::format;

use super::node::Fields;
use super::words::{expected, place_within, words};
use super::{Node, Readable, Unreadable};

/// The fields of a type.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The type's name.
    pub name: &'static str,
    /// The field that names the variant; empty where there is none.
    pub tag: &'static str,
    /// The names of the others in order, before each a byte of how long it is.
    pub fields: &'static str,
    /// A bit for each field that must be there, the lowest for the first.
    pub required: u32,
    /// Whether fields it does not know are passed over: what a later version wrote is read by
    /// this one.
    pub is_open: bool,
}

/// A type's fields about to be read, one after the other.
///
/// The first complaint ends it: what is left is passed over, and `end` hands the complaint out. So a
/// type's own code is a call for each field, with nothing to check and nothing to take down between.
#[derive(Debug)]
pub struct Slots<'a> {
    layout: &'static Layout,
    values: [Option<&'a Node<'a>>; MOST],
    next: usize,
    wrong: Option<Unreadable>,
}

impl<'a> Slots<'a> {
    /// The values of an object, each in its field's slot.
    #[inline(never)]
    pub fn of(value: &'a Node<'a>, layout: &'static Layout) -> Self {
        let mut slots = Self { layout, values: [None; MOST], next: 0, wrong: None };
        let spread = match value {
            Node::Object(given) => slots.spread(given),
            _ => Err(Unreadable::wrong_type(value, &format!("struct {}", layout.name))),
        };
        slots.wrong = spread.err();
        slots
    }

    /// Reads the next field.
    #[inline(never)]
    pub fn next(&mut self, place: &mut dyn Readable) {
        if let Some(value) = self.take() {
            self.wrong = place.read(value).err();
        }
    }

    /// Reads the next field in a way of its own.
    pub fn next_with<T>(
        &mut self,
        place: &mut T,
        read: fn(&mut T, &Node<'_>) -> Result<(), Unreadable>,
    ) {
        if let Some(value) = self.take() {
            self.wrong = read(place, value).err();
        }
    }

    /// Hands out the first complaint.
    ///
    /// # Errors
    ///
    /// When there was one.
    #[inline(never)]
    pub fn end(self) -> Result<(), Unreadable> {
        self.wrong.map_or(Ok(()), Err)
    }

    fn spread(&mut self, given: &'a Fields<'a>) -> Result<(), Unreadable> {
        let Layout { tag, fields, is_open, .. } = *self.layout;
        // Most objects hold their fields in the order of the declaration.
        let mut left = 0;
        let mut place = 0;
        for (key, value) in given {
            let found = match place_within(fields, left, key) {
                Some((ahead, rest)) => {
                    left = rest;
                    place += ahead + 1;
                    Some(place - 1)
                }
                None if key == tag => continue,
                None => place_within(fields, 0, key).map(|(found, _)| found),
            };
            let Some(found) = found else {
                if is_open {
                    continue;
                }
                let expected = expected(fields, "fields");
                return Err(Unreadable::new(format!("unknown field `{key}`, {expected}")));
            };
            if let Some(slot) = self.values.get_mut(found) {
                *slot = Some(value);
            }
        }
        Ok(())
    }

    /// The value of the next field, unless there is none or something was wrong before.
    fn take(&mut self) -> Option<&'a Node<'a>> {
        let place = self.next;
        self.next += 1;
        if self.wrong.is_some() {
            return None;
        }
        let value = self.values.get(place).copied().flatten();
        if value.is_none() && self.layout.required >> place & 1 == 1 {
            let name = words(self.layout.fields).nth(place).unwrap_or_default();
            self.wrong = Some(Unreadable::new(format!("missing field `{name}`")));
        }
        value
    }
}

/// How many fields a type may have at most, as `farebox_derive` says too.
const MOST: usize = 32;
