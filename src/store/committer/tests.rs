//! With an engine whose disk we hold.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::task::JoinHandle;

use super::*;
use crate::store::kv::{Expect, Key, Op, Outcome, value_hash};

/// What the engine is asked to do.
#[derive(Debug, PartialEq)]
enum Step {
    /// Apply these keys; the store's own sums are left out.
    Apply(Vec<String>),
    Sync,
}

type Verdict = Result<(), String>;

/// Tells of each step, and waits at the disk until somebody says how that went.
struct Held {
    rows: Mirror,
    steps: Sender<Step>,
    disk: Mutex<Receiver<Verdict>>,
}

#[derive(Default)]
struct Mirror(Mutex<BTreeMap<Key, Vec<u8>>>);

impl Rows for Mirror {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Rows::get(&*held(&self.0), key)
    }

    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        Rows::range(&*held(&self.0), start, end, limit)
    }
}

impl Engine for Held {
    fn rows(&self) -> &dyn Rows {
        &self.rows
    }

    fn apply(&self, changes: &Changes) -> Result<(), String> {
        let ours = changes.keys().filter_map(|key| String::from_utf8(key.clone()).ok());
        let named: Vec<String> = ours.filter(|key| key.starts_with("key")).collect();
        assert!(!named.contains(&"key of doom".to_owned()), "doom");
        let mut rows = held(&self.rows.0);
        for (key, value) in changes {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        drop(rows);
        self.steps.send(Step::Apply(named)).map_err(|error| error.to_string())
    }

    fn sync(&self) -> Result<(), String> {
        self.steps.send(Step::Sync).map_err(|error| error.to_string())?;
        held(&self.disk).recv().unwrap_or_else(|gone| Err(gone.to_string()))
    }
}

/// A committer whose disk does what it is told.
struct Bench {
    committer: Arc<Committer>,
    steps: Receiver<Step>,
    disk: Sender<Verdict>,
}

impl Bench {
    fn new() -> Self {
        let ((told, steps), (disk, verdicts)) = (channel(), channel());
        let engine = Held { rows: Mirror::default(), steps: told, disk: Mutex::new(verdicts) };
        Self { committer: Arc::new(Committer::start(engine).unwrap()), steps, disk }
    }

    /// Hands in a batch, which is gathered when this returns: tasks of one thread run in turn.
    async fn hands_in(&self, batch: Batch) -> JoinHandle<Answer> {
        let committer = Arc::clone(&self.committer);
        let task = tokio::spawn(async move { committer.commit(batch).await });
        tokio::task::yield_now().await;
        task
    }

    fn next(&self) -> Step {
        self.steps.recv().unwrap()
    }

    /// Commits a key as far as the disk.
    async fn at_the_disk(&self, name: &str) -> JoinHandle<Answer> {
        let task = self.hands_in(put(name)).await;
        assert_eq!(self.next(), applied(&[name]));
        assert_eq!(self.next(), Step::Sync);
        task
    }
}

fn put(name: &str) -> Batch {
    Batch::of(vec![Op::Put(name.into(), b"value".to_vec())])
}

fn applied(names: &[&str]) -> Step {
    Step::Apply(names.iter().map(|&name| name.to_owned()).collect())
}

const COMMITTED: Answer = Ok(Outcome::Committed { appended: Vec::new() });

#[tokio::test]
async fn a_group_is_applied_while_the_one_before_waits_for_the_disk() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 1").await;
    let second = bench.hands_in(put("key 2")).await;
    assert_eq!(bench.next(), applied(&["key 2"]));
    assert!(!first.is_finished() && !second.is_finished());
    bench.disk.send(Ok(())).unwrap();
    assert_eq!(first.await.unwrap(), COMMITTED);
    assert_eq!(bench.next(), Step::Sync);
    assert!(!second.is_finished(), "what was synced before it was applied does not count");
    bench.disk.send(Ok(())).unwrap();
    assert_eq!(second.await.unwrap(), COMMITTED);
}

