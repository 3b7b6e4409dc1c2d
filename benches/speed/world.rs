//! A bot without a chat: engine and store as they ship, and people who answer.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime};
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::calendar::{Calendar, Workdays};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::ids::{EventId, PersonId, PlaceId};
use maturity_bot::domain::team::{Scheduled, Settings};
use maturity_bot::engine::{Engine, Rules, TeamPlan};
use maturity_bot::platform::{Facts, Incoming, Profile, Reply, What};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::{Batch, Key, Kv, Op, Outcome, StoreError};
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::sled::{Options, SledKv, Syncer};
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;
use tokio::sync::Mutex;

/// How a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sync {
    /// Not at all; for filling a store.
    Never,
    /// As shipped.
    Real,
    /// As shipped, and 2 ms more, so that a fast or shaky disk does not decide.
    Padded,
}

/// Counts syncs, and pads them.
pub struct CountingSync {
    pub how: Sync,
    pub count: AtomicU64,
}

impl CountingSync {
    pub fn new(how: Sync) -> Self {
        Self { how, count: AtomicU64::new(0) }
    }

    pub fn file(&self, file: &File) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.how != Sync::Never {
            file.sync_data().unwrap();
        }
        self.pad();
    }

    pub fn pad(&self) {
        if self.how == Sync::Padded {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Syncer for CountingSync {
    fn sync(&self, file: &File) -> std::io::Result<()> {
        self.file(file);
        Ok(())
    }
}

/// A store that counts what is written to it; on request one batch at a time.
pub struct Metered {
    inner: SledKv,
    pub bytes: AtomicU64,
    /// Batches handed in, those that conflict included.
    pub batches: AtomicU64,
    pub alone: Option<Mutex<()>>,
}

#[async_trait]
impl Kv for Metered {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.inner.range(start, end, limit)
    }

    fn groups(&self) -> Option<u64> {
        self.inner.groups()
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        let size = |op: &Op| match op {
            Op::Put(key, value) | Op::Append { prefix: key, value } => key.len() + value.len(),
            Op::Delete(key) => key.len(),
        };
        let bytes: usize = batch.ops.iter().map(size).sum();
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        let _turn = match &self.alone {
            Some(alone) => Some(alone.lock().await),
            None => None,
        };
        self.inner.commit(batch).await
    }
}

/// A running bot.
pub struct World {
    pub engine: Arc<Engine>,
    pub kv: Arc<Metered>,
    pub syncs: Arc<CountingSync>,
    pub clock: Clock,
    pub content: Content,
    events: AtomicU64,
}

impl World {
    /// Opens or makes a bot in a folder.
    pub fn open(folder: &Path, sync: Sync, alone: bool) -> Self {
        let syncs = Arc::new(CountingSync::new(sync));
        let syncer = Arc::clone(&syncs) as Arc<dyn Syncer>;
        let options = Options { syncer, ..Options::new(StoreKind::Real) };
        let inner = SledKv::open(folder, &options).unwrap();
        let alone = alone.then(|| Mutex::new(()));
        let kv = Arc::new(Metered {
            inner,
            bytes: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            alone,
        });
        let clock = Clock::fixed(monday());
        let keyring = Keyring::open(&folder.join("keys")).unwrap();
        let text = Arc::new(Text::embedded());
        let content = Content::embedded().unwrap();
        let shared = Arc::clone(&kv) as Arc<dyn Kv>;
        let rules = Rules::default();
        let engine = Engine::new(shared, keyring, text, content.clone(), clock.clone(), rules);
        let events = AtomicU64::new(first_event());
        Self { engine: Arc::new(engine), kv, syncs, clock, content, events }
    }

    /// Makes a team that is never disturbed and knows its members.
    pub async fn team(&self, number: usize, members: usize, settings: Settings) -> Vec<PersonId> {
        let place = place(number);
        let people: Vec<PersonId> = (0..members).map(|seat| person(number, seat)).collect();
        let leads = people.iter().take(1).cloned().collect();
        let name = format!("Team {number}");
        let plan = TeamPlan { config_id: None, name, place: place.clone(), leads, settings };
        self.engine.make_team(&plan).await.unwrap();
        let profile = |id: &PersonId| {
            let name = id.as_str().to_owned();
            Profile { id: id.clone(), name, zone: None, outside: false, groups: None }
        };
        let members = people.iter().map(profile).collect();
        self.tell(What::Facts(Facts::Members { place, members })).await;
        people
    }

    /// Hands an event to the engine, as a platform does.
    pub async fn tell(&self, what: What) -> Reply {
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        let id = EventId(format!("null:event-{number}"));
        self.engine.handle(&Incoming { id, sent: self.clock.now(), what }).await.unwrap()
    }

    /// Lets a person type something in private.
    pub async fn say(&self, person: &PersonId, text: &str) -> Reply {
        let (person, text) = (person.clone(), text.to_owned());
        self.tell(What::Said { person, place: None, text }).await
    }
}

/// Another life of a store must not repeat the events of an earlier one.
fn first_event() -> u64 {
    maturity_bot::random::number() >> 8
}

pub fn place(number: usize) -> PlaceId {
    PlaceId(format!("null:place-{number}"))
}

fn person(team: usize, seat: usize) -> PersonId {
    PersonId(format!("null:person-{team}-{seat}"))
}

/// A Monday at eight in the morning.
pub fn monday() -> Instant {
    DateTime::from_timestamp(1_788_768_000, 0).unwrap()
}

/// Settings under which nobody has to wait for a better moment, and nothing fires by itself.
pub fn undisturbed() -> Settings {
    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let workdays = Workdays::new([Mon, Tue, Wed, Thu, Fri, Sat, Sun]).unwrap();
    let calendar = Calendar { workdays, holidays: std::collections::BTreeSet::new() };
    let quiet = Quiet { from: NaiveTime::MIN, to: NaiveTime::MIN, calendar };
    // Every team has times. These come on a 29 February, so never while something is measured.
    let times = CronExpr::parse("0 9 29 2 *").unwrap();
    let schedules = vec![Scheduled { preset: "quick".to_owned(), times: times.clone() }];
    let (digest, trend) = (Some(times.clone()), Some(times));
    Settings { quiet, schedules, digest, trend, ..Settings::usual() }
}

/// A folder for one measurement, on the disk that is built on.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
