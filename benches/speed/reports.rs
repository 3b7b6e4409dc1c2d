//! What one team's report costs while the store grows.

use std::path::Path;
use std::time::Instant;

use maturity_bot::clock::Instant as Moment;
use maturity_bot::domain::ids::PersonId;

use super::memory::large;
use super::table::{Table, Target, median};
use super::world::{Sync, World, folder, runtime};
use super::{fill, sqlite_report};

/// How often each store is asked, and how often right after it was opened.
const CALLS: usize = 400;
const COLD_CALLS: usize = 7;

/// A store that was filled and closed.
struct Filled<'a> {
    folder: &'a Path,
    lead: PersonId,
    now: Moment,
}

impl Filled<'_> {
    fn open(&self) -> World {
        let world = World::open(self.folder, Sync::Never, false);
        world.clock.set(self.now);
        world
    }
}

async fn report(world: &World, lead: &PersonId) -> f64 {
    let start = Instant::now();
    let reply = world.say(lead, "/maturity report").await;
    let seconds = start.elapsed().as_secs_f64();
    assert!(reply.unwrap().body().len() > 200, "a report was given");
    seconds
}

/// Seconds that SQLite takes for the figures of a report alone, without its words.
fn by_sqlite(answers: usize, indexed: bool) -> f64 {
    let folder = folder();
    let db = sqlite_report::filled(folder.path(), answers, indexed);
    let calls = if indexed { CALLS } else { CALLS / 20 };
    let times = (0..calls).map(|call| {
        let start = Instant::now();
        assert!(sqlite_report::report(&db, call) > 0, "figures were given");
        start.elapsed().as_secs_f64()
    });
    median(times.collect())
}

pub fn measure(table: &mut Table) {
    let sizes: &[usize] = if large() { &[1_000_000, 5_000_000] } else { &[1_000_000] };
    let folders: Vec<_> = [10_000].iter().chain(sizes).map(|size| (*size, folder())).collect();
    runtime().block_on(async {
        let mut stores = Vec::new();
        for (size, folder) in &folders {
            let world = World::open(folder.path(), Sync::Never, false);
            let lead = fill::reported_team(&world).await;
            fill::answers(&world, *size).await;
            stores.push(Filled { folder: folder.path(), lead, now: world.clock.now() });
        }
        // The first report of a process loads code and templates, whatever the store.
        report(&stores[0].open(), &stores[0].lead).await;
        let mut cold = vec![Vec::new(); stores.len()];
        for _ in 0..COLD_CALLS {
            for (store, times) in stores.iter().zip(&mut cold) {
                times.push(report(&store.open(), &store.lead).await);
            }
        }
        let cold: Vec<f64> = cold.into_iter().map(median).collect();
        let worlds: Vec<World> = stores.iter().map(Filled::open).collect();
        let mut warm = vec![Vec::new(); stores.len()];
        for _ in 0..CALLS {
            for ((store, world), times) in stores.iter().zip(&worlds).zip(&mut warm) {
                times.push(report(world, &store.lead).await);
            }
        }
        let warm: Vec<f64> = warm.into_iter().map(median).collect();
        for (indexed, target) in [(false, Target::AtMost(0.1)), (true, Target::None)] {
            let how = if indexed { "side by side" } else { "in the order they came" };
            let sqlite = by_sqlite(sizes[0], indexed);
            let name = format!("it ÷ by SQLite from {} answers, {how}", sizes[0]);
            table.add(name, warm[1] / sqlite, "×", target);
        }
        table.add("a report among 10,000 answers, warm", warm[0] * 1e3, "ms", Target::None);
        for (index, size) in (1..).zip(sizes) {
            let name = |how| format!("a report among {size} ÷ among 10000 answers, {how}");
            table.add(name("warm"), warm[index] / warm[0], "×", Target::AtMost(1.2));
            table.add(name("after a start"), cold[index] / cold[0], "×", Target::AtMost(1.2));
        }
    });
}
