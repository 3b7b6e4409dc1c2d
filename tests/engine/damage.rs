//! What cannot be read or destroyed holds up nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use maturity_bot::domain::ids::TeamId;
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::{Mode, Scheduled, Settings};
use maturity_bot::engine::Rules;
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::{Batch, Kv, Op};
use maturity_bot::store::layout;
use maturity_bot::text::content::Content;

use crate::house::{House, always, at, person};

/// Other bytes stand under the key of a person; gives those that stood there.
async fn replaced(house: &House, number: usize, bytes: Vec<u8>) -> Vec<u8> {
    let key = layout::person(&person(number));
    let before = house.kv.get(&key).unwrap().unwrap();
    written(house, key, bytes).await;
    before
}

/// Other bytes stand under a key; gives those that stood there.
async fn overwritten(house: &House, key: Vec<u8>) -> Vec<u8> {
    let before = house.kv.get(&key).unwrap().unwrap();
    written(house, key, b"damaged".to_vec()).await;
    before
}

async fn written(house: &House, key: Vec<u8>, bytes: Vec<u8>) {
    let batch = Batch { ops: vec![Op::Put(key, bytes)], ..Batch::default() };
    house.kv.commit(batch).await.unwrap();
}

fn told(house: &House, number: usize) -> usize {
    let to = Destination::Person(person(number));
    house.posts().into_iter().filter(|post| post.0 == to).count()
}

#[tokio::test]
async fn a_person_who_cannot_be_read_holds_up_nobody_else() {
    let house = House::new();
    house.team("chat:room", 4, always()).await;
    house.say(0, "/maturity start quick").await;
    house.engine.tick().await.unwrap();
    let before = replaced(&house, 1, b"damaged".to_vec()).await;
    house.settle().await;
    assert_eq!(told(&house, 3), 1, "what waits for others goes out");
    replaced(&house, 1, before).await;
    house.later(TimeDelta::minutes(15)).await;
    assert_eq!(told(&house, 1), 1, "what was set aside follows");
}

#[tokio::test]
async fn a_slot_that_could_not_be_honoured_is_honoured_an_hour_later() {
    let house = House::new();
    let times = "0 12 * * *".parse().unwrap();
    let schedules = vec![Scheduled { preset: "quick".to_owned(), times }];
    let team = house.team("chat:room", 4, Settings { schedules, ..always() }).await;
    let before = replaced(&house, 1, b"damaged".to_vec()).await;
    house.clock.set(at("2026-11-02T12:00:00Z"));
    house.settle().await;
    assert!(house.tx().rounds(team).unwrap().is_empty());
    replaced(&house, 1, before).await;
    house.later(TimeDelta::minutes(59)).await;
    assert!(house.tx().rounds(team).unwrap().is_empty());
    house.later(TimeDelta::minutes(1)).await;
    assert_eq!(house.round(team).state, State::Open);
}

#[tokio::test]
async fn a_team_that_cannot_be_read_keeps_no_other_waiting() {
    let house = House::new();
    let damaged = house.team("chat:a", 3, always()).await;
    let sound = house.team("chat:b", 3, always()).await;
    house.say_in("chat:a", 0, "/maturity start quick").await;
    house.say_in("chat:b", 1, "/maturity help").await;
    house.say_in("chat:b", 0, "/maturity start quick").await;
    house.settle().await;
    house.posts();
    let closes = house.round(damaged).closes;
    let before = overwritten(&house, layout::team(damaged)).await;
    // A new life looks around, and finds what is due.
    let courier = house.begins_anew();
    house.clock.set(closes + TimeDelta::hours(2));
    courier.settle().await.unwrap();
    assert_eq!(house.round(sound).state, State::Closed);
    assert!(house.told("chat:b").iter().any(|it| it.contains("the results of")));
    let next = courier.next_due().unwrap().unwrap();
    assert!(next > house.clock.now(), "nothing is done over and over");
    written(&house, layout::team(damaged), before).await;
    house.clock.advance(TimeDelta::hours(1));
    courier.settle().await.unwrap();
    assert_eq!(house.round(damaged).state, State::Closed, "what was due is due still");
}

