//! What somebody finds who has the disk: after an anonymous round has closed, and after `forget
//! me`, nothing joins a person to an answer.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::house::{House, calm, id, said};
use chrono::TimeDelta;
use maturity_bot::domain::ids::{PersonId, Pseudonym, RoundId, TeamId};
use maturity_bot::domain::outgoing::{Errand, OutRow};
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::platform::Incoming;
use maturity_bot::store::codec::unframe;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::keys::{prefix_end, readable};
use maturity_bot::store::kv::{Batch, Key, Kv, Op, Outcome, StoreError};
use maturity_bot::store::layout;
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::store::records::TABLE;
use maturity_bot::store::sled::{Options, SledKv};

const TEAM: [&str; 5] = ["Annabelle", "Bartholomew", "Cassandra", "Demetrius", "Evangeline"];
const ANSWERS: [[&str; 8]; 5] = [
    ["3", "2", "1", "partly", "4", "3", "1", "2"],
    ["2", "?", "1", "2", "3", "2", "1", "1"],
    ["4", "2", "2", "1", "4", "3", "0", "2"],
    ["1", "1", "1", "2", "?", "2", "1", "3"],
    ["2", "3", "0", "1", "5", "4", "2", "2"],
];

/// A store that writes down every batch it took.
struct Witness {
    inner: MemoryKv,
    batches: Mutex<Vec<Batch>>,
}

#[async_trait::async_trait]
impl Kv for Witness {
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

    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError> {
        let copy = batch.clone();
        let outcome = self.inner.commit(batch).await?;
        if matches!(outcome, Outcome::Committed { .. }) {
            self.batches.lock().unwrap().push(copy);
        }
        Ok(outcome)
    }
}

fn mode(mode: Mode) -> Settings {
    Settings { mode, ..calm() }
}

/// A round in which all five answer, one after the other, with a change and a remark.
async fn all_answer(house: &House) {
    house.say(TEAM[0], "/maturity start quick").await;
    for (name, answers) in TEAM.iter().zip(ANSWERS) {
        house.say(name, "answer").await;
        for answer in answers {
            house.say(name, answer).await;
        }
        house.says(name, &["answer 1", "2", "undo", "3", "comment Something to remark"]).await;
    }
    house.later(TimeDelta::hours(1)).await;
}

/// Everything that is said of a person in keys or values: ids, and names in any letter case.
fn names(bytes: &[u8]) -> BTreeSet<&'static str> {
    let text = bytes.to_ascii_lowercase();
    let holds = |name: &&str| contains(&text, name.to_lowercase().as_bytes());
    TEAM.into_iter().filter(holds).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn holds_any(bytes: &[u8], all: &[Pseudonym]) -> bool {
    all.iter().any(|who| contains(bytes, &who.0))
}

/// Keys and values of a batch, as they stand beside each other in the engine's log.
fn bytes_of(batch: &Batch) -> Vec<u8> {
    let op = |op: &Op| match op {
        Op::Put(key, value) | Op::Append { prefix: key, value } => [key.as_slice(), value].concat(),
        Op::Delete(key) => key.clone(),
    };
    batch.ops.iter().flat_map(op).collect()
}

fn pseudonyms(kv: &dyn Kv, team: TeamId, number: u32) -> Vec<Pseudonym> {
    let tx = maturity_bot::store::tx::Tx::new(kv);
    let rows = tx.answers(RoundId { team, number }).unwrap();
    let who: BTreeSet<Pseudonym> = rows.into_iter().map(|(who, ..)| who).collect();
    who.into_iter().collect()
}

#[tokio::test]
async fn no_commit_holds_a_person_beside_a_pseudonym() {
    for chosen in [Mode::Anonymous, Mode::Pseudonymous] {
        let kv = Arc::new(Witness { inner: MemoryKv::new(), batches: Mutex::default() });
        let house = House::over(Arc::clone(&kv) as Arc<dyn Kv>, Keyring::in_memory());
        let team = house.team("crew", &TEAM, mode(chosen)).await;
        all_answer(&house).await;
        let who = pseudonyms(kv.as_ref(), team, 1);
        assert_eq!(who.len(), TEAM.len());
        house.says(TEAM[4], &["forget me", "forget me for good"]).await;
        house.says(TEAM[0], &["/maturity close", "/maturity report"]).await;
        house.says(TEAM[3], &["forget me for good"]).await;
        for batch in kv.batches.lock().unwrap().iter() {
            let bytes = bytes_of(batch);
            let joined = !names(&bytes).is_empty() && holds_any(&bytes, &who);
            let keys: Vec<String> = batch.ops.iter().map(described).collect();
            assert!(!joined, "one commit names {:?} and a pseudonym: {keys:#?}", names(&bytes));
        }
    }
}

