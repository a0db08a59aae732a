//! What is there twice, found in one look at each thing.
//!
//! Worlds may have a hundred thousand people, so nothing that is read may be compared with everything before it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// What was seen so far, each with something that tells where.
#[derive(Debug)]
pub(crate) struct Seen<K, V> {
    known: HashMap<K, V>,
}

impl<K: Hash + Eq, V> Default for Seen<K, V> {
    fn default() -> Self {
        Self { known: HashMap::new() }
    }
}

impl<K: Hash + Eq, V> Seen<K, V> {
    /// Takes in a key; gives what was said of the first one that equals it, if there was one.
    pub(crate) fn before(&mut self, key: K, value: V) -> Option<&V> {
        match self.known.entry(key) {
            Entry::Occupied(first) => Some(first.into_mut()),
            Entry::Vacant(place) => {
                place.insert(value);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hash::Hasher;

    use super::*;

    /// A key that counts how often it is compared.
    struct Counted<'a>(u64, &'a Cell<usize>);

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.1.set(self.1.get() + 1);
            self.0 == other.0
        }
    }

    impl Eq for Counted<'_> {}

    impl Hash for Counted<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn the_first_of_equals_is_found() {
        let mut seen = Seen::default();
        assert_eq!(seen.before("a", 1), None);
        assert_eq!(seen.before("b", 2), None);
        assert_eq!(seen.before("a", 3), Some(&1));
        assert_eq!(seen.before("a", 4), Some(&1));
    }

    #[test]
    fn ten_times_as_many_keys_are_compared_ten_times_as_often() {
        let compared = |keys: u64| {
            let count = Cell::new(0);
            let mut seen = Seen::default();
            for key in 0..keys {
                assert!(seen.before(Counted(key, &count), ()).is_none());
                assert!(seen.before(Counted(key, &count), ()).is_some());
            }
            count.get()
        };
        let (few, many) = (compared(2_000), compared(20_000));
        assert!(few >= 2_000, "{few}: each is compared with its equal");
        assert!(many <= 15 * few && many <= 60_000, "{few} comparisons for 2000 keys, {many} for 20000");
    }
}
