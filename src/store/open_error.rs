//! Why a store was not opened, where it lies, and what mends it.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a store was not opened. Nothing was changed.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process has the folder.
    #[error("{folder} is in use by another process ({holder}). Stop that one first")]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Its process id, as the lock file has it.
        holder: String,
    },
    /// There is nothing to open, and nothing was to be made.
    #[error("there is no store in {folder}. Check the data folder's name, or start the bot once")]
    NoStore {
        /// The data folder.
        folder: PathBuf,
    },
    /// A try-out met real data, or the other way round.
    #[error(
        "{folder} holds a {found} store, and a {wanted} one was to be opened. Name another data folder"
    )]
    OtherKind {
        /// The data folder.
        folder: PathBuf,
        /// What it holds.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The marker says there are data, and they are not there.
    #[error(
        "{store} is {found}, but {marker} says that it holds data. Put the folder back from a \
         backup; or, to begin with nothing, remove {marker}"
    )]
    Lost {
        /// The store's folder.
        store: PathBuf,
        /// The marker.
        marker: PathBuf,
        /// `missing`, `empty` or `another store`.
        found: &'static str,
    },
    /// There are data, and the marker is not there.
    #[error(
        "{store} holds data, but {marker} is missing. Put the marker back from a backup, or move \
         {store} away and import an export"
    )]
    NoMarker {
        /// The store's folder.
        store: PathBuf,
        /// The marker.
        marker: PathBuf,
    },
    /// The store was written by a newer program.
    #[error(
        "{folder} has schema {found}, and this program knows up to {known}. Run the newer program \
         again, or import an older export into an empty folder"
    )]
    Newer {
        /// The data folder.
        folder: PathBuf,
        /// The store's schema.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The store is in an older state than one that is known to have been on disk.
    #[error(
        "{store} has lost its latest changes: it is at change {found}, and {seal} says {known}. \
         Put the folder back from a backup; or, to accept the older state, remove {seal}"
    )]
    Behind {
        /// The store's folder.
        store: PathBuf,
        /// The file that knows better.
        seal: PathBuf,
        /// The store's change number.
        found: u64,
        /// The change number it had.
        known: u64,
    },
    /// An import broke off.
    #[error("an import into {folder} broke off. Remove {folder} and import again")]
    HalfImported {
        /// The data folder.
        folder: PathBuf,
    },
    /// The marker or the seal beside the store cannot be read.
    #[error("{path} is damaged: {cause}. Put it back from a backup")]
    BadNote {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The engine cannot make sense of its data.
    #[error(
        "{path} is damaged: {cause}. Copy the data folder away first. Then put it back from a \
         backup, or import the last export into an empty folder; if only {path}/snap.* is \
         damaged, moving those files away helps, for the store makes them anew"
    )]
    Damaged {
        /// What is damaged.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The file system refused.
    #[error("{path} cannot be used: {cause}. Check that it exists, its owner and free space")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl OpenError {
    /// For `map_err`: an error of the file system, with its place.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |cause| Self::Io { path: path.to_owned(), cause }
    }

    /// Damage of the store in a folder.
    pub(super) fn damaged(path: &Path, cause: &impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), cause: cause.to_string() }
    }

    /// Damage of a file beside the store.
    pub(super) fn bad_note(path: &Path, cause: &serde_json::Error) -> Self {
        Self::BadNote { path: path.to_owned(), cause: cause.to_string() }
    }
}
