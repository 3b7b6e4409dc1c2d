//! The embedded engine, sled 0.34.7, with the safeguards it needs.
//!
//! * Its `flush` leaves data in the page cache, so after every flush we sync its `db` file.
//! * Its own thread, which tidies its file, only logs a failed sync. Ours is on another handle, to
//!   which the system tells the same failure again, and nothing rests on what the thread did.
//! * Concurrent `flush_async` calls deadlock, so it is never called.
//! * A damaged file can make it panic, so reads and `open` catch that.
//! * It opens an emptied folder as a new store, so [`super::marker`] and [`super::seal`] watch.

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::codec;
use super::committer::{Committer, Engine};
use super::files;
use super::kv::{Batch, Key, Kv, Op, Outcome, StoreError};
use super::lock::DataLock;
use super::marker::{self, Marker, Places, StoreKind};
use super::meta::{SCHEMA, StoreMeta, meta_key, read_meta};
use super::open_error::OpenError;
use super::plan::{Ground, Plan, Rows};
use super::seal;

mod caught;
mod engine;

#[cfg(test)]
pub(in crate::store) use engine::SEGMENT;
pub use engine::{DiskSync, Syncer};
use engine::{SledEngine, SledRows};

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// Whose data it must hold.
    pub kind: StoreKind,
    /// Whether to make a store where there is none.
    pub create: bool,
    /// Memory for the engine's cache, in bytes.
    pub cache_bytes: u64,
    /// What makes commits durable.
    pub syncer: Arc<dyn Syncer>,
}

impl Options {
    /// Opens or makes a store of that kind, with 64 MiB of cache.
    #[must_use]
    pub fn new(kind: StoreKind) -> Self {
        Self { kind, create: true, cache_bytes: 64 * 1024 * 1024, syncer: Arc::new(DiskSync) }
    }

    /// The same, but a missing store is an error.
    #[must_use]
    pub fn existing(self) -> Self {
        Self { create: false, ..self }
    }
}

/// A store in a data folder. Dropping it finishes what is queued and closes it.
pub struct SledKv {
    // The order matters: the committer ends, then the engine closes, then the lock goes.
    committer: Committer,
    rows: SledRows,
    places: Places,
    _lock: DataLock,
}

impl SledKv {
    /// Opens the store in a data folder, and makes both if they are missing and may be made.
    ///
    /// Blocks while the engine reads its log.
    ///
    /// # Errors
    /// See [`OpenError`]; every one names the place and the mend.
    pub fn open(data: &Path, options: &Options) -> Result<Self, OpenError> {
        let places = Places::of(data);
        if options.create {
            files::make_folder(data).map_err(OpenError::io(data))?;
        } else if !data.is_dir() {
            return Err(OpenError::NoStore { folder: data.to_owned() });
        }
        let lock = DataLock::take(&places)?;
        let marker = marker::find_or_create(&places, options.kind, options.create)?;
        let rows = SledRows::open(&places, options.cache_bytes)?;
        let engine = SledEngine::new(rows.clone(), &places, options.syncer.clone())?;
        settle(&places, marker, &engine)?;
        let committer = Committer::start(engine).map_err(OpenError::io(&places.store))?;
        Ok(Self { committer, rows, places, _lock: lock })
    }

    /// Waits for a failed write and says what failed. Whoever waits must then end the process.
    pub fn fatal(&self) -> impl Future<Output = String> + Send + use<> {
        self.committer.fatal()
    }
}

impl Drop for SledKv {
    fn drop(&mut self) {
        self.committer.finish();
        if self.committer.has_failed() {
            return;
        }
        // Without the note, only the guard against a shortened log is weaker.
        let sealed = seal::present(&self.rows).map(|seal| seal::write(&self.places, seal));
        if !matches!(sealed, Ok(Ok(()))) {
            tracing::warn!(file = %self.places.seal.display(), "the seal was not written");
        }
    }
}

#[async_trait]
impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.get(key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.rows.range(start, end, limit)
    }

    fn groups(&self) -> Option<u64> {
        Some(self.committer.groups())
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        self.committer.commit(batch).await
    }
}

/// Makes sure that the store is the marker's, whole, and not behind its seal; finishes making it
/// if it is new.
fn settle(places: &Places, marker: Marker, engine: &SledEngine) -> Result<(), OpenError> {
    let damaged = |error: StoreError| OpenError::damaged(&places.store, &error);
    match read_meta(&engine.rows).map_err(damaged)? {
        Some(meta) if meta.id != marker.store_id => {
            return Err(marker::lost(places, "another store"));
        }
        Some(meta) => {
            marker::refuse_newer(places, meta.schema)?;
            if meta.importing {
                // A store that went back behind its import did not break off.
                seal::check(places, seal::present(&engine.rows).map_err(damaged)?)?;
                return Err(OpenError::HalfImported { folder: places.folder.clone() });
            }
        }
        None if marker.created => return Err(marker::lost(places, "empty")),
        None => write_meta(&marker.store_id, engine)
            .map_err(|cause| OpenError::damaged(&places.store, &cause))?,
    }
    let present = seal::present(&engine.rows).map_err(damaged)?;
    seal::check(places, present)?;
    // What an earlier process wrote may be in the system's memory only, and the seal, like every
    // reply to a repeated event, rests on it.
    engine.sync().map_err(|cause| OpenError::io(&places.store)(io::Error::other(cause)))?;
    seal::write(places, present)?;
    if !marker.created {
        files::sync_folder(&places.store).map_err(OpenError::io(&places.store))?;
        files::sync_folder(&places.folder).map_err(OpenError::io(&places.folder))?;
        marker::write(places, &Marker { created: true, ..marker })?;
    }
    Ok(())
}

fn write_meta(id: &str, engine: &SledEngine) -> Result<(), String> {
    let id = id.to_owned();
    let meta = StoreMeta { origin: id.clone(), id, schema: SCHEMA, importing: false };
    let changes = || {
        let value = codec::encode(&meta_key(), &meta)?;
        let mut plan = Plan::default();
        let write = Batch::of(vec![Op::Put(meta_key(), value)]);
        plan.admit(Ground::of(&engine.rows), write)?;
        plan.finish(&engine.rows)
    };
    engine.apply(&changes().map_err(|error| error.to_string())?)
}