#[tokio::test]
async fn what_is_in_the_way_is_counted_once() {
    let house = House::new();
    let damaged = house.team("chat:a", 3, always()).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    assert_eq!(house.engine.snapshot(&[]).unwrap().damaged, 0);
    overwritten(&house, layout::team(damaged)).await;
    house.later(TimeDelta::days(20)).await;
    house.later(TimeDelta::days(1)).await;
    assert_eq!(house.engine.snapshot(&[]).unwrap().damaged, 1);
}

#[tokio::test]
async fn work_and_notes_that_cannot_be_read_are_left_alone() {
    let house = House::new();
    let team = house.team("chat:room", 4, always()).await;
    for prefix in [layout::jobs(), layout::shred()] {
        let batch = Batch::of(vec![Op::Append { prefix, value: b"damaged".to_vec() }]);
        house.kv.commit(batch).await.unwrap();
    }
    house.say(0, "/maturity start quick").await;
    let courier = house.begins_anew();
    courier.settle().await.unwrap();
    assert_eq!(told(&house, 1), 1, "the questions");
    house.say(0, "/maturity close").await;
    assert_eq!(house.round(team).state, State::Closed);
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// An anonymous team in a round with an answer, and the file of the round's key.
async fn anonymous(house: &House, keys: &Path, place: &str) -> (TeamId, PathBuf) {
    let settings = Settings { mode: Mode::Anonymous, ..always() };
    let team = house.team(place, 3, settings).await;
    house.say_in(place, 0, "/maturity start quick").await;
    house.settle().await;
    let (before, round) = (files(keys), house.round(team));
    house.press(1, round.id, round.questions[0].as_str(), "3").await;
    let made = files(keys).difference(&before).next().cloned();
    (team, made.expect("a key"))
}

#[tokio::test]
async fn a_key_that_cannot_be_destroyed_keeps_nothing_from_being_said() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(folder.path()).unwrap();
    let house = House::keyed(Content::embedded().unwrap(), Rules::default(), keyring);
    let (stuck, stuck_key) = anonymous(&house, folder.path(), "chat:a").await;
    let (other, other_key) = anonymous(&house, folder.path(), "chat:b").await;
    let bytes = fs::read(&stuck_key).unwrap();
    fs::remove_file(&stuck_key).unwrap();
    fs::create_dir(&stuck_key).unwrap();
    let (who, place) = (person(0), Some("chat:a".into()));
    let close = house.event(What::Said { person: who, place, text: "/maturity close".into() });
    let told = house.engine.handle(&close).await;
    assert!(told.is_err_and(|trouble| trouble.is_saved()), "who gave the key up hears of it");
    house.say_in("chat:b", 0, "/maturity close").await;
    house.settle().await;
    assert_eq!(house.round(stuck).state, State::Closed);
    assert_eq!(house.round(other).state, State::Closed);
    assert!(!other_key.exists(), "one that cannot be destroyed keeps no other alive");

    fs::remove_dir(&stuck_key).unwrap();
    fs::write(&stuck_key, bytes).unwrap();
    house.later(TimeDelta::minutes(1)).await;
    assert!(!stuck_key.exists(), "it is tried again");
}

#[tokio::test]
async fn a_day_that_was_missed_is_no_reason_for_two_messages_on_the_next() {
    use maturity_bot::platform::PostError;
    let house = House::new();
    let evenings = Settings { quiet: Settings::usual().quiet, ..always() };
    house.team("chat:a", 3, evenings).await;
    house.team("chat:b", 3, always()).await;
    house.clock.set(at("2026-11-02T17:59:00Z"));
    let down = PostError::Transient { cause: "down".to_owned(), retry_after: Some(600) };
    *house.chat.fails.lock().unwrap() = Some(down);
    house.say_in("chat:a", 0, "/maturity start quick").await;
    house.settle().await;
    *house.chat.fails.lock().unwrap() = None;
    house.clock.set(at("2026-11-02T18:10:00Z"));
    house.settle().await;
    assert_eq!(told(&house, 1), 0, "it is evening");
    house.clock.set(at("2026-11-03T08:00:00Z"));
    house.say_in("chat:b", 0, "/maturity start quick").await;
    house.settle().await;
    house.clock.set(at("2026-11-03T17:00:00Z"));
    house.settle().await;
    assert_eq!(told(&house, 1), 1, "one message a day");
    house.clock.set(at("2026-11-04T17:00:00Z"));
    house.settle().await;
    assert_eq!(told(&house, 1), 1, "the other comes on the day after");
}
