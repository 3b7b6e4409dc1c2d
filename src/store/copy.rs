//! Reads a data folder without touching it, also while the bot runs.
//!
//! Opening the engine writes to its folder. So the folder is copied, and the copy is opened, and
//! removed once nobody reads it any more. Nobody wrote while it was copied, so what lies in the
//! copy is what a crash at that moment would leave, which the engine is made to recover from. The
//! keys are not copied.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use thiserror::Error;

use super::files;
use super::keys::hex;
use super::kv::{Batch, Key, Kv, Outcome, StoreError};
use super::lock::DataLock;
use super::marker::{self, Places, StoreKind};
use super::open_error::OpenError;
use super::sled::{Options, SledKv};
use crate::random;

/// How often the folder is copied while somebody writes to it.
const TRIES: u32 = 20;

/// Why a data folder could not be read.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct CopyError(String);

/// A copy of a store, which is gone when this is dropped.
pub struct Copied {
    // The order matters: the engine closes, then its folder goes.
    kv: SledKv,
    _folder: Folder,
}

#[async_trait]
impl Kv for Copied {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.kv.get(key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.kv.range(start, end, limit)
    }

    fn groups(&self) -> Option<u64> {
        self.kv.groups()
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        self.kv.commit(batch).await
    }
}

/// Everything in a data folder's store as it is now, and whose data it is; `None` where there is
/// no store.
///
/// # Errors
/// What the store would say when it is opened, or the file system when it is copied.
pub fn read(data: &Path) -> Result<Option<(StoreKind, Copied)>, CopyError> {
    let places = Places::of(data);
    let told = |error: OpenError| CopyError(error.to_string());
    let kind = marker::kind(&places).map_err(told)?.unwrap_or(StoreKind::Real);
    match marker::find_or_create(&places, kind, false) {
        Ok(marker) if !marker.created => return Ok(None),
        Ok(_) => {}
        Err(OpenError::NoStore { .. }) => return Ok(None),
        Err(error) => return Err(told(error)),
    }
    let copy = Folder::new().map_err(|error| CopyError(uncopied(data, &error)))?;
    let settled = copy_settled(&places, &copy.0, stamp);
    if !settled.map_err(|error| CopyError(uncopied(data, &error)))? {
        return Err(CopyError(restless(data)));
    }
    // The user knows nothing of the copy, so messages name the original.
    let named = |error: String| {
        CopyError(error.replace(&*copy.0.to_string_lossy(), &data.to_string_lossy()))
    };
    let kv = SledKv::open(&copy.0, &Options::new(kind).existing())
        .map_err(|error| named(error.to_string()))?;
    Ok(Some((kind, Copied { kv, _folder: copy })))
}

fn restless(data: &Path) -> String {
    let data = data.display();
    format!(
        "{data} is written to all the time, so no whole copy could be taken. Try again at a quieter moment, or stop the bot for it"
    )
}

fn uncopied(data: &Path, error: &io::Error) -> String {
    let (data, temp) = (data.display(), std::env::temp_dir());
    format!("{data} cannot be read: {error}. Check its owner, and free space in {}", temp.display())
}

/// Copies a data folder, its keys too, into a new one, and leaves the engine's snapshots out; gives
/// how many they are. The engine's log is authoritative, and a snapshot only spares reading it.
///
/// # Errors
/// What the file system says; a folder that a bot is using.
pub fn without_snapshots(data: &Path, new: &Path) -> Result<usize, CopyError> {
    let places = Places::of(data);
    let told = |error: OpenError| CopyError(error.to_string());
    if !places.store.is_dir() {
        return Err(told(OpenError::NoStore { folder: data.to_owned() }));
    }
    let _lock = DataLock::take(&places).map_err(told)?;
    let copied = || {
        copy_folder(data, new)?;
        let copy = Places::of(new);
        fs::remove_file(&copy.lock).or_else(ignore_missing)?;
        remove_snapshots(&copy.store)
    };
    copied().map_err(|error| CopyError(uncopied(data, &error)))
}

