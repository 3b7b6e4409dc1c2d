//! The table of everything that is stored: kinds, names, versions.
//!
//! One line of [`TABLE`] makes a type storable, exportable and importable:
//!
//! ```text
//! records! {
//!     pub static TABLE;
//!     1 => "team", Team, version 1;
//! }
//! ```
//!
//! A stored type is frozen. To change `Team`, copy it as it is to `TeamV1`, write
//! `From<TeamV1> for Team`, raise the version and keep the old one in the line, so that old
//! records are read and upgraded, and old exports imported unchanged:
//!
//! ```text
//!     1 => "team", Team, version 2, old 1 TeamV1 => Team;
//! ```
//!
//! With more than one step, every old version converts to the present type. Kinds from 240 up
//! belong to the store itself. Exports are JSON, so the keys of a stored map must be text or
//! numbers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::codec::{self, Frame};
use super::entries::{Due, Groups, Handled, Mark, Numbering, Piece, Posted, Shred, Tally, TeamRef};
use super::meta::StoreMeta;
use crate::domain::champions::Champions;
use crate::domain::outgoing::{ActionLife, Job, OutRow, SkippedSlot};
use crate::domain::person::Person;
use crate::domain::round::{Answer, Round, Sitting};
use crate::domain::scoring::RoundResult;
use crate::domain::team::Team;

/// The records that may be in a store.
#[derive(Debug)]
pub struct Table {
    /// One entry for each kind and version.
    pub entries: &'static [Entry],
}

/// One kind in one version.
#[derive(Debug)]
pub struct Entry {
    /// The kind's number in the header.
    pub kind: u8,
    /// The version.
    pub version: u8,
    /// The kind's name in exports.
    pub name: &'static str,
    /// Reads a body into JSON.
    pub to_json: fn(&[u8]) -> Result<Value, String>,
    /// Writes a body from JSON.
    pub from_json: fn(Value) -> Result<Vec<u8>, String>,
}

impl Table {
    /// The name and the JSON of a checked record, in the version it is stored in.
    ///
    /// # Errors
    /// In words: an unknown kind or version, or a body that does not read, or one that would not
    /// come back from its JSON byte for byte.
    pub fn to_json(&self, frame: Frame<'_>) -> Result<(&'static str, Value), String> {
        let entry = self
            .entries
            .iter()
            .find(|entry| (entry.kind, entry.version) == (frame.kind, frame.version))
            .ok_or_else(|| format!("kind {} version {} is not known", frame.kind, frame.version))?;
        let value = (entry.to_json)(frame.body)?;
        if (entry.from_json)(value.clone())? != frame.body {
            return Err(format!("its JSON ({}) does not come back unchanged", entry.name));
        }
        Ok((entry.name, value))
    }

    /// The record, header included, that [`Table::to_json`] was given.
    ///
    /// # Errors
    /// In words: an unknown name or version, or JSON that is not of that type.
    pub fn from_json(&self, name: &str, version: u8, value: Value) -> Result<Vec<u8>, String> {
        let entry = self
            .entries
            .iter()
            .find(|entry| (entry.name, entry.version) == (name, version))
            .ok_or_else(|| format!("{name} version {version} is not known"))?;
        Ok(codec::frame(entry.kind, entry.version, &(entry.from_json)(value)?))
    }
}

/// What the macro puts into an entry.
#[doc(hidden)]
pub fn body_to_json<T: Serialize + DeserializeOwned>(body: &[u8]) -> Result<Value, String> {
    let record: T = codec::body_from(body).map_err(|cause| cause.to_string())?;
    serde_json::to_value(record).map_err(|cause| cause.to_string())
}

/// What the macro puts into an entry.
#[doc(hidden)]
pub fn body_from_json<T: Serialize + DeserializeOwned>(value: Value) -> Result<Vec<u8>, String> {
    let record: T = serde_json::from_value(value).map_err(|cause| cause.to_string())?;
    postcard::to_stdvec(&record).map_err(|cause| cause.to_string())
}

