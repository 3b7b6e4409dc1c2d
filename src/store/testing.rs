//! Records and stores for the tests of this folder.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::codec;
use super::keys;
use super::kv::{Batch, Key, Kv, Op, Outcome};
use super::marker::StoreKind;
use super::records::records;
use super::sled::{Options, SledKv};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteV1 {
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub text: String,
    pub share: f64,
}

impl From<NoteV1> for Note {
    fn from(old: NoteV1) -> Self {
        Self { text: old.text, share: 1.0 }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally(pub u64);

records! {
    pub static NOTES;
    200 => "note", Note, version 2, old 1 NoteV1 => Note;
    201 => "tally", Tally, version 1;
}

pub fn note(text: &str) -> Note {
    Note { text: text.to_owned(), share: 0.1 }
}

pub fn note_bytes(text: &str) -> Vec<u8> {
    codec::encode(b"note", &note(text)).unwrap()
}

pub fn note_key(team: u32, number: u32) -> Key {
    keys::key("note").u32(team).u32(number).done()
}

pub fn put(key: Key, text: &str) -> Op {
    Op::Put(key, note_bytes(text))
}

pub fn ops(ops: Vec<Op>) -> Batch {
    Batch::of(ops)
}

/// Commits what must be taken, and returns the numbers given.
pub async fn commit(kv: &dyn Kv, changes: Vec<Op>) -> Vec<u64> {
    match kv.commit(ops(changes)).await.unwrap() {
        Outcome::Committed { appended } => appended,
        Outcome::Conflict => panic!("nothing was expected, so nothing can conflict"),
    }
}

pub fn options() -> Options {
    Options { cache_bytes: 4 * 1024 * 1024, ..Options::new(StoreKind::Real) }
}

pub fn open(folder: &Path) -> SledKv {
    SledKv::open(folder, &options()).unwrap()
}

/// Every row, the store's own ones too.
pub fn dump(kv: &dyn Kv) -> Vec<(Key, Vec<u8>)> {
    kv.range(&[], &keys::prefix_end(&[]), usize::MAX).unwrap()
}

/// Copies a folder and everything in it.
///
/// Not by a child process: one that is just being started holds the locks of other tests.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