fn described(op: &Op) -> String {
    match op {
        Op::Put(key, _) => format!("put {}", readable(key)),
        Op::Append { prefix, .. } => format!("append {}", readable(prefix)),
        Op::Delete(key) => format!("delete {}", readable(key)),
    }
}

/// An event's digest is made with a key that outlives the round, and the chat knows whose event it
/// was: beside an answer it would join the two.
#[tokio::test]
async fn no_commit_holds_a_recognisable_event_beside_an_answer() {
    for chosen in [Mode::Anonymous, Mode::Pseudonymous] {
        let folder = tempfile::tempdir().unwrap();
        let ring = folder.path().join("keys");
        let kv = Arc::new(Witness { inner: MemoryKv::new(), batches: Mutex::default() });
        let keyring = Keyring::open(&ring).unwrap();
        let house = House::over(Arc::clone(&kv) as Arc<dyn Kv>, keyring);
        let team = house.team("crew", &TEAM, mode(chosen)).await;
        all_answer(&house).await;
        let who = pseudonyms(kv.as_ref(), team, 1);
        house.say(TEAM[0], "/maturity close").await;
        if chosen == Mode::Pseudonymous {
            for name in TEAM {
                house.say(name, "forget me for good").await;
            }
        }
        // What a thief of the whole folder can compute of every event the chat remembers.
        let thief = Keyring::open(&ring).unwrap();
        let digests: Vec<Vec<u8>> = (1..400)
            .map(|number| format!("event {number}"))
            .map(|event| thief.event_digest(&event.as_str().into()).unwrap())
            .map(|digest| format!("{:032x}", u128::from_be_bytes(digest)).into_bytes())
            .collect();
        for batch in kv.batches.lock().unwrap().iter() {
            let bytes = bytes_of(batch);
            let known = digests.iter().any(|digest| contains(&bytes, digest));
            let keys: Vec<String> = batch.ops.iter().map(described).collect();
            assert!(!(known && holds_any(&bytes, &who)), "{chosen:?}: {keys:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_anonymous_round_the_disk_joins_nobody_to_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("keys");
    let kv = Arc::new(SledKv::open(folder.path(), &Options::new(StoreKind::Real)).unwrap());
    let house = House::over(Arc::clone(&kv) as Arc<dyn Kv>, Keyring::open(&ring).unwrap());
    let team = house.team("crew", &TEAM, mode(Mode::Anonymous)).await;
    all_answer(&house).await;
    let who = pseudonyms(kv.as_ref(), team, 1);
    let key = only_key(&ring, "round-");
    house.says(TEAM[0], &["/maturity close", "/maturity report"]).await;
    assert_no_record_joins(kv.as_ref(), &who);
    assert_eq!(files(&ring).iter().filter(|file| !file.0.ends_with("events")).count(), 0);
    // Nobody can answer for whom a pseudonym stood.
    assert!(
        Keyring::open(&ring)
            .unwrap()
            .find_round_key(RoundId { team, number: 1 })
            .unwrap()
            .is_none()
    );
    drop(house);
    drop(Arc::try_unwrap(kv));
    assert_no_bytes_join(folder.path(), &who, &key);
}

/// The commit that deletes and the one that names follow each other in the log, and the keys of
/// everybody else tell by elimination whose the deleted answers were, for as long as the engine has
/// not used their bytes again: what is sure here is that the key is gone and no record joins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_forget_me_the_disk_does_not_join_that_person_to_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("keys");
    let kv = Arc::new(SledKv::open(folder.path(), &Options::new(StoreKind::Real)).unwrap());
    let house = House::over(Arc::clone(&kv) as Arc<dyn Kv>, Keyring::open(&ring).unwrap());
    let team = house.team("crew", &TEAM, mode(Mode::Pseudonymous)).await;
    all_answer(&house).await;
    house.says(TEAM[0], &["/maturity close", "/maturity start quick"]).await;
    house.says(TEAM[4], &["answer", "1", "1", "2"]).await;
    let before: BTreeSet<_> = files(&ring).into_iter().collect();
    let who = pseudonyms(kv.as_ref(), team, 1);
    house.say(TEAM[4], "forget me for good").await;
    let after: BTreeSet<_> = files(&ring).into_iter().collect();
    let gone: Vec<_> = before.difference(&after).collect();
    let [(_, key)] = gone.as_slice() else { panic!("one key goes, not {}", gone.len()) };
    let still = pseudonyms(kv.as_ref(), team, 1);
    assert_eq!(still.len(), TEAM.len() - 1, "only the answers of that person go");
    let theirs: Vec<Pseudonym> = who.into_iter().filter(|it| !still.contains(it)).collect();
    assert_eq!(pseudonyms(kv.as_ref(), team, 2), [], "also those of the open round");
    assert_no_record_joins(kv.as_ref(), &theirs);
    // Messages that waited for them are gone.
    for (_, row) in house.look().outbox().unwrap() {
        assert!(!is_for(&row, &id(TEAM[4])), "{row:?}");
    }
    let key = key.clone();
    drop(house);
    drop(Arc::try_unwrap(kv));
    assert_no_bytes(folder.path(), &key);
}

#[tokio::test]
async fn a_key_that_cannot_be_destroyed_holds_up_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("keys");
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::open(&ring).unwrap());
    house.team("crew", &TEAM, mode(Mode::Anonymous)).await;
    house.team("others", &["Florentina", "Gwendolyn"], mode(Mode::Pseudonymous)).await;
    all_answer(&house).await;
    house.settle().await;
    house.posts();
    let (path, key) = files(&ring).into_iter().find(|(name, _)| name.contains("round-")).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let (sent, what) = (house.clock.now(), said(TEAM[0], "/maturity close"));
    let close = Incoming { id: "closing".into(), sent, what };
    if let Err(trouble) = house.engine.handle(&close).await {
        assert!(trouble.is_saved(), "{trouble}");
    }
    house.settle().await;
    assert_eq!(house.posts_to("#crew").len(), 1, "the summary goes out");
    let keys = files(&ring).len();
    house.says("Florentina", &["/maturity start quick", "answer", "1"]).await;
    assert_eq!(files(&ring).len(), keys + 1);
    house.say("Florentina", "forget me for good").await;
    assert_eq!(files(&ring).len(), keys, "another key is destroyed");
    // Whose own key stays hears no thanks.
    house.says("Gwendolyn", &["answer", "1"]).await;
    let (theirs, _) = files(&ring).into_iter().find(|(name, _)| name.contains("person-")).unwrap();
    std::fs::remove_file(&theirs).unwrap();
    std::fs::create_dir(&theirs).unwrap();
    let (sent, what) = (house.clock.now(), said("Gwendolyn", "forget me for good"));
    let forget = Incoming { id: "forgetting".into(), sent, what };
    assert!(house.engine.handle(&forget).await.unwrap_err().is_saved());
    // The operator mends what was in the way.
    std::fs::remove_dir(&theirs).unwrap();
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, key).unwrap();
    house.say(TEAM[0], "status").await;
    house.engine.shred().await.unwrap();
    assert!(!Path::new(&path).exists());
}