/// Declares a table of records and implements [`codec::Record`] for each; see [`self`].
macro_rules! records {
    ($(#[$doc:meta])* $vis:vis static $table:ident;
     $($kind:literal => $name:literal, $type:ty, version $version:literal
       $(, old $old_version:literal $old:ty => $to:ty)*;)*) => {
        $(impl $crate::store::codec::Record for $type {
            const KIND: u8 = $kind;
            const VERSION: u8 = $version;
            const NAME: &'static str = $name;

            fn from_version(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
                match version {
                    $version => Some($crate::store::codec::body_from(body)),
                    $($old_version => {
                        let old: Result<$old, _> = $crate::store::codec::body_from(body);
                        Some(old.map(<$to>::from))
                    })*
                    _ => None,
                }
            }
        })*

        $(#[$doc])*
        $vis static $table: $crate::store::records::Table = $crate::store::records::Table {
            entries: &[
                $($crate::store::records::records!(@entry $kind, $version, $name, $type),
                $($crate::store::records::records!(@entry $kind, $old_version, $name, $old),)*)*
            ],
        };
    };
    (@entry $kind:literal, $version:literal, $name:literal, $type:ty) => {
        $crate::store::records::Entry {
            kind: $kind,
            version: $version,
            name: $name,
            to_json: $crate::store::records::body_to_json::<$type>,
            from_json: $crate::store::records::body_from_json::<$type>,
        }
    };
}
pub(crate) use records;

records! {
    /// Every record of the bot.
    pub static TABLE;
    1 => "team", Team, version 1;
    2 => "person", Person, version 1;
    3 => "team-ref", TeamRef, version 1;
    4 => "mark", Mark, version 1;
    5 => "piece", Piece, version 1;
    6 => "round", Round, version 1;
    7 => "sitting", Sitting, version 1;
    8 => "answer", Answer, version 1;
    9 => "result", RoundResult, version 1;
    10 => "champions", Champions, version 1;
    11 => "action", ActionLife, version 1;
    12 => "due", Due, version 1;
    13 => "out", OutRow, version 1;
    14 => "job", Job, version 1;
    15 => "shred", Shred, version 1;
    16 => "skipped", SkippedSlot, version 1;
    17 => "tally", Tally, version 1;
    18 => "posted", Posted, version 1;
    30 => "groups", Groups, version 1;
    31 => "numbering", Numbering, version 1;
    32 => "handled", Handled, version 1;
    240 => "store", StoreMeta, version 1;
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::super::testing::{NOTES, note_bytes};
    use super::*;

    #[test]
    fn every_kind_has_one_number_one_name_and_each_version_once() {
        for table in [&TABLE, &NOTES] {
            one_number_one_name(table);
        }
    }

    fn one_number_one_name(table: &Table) {
        let mut names = BTreeMap::new();
        let mut numbers = BTreeMap::new();
        let mut versions = BTreeSet::new();
        for entry in table.entries {
            assert_eq!(*names.entry(entry.kind).or_insert(entry.name), entry.name);
            assert_eq!(*numbers.entry(entry.name).or_insert(entry.kind), entry.kind);
            assert!(versions.insert((entry.kind, entry.version)), "{}", entry.name);
        }
    }

    #[test]
    fn a_record_goes_to_json_and_back() {
        let bytes = note_bytes("hello");
        let (name, value) = NOTES.to_json(codec::unframe(&bytes).unwrap()).unwrap();
        assert_eq!((name, &value), ("note", &json!({"text": "hello", "share": 0.1})));
        assert_eq!(NOTES.from_json("note", 2, value), Ok(bytes));
    }

    #[test]
    fn an_old_version_keeps_its_form() {
        let old = NOTES.from_json("note", 1, json!({"text": "old"})).unwrap();
        let (_, value) = NOTES.to_json(codec::unframe(&old).unwrap()).unwrap();
        assert_eq!(value, json!({"text": "old"}));
    }

    #[test]
    fn what_is_not_in_the_table_is_named() {
        let unknown = codec::frame(77, 3, &[]);
        let error = NOTES.to_json(codec::unframe(&unknown).unwrap()).unwrap_err();
        assert_eq!(error, "kind 77 version 3 is not known");
        let error = NOTES.from_json("nose", 1, json!(null)).unwrap_err();
        assert_eq!(error, "nose version 1 is not known");
        assert!(NOTES.from_json("note", 1, json!({"text": 5})).is_err());
    }
}
