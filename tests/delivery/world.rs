//! A store that outlives its engine, a clock moved by hand, and dice that fall the same way again.

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use chrono::{NaiveTime, TimeDelta, Weekday};
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::calendar::{Calendar, Workdays};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::ids::PersonId;
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::decision::Decided;
use maturity_bot::engine::{DeliveryOutcome, Engine, Rules};
use maturity_bot::platform::{Platform, Profile};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::{Batch, Key, Kv, Outcome, StoreError};
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;

/// How many runs: `short` of them, or as `just torture` says.
pub fn runs(short: u64, a_torture_round: u64) -> u64 {
    let wished = env::var("MATURITY_TORTURE_ROUNDS").ok();
    wished.map_or(short, |it| it.parse::<u64>().expect("a number of rounds") * a_torture_round)
}

/// Random numbers that a seed repeats (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn seconds(&mut self, from: i64, to: i64) -> TimeDelta {
        let span = u64::try_from(to - from).expect("an order");
        TimeDelta::seconds(from + i64::try_from(self.below(span)).expect("small"))
    }
}

/// A store whose process can die at any commit, before or after it reached the disk.
pub struct Mortal<K> {
    rows: K,
    /// Commits left to live; below zero it lives on.
    left: AtomicI64,
    reaches_disk: AtomicBool,
}

impl<K> Mortal<K> {
    pub fn new(rows: K) -> Self {
        Self { rows, left: AtomicI64::new(-1), reaches_disk: AtomicBool::new(false) }
    }

    pub fn die_after(&self, commits: u64, reaches_disk: bool) {
        self.reaches_disk.store(reaches_disk, Ordering::SeqCst);
        self.left.store(i64::try_from(commits).expect("small"), Ordering::SeqCst);
    }

    pub fn live(&self) {
        self.left.store(-1, Ordering::SeqCst);
    }
}

#[async_trait]
impl<K: Kv> Kv for Mortal<K> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.get(key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.rows.range(start, end, limit)
    }

    fn groups(&self) -> Option<u64> {
        self.rows.groups()
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        match self.left.load(Ordering::SeqCst) {
            0 => {
                // Dead from now on: a second commit of this life reaches nothing.
                if self.reaches_disk.swap(false, Ordering::SeqCst) {
                    self.rows.commit(batch).await?;
                }
                Err(StoreError::Closed)
            }
            left => {
                self.left.store(if left > 0 { left - 1 } else { left }, Ordering::SeqCst);
                self.rows.commit(batch).await
            }
        }
    }
}

/// What all lives of a bot share.
pub struct World {
    pub kv: Arc<Mortal<MemoryKv>>,
    pub clock: Clock,
}

impl World {
    pub fn at(start: Instant) -> Self {
        Self { kv: Arc::new(Mortal::new(MemoryKv::new())), clock: Clock::fixed(start) }
    }
}

/// What all worlds share: reading it takes longer than a life lasts.
pub struct Words {
    text: Arc<Text>,
    content: Content,
}

impl Words {
    pub fn load() -> Self {
        let content = Content::embedded().expect("the built-in content is sound");
        Self { text: Arc::new(Text::embedded()), content }
    }

    /// A new life over what the last one left.
    pub fn engine(&self, world: &World, keys: &Path) -> Engine {
        world.kv.live();
        let kv = Arc::clone(&world.kv) as Arc<dyn Kv>;
        let keyring = Keyring::open(keys).expect("a folder for keys");
        let (text, content) = (Arc::clone(&self.text), self.content.clone());
        Engine::new(kv, keyring, text, content, world.clock.clone(), Rules::default())
    }
}

/// A team that is never quiet, without digests.
pub fn restless() -> Settings {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let workdays = Workdays::new([Mon, Tue, Wed, Thu, Fri, Sat, Sun]).expect("seven days");
    let calendar = Calendar { workdays, ..Calendar::default() };
    let quiet = Quiet { from: NaiveTime::MIN, to: NaiveTime::MIN, calendar };
    Settings { quiet, digest: None, trend: None, ..Settings::usual() }
}

pub fn profile(id: &str) -> Profile {
    Profile {
        id: PersonId::from(id),
        name: id.to_owned(),
        zone: None,
        outside: false,
        groups: None,
    }
}

/// Delivers the first row that is due; `None` when none is.
pub async fn deliver_next(
    engine: &Engine,
    platform: &dyn Platform,
) -> Decided<Option<DeliveryOutcome>> {
    for key in engine.due_rows(platform.name())? {
        if let Some(outcome) = engine.deliver(platform, &key).await? {
            return Ok(Some(outcome));
        }
    }
    Ok(None)
}
