//! What the pipeline is measured against: a bare file, and SQLite.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::world::{CountingSync, Sync, folder};

/// The committer takes at most 256 operations at once, and an answer has four.
const GROUP: usize = 64;
/// Records that one answer writes.
const RECORDS: usize = 4;

/// Writes the same number of bytes with the same number of syncs; gives the seconds it took.
pub fn raw_replay(groups: u64, bytes: u64, sync: Sync) -> f64 {
    let folder = folder();
    let mut file = File::create(folder.path().join("raw")).unwrap();
    let syncs = CountingSync::new(sync);
    let chunk = vec![7; usize::try_from(bytes / groups.max(1)).unwrap()];
    let start = Instant::now();
    for _ in 0..groups {
        file.write_all(&chunk).unwrap();
        syncs.file(&file);
    }
    start.elapsed().as_secs_f64()
}

/// Writes as many records of as many bytes, in as many groups, to sled alone: nothing is decided,
/// and nobody waits. Gives the seconds it took, which is what sled leaves to whoever uses it.
pub fn sled_replay(groups: u64, answers: usize, bytes: u64, sync: Sync) -> f64 {
    let folder = folder();
    let config = sled::Config::new().path(folder.path()).segment_size(4 << 20);
    let db = config.flush_every_ms(Some(250)).open().unwrap();
    let file = File::open(folder.path().join("db")).unwrap();
    let syncs = CountingSync::new(sync);
    let groups = usize::try_from(groups).unwrap().max(1);
    let records = (answers * RECORDS).div_ceil(groups);
    let record = vec![7; usize::try_from(bytes).unwrap() / (records * groups)];
    let (key, value) = record.split_at(record.len() / 2);
    let start = Instant::now();
    for group in 0..groups {
        let mut batch = sled::Batch::default();
        for number in group * records..(group + 1) * records {
            batch.insert([&scattered(number as u64), key].concat(), value);
        }
        db.apply_batch(batch).unwrap();
        db.flush().unwrap();
        syncs.file(&file);
    }
    start.elapsed().as_secs_f64()
}

/// A number among others as keys of real records are.
fn scattered(number: u64) -> [u8; 8] {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()
}

/// Answers a second of a bare file that as many people write to, grouped as they come.
pub fn raw(people: usize, size: usize, sync: Sync, span: Duration) -> f64 {
    let folder = folder();
    let mut file = File::create(folder.path().join("raw")).unwrap();
    let syncs = CountingSync::new(sync);
    grouped(people, size, span, move |group| {
        file.write_all(&group.concat()).unwrap();
        syncs.file(&file);
    })
}

/// Answers a second of SQLite with a write-ahead log, synced at every commit.
pub fn sqlite(people: usize, size: usize, sync: Sync, span: Duration) -> f64 {
    let folder = folder();
    let mut db = rusqlite::Connection::open(folder.path().join("sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.pragma_update(None, "synchronous", "FULL").unwrap();
    db.execute("create table kv (k blob primary key, v blob) without rowid", []).unwrap();
    let syncs = CountingSync::new(sync);
    let mut number = 0_u64;
    grouped(people, size, span, move |group| {
        let write = db.transaction().unwrap();
        let mut insert = write.prepare_cached("insert into kv values (?, ?)").unwrap();
        for answer in &group {
            for record in answer.chunks(answer.len().div_ceil(RECORDS)) {
                number += 1;
                let (key, value) = record.split_at(record.len() / 2);
                let key = [&scattered(number), key].concat();
                insert.execute((key, value)).unwrap();
            }
        }
        drop(insert);
        write.commit().unwrap();
        syncs.pad();
    })
}

type Job = (Vec<u8>, oneshot::Sender<()>);

/// People who each write again once their last was acknowledged, and one thread that writes what
/// waits as one group; gives the answers a second.
fn grouped(
    people: usize,
    size: usize,
    span: Duration,
    mut write: impl FnMut(Vec<Vec<u8>>) + Send + 'static,
) -> f64 {
    let (queue, mut jobs) = mpsc::channel::<Job>(1024);
    let writer = std::thread::spawn(move || {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            let (answers, done): (Vec<_>, Vec<_>) = group.into_iter().unzip();
            write(answers);
            for done in done {
                let _ = done.send(());
            }
        }
    });
    let rate = super::world::runtime().block_on(async {
        let queue = Arc::new(queue);
        super::answers::rate(people, span, move |_| {
            let queue = Arc::clone(&queue);
            async move {
                let (done, acknowledged) = oneshot::channel();
                queue.send((vec![7; size], done)).await.unwrap();
                acknowledged.await.unwrap();
            }
        })
        .await
    });
    writer.join().unwrap();
    rate
}
