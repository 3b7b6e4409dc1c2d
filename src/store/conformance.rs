//! What every implementation of [`Kv`] must do. A new engine adds one `case` to each test.

use std::sync::Arc;

use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;

use super::keys::{appended, key, prefix_end};
use super::kv::{Batch, Expect, Kv, MAX_OPS, MAX_VALUE, Op, Outcome, StoreError};
use super::kv::{range_hash, value_hash};
use super::memory::MemoryKv;
use super::testing::{NOTES, commit, dump, note_bytes, note_key, open, ops, put};
use super::verify::verify;

/// A store under test; the folder lives as long as it.
struct Subject {
    kv: Option<Arc<dyn Kv>>,
    folder: Option<TempDir>,
}

impl Subject {
    fn kv(&self) -> &dyn Kv {
        self.kv.as_deref().unwrap()
    }

    /// Closes and opens it; a store in memory just stays.
    fn reopen(&mut self) {
        if let Some(folder) = &self.folder {
            self.kv = None;
            self.kv = Some(Arc::new(open(folder.path())));
        }
    }
}

fn memory() -> Subject {
    Subject { kv: Some(Arc::new(MemoryKv::new())), folder: None }
}

fn sled() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    Subject { kv: Some(Arc::new(open(folder.path()))), folder: Some(folder) }
}

