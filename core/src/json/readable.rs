//! What can be read from JSON.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::node::{Fields, to_map};
use super::{Node, Unreadable, described};
use crate::order::sort_by_key;
use crate::sorted::{SortedMap, SortedSet};

/// A type that is read from a JSON value, into a place that is there already.
///
/// Reading into a place needs no copy of the code for each type around it, and leaves nothing half
/// made to be taken down when a later field is wrong.
pub trait Readable {
    /// A value to be read into; it has no meaning until it is.
    fn blank() -> Self
    where
        Self: Sized;

    /// Reads the value into this blank.
    ///
    /// # Errors
    ///
    /// What is wrong with the value; what this is then has no meaning.
    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable>;
}

macro_rules! integers {
    ($($type:ident)*) => {
        $(impl Readable for $type {
            fn blank() -> Self {
                0
            }

            fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
                let number = integer(value, stringify!($type))?;
                *self = number.try_into().map_err(|_| out_of_range(value, stringify!($type)))?;
                Ok(())
            }
        })*
    };
}
integers! { i32 i64 u8 u16 u32 u64 usize }

#[inline(never)]
fn integer(value: &Node<'_>, name: &str) -> Result<i128, Unreadable> {
    let Node::Number(number) = value else { return Err(Unreadable::wrong_type(value, name)) };
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => Ok(number.into()),
        (_, Some(number)) => Ok(number.into()),
        _ => Err(Unreadable::wrong_type(value, name)),
    }
}

#[inline(never)]
fn out_of_range(value: &Node<'_>, name: &str) -> Unreadable {
    Unreadable::new(format!("invalid value: {}, expected {name}", described(value)))
}

impl Readable for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        match value {
            Node::Bool(value) => *self = *value,
            _ => return Err(Unreadable::wrong_type(value, "a boolean")),
        }
        Ok(())
    }
}

impl Readable for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        self.clear();
        self.push_str(string(value)?);
        Ok(())
    }
}

/// The text that a value is.
#[inline(never)]
pub(crate) fn string<'v>(value: &'v Node<'_>) -> Result<&'v str, Unreadable> {
    match value {
        Node::String(text) => Ok(text),
        _ => Err(Unreadable::wrong_type(value, "a string")),
    }
}

/// What a text says, which a value is.
pub(crate) fn parsed<T>(
    value: &Node<'_>,
    parse: fn(&str) -> Result<T, crate::error::Error>,
) -> Result<T, Unreadable> {
    parse(string(value)?).map_err(|error| Unreadable::new(error.message))
}

impl Readable for () {
    fn blank() -> Self {}

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        match value {
            Node::Null => Ok(()),
            _ => Err(Unreadable::wrong_type(value, "unit")),
        }
    }
}

impl Readable for Value {
    fn blank() -> Self {
        Self::Null
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = value.to_value();
        Ok(())
    }
}

impl Readable for Map<String, Value> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = to_map(entries(value)?);
        Ok(())
    }
}

fn entries<'v, 'a>(value: &'v Node<'a>) -> Result<&'v Fields<'a>, Unreadable> {
    match value {
        Node::Object(fields) => Ok(fields),
        _ => Err(Unreadable::wrong_type(value, "a map")),
    }
}

impl<T: Readable> Readable for Box<T> {
    fn blank() -> Self {
        Self::new(T::blank())
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        (**self).read(value)
    }
}

impl<T: Readable> Readable for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        match value {
            Node::Null => {
                *self = None;
                Ok(())
            }
            _ => self.insert(T::blank()).read(value),
        }
    }
}

/// A list that grows by blanks.
trait Grow {
    fn grow(&mut self) -> Option<&mut dyn Readable>;
}

impl<T: Readable> Grow for Vec<T> {
    fn grow(&mut self) -> Option<&mut dyn Readable> {
        self.push(T::blank());
        self.last_mut().map(|last| last as &mut dyn Readable)
    }
}

