//! An event has one effect, however often it comes and whatever happens beside it.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maturity_bot::domain::answer::Value;
use maturity_bot::domain::ids::{PersonId, RoundId};
use maturity_bot::domain::message::Press;
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::{Batch, Key, Kv, Outcome, StoreError};
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::store::sled::{Options, SledKv};

use super::house::{House, calm, id, said};

const TEAM: [&str; 3] = ["Ann", "Bob", "Cem"];

fn house() -> House {
    House::over(Arc::new(MemoryKv::new()), Keyring::in_memory())
}

#[tokio::test]
async fn a_repeated_event_changes_nothing_and_has_no_reply() {
    for mode in [Mode::Anonymous, Mode::Pseudonymous, Mode::Open] {
        let house = house();
        let team = house.team("crew", &TEAM, Settings { mode, ..calm() }).await;
        house.say("Ann", "/maturity start quick").await;
        for (event, text) in
            [("a", "3"), ("b", "skip"), ("c", "4"), ("d", "undo"), ("e", "snooze 1 day")]
        {
            assert!(house.event(event, said("Bob", text)).await.is_some(), "{mode:?} {text}");
            let before = MemoryKv::copy_of(house.kv.as_ref()).unwrap();
            for event in ["a", event] {
                assert_eq!(house.event(event, said("Bob", text)).await, None, "{mode:?} {text}");
            }
            assert_eq!(rows(&before), rows(house.kv.as_ref()), "{mode:?} {text}");
        }
        let answers = house.look().answers(RoundId { team, number: 1 }).unwrap();
        assert_eq!(answers.iter().filter(|(.., answer)| answer.value.is_some()).count(), 1);
    }
}

fn rows(kv: &dyn Kv) -> Vec<(Key, Vec<u8>)> {
    kv.range(&[], &[0xff; 8], usize::MAX).unwrap()
}

#[tokio::test]
async fn answers_that_come_again_shuffled_and_across_restarts_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let kv = SledKv::open(folder.path(), &Options::new(StoreKind::Real)).unwrap();
        House::over(Arc::new(kv), Keyring::open(&folder.path().join("keys")).unwrap())
    };
    let house = open();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    let (round, sent) = (house.round(team, 1), house.clock.now());
    let mut events: Vec<(PersonId, String)> = Vec::new();
    for name in TEAM {
        for question in &round.questions {
            let token = Press::Answer(round.id, question.clone(), "?".to_owned()).token();
            events.extend(std::iter::repeat_n((id(name), token), 1 + events.len() % 5));
        }
    }
    let shuffled = BuildHasherDefault::<DefaultHasher>::default();
    let mut events: Vec<_> = events.into_iter().enumerate().collect();
    events.sort_by_key(|event| shuffled.hash_one(event));
    drop(house);
    for life in events.chunks(events.len().div_ceil(5)) {
        let house = open();
        for (_, (person, token)) in life.iter().cloned() {
            let event = format!("{person} {token}");
            house.sent(&event, sent, What::Chose { person, place: None, token }).await;
        }
    }
    let answers = open().look().answers(round.id).unwrap();
    assert_eq!(answers.len(), TEAM.len() * round.questions.len());
    // What came first is what holds; what came again put nothing in its place.
    assert!(answers.iter().all(|(.., it)| it.before.is_none()), "{answers:?}");
}

/// A store in which others get their turn between every decision and its commit.
struct Slow {
    inner: MemoryKv,
    conflicts: AtomicUsize,
}

#[async_trait::async_trait]
impl Kv for Slow {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }

    fn range(&self, a: &[u8], b: &[u8], limit: usize) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.inner.range(a, b, limit)
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        tokio::task::yield_now().await;
        let outcome = self.inner.commit(batch).await?;
        let lost = usize::from(outcome == Outcome::Conflict);
        self.conflicts.fetch_add(lost, Ordering::SeqCst);
        Ok(outcome)
    }
}

#[tokio::test]
async fn two_events_at_once_are_decided_one_after_the_other() {
    let kv = Arc::new(Slow { inner: MemoryKv::new(), conflicts: AtomicUsize::new(0) });
    let house = House::over(Arc::clone(&kv) as Arc<dyn Kv>, Keyring::in_memory());
    let team = house.team("crew", &TEAM, calm()).await;
    // Two leads' words at once open one round, not two.
    let (one, other) = tokio::join!(
        house.event("one", said("Ann", "/maturity start quick")),
        house.event("other", said("Ann", "/maturity start full")),
    );
    assert!(one.is_some() && other.is_some());
    assert_eq!(house.team_of(team).rounds, 1);
    house.settle().await;
    // Two answers of one person at once go to two questions.
    tokio::join!(house.event("x", said("Bob", "3")), house.event("y", said("Bob", "3")));
    let answers = house.look().answers(RoundId { team, number: 1 }).unwrap();
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|(.., it)| it.value == Some(Value::Level(3))), "{answers:?}");
    // The same event twice at once counts once.
    tokio::join!(house.event("z", said("Bob", "?")), house.event("z", said("Bob", "?")));
    assert_eq!(house.look().answers(RoundId { team, number: 1 }).unwrap().len(), 3);
    assert!(kv.conflicts.load(Ordering::SeqCst) >= 3, "the races did not happen");
}
