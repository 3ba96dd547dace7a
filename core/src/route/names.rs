//! A set of names of models or arms in which another is found without comparing it with each.

use alloc::vec;
use alloc::vec::Vec;

/// Names, each at a place of its own in a table that is at most half full.
pub(super) struct Names<'a> {
    slots: Vec<Option<&'a str>>,
    /// A bit for each length among them, so that most other names need not even be read.
    lengths: u64,
}

impl<'a> Names<'a> {
    /// A set of nothing, with room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self { slots: vec![None; (2 * count.max(1)).next_power_of_two()], lengths: 0 }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.slots.len()
    }

    /// Puts a name in; whether it was new.
    pub(super) fn insert(&mut self, name: &'a str) -> bool {
        self.lengths |= length_bit(name);
        let place = self.place(name);
        match self.slots.get_mut(place) {
            Some(slot) if slot.is_none() => {
                *slot = Some(name);
                true
            }
            _ => false,
        }
    }

    /// Where a name stands, if it does.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if self.lengths & length_bit(name) == 0 {
            return None;
        }
        let place = self.place(name);
        self.slots.get(place).copied().flatten().map(|_| place)
    }

    /// Where a name stands, else where it would.
    fn place(&self, name: &str) -> usize {
        let last = self.slots.len() - 1;
        let mut place = ends(name) & last;
        while let Some(Some(other)) = self.slots.get(place)
            && *other != name
        {
            place = (place + 1) & last;
        }
        place
    }
}

fn length_bit(name: &str) -> u64 {
    1 << (name.len() % 64)
}

/// A hash of a name's length and both its ends, in which names of models differ.
fn ends(name: &str) -> usize {
    let bytes = name.as_bytes();
    let ends = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
        }
        _ => bytes.iter().fold(0, |ends, byte| (ends << 8) | u64::from(*byte)),
    };
    let spread = (ends ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (spread >> 32) as usize
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::Names;

    #[test]
    fn names_alike_in_length_and_at_both_ends_are_told_apart() {
        let name = |middle: u32| format!("a-model-{middle:03}-of-them");
        let known: Vec<String> = (0..100).map(name).collect();
        let mut names = Names::with_room(known.len());
        assert!(known.iter().all(|name| names.insert(name)));
        assert!(!known.iter().any(|name| names.insert(name)));
        let mut places: Vec<usize> = known.iter().filter_map(|name| names.find(name)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), known.len());
        assert!((100..200).all(|other| names.find(&name(other)).is_none()));
    }

    #[test]
    fn short_and_empty_names_are_names() {
        let known = ["", "o", "o1", "o3", "gpt-5.4"];
        let mut names = Names::with_room(known.len());
        assert!(known.iter().all(|name| names.insert(name)));
        assert!(known.iter().all(|name| names.find(name).is_some()));
        assert_eq!(Names::with_room(0).find(known[0]), None);
    }
}