#[inline(never)]
fn read_items(list: &mut dyn Grow, value: &Node<'_>) -> Result<(), Unreadable> {
    let Node::Array(items) = value else {
        return Err(Unreadable::wrong_type(value, "a sequence"));
    };
    items.iter().try_for_each(|item| match list.grow() {
        Some(place) => place.read(item),
        None => Ok(()),
    })
}

impl<T: Readable> Readable for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        self.clear();
        read_items(self, value)
    }
}

impl<T: Readable + Ord> Readable for SortedSet<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        let mut items: Vec<T> = Vec::new();
        read_items(&mut items, value)?;
        *self = items.into_iter().collect();
        Ok(())
    }
}

/// A map that grows by blanks: a pair is read as a key first, then as a value.
trait GrowByPairs {
    fn grow(&mut self) -> Option<(&mut dyn Readable, &mut dyn Readable)>;
    /// Puts the last pair where it belongs.
    fn settle(&mut self);
}

impl<K: Readable + Ord, V: Readable> GrowByPairs for SortedMap<K, V> {
    fn grow(&mut self) -> Option<(&mut dyn Readable, &mut dyn Readable)> {
        let (key, value) = self.unsettled(K::blank(), V::blank())?;
        Some((key, value))
    }

    fn settle(&mut self) {
        Self::settle(self);
    }
}

#[inline(never)]
fn read_pairs(pairs: &mut dyn GrowByPairs, value: &Node<'_>) -> Result<(), Unreadable> {
    let entries = entries(value)?;
    if entries.len() <= FEW {
        return entries.iter().try_for_each(|(key, value)| read_pair(pairs, key, value));
    }
    let mut entries: Vec<&(Cow<'_, str>, Node<'_>)> = entries.iter().collect();
    // Keys of one's own are in order then, however many: each pair is settled where it stands.
    sort_by_key(&mut entries, |(key, _)| &**key);
    entries.into_iter().try_for_each(|(key, value)| read_pair(pairs, key, value))
}

/// Reads one more pair; of two with one key the later one stays.
fn read_pair(pairs: &mut dyn GrowByPairs, key: &str, value: &Node<'_>) -> Result<(), Unreadable> {
    let Some((first, second)) = pairs.grow() else { return Ok(()) };
    // A number is text as a key.
    let word = Node::String(Cow::Borrowed(key));
    first.read(&word).or_else(|wrong| match key.parse::<u64>() {
        Ok(number) => first.read(&Node::Number(number.into())),
        Err(_) => Err(wrong),
    })?;
    second.read(value)?;
    pairs.settle();
    Ok(())
}

/// So many pairs are put in order sooner one by one than all at once.
const FEW: usize = 16;

impl<K: Readable + Ord, V: Readable> Readable for SortedMap<K, V> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        read_pairs(self, value)
    }
}

impl<K: Readable + Ord, V: Readable> Readable for BTreeMap<K, V> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        let mut pairs = SortedMap::new();
        read_pairs(&mut pairs, value)?;
        *self = pairs.into_iter().collect();
        Ok(())
    }
}

#[inline(never)]
fn read_tuple(places: &mut [&mut dyn Readable], value: &Node<'_>) -> Result<(), Unreadable> {
    let Node::Array(items) = value else {
        return Err(Unreadable::wrong_type(value, &format!("a list of {}", places.len())));
    };
    if items.len() != places.len() {
        let message = format!("invalid length {}, expected {} items", items.len(), places.len());
        return Err(Unreadable::new(message));
    }
    places.iter_mut().zip(items).try_for_each(|(place, item)| place.read(item))
}

impl<A: Readable, B: Readable> Readable for (A, B) {
    fn blank() -> Self {
        (A::blank(), B::blank())
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        read_tuple(&mut [&mut self.0, &mut self.1], value)
    }
}

impl<T: Readable, const N: usize> Readable for [T; N] {
    fn blank() -> Self {
        core::array::from_fn(|_| T::blank())
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        read_tuple(&mut self.each_mut().map(|place| place as &mut dyn Readable), value)
    }
}
