//! One sort for the whole kernel.
//!
//! Each type that a slice sort is asked for is a copy of some five kilobytes in what a page downloads.
//! Sorting the places of the items instead is one copy for all of them.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts items; equal ones stay as they stand.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    // Mostly they stand in order already.
    if items.is_sorted_by(|one, next| compare(one, next) != Ordering::Greater) {
        return;
    }
    let places = places(items.len(), &|one, other| match (items.get(one), items.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = core::mem::take(items).into_iter().map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken.get_mut(place)?.take()));
}

/// Sorts items by what is smallest about them; equal ones stay as they stand.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

/// The places of items in order; equal ones stay as they stand.
pub(crate) fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut run = 1;
    // Runs of one are sorted; two sorted runs become one of twice the length.
    while run < count {
        for both in places.chunks(2 * run) {
            let (mut one, mut other) = both.split_at(run.min(both.len()));
            while let ([left, after_left @ ..], [right, after_right @ ..]) = (one, other) {
                if compare(*left, *right) == Ordering::Greater {
                    merged.push(*right);
                    other = after_right;
                } else {
                    merged.push(*left);
                    one = after_left;
                }
            }
            merged.extend_from_slice(one);
            merged.extend_from_slice(other);
        }
        core::mem::swap(&mut places, &mut merged);
        merged.clear();
        run *= 2;
    }
    places
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::sort_by_key;

    #[test]
    fn equal_items_stay_as_they_stand() {
        let mut items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort_by_key(&mut items, |(key, _)| *key);
        assert_eq!(items, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn any_number_of_items_is_sorted_as_the_standard_library_sorts_them() {
        for count in 0..130_u32 {
            let mut items: alloc::vec::Vec<(u32, u32)> =
                (0..count).map(|at| (at.wrapping_mul(2_654_435_761) >> 27, at)).collect();
            let mut sorted = items.clone();
            sorted.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut items, |(key, _)| *key);
            assert_eq!(items, sorted);
        }
    }
}
