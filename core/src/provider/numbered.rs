//! Parts of an answer by the numbers a stream gives them.
//!
//! A stream may number as it likes, from the end for instance, so what one more number moves is bounded:
//! the numbers stand in runs, and a run that is full becomes two. A tree of the standard library's does
//! the same for six thousand bytes of code.

use alloc::vec::Vec;

/// Parts in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered<T> {
    places: Places,
    parts: Vec<T>,
}

/// Where each number's part lies.
#[derive(Clone, Debug, Default)]
struct Places {
    /// Numbers with their places, in order, in runs of which none is empty.
    runs: Vec<Vec<(u64, usize)>>,
}

impl<T: Default> Numbered<T> {
    /// The part of a number, begun where there is none.
    pub(super) fn or_default(&mut self, number: u64) -> &mut T {
        let place = self.places.or_insert(number, self.parts.len());
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
        let place = self.places.remove(number)?;
        self.parts.get_mut(place).map(core::mem::take)
    }
}

impl<T> Numbered<T> {
    pub(super) fn get(&self, number: u64) -> Option<&T> {
        self.parts.get(self.places.get(number)?)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.parts.get_mut(self.places.get(number)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let places = self.places.runs.iter().flatten();
        places.filter_map(|(number, place)| Some((*number, self.parts.get(*place)?)))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, part)| part)
    }

    /// The number after the last.
    pub(super) fn next_number(&self) -> u64 {
        self.last().map_or(0, |(number, _)| number.saturating_add(1))
    }

    pub(super) fn last(&self) -> Option<(u64, &T)> {
        let (number, place) = self.places.runs.last()?.last()?;
        Some((*number, self.parts.get(*place)?))
    }
}

impl Places {
    #[inline(never)]
    fn get(&self, number: u64) -> Option<usize> {
        let run = self.runs.get(self.run_of(number))?;
        let at = run.binary_search_by_key(&number, |(own, _)| *own).ok()?;
        run.get(at).map(|(_, place)| *place)
    }

    /// The place of a number, the next one where it has none.
    #[inline(never)]
    fn or_insert(&mut self, number: u64, next: usize) -> usize {
        let at_run = self.run_of(number);
        let Some(run) = self.runs.get_mut(at_run) else {
            self.runs.push(Vec::from([(number, next)]));
            return next;
        };
        match run.binary_search_by_key(&number, |(own, _)| *own) {
            Ok(at) => run.get(at).map_or(next, |(_, place)| *place),
            Err(at) => {
                run.insert(at, (number, next));
                if run.len() > LONGEST_RUN {
                    let second = run.split_off(LONGEST_RUN / 2);
                    self.runs.insert(at_run + 1, second);
                }
                next
            }
        }
    }

    #[inline(never)]
    fn remove(&mut self, number: u64) -> Option<usize> {
        let at_run = self.run_of(number);
        let run = self.runs.get_mut(at_run)?;
        let at = run.binary_search_by_key(&number, |(own, _)| *own).ok()?;
        let (_, place) = run.remove(at);
        if run.is_empty() {
            self.runs.remove(at_run);
        }
        Some(place)
    }

    /// The run that holds a number, or would: the last that does not begin behind it.
    fn run_of(&self, number: u64) -> usize {
        let begun =
            |run: &Vec<(u64, usize)>| run.first().is_some_and(|(first, _)| *first <= number);
        self.runs.partition_point(begun).saturating_sub(1)
    }
}

const LONGEST_RUN: usize = 512;

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use super::Numbered;

    #[test]
    fn parts_stand_in_the_order_of_their_numbers_however_they_came() {
        let mut seed = 1_u64;
        let mut drawn = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        for most in [3, 700, 5_000] {
            let (mut parts, mut known) = (Numbered::default(), BTreeMap::new());
            for step in 0..6_000_u64 {
                let number = match step / 2_000 {
                    0 => drawn() % most,
                    1 => most + 2_000 - step % 2_000,
                    _ => most + step,
                };
                if drawn() % 4 == 0 {
                    assert_eq!(parts.remove(number), known.remove(&number));
                } else {
                    parts.insert(number, step);
                    known.insert(number, step);
                }
                assert_eq!(parts.last(), known.last_key_value().map(|(key, it)| (*key, it)));
                let other = drawn() % most;
                assert_eq!(parts.get(other), known.get(&other));
            }
            assert!(parts.iter().eq(known.iter().map(|(number, step)| (*number, step))));
            assert_eq!(parts.values().count(), known.values().collect::<Vec<_>>().len());
        }
    }
}
