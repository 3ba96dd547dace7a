//! What maps hold for the arms of a decision.
//!
//! A search by name for each arm is most of a decision among many: each compares half a dozen names
//! that begin alike. So the names of many arms are put into a table, and a map is gone through once.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::names::Names;
use crate::sorted::SortedMap;

/// Arms by name and rung.
pub(super) struct Arms<'a> {
    arms: &'a [(&'a str, u32)],
    /// Nothing where searching for each is quicker.
    table: Option<Table<'a>>,
}

struct Table<'a> {
    names: Names<'a>,
    /// Where each arm's name stands.
    places: Vec<usize>,
}

impl<'a> Arms<'a> {
    pub(super) fn of(arms: &'a [(&'a str, u32)]) -> Self {
        let table = (arms.len() > FEW).then(|| {
            let mut names = Names::with_room(arms.len());
            for (name, _) in arms {
                names.insert(name);
            }
            let places = arms.iter().filter_map(|(name, _)| names.find(name)).collect();
            Table { names, places }
        });
        Self { arms, table }
    }

    /// What a map holds for each arm, in their order.
    pub(super) fn pick<'m, V>(&self, map: Option<&'m SortedMap<String, V>>) -> Vec<Option<&'m V>> {
        let Some(map) = map else { return vec![None; self.arms.len()] };
        let Some(Table { names, places }) = &self.table else {
            return self.arms.iter().map(|(name, _)| map.get(*name)).collect();
        };
        let mut held = vec![None; names.places()];
        for (name, value) in map {
            if let Some(slot) = names.find(name).and_then(|place| held.get_mut(place)) {
                *slot = Some(value);
            }
        }
        places.iter().map(|place| held.get(*place).copied().flatten()).collect()
    }
}

/// Arms up to which each is searched for.
const FEW: usize = 8;
