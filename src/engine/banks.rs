//! The banks that rounds ask, kept at hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::bank::Bank;
use crate::store::kv::StoreError;
use crate::store::rounds::fingerprint;
use crate::store::tx::Tx;

/// Banks by their fingerprint. A stored bank never changes, so it is read and checked once and no
/// commit depends on it; there are as many as the content had versions.
#[derive(Debug)]
pub struct Banks {
    /// The fingerprint of the bank that new rounds ask; it takes a while to work out.
    pub current: u64,
    known: Mutex<HashMap<u64, Arc<Bank>>>,
}

impl Banks {
    /// None at hand yet; `current` is the one that new rounds ask.
    pub fn new(current: &Bank) -> Self {
        Self { current: fingerprint(current), known: Mutex::default() }
    }

    /// The bank of this fingerprint; read through `tx` where it is not at hand.
    ///
    /// # Errors
    /// A store that failed.
    pub fn get(&self, tx: &Tx<'_>, fingerprint: u64) -> Result<Option<Arc<Bank>>, StoreError> {
        if let Some(bank) = self.known().get(&fingerprint) {
            return Ok(Some(Arc::clone(bank)));
        }
        let bank = tx.bank(fingerprint)?.map(Arc::new);
        if let Some(bank) = &bank {
            self.known().insert(fingerprint, Arc::clone(bank));
        }
        Ok(bank)
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> MutexGuard<'_, HashMap<u64, Arc<Bank>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
