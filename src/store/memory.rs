//! A store that forgets when the process ends: for tests and for dry runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::kv::{Batch, Key, Kv, Outcome, StoreError};
use super::plan::{Ground, Plan, Rows};
use super::verify::each_row;

/// A sorted map with the semantics of [`Kv`].
#[derive(Debug, Default)]
pub struct MemoryKv {
    rows: Mutex<BTreeMap<Key, Vec<u8>>>,
}

impl MemoryKv {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store with everything that another one holds now; writes to it stay in it.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn copy_of(kv: &dyn Kv) -> Result<Self, StoreError> {
        let mut rows = BTreeMap::new();
        let copied = each_row(kv, |key, value| drop(rows.insert(key.to_vec(), value.to_vec())));
        copied.map_err(|(_, error)| error)?;
        Ok(Self { rows: Mutex::new(rows) })
    }

    /// A map is whole between any two of its operations, so a poisoned lock is no danger.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows for BTreeMap<Key, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(BTreeMap::get(self, key).cloned())
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        if start >= end {
            return Ok(Vec::new());
        }
        let rows = BTreeMap::range(self, start.to_vec()..end.to_vec());
        Ok(rows.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

#[async_trait]
impl Kv for MemoryKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Rows::get(&*self.rows(), key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        Rows::range(&*self.rows(), start, end, limit)
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        let mut rows = self.rows();
        let mut plan = Plan::default();
        let outcome = plan.admit(Ground::of(&*rows), batch)?;
        for (key, value) in plan.finish(&*rows)? {
            match value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        Ok(outcome)
    }
}
