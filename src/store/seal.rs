//! A note, outside the store, of the last state known to be on disk.
//!
//! A log that was cut short looks like one that a crash cut short, and the engine quietly goes
//! back to an older state. The note is written when the store is opened and when it is closed, so
//! going back behind either is seen.

use serde::{Deserialize, Serialize};

use super::files;
use super::keys;
use super::kv::{StoreError, record_hash};
use super::marker::Places;
use super::open_error::OpenError;
use super::plan::{Rows, Sum};

/// How often the store had changed, and a hash over everything in it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Groups of commits applied so far.
    pub change: u64,
    /// Hash over the sum of all sums.
    pub hash: u64,
}

/// The present state of a store.
///
/// # Errors
/// A store that cannot be read.
pub fn present(rows: &dyn Rows) -> Result<Seal, StoreError> {
    let key = keys::sum_key(&[]);
    let Some(bytes) = rows.get(&key)? else { return Ok(Seal { change: 0, hash: 0 }) };
    let change = Sum::from_bytes(&key, &bytes)?.groups;
    Ok(Seal { change, hash: record_hash(&key, &bytes) })
}

/// Refuses a store that is behind the note.
///
/// # Errors
/// [`OpenError::Behind`], or a note that cannot be read.
pub fn check(places: &Places, present: Seal) -> Result<(), OpenError> {
    let text = match std::fs::read(&places.seal) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(OpenError::io(&places.seal)(error)),
    };
    let known: Seal =
        serde_json::from_slice(&text).map_err(|error| OpenError::bad_note(&places.seal, &error))?;
    let same_change_other_content = present.change == known.change && present.hash != known.hash;
    if present.change < known.change || same_change_other_content {
        let (store, seal) = (places.store.clone(), places.seal.clone());
        return Err(OpenError::Behind { store, seal, found: present.change, known: known.change });
    }
    Ok(())
}

/// Writes the note durably.
///
/// # Errors
/// What the file system says.
pub fn write(places: &Places, seal: Seal) -> Result<(), OpenError> {
    let text = serde_json::to_vec(&seal).map_err(|e| OpenError::bad_note(&places.seal, &e))?;
    files::replace_file(&places.seal, &text).map_err(OpenError::io(&places.seal))
}
