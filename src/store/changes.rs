//! What a group of batches changes, and what of it others would see.

use std::collections::BTreeMap;

use super::kv::{Expect, Key};

/// Changes by key; `None` removes.
pub type Changes = BTreeMap<Key, Option<Vec<u8>>>;

/// Whether something changes that an expectation is about; it may hold nevertheless.
#[must_use]
pub fn touch(changes: &Changes, expect: &Expect) -> bool {
    match expect {
        Expect::Value { key, .. } => changes.contains_key(key),
        Expect::Range { start, end, .. } => between(changes, start, end).next().is_some(),
    }
}

/// Puts what changes between two keys over the rows that are there.
pub fn overlay(rows: &mut BTreeMap<Key, Vec<u8>>, changes: &Changes, start: &Key, end: &Key) {
    for (key, value) in between(changes, start, end) {
        match value {
            Some(value) => rows.insert(key.clone(), value.clone()),
            None => rows.remove(key),
        };
    }
}

/// What changes from `start` up to, not including, `end`.
fn between<'a>(
    changes: &'a Changes,
    start: &Key,
    end: &Key,
) -> impl Iterator<Item = (&'a Key, &'a Option<Vec<u8>>)> {
    // A map refuses a range that ends before it begins.
    let range = (start < end).then(|| changes.range::<Key, _>(start..end));
    range.into_iter().flatten()
}