fn remove_snapshots(store: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(store)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// How the names of copies begin; 32 hexadecimal digits follow.
const NAME: &str = "maturity-bot-";

const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// A folder of our own, gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let name = format!("{NAME}{}", hex(&random::bytes::<16>()));
        let folder = Self(std::env::temp_dir().join(name));
        files::make_folder(&folder.0)?;
        folder.sweep()?;
        Ok(folder)
    }

    /// Removes what processes left that were ended while they read; nobody reads for a day.
    fn sweep(&self) -> io::Result<()> {
        let now = fs::metadata(&self.0)?.modified()?;
        for entry in fs::read_dir(std::env::temp_dir())?.flatten() {
            let modified = || entry.metadata()?.modified();
            let is_old =
                || modified().is_ok_and(|it| now.duration_since(it).is_ok_and(|age| age > A_DAY));
            if is_copy(&entry.file_name().to_string_lossy()) && is_old() {
                // Somebody else's cannot be removed, and need not.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }
}

/// Whether a name is one of those that copies have.
fn is_copy(name: &str) -> bool {
    let random = name.strip_prefix(NAME);
    random.is_some_and(|it| it.len() == 32 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now goes with the system's temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies until nobody wrote meanwhile, as a stamp tells; false if somebody always did.
fn copy_settled<T: PartialEq>(
    from: &Places,
    to: &Path,
    stamp: impl Fn(&Path) -> io::Result<T>,
) -> io::Result<bool> {
    let to = Places::of(to);
    for _ in 0..TRIES {
        let before = stamp(&from.store)?;
        // The seal goes first: the store may be ahead of it, and never behind.
        for (file, copy) in [(&from.seal, &to.seal), (&from.marker, &to.marker)] {
            if file.exists() {
                fs::copy(file, copy)?;
            }
        }
        match copy_folder(&from.store, &to.store) {
            // Files of the engine come and go while it works.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(()) if stamp(&from.store)? == before => return Ok(true),
            Ok(()) => {}
        }
    }
    Ok(false)
}

fn stamp(store: &Path) -> io::Result<(u64, SystemTime)> {
    let db = store.join("db").metadata()?;
    Ok((db.len(), db.modified()?))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    files::make_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeMap;

    use super::super::testing::{commit, dump, note_key, open, put};
    use super::*;

    fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                let changed = entry.metadata().unwrap().modified().unwrap();
                found.insert(path.clone(), (fs::read(&path).unwrap(), changed));
            }
        }
        found
    }

    #[tokio::test]
    async fn a_folder_is_read_while_it_is_in_use_and_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let kv = open(folder.path());
        commit(&kv, vec![put(note_key(1, 2), "hello")]).await;
        let before = files(folder.path());
        let (_, copy) = read(folder.path()).unwrap().unwrap();
        assert_eq!(dump(&copy), dump(&kv));
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn a_folder_that_is_written_to_all_the_time_is_not_read() {
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(open(folder.path()));
        let stamps = Cell::new(0);
        let restless = |_: &Path| Ok(stamps.replace(stamps.get() + 1));
        let from = Places::of(folder.path());
        assert!(!copy_settled(&from, copy.path(), restless).unwrap());
        let calm = |_: &Path| Ok(stamps.replace((stamps.get() + 1).min(50)));
        assert!(copy_settled(&from, copy.path(), calm).unwrap());
    }

    #[test]
    fn where_there_is_no_store_there_is_nothing_to_read_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        assert!(read(&folder.path().join("none")).unwrap().is_none());
        assert_eq!(files(folder.path()).len(), 0);
    }

    #[test]
    fn a_store_that_lost_changes_is_told_with_the_name_of_its_own_folder() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        fs::write(folder.path().join("store-seal.json"), r#"{"change":99,"hash":0}"#).unwrap();
        let error = read(folder.path()).err().unwrap().to_string();
        assert!(error.contains(&*folder.path().to_string_lossy()), "{error}");
        assert!(!error.contains("maturity-bot-"), "{error}");
    }

    #[tokio::test]
    async fn a_damaged_snapshot_is_left_out_of_the_copy_and_the_log_brings_everything_back() {
        let folder = tempfile::tempdir().unwrap();
        let rows = {
            let kv = open(folder.path());
            commit(&kv, vec![put(note_key(1, 2), "hello")]).await;
            dump(&kv)
        };
        let store = folder.path().join("store");
        fs::write(store.join("snap.0000000000000001"), "damaged").unwrap();
        let before = files(&store);
        let other = tempfile::tempdir().unwrap();
        let new = other.path().join("new");
        assert!(without_snapshots(folder.path(), &new).unwrap() >= 1);
        let (_, copy) = read(&new).unwrap().unwrap();
        assert_eq!(dump(&copy), rows);
        assert_eq!(files(&store), before, "the original is not touched");
    }

    #[test]
    fn what_an_earlier_reader_left_is_removed_once_it_is_old() {
        let left = std::env::temp_dir().join(format!("{NAME}{}", "0f".repeat(16)));
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        fs::create_dir(&left).unwrap();
        drop(read(folder.path()).unwrap());
        assert!(left.exists(), "somebody may read it");
        let begin = SystemTime::UNIX_EPOCH;
        fs::File::open(&left).unwrap().set_modified(begin).unwrap();
        drop(read(folder.path()).unwrap());
        assert!(!left.exists());
        assert!(!is_copy("maturity-bot-data") && !is_copy("maturity-bot-"));
    }
}