async fn outcome(kv: &dyn Kv, expect: Expect, change: Op) -> Outcome {
    kv.commit(Batch { expects: vec![expect], ..Batch::of(vec![change]) }).await.unwrap()
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn what_was_committed_is_read_in_key_order(#[case] mut subject: Subject) {
    let [one, two, other] = [note_key(1, 1), note_key(1, 2), note_key(2, 1)];
    let changes = vec![put(two.clone(), "b"), put(other, "c"), put(one.clone(), "a")];
    commit(subject.kv(), changes).await;
    subject.reopen();
    let kv = subject.kv();
    assert_eq!(kv.get(&one).unwrap(), Some(note_bytes("a")));
    assert_eq!(kv.get(&note_key(9, 9)).unwrap(), None);
    let team = key("note").u32(1).done();
    let rows = vec![(one.clone(), note_bytes("a")), (two.clone(), note_bytes("b"))];
    assert_eq!(kv.range(&team, &prefix_end(&team), usize::MAX).unwrap(), rows);
    assert_eq!(kv.range(&one, &two, usize::MAX).unwrap(), rows[..1]);
    assert_eq!(kv.range(&team, &prefix_end(&team), 1).unwrap(), rows[..1]);
    assert_eq!(kv.range(&two, &one, 5).unwrap(), vec![]);
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn a_value_expectation_holds_only_while_the_value_is_the_same(#[case] subject: Subject) {
    let kv = subject.kv();
    let name = note_key(1, 1);
    let absent = Expect::Value { key: name.clone(), seen: None };
    let done = Outcome::Committed { appended: vec![] };
    assert_eq!(outcome(kv, absent.clone(), put(name.clone(), "a")).await, done);
    assert_eq!(outcome(kv, absent.clone(), put(name.clone(), "b")).await, Outcome::Conflict);
    let first = Expect::Value { key: name.clone(), seen: Some(value_hash(&note_bytes("a"))) };
    assert_eq!(outcome(kv, first.clone(), put(name.clone(), "b")).await, done);
    assert_eq!(outcome(kv, first.clone(), put(name.clone(), "c")).await, Outcome::Conflict);
    assert_eq!(kv.get(&name).unwrap(), Some(note_bytes("b")));
    commit(kv, vec![Op::Delete(name.clone())]).await;
    assert_eq!(outcome(kv, first, put(name.clone(), "d")).await, Outcome::Conflict);
    assert_eq!(outcome(kv, absent, put(name, "d")).await, done);
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn a_range_expectation_sees_phantoms_changes_and_removals(#[case] subject: Subject) {
    let kv = subject.kv();
    let start = key("note").u32(1).done();
    let end = prefix_end(&start);
    let seen = |kv: &dyn Kv| {
        let rows = kv.range(&start, &end, usize::MAX).unwrap();
        let seen = range_hash(rows.iter().map(|(key, value)| (key, value)));
        Expect::Range { start: start.clone(), end: end.clone(), seen }
    };
    let log = put(note_key(2, 1), "log");
    for disturb in
        [put(note_key(1, 5), "phantom"), put(note_key(1, 5), "changed"), Op::Delete(note_key(1, 5))]
    {
        let before = seen(kv);
        commit(kv, vec![disturb]).await;
        assert_eq!(outcome(kv, before, log.clone()).await, Outcome::Conflict);
        assert_ne!(outcome(kv, seen(kv), log.clone()).await, Outcome::Conflict);
    }
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn a_conflict_leaves_no_trace(#[case] subject: Subject) {
    let kv = subject.kv();
    commit(kv, vec![put(note_key(1, 1), "a")]).await;
    let before = dump(kv);
    let changes = vec![
        put(note_key(1, 1), "b"),
        Op::Delete(note_key(1, 1)),
        Op::Append { prefix: key("out").done(), value: note_bytes("x") },
    ];
    let expects = vec![Expect::Value { key: note_key(1, 1), seen: None }];
    let asked = Batch { expects: expects.clone(), ..Batch::default() };
    assert_eq!(
        kv.commit(Batch { expects, ..Batch::of(changes) }).await.unwrap(),
        Outcome::Conflict
    );
    assert_eq!(kv.commit(asked).await.unwrap(), Outcome::Conflict);
    assert_eq!(dump(kv), before);
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn append_numbers_grow_and_are_never_given_twice(#[case] mut subject: Subject) {
    let append = |table: &str| Op::Append { prefix: key(table).done(), value: note_bytes("x") };
    let first = commit(subject.kv(), vec![append("out"), append("log"), append("out")]).await;
    assert_eq!(first, [1, 2, 3]);
    assert!(subject.kv().get(&appended(&key("log").done(), 2)).unwrap().is_some());
    let gone = [1, 3].map(|number| Op::Delete(appended(&key("out").done(), number)));
    commit(subject.kv(), gone.to_vec()).await;
    subject.reopen();
    assert_eq!(commit(subject.kv(), vec![append("out")]).await, [4]);
    let out = key("out").done();
    let left = subject.kv().range(&out, &prefix_end(&out), 9).unwrap();
    assert_eq!(left, [(appended(&out, 4), note_bytes("x"))]);
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn a_batch_past_a_limit_is_refused_whole(#[case] subject: Subject) {
    let kv = subject.kv();
    let many = |count: u32| ops((0..count).map(|n| put(note_key(1, n), "a")).collect());
    let full = u32::try_from(MAX_OPS).unwrap();
    let before = dump(kv);
    let error = kv.commit(many(full + 1)).await.unwrap_err();
    assert_eq!(error, StoreError::TooManyOps(MAX_OPS + 1));
    let large =
        ops(vec![put(note_key(1, 1), "a"), Op::Put(note_key(1, 2), vec![0; MAX_VALUE + 1])]);
    let error = kv.commit(large).await.unwrap_err();
    assert_eq!(error, StoreError::TooLarge { key: "note/1/2".into(), size: MAX_VALUE + 1 });
    for bad in [vec![], vec![1; 1025], key("sum").text("x").done()] {
        let error = kv.commit(ops(vec![Op::Delete(bad)])).await.unwrap_err();
        assert!(matches!(error, StoreError::BadKey(_)));
    }
    assert_eq!(dump(kv), before);
    assert!(matches!(kv.commit(many(full)).await, Ok(Outcome::Committed { .. })));
}

#[rstest]
#[case::memory(memory())]
#[case::sled(sled())]
#[tokio::test]
async fn of_concurrent_first_writers_exactly_one_wins(#[case] subject: Subject) {
    let kv = subject.kv.clone().unwrap();
    let writers: Vec<_> = (0..32_u32)
        .map(|writer| {
            let kv = kv.clone();
            tokio::spawn(async move {
                let expect = Expect::Value { key: note_key(1, 1), seen: None };
                outcome(&*kv, expect, put(note_key(1, 1), &writer.to_string())).await
            })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        winners += u32::from(writer.await.unwrap() != Outcome::Conflict);
    }
    assert_eq!(winners, 1);
    assert!(verify(&*kv, &NOTES).is_whole());
}

/// Puts (some key, some text), deletes and appends of a random batch.
fn random_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0..3_u32, 0..4_u32, "[a-c]{1,3}").prop_map(|(t, n, text)| put(note_key(t, n), &text)),
        (0..3_u32, 0..4_u32).prop_map(|(t, n)| Op::Delete(note_key(t, n))),
        "[xy]".prop_map(|t| Op::Append { prefix: key(&t).done(), value: note_bytes("n") }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_history_leaves_sums_that_agree_and_engines_that_agree(
        history in proptest::collection::vec(proptest::collection::vec(random_op(), 1..8), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (one, mut other) = (memory(), sled());
        runtime.block_on(async {
            for batch in history {
                commit(one.kv(), batch.clone()).await;
                commit(other.kv(), batch).await;
            }
        });
        other.reopen();
        let ours = |kv: &dyn Kv| {
            let mut rows = dump(kv);
            rows.retain(|(key, _)| !super::keys::is_sum(key) && *key != super::meta::meta_key());
            rows
        };
        prop_assert_eq!(ours(one.kv()), ours(other.kv()));
        for kv in [one.kv(), other.kv()] {
            prop_assert_eq!(verify(kv, &NOTES).damage, vec![]);
        }
    }
}
