//! Disk: what is stored per byte of payload, and whether passing messages leave anything behind.

use std::path::Path;
use std::sync::atomic::Ordering;

use maturity_bot::domain::ids::TeamId;
use maturity_bot::domain::message::{Destination, Message};
use maturity_bot::domain::outgoing::{Errand, OutRow, Purpose};
use maturity_bot::store::kv::Kv;
use maturity_bot::store::tx::Tx;

use super::fill;
use super::table::{Table, Target};
use super::world::{Sync, World, folder, monday, place, runtime};

/// Messages that pass through the outbox, and how many of them wait at once.
const CHURN: usize = 400_000;
const LIVE: usize = 64;
/// Rows in one batch.
const STEP: usize = 16;

pub fn measure(table: &mut Table) {
    let runtime = runtime();
    let full = folder();
    let payload = runtime.block_on(async {
        let world = World::open(full.path(), Sync::Never, false);
        fill::answers(&world, 1_000_000).await
    });
    let ratio = size(full.path()) / payload as f64;
    table.add("disk ÷ payload at 1000000 answers", ratio, "×", Target::AtMost(3.5));
    let churned = folder();
    let (early, late, payload) = runtime.block_on(churn(churned.path()));
    let passed = payload as f64 / 1024.0 / 1024.0;
    table.add("payload of 400000 messages that passed the outbox", passed, "MiB", Target::None);
    table.add("disk after them ÷ after a tenth", late / early, "×", Target::AtMost(1.5));
}

/// Sizes after a tenth of the messages and after all.
async fn churn(folder: &Path) -> (f64, f64, u64) {
    let world = World::open(folder, Sync::Never, false);
    let mut early = 0.0;
    for step in 0..CHURN / STEP {
        let tx = Tx::new(world.kv.as_ref());
        let rows = tx.outbox().unwrap();
        let gone = rows.len().saturating_sub(LIVE - STEP);
        rows.into_iter().take(gone).for_each(|(key, _)| tx.delete(key));
        for number in 0..STEP {
            tx.send(&row(step * STEP + number)).unwrap();
        }
        world.kv.commit(tx.into_batch()).await.unwrap();
        if step == CHURN / STEP / 10 {
            early = size(folder);
        }
    }
    (early, size(folder), world.kv.bytes.load(Ordering::Relaxed))
}

fn row(number: usize) -> OutRow {
    let body = format!("{number} {}", "words of a message ".repeat(20));
    let errand = Errand::Say(Destination::Place(place(number % LIVE)), Message::Text(body));
    let purpose = Purpose::Digest(TeamId(1));
    OutRow::new(errand, purpose, monday(), None)
}

/// Bytes that a folder's files take on disk.
fn size(folder: &Path) -> f64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(folder.join("store")).unwrap();
    let blocks: u64 = entries.map(|it| it.unwrap().metadata().unwrap().blocks()).sum();
    blocks as f64 * 512.0
}
