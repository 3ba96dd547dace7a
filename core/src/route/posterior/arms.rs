//! What maps hold for the arms of a decision.
//!
//! A search by name for each arm is most of a decision among many: each compares half a dozen names
//! that begin alike. So the arms' names are put into a table, and a map is gone through once.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::names::Names;
use crate::sorted::SortedMap;

/// Arms by name.
pub(super) struct Arms<'a> {
    names: Names<'a>,
    /// Where each arm's name stands.
    places: Vec<usize>,
}

impl<'a> Arms<'a> {
    pub(super) fn of(arms: &[(&'a str, u32)]) -> Self {
        let mut names = Names::with_room(arms.len());
        for (name, _) in arms {
            names.insert(name);
        }
        let places = arms.iter().filter_map(|(name, _)| names.find(name)).collect();
        Self { names, places }
    }

    /// What a map holds for each arm, in their order.
    pub(super) fn pick<'m, V>(
        &self,
        map: Option<&'m SortedMap<String, V>>,
    ) -> impl Iterator<Item = Option<&'m V>> {
        let found = match map {
            Some(map) => self.find_among(&mut map.keys()),
            None => vec![None; self.places.len()],
        };
        found.into_iter().map(move |place| map?.value_at(place?))
    }

    /// Where each arm stands among some names.
    fn find_among(&self, names: &mut dyn Iterator<Item = &String>) -> Vec<Option<usize>> {
        let mut found = vec![None; self.names.places()];
        for (at, name) in names.enumerate() {
            if let Some(slot) = self.names.find(name).and_then(|place| found.get_mut(place)) {
                *slot = Some(at);
            }
        }
        self.places.iter().map(|place| found.get(*place).copied().flatten()).collect()
    }
}
