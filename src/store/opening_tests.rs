//! What opening refuses, and what happens when the disk fails.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::keys;
use super::kv::{Kv, Op, StoreError};
use super::marker::StoreKind;
use super::open_error::OpenError;
use super::sled::{Options, SEGMENT, SledKv, Syncer};
use super::testing::{NOTES, commit, copy_folder, note_key, open, ops, options, put};
use super::verify::verify;

fn refusal(folder: &Path, options: &Options) -> OpenError {
    SledKv::open(folder, options).err().expect("this must not open")
}

async fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    commit(&open(folder.path()), vec![put(note_key(1, 1), "a")]).await;
    folder
}

#[tokio::test]
async fn a_second_opening_is_refused_and_names_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path());
    let error = refusal(folder.path(), &options());
    let holder = format!("process {}", std::process::id());
    assert!(
        matches!(&error, OpenError::InUse { holder: found, .. } if *found == holder),
        "{error}"
    );
    drop(held);
    open(folder.path());
}

#[test]
fn a_store_held_by_its_engine_alone_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let other = File::open(folder.path().join("store/db")).unwrap();
    other.lock().unwrap();
    let lock = folder.path().join("lock");
    fs::write(&lock, "").unwrap();
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| SledKv::open(folder.path(), &options()).map(drop));
        while fs::read(&lock).unwrap().is_empty() {
            std::thread::yield_now();
        }
        other.unlock().unwrap();
        opening.join().unwrap().unwrap();
    });
}

#[tokio::test]
async fn an_emptied_or_missing_folder_is_refused() {
    let folder = filled().await;
    let store = folder.path().join("store");
    fs::remove_dir_all(&store).unwrap();
    assert!(matches!(refusal(folder.path(), &options()), OpenError::Lost { found: "missing", .. }));
    fs::create_dir(&store).unwrap();
    assert!(matches!(refusal(folder.path(), &options()), OpenError::Lost { found: "empty", .. }));
    assert_eq!(fs::read_dir(&store).unwrap().count(), 0, "a refusal changes nothing");
}

#[tokio::test]
async fn a_fresh_or_foreign_store_in_its_place_is_refused() {
    let (folder, other) = (filled().await, filled().await);
    let store = folder.path().join("store");
    fs::remove_dir_all(&store).unwrap();
    drop(sled::open(&store).unwrap());
    assert!(matches!(refusal(folder.path(), &options()), OpenError::Lost { found: "empty", .. }));
    fs::remove_dir_all(&store).unwrap();
    fs::rename(other.path().join("store"), &store).unwrap();
    let error = refusal(folder.path(), &options());
    assert!(matches!(error, OpenError::Lost { found: "another store", .. }), "{error}");
}

#[tokio::test]
async fn a_snapshot_that_was_broken_off_is_no_obstacle() {
    let folder = filled().await;
    let broken = folder.path().join("store/snap.FFFFFFFFFFFFFFFF.generating");
    fs::write(&broken, [7; 100]).unwrap();
    assert!(open(folder.path()).get(&note_key(1, 1)).unwrap().is_some());
    assert!(!broken.exists());
}

#[tokio::test]
async fn what_an_earlier_process_left_is_on_disk_before_anything_rests_on_it() {
    let folder = filled().await;
    let (kv, disk) = on_fake_disk(folder.path());
    assert_eq!(disk.syncs.load(Ordering::SeqCst), 1);
    drop(kv);
    disk.broken.store(true, Ordering::SeqCst);
    let options = Options { syncer: Arc::new(disk.clone()), ..options() };
    let error = refusal(folder.path(), &options);
    assert!(error.to_string().contains("the disk is broken"), "{error}");
}

