//! Which keys changed lately.
//!
//! A decision is made from what it read, and committed if that is still so. Most of it is: what
//! nobody has changed since the decision began need not be read a second time.

use std::collections::BTreeMap;

use super::kv::{Expect, Key};

/// With more keys than these remembered, all are forgotten at once.
const REMEMBERED: usize = 16 * 1024;

/// When keys were changed last, counted in groups of changes.
#[derive(Debug, Default)]
pub struct Recent {
    groups: u64,
    /// Changes up to this group may be forgotten.
    forgotten: u64,
    changed: BTreeMap<Key, u64>,
}

impl Recent {
    /// How many groups of changes there were.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// Takes note of a group of changes.
    pub fn note<'a>(&mut self, changed: impl Iterator<Item = &'a Key>) {
        if self.changed.len() > REMEMBERED {
            self.changed.clear();
            self.forgotten = self.groups;
        }
        self.groups += 1;
        self.changed.extend(changed.map(|key| (key.clone(), self.groups)));
    }

    /// Whether what was read after so many groups surely holds still. Where it does not, it may
    /// hold nevertheless.
    #[must_use]
    pub fn surely_holds(&self, expect: &Expect, groups: u64) -> bool {
        let earlier = |at: &u64| *at <= groups;
        groups >= self.forgotten
            && match expect {
                Expect::Value { key, .. } => self.changed.get(key).is_none_or(earlier),
                Expect::Range { start, end, .. } => {
                    start >= end || {
                        let range = start.clone()..end.clone();
                        self.changed.range(range).all(|(_, at)| earlier(at))
                    }
                }
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(key: &str) -> Expect {
        Expect::Value { key: key.into(), seen: None }
    }

    fn range(start: &str, end: &str) -> Expect {
        Expect::Range { start: start.into(), end: end.into(), seen: 0 }
    }

    fn note(recent: &mut Recent, keys: &[&str]) {
        let keys: Vec<Key> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        recent.note(keys.iter());
    }

    #[test]
    fn what_was_changed_after_it_was_read_is_not_sure() {
        let mut recent = Recent::default();
        note(&mut recent, &["b", "d"]);
        for (expect, before, after) in [
            (value("a"), true, true),
            (value("b"), false, true),
            (range("a", "b"), true, true),
            (range("a", "c"), false, true),
            (range("c", "d"), true, true),
            (range("x", "a"), true, true),
        ] {
            assert_eq!(recent.surely_holds(&expect, 0), before, "{expect:?}");
            assert_eq!(recent.surely_holds(&expect, 1), after, "{expect:?}");
        }
    }

    #[test]
    fn what_may_be_forgotten_is_not_sure() {
        let mut recent = Recent::default();
        note(&mut recent, &["a"]);
        let many: Vec<Key> = (0..REMEMBERED).map(|number| format!("k{number}").into()).collect();
        recent.note(many.iter());
        note(&mut recent, &["b"]);
        assert!(!recent.surely_holds(&value("a"), 1), "it is not known when it was changed");
        assert!(recent.surely_holds(&value("a"), 2));
        assert!(!recent.surely_holds(&value("b"), 2));
        assert!(recent.surely_holds(&value("b"), 3));
    }
}
