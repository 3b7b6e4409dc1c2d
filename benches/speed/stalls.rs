//! Whether anybody ever waits long while 256 people answer at once: sled had reports of standing
//! still under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::answers::{rate, sitters};
use super::memory::large;
use super::table::{Table, Target};
use super::world::{Sync, World, folder, runtime};

const PEOPLE: usize = 256;
/// The longest that anybody may wait for one answer, in seconds.
const LONGEST: f64 = 5.0;

pub fn measure(table: &mut Table) {
    let span = Duration::from_secs(if large() { 60 } else { 10 });
    let folder = folder();
    let longest = Arc::new(AtomicU64::new(0));
    let rate = runtime().block_on(async {
        let world = Arc::new(World::open(folder.path(), Sync::Real, false));
        let sitters = sitters(&world, PEOPLE).await;
        let longest = Arc::clone(&longest);
        rate(PEOPLE, span, move |who| {
            let (world, sitter) = (Arc::clone(&world), Arc::clone(&sitters[who]));
            let longest = Arc::clone(&longest);
            async move {
                let start = Instant::now();
                world.tell(sitter.press()).await;
                let waited = u64::try_from(start.elapsed().as_micros()).unwrap();
                longest.fetch_max(waited, Ordering::Relaxed);
            }
        })
        .await
    });
    let name = |what: &str| format!("{PEOPLE} answering for {} s: {what}", span.as_secs());
    table.add(name("answers"), rate, "a second", Target::None);
    let seconds = longest.load(Ordering::Relaxed) as f64 / 1e6;
    table.add(name("the longest wait"), seconds, "s", Target::AtMost(LONGEST));
}
