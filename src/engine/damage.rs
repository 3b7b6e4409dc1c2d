//! What is wrong with single records: told of once in a life, and counted.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was found so far. A trouble names its record by ids alone.
#[derive(Debug, Default)]
pub(super) struct Damage(Mutex<BTreeSet<String>>);

impl Damage {
    /// Tells the operator of a trouble and what follows from it, unless that was told before.
    pub fn tell(&self, trouble: &impl Display, what: &str) {
        if self.known().insert(trouble.to_string()) {
            tracing::error!(%trouble, "{what}");
        }
    }

    /// How many different troubles there were.
    pub fn count(&self) -> u64 {
        self.known().len() as u64
    }

    /// A set is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
