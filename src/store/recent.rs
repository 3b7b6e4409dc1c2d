//! What changed lately.
//!
//! A decision is made from what it read, and committed if that is still so. Most of it is: what
//! nobody has changed since the decision began need not be read a second time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::changes::{self, Changes};
use super::kv::Expect;

/// How many groups of changes are remembered. A decision hardly ever takes longer than two.
const REMEMBERED: usize = 8;

/// The last groups of changes, counted.
#[derive(Debug, Default)]
pub struct Recent {
    groups: u64,
    last: VecDeque<Arc<Changes>>,
}

impl Recent {
    /// How many groups of changes there were.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// The last group of changes, if there was any.
    #[must_use]
    pub fn newest(&self) -> Option<&Changes> {
        self.last.back().map(AsRef::as_ref)
    }

    /// Takes note of a group of changes.
    pub fn note(&mut self, changes: Arc<Changes>) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(changes);
        self.groups += 1;
    }

    /// Whether what was read after so many groups surely holds still. Where it does not, it may
    /// hold nevertheless.
    #[must_use]
    pub fn surely_holds(&self, expect: &Expect, groups: u64) -> bool {
        let later = usize::try_from(self.groups.saturating_sub(groups)).unwrap_or(usize::MAX);
        let mut newest = self.last.iter().rev().take(later);
        later <= self.last.len() && newest.all(|it| !changes::touch(it, expect))
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
        recent.note(Arc::new(keys.iter().map(|key| ((*key).into(), None)).collect()));
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
    fn what_is_forgotten_is_not_sure() {
        let mut recent = Recent::default();
        note(&mut recent, &["a"]);
        for _ in 0..REMEMBERED {
            note(&mut recent, &["b"]);
        }
        assert!(!recent.surely_holds(&value("a"), 0), "it is not known what the first changed");
        assert!(recent.surely_holds(&value("a"), 1));
        assert!(!recent.surely_holds(&value("b"), 8));
        assert!(recent.surely_holds(&value("b"), 9));
    }
}
