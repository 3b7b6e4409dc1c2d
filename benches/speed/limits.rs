//! Messages to many rooms under the limits that Slack and Matrix publish, with a clock that jumps
//! to whatever is next: how much of what is allowed is used, and whether anything goes past it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use maturity_bot::app::Courier;
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::ids::{PersonId, PlaceId, TeamId};
use maturity_bot::domain::message::{Destination, Message, MessageRef};
use maturity_bot::domain::outgoing::{Errand, OutRow, Purpose};
use maturity_bot::platform::{Inbox, Pace, Parcel, Platform, PostError, Profile, Stop};
use maturity_bot::store::kv::{Kv, MAX_OPS};
use maturity_bot::store::tx::Tx;

use super::table::{Table, Target};
use super::world::{Sync, World, folder, place, runtime};

/// Rooms that each get a digest.
const ROOMS: usize = 3_000;

/// A platform that keeps count of what it allowed.
struct Limited {
    pace: Pace,
    clock: Clock,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    through: usize,
    past: usize,
    last: BTreeMap<String, Instant>,
    /// When the bucket is full again.
    full: Option<Instant>,
}

impl Counts {
    fn count(&mut self, pace: &Pace, now: Instant, lane: String) {
        let depth = pace.refill * i32::try_from(pace.burst).unwrap();
        let full = self.full.map_or(now, |full| full.max(now)) + pace.refill;
        let too_soon = self.last.insert(lane, now).is_some_and(|last| now - last < pace.apart);
        self.past += usize::from(too_soon || full - now > depth);
        self.full = Some(full);
        self.through += 1;
    }
}

#[async_trait]
impl Platform for Limited {
    fn name(&self) -> &'static str {
        "null"
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    async fn run(&self, _: Inbox, _: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.counts.lock().unwrap().count(&self.pace, self.clock.now(), parcel.to.lane());
        Ok(MessageRef(String::new()))
    }

    async fn update(&self, _: &MessageRef, _: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, _: &PlaceId) -> Result<Vec<Profile>, PostError> {
        Ok(Vec::new())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Err(PostError::DeadTarget(person.as_str().to_owned()))
    }
}

pub fn measure(table: &mut Table) {
    let millis = TimeDelta::milliseconds;
    let slack = Pace { apart: millis(1_050), burst: 20, refill: millis(200), lanes: 8 };
    let matrix = Pace { apart: millis(0), burst: 10, refill: millis(5_000), lanes: 4 };
    for (name, pace) in [("Slack", slack), ("Matrix", matrix)] {
        let (used, past) = runtime().block_on(deliver(pace));
        let what = format!("{ROOMS} digests under {name}'s limits: share of the allowed rate");
        table.add(what, used, "×", Target::AtLeast(0.98));
        table.add("of these past a limit", past as f64, "", Target::AtMost(0.0));
    }
}

/// Delivers to all rooms; gives the share of the allowed rate, and what went past it.
async fn deliver(pace: Pace) -> (f64, usize) {
    let folder = folder();
    let world = World::open(folder.path(), Sync::Never, false);
    for rooms in (0..ROOMS).collect::<Vec<_>>().chunks(MAX_OPS) {
        let tx = Tx::new(world.kv.as_ref());
        for room in rooms {
            let to = Destination::Place(place(*room));
            let errand = Errand::Say(to, Message::Text("words of a digest".to_owned()));
            let purpose = Purpose::Digest(TeamId(1));
            tx.send(&OutRow::new(errand, purpose, world.clock.now(), None)).unwrap();
        }
        world.kv.commit(tx.into_batch()).await.unwrap();
    }
    let clock = world.clock.clone();
    let platform = Arc::new(Limited { pace, clock, counts: Mutex::default() });
    let platforms = vec![Arc::clone(&platform) as Arc<dyn Platform>];
    let courier = Courier::new(Arc::clone(&world.engine), platforms);
    let start = world.clock.now();
    loop {
        courier.settle().await.unwrap();
        let Some(next) = courier.next_due().unwrap() else { break };
        world.clock.set(next);
    }
    let counts = platform.counts.lock().unwrap();
    assert_eq!(counts.through, ROOMS, "everything was delivered");
    let least = (pace.refill * i32::try_from(ROOMS).unwrap()).as_seconds_f64();
    (least / (world.clock.now() - start).as_seconds_f64(), counts.past)
}
