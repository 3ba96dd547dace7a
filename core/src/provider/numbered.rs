//! Parts of an answer by the numbers a stream gives them.
//!
//! A stream may number as it likes, from the end for instance, so they stand in a tree; one tree of
//! places for all kinds of parts, for each further pair of types costs a page five kilobytes.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Parts in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered<T> {
    /// Where each lies.
    places: BTreeMap<u64, u64>,
    parts: Vec<T>,
}

impl<T: Default> Numbered<T> {
    /// The part of a number, begun where there is none.
    pub(super) fn or_default(&mut self, number: u64) -> &mut T {
        let place = place_for(&mut self.places, number, self.parts.len());
        if place >= self.parts.len() {
            self.parts.push(T::default());
        }
        &mut self.parts[place]
    }

    pub(super) fn insert(&mut self, number: u64, part: T) {
        *self.or_default(number) = part;
    }

    /// Takes a part out.
    pub(super) fn remove(&mut self, number: u64) -> Option<T> {
        let place = self.places.remove(&number)?;
        self.parts.get_mut(place as usize).map(core::mem::take)
    }
}

impl<T> Numbered<T> {
    pub(super) fn get(&self, number: u64) -> Option<&T> {
        self.parts.get(*self.places.get(&number)? as usize)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.parts.get_mut(*self.places.get(&number)? as usize)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let places = self.places.iter();
        places.filter_map(|(number, place)| Some((*number, self.parts.get(*place as usize)?)))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, part)| part)
    }

    /// The number after the last.
    pub(super) fn next_number(&self) -> u64 {
        self.last().map_or(0, |(number, _)| number.saturating_add(1))
    }

    pub(super) fn last(&self) -> Option<(u64, &T)> {
        let (number, place) = self.places.last_key_value()?;
        Some((*number, self.parts.get(*place as usize)?))
    }
}

/// The place of a number, the next one where it has none.
#[inline(never)]
fn place_for(places: &mut BTreeMap<u64, u64>, number: u64, next: usize) -> usize {
    *places.entry(number).or_insert(next as u64) as usize
}