fn is_for(row: &OutRow, person: &PersonId) -> bool {
    use maturity_bot::domain::message::Destination;
    matches!(&row.errand, Errand::Say(Destination::Person(to), _) if to == person)
}

#[tokio::test]
async fn somebody_who_left_the_team_is_forgotten_there_too() {
    let kv: Arc<dyn Kv> = Arc::new(MemoryKv::new());
    let house = House::over(kv, Keyring::in_memory());
    let team = house.team("crew", &TEAM, calm()).await;
    all_answer(&house).await;
    house.say(TEAM[0], "/maturity close").await;
    house.leaves(TEAM[4], "crew").await;
    house.say(TEAM[4], "forget me for good").await;
    assert_eq!(pseudonyms(house.kv.as_ref(), team, 1).len(), TEAM.len() - 1);
}

#[tokio::test]
async fn what_is_stored_of_taking_part_holds_no_times_and_no_numbers() {
    let kv: Arc<dyn Kv> = Arc::new(MemoryKv::new());
    let house = House::over(kv, Keyring::in_memory());
    house.team("crew", &TEAM, mode(Mode::Anonymous)).await;
    house.say(TEAM[0], "/maturity start quick").await;
    // All are asked; then one answers everything, one a little, and the others nothing.
    for name in &TEAM[..2] {
        house.say(name, "answer").await;
    }
    let personal = |house: &House| -> Vec<_> {
        let rows = house.kv.range(&[], &prefix_end(&[]), usize::MAX).unwrap();
        let of_people =
            |(key, value): &(Key, Vec<u8>)| !names(&[key.as_slice(), value].concat()).is_empty();
        rows.into_iter().filter(of_people).collect()
    };
    let before = personal(&house);
    house.clock.advance(TimeDelta::hours(3));
    for answer in ANSWERS[0] {
        house.happens(said(TEAM[0], answer)).await;
    }
    house.clock.advance(TimeDelta::hours(3));
    house.happens(said(TEAM[1], "3")).await;
    assert_eq!(personal(&house), before, "an answer changes no record that names a person");
}

