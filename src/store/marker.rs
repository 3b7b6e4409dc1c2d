//! The marker beside the store's folder says that there must be a store in it.
//!
//! sled opens an emptied folder as an empty store and would greet everybody as new; the marker,
//! written before the store and outside its folder, makes that a refusal.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files;
use super::keys;
use super::meta::SCHEMA;
use super::open_error::OpenError;
use crate::random;

/// Whose data a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreKind {
    /// Answers of people.
    Real,
    /// Answers given while trying the bot out.
    TryOut,
}

impl StoreKind {
    /// The kind in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::TryOut => "try-out",
        }
    }
}

/// The content of the marker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Whose data.
    pub kind: StoreKind,
    /// The store's id, also kept inside it.
    pub store_id: String,
    /// The layout of the store.
    pub schema: u32,
    /// The store was made whole; before that, losing it loses nothing.
    pub created: bool,
}

/// The places of one data folder.
#[derive(Clone, Debug)]
pub struct Places {
    /// The data folder itself.
    pub folder: PathBuf,
    /// The marker.
    pub marker: PathBuf,
    /// The lock file.
    pub lock: PathBuf,
    /// The note of the last state known to be on disk.
    pub seal: PathBuf,
    /// The engine's folder.
    pub store: PathBuf,
}

impl Places {
    /// The places in a data folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            marker: folder.join("maturity-bot.json"),
            lock: folder.join("lock"),
            seal: folder.join("store-seal.json"),
            store: folder.join("store"),
        }
    }

    /// Whether the engine's file is there and holds anything.
    fn has_store(&self) -> bool {
        self.store.join("db").metadata().is_ok_and(|db| db.len() > 0)
    }
}

/// Finds the marker and checks it against what is on disk; makes one if there is no store yet
/// and `create` allows it.
///
/// # Errors
/// Every disagreement between marker, folder and what was asked for.
pub fn find_or_create(places: &Places, kind: StoreKind, create: bool) -> Result<Marker, OpenError> {
    match (read(places)?, places.has_store()) {
        (Some(marker), present) => check(marker, present, places, kind),
        (None, true) => {
            Err(OpenError::NoMarker { store: places.store.clone(), marker: places.marker.clone() })
        }
        (None, false) if create => {
            let id = keys::hex(&random::bytes::<16>());
            let marker = Marker { kind, store_id: id, schema: SCHEMA, created: false };
            write(places, &marker)?;
            Ok(marker)
        }
        (None, false) => Err(OpenError::NoStore { folder: places.folder.clone() }),
    }
}

/// Whose data a folder holds, if it has a marker.
///
/// # Errors
/// A marker that cannot be read.
pub fn kind(places: &Places) -> Result<Option<StoreKind>, OpenError> {
    Ok(read(places)?.map(|marker| marker.kind))
}

/// Writes the marker durably.
///
/// # Errors
/// What the file system says.
pub fn write(places: &Places, marker: &Marker) -> Result<(), OpenError> {
    let text = serde_json::to_vec(marker).map_err(|e| OpenError::bad_note(&places.marker, &e))?;
    files::replace_file(&places.marker, &text).map_err(OpenError::io(&places.marker))
}

/// The data are not where the marker says.
#[must_use]
pub fn lost(places: &Places, found: &'static str) -> OpenError {
    OpenError::Lost { store: places.store.clone(), marker: places.marker.clone(), found }
}

fn check(
    marker: Marker,
    present: bool,
    places: &Places,
    kind: StoreKind,
) -> Result<Marker, OpenError> {
    if marker.kind != kind {
        let (found, wanted) = (marker.kind.name(), kind.name());
        return Err(OpenError::OtherKind { folder: places.folder.clone(), found, wanted });
    }
    if marker.created && !present {
        let folder_is_there = places.store.is_dir();
        return Err(lost(places, if folder_is_there { "empty" } else { "missing" }));
    }
    Ok(marker)
}

/// Only the schema is read of a marker that a newer program wrote.
#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

fn read(places: &Places) -> Result<Option<Marker>, OpenError> {
    let text = match std::fs::read(&places.marker) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::io(&places.marker)(error)),
    };
    let damaged = |error| OpenError::bad_note(&places.marker, &error);
    let SchemaOnly { schema } = serde_json::from_slice(&text).map_err(damaged)?;
    refuse_newer(places, schema)?;
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

/// Refuses a layout that this program does not know.
///
/// # Errors
/// [`OpenError::Newer`].
pub fn refuse_newer(places: &Places, found: u32) -> Result<(), OpenError> {
    if found > SCHEMA {
        return Err(OpenError::Newer { folder: places.folder.clone(), found, known: SCHEMA });
    }
    Ok(())
}
