use alloc::collections::BTreeMap;

use super::{SortedMap, SortedSet};

#[test]
fn it_holds_what_a_tree_holds() {
    let (mut map, mut tree) = (SortedMap::new(), BTreeMap::new());
    for step in 0..2_000_u32 {
        let key = step.wrapping_mul(2_654_435_761) % 64;
        if step % 3 == 0 {
            assert_eq!(map.remove(&key), tree.remove(&key));
        } else {
            assert_eq!(map.insert(key, step), tree.insert(key, step));
        }
        *map.or_default(key / 2) += 1;
        *tree.entry(key / 2).or_default() += 1;
        assert!(map.iter().eq(tree.iter()));
    }
}

#[test]
fn of_two_pairs_with_one_key_the_later_one_stays() {
    let map = SortedMap::from([("b", 1), ("a", 2), ("b", 3), ("b", 4), ("a", 5)]);
    assert!(map.iter().eq([(&"a", &5), (&"b", &4)]));
    assert_eq!(SortedSet::from([3, 1, 3, 2]).iter().copied().sum::<i32>(), 6);
}
