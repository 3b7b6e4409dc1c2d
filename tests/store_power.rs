//! A power cut loses nothing acknowledged: what was written since the last sync may be on disk in
//! any mixture of sectors, and what was synced is.
//!
//! Every sync is watched: at each one the engine's files are copied as they are then. A cut is the
//! state of one sync with a random choice of the sectors written up to the next one. `just torture`
//! runs the long form, and cuts the power of a real file system where the machine lets us.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use maturity_bot::domain::ids::TeamId;
use maturity_bot::random::{below, bytes};
use maturity_bot::store::codec;
use maturity_bot::store::keys::key;
use maturity_bot::store::kv::{Batch, Key, Kv, Op};
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::records::Table;
use maturity_bot::store::sled::{Options, SledKv, Syncer};
use maturity_bot::store::verify::verify;

const TRIALS: u32 = 30;
const COMMITS: u32 = 60;
const WRITERS: u32 = 8;
const RECORD: u8 = 200;

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn trials() -> u32 {
    let wished = env::var("MATURITY_TORTURE_ROUNDS").ok();
    wished.map_or(TRIALS, |rounds| rounds.parse().expect("a number of rounds"))
}

/// Copies the data folder at every sync, before it begins.
struct Watch {
    folder: PathBuf,
    /// What is durable after each sync.
    states: Mutex<Vec<Files>>,
    syncs: AtomicU64,
    wrong_file: Mutex<bool>,
}

impl Syncer for Watch {
    fn sync(&self, file: &File) -> io::Result<()> {
        // Only what is there before the call is covered by it; others write meanwhile.
        let covered = read_all(&self.folder);
        file.sync_data()?;
        let db = self.folder.join("store/db").metadata()?;
        if file.metadata()?.ino() != db.ino() {
            *self.wrong_file.lock().unwrap() = true;
        }
        self.states.lock().unwrap().push(covered);
        self.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn read_all(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(read_all(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.insert(path, bytes);
        }
    }
    found
}

fn part(table: &str, number: u32) -> Key {
    key(table).team(TeamId(number % WRITERS)).u32(number).done()
}

fn value(number: u32) -> Vec<u8> {
    let text = format!("{number} {}", "x".repeat((number as usize * 37) % 900));
    codec::frame(RECORD, 1, text.as_bytes())
}

fn batch(number: u32) -> Batch {
    let put = |table| Op::Put(part(table, number), value(number));
    Batch::of(vec![put("left"), put("right")])
}

fn options(syncer: Option<Arc<dyn Syncer>>) -> Options {
    let usual = Options { cache_bytes: 4 << 20, ..Options::new(StoreKind::Real) };
    match syncer {
        Some(syncer) => Options { syncer, ..usual },
        None => usual,
    }
}

/// One recorded life: the durable state after each sync, and with how many of them each record
/// was acknowledged.
struct Life {
    folder: PathBuf,
    states: Vec<Files>,
    acknowledged: Vec<(u32, u64)>,
}

async fn live(folder: &Path) -> Life {
    let watch = Arc::new(Watch {
        folder: folder.to_owned(),
        states: Mutex::default(),
        syncs: AtomicU64::new(0),
        wrong_file: Mutex::new(false),
    });
    let kv = Arc::new(SledKv::open(folder, &options(Some(watch.clone()))).unwrap());
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (kv, watch) = (kv.clone(), watch.clone());
        writers.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            for number in (writer..COMMITS).step_by(WRITERS as usize) {
                let before = watch.syncs.load(Ordering::SeqCst);
                kv.commit(batch(number)).await.unwrap();
                let after = watch.syncs.load(Ordering::SeqCst);
                assert!(after > before, "record {number} was acknowledged without a sync");
                mine.push((number, after));
            }
            mine
        }));
    }
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    drop(kv);
    assert!(!*watch.wrong_file.lock().unwrap(), "something else than the log was synced");
    let states = std::mem::take(&mut *watch.states.lock().unwrap());
    Life { folder: folder.to_owned(), states, acknowledged }
}