/// No record, key or value, names a person and holds a pseudonym; none that names a person holds
/// what an answer is made of.
fn assert_no_record_joins(kv: &dyn Kv, who: &[Pseudonym]) {
    for (key, value) in kv.range(&[], &prefix_end(&[]), usize::MAX).unwrap() {
        if key.starts_with(&layout::teams()[..1]) && unframe(&value).is_err() {
            continue;
        }
        let bytes = [key.as_slice(), &value].concat();
        let decoded = unframe(&value).ok().and_then(|frame| TABLE.to_json(frame).ok());
        let said = decoded.map(|(name, json)| format!("{name} {json}")).unwrap_or_default();
        let named = !names(&bytes).is_empty() || !names(said.as_bytes()).is_empty();
        assert!(!(named && holds_any(&bytes, who)), "{}: {said}", readable(&key));
    }
}

/// The files of a folder and of those below it, with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    all
}

fn only_key(ring: &Path, kind: &str) -> Vec<u8> {
    let mut keys = files(ring);
    keys.retain(|(name, _)| name.contains(kind));
    assert_eq!(keys.len(), 1);
    keys.remove(0).1
}

/// What a keyed join would need is nowhere, and nothing that names a person stands beside a
/// pseudonym in any byte that the engine ever wrote and has not used again.
fn assert_no_bytes_join(folder: &Path, who: &[Pseudonym], key: &[u8]) {
    const NEAR: usize = 96;
    /// A page of the engine holds people in the order of their names, and ends at any key.
    const PAGE: usize = 512;
    const LISTED: usize = 4;
    let mut seen = 0;
    assert_no_bytes(folder, key);
    for (name, bytes) in files(folder) {
        for place in places(&bytes, who) {
            seen += 1;
            let within =
                |span: usize| &bytes[place.saturating_sub(span)..bytes.len().min(place + 8 + span)];
            let found = names(within(NEAR));
            let text = String::from_utf8_lossy(within(PAGE));
            // A list of everybody in the team joins none of them; it lies there by chance.
            assert!(
                found.is_empty() || names(within(PAGE)).len() >= LISTED,
                "{name} at {place} names {found:?}: {text:?}"
            );
        }
    }
    assert!(seen > 0, "the search must be able to find something");
}

fn assert_no_bytes(folder: &Path, key: &[u8]) {
    for (name, bytes) in files(folder) {
        assert!(!contains(&bytes, key), "the destroyed key is still in {name}");
    }
}

fn places(bytes: &[u8], who: &[Pseudonym]) -> Vec<usize> {
    let hits = bytes.windows(8).enumerate();
    hits.filter(|(_, window)| who.iter().any(|who| who.0 == *window)).map(|(at, _)| at).collect()
}
