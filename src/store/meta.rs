//! What a store knows of itself.

use serde::{Deserialize, Serialize};

use super::codec;
use super::keys;
use super::kv::{Key, StoreError};
use super::plan::Rows;

/// The layout of keys and records that this program writes. A store of a newer one is refused.
pub const SCHEMA: u32 = 1;

/// The one record under `meta/store`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreMeta {
    /// Ties the store to the marker beside its folder.
    pub id: String,
    /// Names the data; an import takes it over, so that a second export is the same.
    pub origin: String,
    /// The layout the store is in.
    pub schema: u32,
    /// An import is under way, or broke off.
    pub importing: bool,
}

/// Where it is kept.
#[must_use]
pub fn meta_key() -> Key {
    keys::key(keys::META).text("store").done()
}

/// What the store knows of itself; nothing if it is new.
///
/// # Errors
/// A store that cannot be read, or a damaged record.
pub fn read_meta(rows: &dyn Rows) -> Result<Option<StoreMeta>, StoreError> {
    let key = meta_key();
    rows.get(&key)?.map(|bytes| codec::decode(&key, &bytes)).transpose()
}
