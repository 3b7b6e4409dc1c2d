//! Ten thousand teams due in the same minute, and their messages through a narrow door.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use maturity_bot::app::Courier;
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::ids::{PersonId, PlaceId};
use maturity_bot::domain::message::MessageRef;
use maturity_bot::domain::team::{Scheduled, Settings};
use maturity_bot::platform::{Inbox, Pace, Parcel, Platform, PostError, Profile, Stop};
use maturity_bot::store::tx::Tx;

use super::answers::sitters;
use super::table::{Table, Target, median};
use super::world::{Sync, World, folder, runtime, undisturbed};

/// How many teams are due, unless `SPEED_TEAMS` says otherwise.
const TEAMS: usize = 10_000;
/// Messages a second that the narrow door lets through: far more than Slack or Matrix do.
const ALLOWED: u64 = 500;
/// How long the door is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// A platform that takes one message each turn of a clock, and makes the others wait.
struct Door {
    next: Mutex<Instant>,
    through: AtomicU64,
}

#[async_trait]
impl Platform for Door {
    fn name(&self) -> &'static str {
        "null"
    }

    fn pace(&self) -> Pace {
        Pace { lanes: 64, ..Pace::free() }
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, _parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let turn = {
            let mut next = self.next.lock().unwrap();
            let turn = (*next).max(Instant::now());
            *next = turn + Duration::from_secs(1) / u32::try_from(ALLOWED).unwrap();
            turn
        };
        tokio::time::sleep_until(turn.into()).await;
        self.through.fetch_add(1, Ordering::Relaxed);
        Ok(MessageRef(String::new()))
    }

    async fn update(&self, _reference: &MessageRef, _parcel: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, _place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        Ok(Vec::new())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Err(PostError::DeadTarget(person.as_str().to_owned()))
    }
}

pub fn measure(table: &mut Table) {
    let folder = folder();
    let runtime = runtime();
    let teams = std::env::var("SPEED_TEAMS").map_or(TEAMS, |teams| teams.parse().unwrap());
    let now = runtime.block_on(async {
        let world = World::open(folder.path(), Sync::Never, false);
        let times = CronExpr::parse("0 9 * * *").unwrap();
        let schedules = vec![Scheduled { preset: "quick".to_owned(), times }];
        let settings = Settings { schedules, ..undisturbed() };
        for number in 100..100 + teams {
            world.team(number, 3, settings.clone()).await;
        }
        world.clock.now() + chrono::TimeDelta::hours(1)
    });
    runtime.block_on(async {
        let world = Arc::new(World::open(folder.path(), Sync::Real, false));
        let sitters = sitters(&world, 1).await;
        deliver_nothing_old(&world).await;
        let (door, courier) = door(&world).await;
        world.clock.set(now);
        let ticking = tokio::spawn({
            let world = Arc::clone(&world);
            async move {
                let start = Instant::now();
                world.engine.tick().await.unwrap();
                start.elapsed().as_secs_f64()
            }
        });
        let mut waits = Vec::new();
        while !ticking.is_finished() {
            let start = Instant::now();
            world.tell(sitters[0].press()).await;
            waits.push(start.elapsed().as_secs_f64());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let seconds = ticking.await.unwrap();
        let rows = Tx::new(world.kv.as_ref()).outbox().unwrap().len();
        let syncs = world.syncs.count.load(Ordering::Relaxed);
        table.add(
            format!("{teams} teams due at once: rows committed"),
            rows as f64,
            "",
            Target::None,
        );
        table.add("until the last row is committed", seconds, "s", Target::AtMost(60.0));
        table.add("rows for each sync of the disk", rows as f64 / syncs as f64, "", Target::None);
        waits.sort_by(f64::total_cmp);
        let late = waits[waits.len() * 99 / 100];
        table.add("an answer meanwhile, median", median(waits) * 1e3, "ms", Target::None);
        table.add("an answer meanwhile, 99th of 100", late * 1e3, "ms", Target::None);
        deliver(&door, &courier, table).await;
    });
    runtime.shutdown_background();
}

/// What the answering person's own round brought has nothing to do with the others.
async fn deliver_nothing_old(world: &World) {
    world.engine.tick().await.unwrap();
    world.engine.drop_letters().await.unwrap();
    world.syncs.count.store(0, Ordering::Relaxed);
}

/// A door, and the way to it. The bot knows what waits for it, as it does from its start on.
async fn door(world: &World) -> (Arc<Door>, Courier) {
    let door = Arc::new(Door { next: Mutex::new(Instant::now()), through: AtomicU64::new(0) });
    let platforms = vec![Arc::clone(&door) as Arc<dyn Platform>];
    let courier = Courier::new(Arc::clone(&world.engine), platforms);
    courier.settle().await.unwrap();
    (door, courier)
}

/// What goes through a door in a while.
async fn deliver(door: &Door, courier: &Courier, table: &mut Table) {
    *door.next.lock().unwrap() = Instant::now();
    let start = Instant::now();
    let _ = tokio::time::timeout(WATCHED, courier.settle()).await;
    let through = door.through.load(Ordering::Relaxed) as f64;
    let used = through / start.elapsed().as_secs_f64() / ALLOWED as f64;
    let name = format!("delivery at {ALLOWED} messages a second allowed: share used");
    table.add(name, used, "×", Target::AtLeast(0.98));
}
