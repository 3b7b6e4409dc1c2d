//! Memory and start.

use std::time::Instant;

use super::child;
use super::fill;
use super::table::{Table, Target};
use super::world::{Sync, World, folder, runtime};

/// The cache that the store is opened with, in MiB.
const CACHE: f64 = 64.0;
/// Allowed above the cache, in MiB.
const ABOVE: f64 = 100.0;

pub fn measure(table: &mut Table) {
    let target = Target::AtMost(ABOVE + CACHE);
    let small = folder();
    drop(World::open(small.path(), Sync::Never, false));
    let idle = child::open(small.path(), 0);
    table.add("resident, idle", idle.resident, "MiB", target);
    let busy = child::open(small.path(), 100_000);
    table.add("resident after 100000 answers handled", busy.resident, "MiB", target);
    table.add("start to ready, empty", idle.ready, "s", Target::None);
    let sizes: &[usize] = if large() { &[1_000_000, 5_000_000] } else { &[1_000_000] };
    for answers in sizes {
        filled(table, *answers);
    }
}

/// Whether the large store is measured as well.
pub fn large() -> bool {
    std::env::var_os("SPEED_LARGE").is_some()
}

fn filled(table: &mut Table, answers: usize) {
    let large = folder();
    runtime().block_on(async {
        let world = World::open(large.path(), Sync::Never, false);
        fill::answers(&world, answers).await;
    });
    // The first start reads what one life wrote, and leaves a summary of it; the next has that.
    let full = child::open(large.path(), 0);
    let again = child::open(large.path(), 0);
    let name = |what: &str| format!("{what} {answers} answers");
    let target = Target::AtMost(ABOVE + CACHE);
    table.add(name("resident with"), full.resident, "MiB", target);
    let start = Instant::now();
    let bytes = std::fs::read(large.path().join("store/db")).unwrap().len();
    let read = start.elapsed().as_secs_f64();
    let size = bytes as f64 / 1024.0 / 1024.0;
    table.add(name("size of the store's file with"), size, "MiB", Target::None);
    table.add("one sequential read of it", read, "s", Target::None);
    table.add(name("start to ready with"), full.ready, "s", Target::None);
    let ratio = "start to ready ÷ one sequential read";
    table.add(ratio, full.ready / read, "×", Target::AtMost(1.0));
    let ratio = format!("{ratio}, once more");
    table.add(ratio, again.ready / read, "×", Target::AtMost(1.0));
}