/// The files of one sync, with some of the sectors written until the next.
fn cut(life: &Life, at: usize, sector: usize) -> Files {
    let mut files = life.states[at].clone();
    let Some(next) = life.states.get(at + 1) else { return files };
    for (path, new) in next {
        if path.ends_with("store/db") {
            mix(files.entry(path.clone()).or_default(), new, sector);
        } else if below(2) == 0 {
            // Of other files the bot or the engine makes whole new ones.
            files.insert(path.clone(), new.clone());
        }
    }
    files
}

fn mix(old: &mut Vec<u8>, new: &[u8], sector: usize) {
    // The new length is kept, or it is not; what lies behind it was never written.
    if new.len() > old.len() && below(2) == 0 {
        old.resize(new.len(), 0);
    }
    let favour = below(100);
    let length = old.len().min(new.len());
    for from in (0..length).step_by(sector) {
        let to = (from + sector).min(length);
        if old[from..to] != new[from..to] && below(100) < favour {
            old[from..to].copy_from_slice(&new[from..to]);
        }
    }
}

fn write_all(files: &Files, from: &Path, to: &Path) {
    for (path, bytes) in files {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

/// Whether the store opens; then every record acknowledged by `syncs` syncs must be in it.
fn opens_whole(folder: &Path, acknowledged: &[(u32, u64)], syncs: u64, what: &str) -> bool {
    let kv = match SledKv::open(folder, &options(None).existing()) {
        Ok(kv) => kv,
        Err(refused) => {
            let words = refused.to_string();
            assert!(words.contains(&*folder.to_string_lossy()), "{what}: {words}");
            return false;
        }
    };
    for (number, _) in acknowledged.iter().filter(|(_, after)| *after <= syncs) {
        for table in ["left", "right"] {
            let found = kv.get(&part(table, *number)).unwrap();
            assert_eq!(
                found,
                Some(value(*number)),
                "{what}: {number} was acknowledged and is lost"
            );
        }
    }
    for number in 0..COMMITS {
        let [left, right] = ["left", "right"].map(|it| kv.get(&part(it, number)).unwrap());
        assert_eq!(left, right, "{what}: batch {number} is torn");
    }
    let report = verify(&kv, &Table { entries: &[] });
    assert!(report.damage.iter().all(|it| it.finding.contains("is not known")), "{what}");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn torture_by_power_cuts_loses_nothing_acknowledged() {
    let mut life = None;
    let (mut opened, mut refused) = (0, 0);
    let origin = tempfile::tempdir().unwrap();
    for trial in 0..trials() {
        if trial % 50 == 0 {
            let folder = origin.path().join(trial.to_string());
            life = Some(live(&folder).await);
        }
        let life = life.as_ref().unwrap();
        // The first syncs make the store; nothing is acknowledged before them.
        let first = life.acknowledged.iter().map(|(_, after)| *after).min().unwrap();
        let states = life.states.len() as u64;
        let at = first - 1 + below(states - first + 1);
        let sector = if trial % 2 == 0 { 512 } else { 4096 };
        let folder = tempfile::tempdir().unwrap();
        let index = usize::try_from(at).unwrap();
        write_all(&cut(life, index, sector), &life.folder, folder.path());
        let what = format!("trial {trial}, after sync {at} of {states}, sectors of {sector}");
        if opens_whole(folder.path(), &life.acknowledged, at + 1, &what) {
            opened += 1;
        } else {
            refused += 1;
        }
    }
    eprintln!("{opened} cuts opened with everything acknowledged, {refused} were refused");
    assert_eq!(refused, 0, "of {} cuts were refused", opened + refused);
}

/// The log's bytes at each sync cover what is acknowledged after it: a copy of them alone holds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledgement_comes_after_a_sync_that_covers_it() {
    let folder = tempfile::tempdir().unwrap();
    let life = live(folder.path()).await;
    let state = usize::try_from(below(life.states.len() as u64)).unwrap();
    let first = life.acknowledged.iter().map(|(_, after)| *after).min().unwrap();
    for at in [state, usize::try_from(first).unwrap() - 1, life.states.len() - 1] {
        let copy = tempfile::tempdir().unwrap();
        write_all(&life.states[at], &life.folder, copy.path());
        let syncs = at as u64 + 1;
        if syncs >= first {
            assert!(opens_whole(copy.path(), &life.acknowledged, syncs, "as synced"));
        }
    }
    eprintln!("{} records, {} syncs", life.acknowledged.len(), life.states.len());
}

/// A file system in a file of ours; the power is cut by copying that file while it is written to.
struct Disk {
    mount: PathBuf,
    image: PathBuf,
}

fn system(program: &str, arguments: &[&str]) -> bool {
    let done = std::process::Command::new(program).args(arguments).output();
    done.is_ok_and(|output| output.status.success())
}

impl Disk {
    /// `None` where the machine does not let us.
    fn make(folder: &Path) -> Option<Self> {
        let (image, mount) = (folder.join("image"), folder.join("mount"));
        File::create(&image).unwrap().set_len(96 << 20).unwrap();
        fs::create_dir(&mount).unwrap();
        let made = system("mkfs.ext4", &["-q", "-F", &image.to_string_lossy()]);
        (made && Self::attach(&image, &mount)).then_some(Self { mount, image })
    }

    fn attach(image: &Path, mount: &Path) -> bool {
        let (image, mount) = (image.to_string_lossy(), mount.to_string_lossy());
        system("mount", &["-o", "loop", &image, &mount])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        system("umount", &[&self.mount.to_string_lossy()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn torture_by_real_power_cuts_loses_nothing_acknowledged() {
    if env::var_os("MATURITY_TORTURE_ROUNDS").is_none() {
        return;
    }
    let mut lost = 0;
    let cuts = (trials() / 10).max(1);
    for cut in 0..cuts {
        let folder = tempfile::tempdir().unwrap();
        let Some(disk) = Disk::make(folder.path()) else {
            eprintln!("no loop device can be mounted here; the sector model stands alone");
            return;
        };
        let data = disk.mount.join("data");
        let told: Arc<OnceLock<Vec<u32>>> = Arc::default();
        let snapshot = folder.path().join("cut");
        write_until_cut(&data, &disk.image, &snapshot, &told).await;
        let mount = folder.path().join("after");
        fs::create_dir(&mount).unwrap();
        assert!(Disk::attach(&snapshot, &mount), "the file system comes back");
        let after = Disk { mount: mount.clone(), image: snapshot };
        let acknowledged: Vec<_> = told.get().unwrap().iter().map(|it| (*it, 0)).collect();
        let whole = opens_whole(&mount.join("data"), &acknowledged, 0, &format!("cut {cut}"));
        lost += u32::from(!whole);
        drop(after);
    }
    eprintln!("{cuts} real power cuts, {lost} refused, nothing acknowledged was lost");
    assert_eq!(lost, 0);
}

/// Writes, copies the image at a random moment, and tells what was acknowledged before the copy.
async fn write_until_cut(data: &Path, image: &Path, snapshot: &Path, told: &OnceLock<Vec<u32>>) {
    let kv = Arc::new(SledKv::open(data, &options(None)).unwrap());
    let moment = 1 + u32::from(bytes::<1>()[0]) % (COMMITS - 2);
    let mut acknowledged = Vec::new();
    for number in 0..COMMITS {
        if number == moment {
            // More is on its way while the power goes.
            let on_its_way = kv.clone();
            let flying = tokio::spawn(async move { on_its_way.commit(batch(number)).await });
            fs::copy(image, snapshot).unwrap();
            flying.await.unwrap().unwrap();
            break;
        }
        kv.commit(batch(number)).await.unwrap();
        acknowledged.push(number);
    }
    told.set(acknowledged).unwrap();
}
