//! Random damage to the files of a store: it is named, and never read as something else.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::keys;
use super::kv::{Key, Kv};
use super::sled::SledKv;
use super::testing::{NOTES, commit, copy_folder, note_bytes, note_key, open, options, put};
use super::verify::verify;
use crate::random::below;

/// Damages unless the environment says otherwise.
const TRIALS: u32 = 60;
/// Damages at least in the long form.
const TORTURE_TRIALS: u32 = 200;

fn trials() -> u32 {
    let wished = std::env::var("MATURITY_TORTURE_ROUNDS").ok();
    wished.map_or(TRIALS, |rounds| rounds.parse().unwrap_or(0).max(TORTURE_TRIALS))
}

async fn make(folder: &Path) -> BTreeMap<Key, Vec<u8>> {
    let kv = open(folder);
    let mut rows = BTreeMap::new();
    for batch in 0..60_u32 {
        let numbers = batch * 40..(batch + 1) * 40;
        let text = |n: u32| format!("note {n} {}", "x".repeat((n % 200) as usize));
        rows.extend(numbers.clone().map(|n| (note_key(n % 5, n), note_bytes(&text(n)))));
        commit(&kv, numbers.map(|n| put(note_key(n % 5, n), &text(n))).collect()).await;
    }
    rows
}

/// Flips a bit, cuts the end off, or zeroes a page of one of the engine's files.
fn harm(store: &Path, trial: u32) -> String {
    let files: Vec<PathBuf> = fs::read_dir(store)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.metadata().unwrap().len() > 0)
        .collect();
    // The log is nearly all of the store, and gets most of the damage.
    let db = store.join("db");
    let any = &files[usize::try_from(below(files.len() as u64)).unwrap()];
    let file = if trial % 5 == 4 { any } else { &db };
    let mut bytes = fs::read(file).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
    let at = usize::try_from(below(used as u64)).unwrap();
    match trial % 3 {
        0 => bytes[at] ^= 1 << below(8),
        1 => bytes.truncate(at),
        _ => bytes.iter_mut().skip(at - at % 4096).take(4096).for_each(|byte| *byte = 0),
    }
    fs::write(file, bytes).unwrap();
    format!("trial {trial}, {} at {at} of {used}", file.display())
}

/// Whether the damage was named; wrong values are a failure of the test.
fn named(folder: &Path, rows: &BTreeMap<Key, Vec<u8>>, what: &str) -> (bool, bool) {
    let Ok(kv) = SledKv::open(folder, &options()) else { return (true, false) };
    let mut all_here = true;
    for (key, value) in rows {
        match kv.get(key) {
            Ok(Some(found)) => assert_eq!(&found, value, "{what}: {}", keys::readable(key)),
            Ok(None) | Err(_) => all_here = false,
        }
    }
    (!verify(&kv, &NOTES).is_whole(), all_here)
}

#[tokio::test]
async fn torture_by_damage_is_named_and_never_read_as_something_else() {
    let trials = trials();
    let origin = tempfile::tempdir().unwrap();
    let rows = make(origin.path()).await;
    let (mut found, mut harmless) = (0, 0);
    for trial in 0..trials {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(origin.path(), folder.path());
        let what = harm(&folder.path().join("store"), trial);
        let judged = catch_unwind(AssertUnwindSafe(|| named(folder.path(), &rows, &what)));
        let (named, all_here) = judged.unwrap_or_else(|_| panic!("a panic escaped: {what}"));
        assert!(named || all_here, "records are gone and nobody says so: {what}");
        found += u32::from(named);
        harmless += u32::from(!named);
    }
    eprintln!("{found} of {trials} damages named, {harmless} harmless");
    assert!(found > 0, "no trial hit anything; {harmless} were harmless");
}