#[tokio::test]
async fn a_store_without_its_marker_is_refused() {
    let folder = filled().await;
    fs::remove_file(folder.path().join("maturity-bot.json")).unwrap();
    assert!(matches!(refusal(folder.path(), &options()), OpenError::NoMarker { .. }));
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let folder = filled().await;
    let marker = folder.path().join("maturity-bot.json");
    fs::write(&marker, r#"{"schema":2,"kind":"from-the-future"}"#).unwrap();
    let error = refusal(folder.path(), &options());
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1, .. }), "{error}");
}

#[tokio::test]
async fn real_data_and_a_try_out_do_not_mix() {
    let folder = filled().await;
    let error = refusal(folder.path(), &Options::new(StoreKind::TryOut));
    assert!(matches!(error, OpenError::OtherKind { found: "real", wanted: "try-out", .. }));
}

#[test]
fn nothing_is_made_unless_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("data");
    let error = refusal(&missing, &options().existing());
    assert!(matches!(error, OpenError::NoStore { .. }));
    assert!(!missing.exists());
    assert!(matches!(refusal(folder.path(), &options().existing()), OpenError::NoStore { .. }));
    open(&missing);
    SledKv::open(&missing, &options().existing()).unwrap();
}

#[test]
fn a_store_whose_making_broke_off_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let marker = folder.path().join("maturity-bot.json");
    let text = fs::read_to_string(&marker).unwrap();
    assert!(text.contains(r#""kind":"real""#) && text.contains(r#""created":true"#), "{text}");
    fs::write(&marker, text.replace("true", "false")).unwrap();
    fs::remove_dir_all(folder.path().join("store")).unwrap();
    fs::remove_file(folder.path().join("store-seal.json")).unwrap();
    open(folder.path());
    assert_eq!(fs::read_to_string(&marker).unwrap(), text);
}

#[tokio::test]
async fn an_older_state_than_was_known_is_refused() {
    let folder = filled().await;
    let store = folder.path().join("store");
    let older = folder.path().join("older");
    copy_folder(&store, &older);
    commit(&open(folder.path()), vec![put(note_key(1, 2), "b")]).await;
    fs::remove_dir_all(&store).unwrap();
    fs::rename(&older, &store).unwrap();
    let error = refusal(folder.path(), &options());
    assert!(matches!(error, OpenError::Behind { found: 2, known: 3, .. }), "{error}");
    fs::remove_file(folder.path().join("store-seal.json")).unwrap();
    assert_eq!(open(folder.path()).get(&note_key(1, 2)).unwrap(), None);
}

/// A disk that can be made to fail, or to wait until it is told to go on.
#[derive(Default)]
struct FakeDisk {
    syncs: AtomicUsize,
    broken: AtomicBool,
    paused: AtomicBool,
}

impl Syncer for Arc<FakeDisk> {
    fn sync(&self, file: &File) -> io::Result<()> {
        while self.paused.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        self.syncs.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is broken"));
        }
        file.sync_data()
    }
}

fn on_fake_disk(folder: &Path) -> (Arc<SledKv>, Arc<FakeDisk>) {
    let disk = Arc::new(FakeDisk::default());
    let options = Options { syncer: Arc::new(disk.clone()), ..options() };
    (Arc::new(SledKv::open(folder, &options).unwrap()), disk)
}

