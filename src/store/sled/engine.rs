//! sled itself behind our traits: reads that do not panic, writes that last.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::caught::caught;
use crate::store::changes::Changes;
use crate::store::committer::Engine;
use crate::store::keys;
use crate::store::kv::{Key, StoreError};
use crate::store::marker::Places;
use crate::store::open_error::OpenError;
use crate::store::plan::Rows;

/// How often, and how long between, sled's own lock is tried: two seconds in all.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// How often sled's own thread moves what still lives in a segment that is mostly dead, so that its
/// space is used again. Each time it does one segment, so these are larger than sled's own
/// 512 KiB; with neither, a store grew to fourteen times what lived in it. More rarely, it falls
/// behind thousands of answers a second: filled so, a store took 3.9 times its payload at 250 ms,
/// and 3.2 times at 100.
const TIDY_EVERY_MS: u64 = 100;
/// Bytes in a segment of sled's log, in stores made from now on.
pub(in crate::store) const SEGMENT: usize = 4 * 1024 * 1024;
/// Bytes in a segment of the stores made before.
const OLD_SEGMENT: usize = 512 * 1024;

/// Makes a file's data durable; tests put a failing one in its place.
pub trait Syncer: Send + Sync + 'static {
    /// Returns when everything written to the file is on disk.
    ///
    /// # Errors
    /// What the disk says; the store then stops for good.
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The real one: `fdatasync`.
#[derive(Clone, Copy, Debug)]
pub struct DiskSync;

impl Syncer for DiskSync {
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// Reads sled and turns its panics into errors.
#[derive(Clone)]
pub(super) struct SledRows(sled::Db);

impl SledRows {
    /// Opens the engine; waits a little while an earlier one of this process lets go of its file.
    ///
    /// sled's writing threads can hold its own lock for a moment after it was closed. We hold the
    /// lock on the data folder, so nobody else of ours can be meant.
    #[expect(clippy::disallowed_methods, reason = "at start there is nothing else to wait for")]
    pub(super) fn open(places: &Places, cache_bytes: u64) -> Result<Self, OpenError> {
        remove_unfinished_snapshots(&places.store).map_err(OpenError::io(&places.store))?;
        for _ in 0..LOCK_TRIES {
            match Self::try_open(places, cache_bytes) {
                Err(cause) if cause.contains("could not acquire lock") => thread::sleep(LOCK_PAUSE),
                opened => {
                    return opened.map_err(|cause| OpenError::damaged(&places.store, &cause));
                }
            }
        }
        let holder = "one that opened the store's own folder".to_owned();
        Err(OpenError::InUse { folder: places.store.clone(), holder })
    }

    /// With today's segments, or where the store has them with the older ones.
    fn try_open(places: &Places, cache_bytes: u64) -> Result<Self, String> {
        match Self::open_with(places, cache_bytes, SEGMENT) {
            Err(cause) if cause.contains("cannot change the io buffer size") => {
                Self::open_with(places, cache_bytes, OLD_SEGMENT)
            }
            opened => opened,
        }
    }

    fn open_with(places: &Places, cache_bytes: u64, segment: usize) -> Result<Self, String> {
        let config = sled::Config::new()
            .path(&places.store)
            .cache_capacity(cache_bytes)
            .segment_size(segment)
            .flush_every_ms(Some(TIDY_EVERY_MS));
        caught(|| config.open())?.map(Self).map_err(|error| error.to_string())
    }
}

/// sled writes a snapshot of its log while it opens, and takes one that was broken off for the
/// newest. The log holds all that would have been in it.
fn remove_unfinished_snapshots(store: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(store) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn guarded<T>(near: &[u8], read: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    let read = caught(read).and_then(|found| found.map_err(|error| error.to_string()));
    read.map_err(|cause| StoreError::Unreadable { key: keys::readable(near), cause })
}

impl Rows for SledRows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        guarded(key, || Ok(self.0.get(key)?.map(|value| value.to_vec())))
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
        guarded(start, || {
            let rows = self.0.range(start..end).take(limit);
            rows.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec()))).collect()
        })
    }
}

/// Writes sled so that it lasts.
pub(super) struct SledEngine {
    pub(super) rows: SledRows,
    /// The file that holds sled's log; syncing it makes flushed data durable.
    db: File,
    syncer: Arc<dyn Syncer>,
}

impl SledEngine {
    pub(super) fn new(
        rows: SledRows,
        places: &Places,
        syncer: Arc<dyn Syncer>,
    ) -> Result<Self, OpenError> {
        let path = places.store.join("db");
        let db = File::open(&path).map_err(OpenError::io(&path))?;
        Ok(Self { rows, db, syncer })
    }
}

impl Engine for SledEngine {
    fn rows(&self) -> &dyn Rows {
        &self.rows
    }

    #[expect(clippy::disallowed_methods, reason = "this is what the committer calls to flush")]
    fn apply(&self, changes: &Changes) -> Result<(), String> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(&key[..], &value[..]),
                None => batch.remove(&key[..]),
            }
        }
        let handed = self.rows.0.apply_batch(batch).and_then(|()| self.rows.0.flush());
        handed.map(drop).map_err(|error| error.to_string())
    }

    fn sync(&self) -> Result<(), String> {
        self.syncer.sync(&self.db).map_err(|error| error.to_string())
    }
}