#[tokio::test]
async fn fewer_than_are_on_their_way_wait_for_company() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 1").await;
    let second = bench.hands_in(put("key 2")).await;
    assert_eq!(bench.next(), applied(&["key 2"]));
    let third = bench.hands_in(put("key 3")).await;
    let fourth = bench.hands_in(put("key 4")).await;
    bench.disk.send(Ok(())).unwrap();
    first.await.unwrap().unwrap();
    let both = [bench.next(), bench.next()];
    assert!(both.contains(&applied(&["key 3", "key 4"])), "{both:?}");
    assert!(both.contains(&Step::Sync), "{both:?}");
    bench.disk.send(Ok(())).unwrap();
    assert_eq!(bench.next(), Step::Sync);
    bench.disk.send(Ok(())).unwrap();
    for task in [second, third, fourth] {
        assert_eq!(task.await.unwrap(), COMMITTED);
    }
}

#[tokio::test]
async fn conditions_hold_over_what_is_on_its_way_and_are_answered_behind_it() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 1").await;
    let expects = |seen| {
        let expect = Expect::Value { key: b"key 1".to_vec(), seen };
        Batch { expects: vec![expect], since: Some(0), ..Batch::default() }
    };
    let seen = bench.hands_in(expects(Some(value_hash(b"value")))).await;
    let unseen = bench.hands_in(expects(None)).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!seen.is_finished() && !unseen.is_finished());
    bench.disk.send(Ok(())).unwrap();
    assert_eq!(seen.await.unwrap(), COMMITTED);
    assert_eq!(unseen.await.unwrap(), Ok(Outcome::Conflict));
    first.await.unwrap().unwrap();
    assert!(bench.steps.try_recv().is_err(), "a question needs no disk");
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_or_written() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 1").await;
    let second = bench.hands_in(put("key 2")).await;
    assert_eq!(bench.next(), applied(&["key 2"]));
    let third = bench.hands_in(put("key 3")).await;
    bench.disk.send(Err("no space".to_owned())).unwrap();
    for task in [first, second, third, bench.hands_in(put("key 4")).await] {
        assert_eq!(task.await.unwrap(), Err(StoreError::Fatal("no space".to_owned())));
    }
    assert_eq!(bench.committer.fatal().await, "no space");
    assert!(bench.steps.try_recv().is_err());
}

#[tokio::test]
async fn what_is_at_the_disk_is_not_acknowledged_after_a_later_failure() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 1").await;
    let doomed = bench.hands_in(put("key of doom")).await;
    bench.committer.fatal().await;
    bench.disk.send(Ok(())).unwrap();
    for task in [first, doomed] {
        assert_eq!(task.await.unwrap(), Err(StoreError::Fatal("doom".to_owned())));
    }
}

#[tokio::test]
async fn an_engine_that_panics_is_a_failed_write() {
    let bench = Bench::new();
    let doomed = bench.hands_in(put("key of doom")).await;
    assert_eq!(doomed.await.unwrap(), Err(StoreError::Fatal("doom".to_owned())));
    assert!(bench.committer.has_failed());
}

#[tokio::test]
async fn a_full_group_makes_others_wait_for_room() {
    let bench = Bench::new();
    let first = bench.at_the_disk("key 0").await;
    let mut many = Vec::new();
    for number in 0..=GROUP_OPS / 64 {
        let key = |op| format!("key {number}-{op:02}").into();
        let ops = (0..64).map(|op| Op::Put(key(op), Vec::new())).collect();
        let committer = Arc::clone(&bench.committer);
        many.push(tokio::spawn(async move { committer.commit(Batch::of(ops)).await }));
    }
    // Once for each of them, if each should go alone.
    (0..=many.len()).for_each(|_| bench.disk.send(Ok(())).unwrap());
    first.await.unwrap().unwrap();
    for task in many {
        assert_eq!(task.await.unwrap(), COMMITTED);
    }
    let size = |step| match step {
        Step::Apply(keys) => Some(keys.len()),
        Step::Sync => None,
    };
    let sizes: Vec<usize> = bench.steps.try_iter().filter_map(size).collect();
    assert!(sizes.iter().all(|size| *size <= GROUP_OPS), "{sizes:?}");
}