#[tokio::test]
async fn a_failed_sync_acknowledges_nothing_and_ends_all_commits() {
    let folder = tempfile::tempdir().unwrap();
    let (kv, disk) = on_fake_disk(folder.path());
    commit(&*kv, vec![put(note_key(1, 1), "a")]).await;
    disk.broken.store(true, Ordering::SeqCst);
    let broken = StoreError::Fatal("the disk is broken".to_owned());
    assert_eq!(kv.commit(ops(vec![put(note_key(1, 2), "b")])).await, Err(broken.clone()));
    assert_eq!(kv.fatal().await, "the disk is broken");
    disk.broken.store(false, Ordering::SeqCst);
    assert_eq!(kv.commit(ops(vec![put(note_key(1, 3), "c")])).await, Err(broken.clone()));
    assert_eq!(kv.commit(ops(vec![])).await, Err(broken));
    let syncs = disk.syncs.load(Ordering::SeqCst);
    assert_eq!(syncs, 3, "one for making the store, one that held, one that failed, none after");
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_sync_returns() {
    let folder = tempfile::tempdir().unwrap();
    let (kv, disk) = on_fake_disk(folder.path());
    disk.paused.store(true, Ordering::SeqCst);
    let writer = kv.clone();
    let waiting =
        tokio::spawn(async move { writer.commit(ops(vec![put(note_key(1, 1), "a")])).await });
    while kv.get(&note_key(1, 1)).unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    disk.paused.store(false, Ordering::SeqCst);
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn concurrent_commits_share_the_wait_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (kv, disk) = on_fake_disk(folder.path());
    let before = disk.syncs.load(Ordering::SeqCst);
    disk.paused.store(true, Ordering::SeqCst);
    let writers: Vec<_> = (0..64)
        .map(|number| {
            let kv = kv.clone();
            tokio::spawn(async move { commit(&*kv, vec![put(note_key(1, number), "a")]).await })
        })
        .collect();
    tokio::task::yield_now().await;
    disk.paused.store(false, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    let syncs = disk.syncs.load(Ordering::SeqCst) - before;
    assert!(syncs <= 8, "{syncs} syncs for 64 commits");
    assert!(verify(&*kv, &NOTES).is_whole());
}

#[tokio::test]
async fn a_dropped_store_has_done_what_was_queued() {
    let folder = tempfile::tempdir().unwrap();
    let (kv, _) = on_fake_disk(folder.path());
    let mut queued = Box::pin(kv.commit(ops(vec![put(note_key(1, 1), "a")])));
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(queued.as_mut().poll(cx)));
    assert!(polled.await.is_pending());
    drop(queued);
    drop(kv);
    assert!(open(folder.path()).get(&note_key(1, 1)).unwrap().is_some());
}

type Tamper = fn(&sled::Db);

/// The engine itself, without our safeguards.
fn raw(folder: &Path) -> sled::Db {
    sled::Config::new().path(folder.join("store")).segment_size(SEGMENT).open().unwrap()
}

#[tokio::test]
async fn surplus_missing_and_changed_records_are_told_from_deleted_ones() {
    let folder = filled().await;
    let kv = open(folder.path());
    commit(&kv, (2..6).map(|n| put(note_key(1, n), "b")).collect()).await;
    commit(&kv, vec![put(note_key(2, 1), "c"), Op::Delete(note_key(1, 2))]).await;
    assert_eq!(verify(&kv, &NOTES).damage, vec![]);
    drop(kv);
    let tampers: [(&str, Tamper); 4] = [
        ("missing: 3 of 4", |db| drop(db.remove(note_key(1, 3)).unwrap())),
        ("surplus: 5 are here, 4", |db| drop(db.insert(note_key(1, 9), b"x").unwrap())),
        ("not as written", |db| {
            let other = super::testing::note_bytes("zz");
            drop(db.insert(note_key(1, 3), other).unwrap());
        }),
        ("sum is missing", |db| {
            drop(db.remove(keys::sum_key(keys::bucket(&note_key(1, 1)))).unwrap());
        }),
    ];
    for (finding, tamper) in tampers {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let db = raw(copy.path());
        tamper(&db);
        drop(db);
        let damage = verify(&open(copy.path()), &NOTES).damage;
        let told = damage.iter().any(|d| d.place == "note/1" && d.finding.contains(finding));
        assert!(told, "{finding} not in {damage:?}");
    }
}

#[tokio::test]
async fn a_damaged_marker_or_seal_is_named() {
    let folder = filled().await;
    for name in ["store-seal.json", "maturity-bot.json"] {
        fs::write(folder.path().join(name), "{").unwrap();
        let error = refusal(folder.path(), &options());
        assert!(
            matches!(&error, OpenError::BadNote { path, .. } if path.ends_with(name)),
            "{error}"
        );
    }
}
