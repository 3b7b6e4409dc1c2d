//! How often platforms refused each message itself; lost with the process, as a new one tries anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::platform::PostError;
use crate::store::kv::Key;

/// The rows that were refused, and how often.
#[derive(Default)]
pub(super) struct Refusals(Mutex<BTreeMap<Key, u32>>);

impl Refusals {
    /// Takes note of what a platform said to a row; gives how often it refused it, now among them.
    pub fn count<T>(&self, key: &Key, result: &Result<T, PostError>) -> u32 {
        if !matches!(result, Err(PostError::OurBug(_))) {
            return 0;
        }
        let mut rows = self.rows();
        let count = rows.entry(key.clone()).or_default();
        *count += 1;
        *count
    }

    /// A row is gone.
    pub fn forget(&self, key: &Key) {
        self.rows().remove(key);
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
