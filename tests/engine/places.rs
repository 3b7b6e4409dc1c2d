//! A team's place moves, is shared, goes and comes back.

use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::domain::ids::{PlaceId, TeamId};
use maturity_bot::domain::message::{Destination, Message};
use maturity_bot::domain::team::{Mode, Settings, Team};
use maturity_bot::engine::{InPlace, Rules, TeamPlan, reconcile};
use maturity_bot::platform::{PlaceChange, PostError, What};
use maturity_bot::text::content::Content;

use crate::house::{House, always, person, profile};

const OLD: &str = "chat:room";
const NEW: &str = "chat:rooms";
const NEWER: &str = "chat:more-rooms";

/// A team of three with an open round, whose post the place has read.
async fn in_a_round() -> (House, TeamId) {
    let house = House::new();
    let team = house.team(OLD, 3, always()).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    assert_eq!(house.told(OLD).len(), 1, "the opening");
    (house, team)
}

fn team_of(house: &House, team: TeamId) -> Team {
    house.tx().team(team).unwrap().unwrap()
}

async fn changes(house: &House, change: PlaceChange) {
    house.handle(What::PlaceChanged { place: OLD.into(), change }).await;
}

fn dies(house: &House, place: &str, cause: &str) {
    house.chat.dead.lock().unwrap().insert(place.into(), cause.to_owned());
}

fn lives(house: &House, place: &str) {
    house.chat.dead.lock().unwrap().remove(&PlaceId::from(place));
}

#[tokio::test]
async fn a_place_that_moved_hears_nothing_before_it_is_known_who_is_there() {
    let (house, team) = in_a_round().await;
    dies(&house, OLD, "moved");
    dies(&house, NEW, "strangers read there");
    changes(&house, PlaceChange::Moved(NEW.into())).await;
    house.say(0, "/maturity extend 2 days").await;
    house.say(0, "/maturity close").await;
    house.later(TimeDelta::days(1)).await;
    let told = house.posts();
    let to_a_place = |to: &Destination| matches!(to, Destination::Place(_));
    assert!(!told.iter().any(|(to, _)| to_a_place(to)), "{told:?}");
    let to_the_lead = told.iter().filter(|(to, _)| *to == Destination::Person(person(0)));
    let cause = |message: &Message| message.body().contains("strangers read there");
    assert_eq!(to_the_lead.filter(|(_, message)| cause(message)).count(), 1);
    assert_eq!(team_of(&house, team).paused.as_deref(), Some("strangers read there"));

    // The strangers are gone.
    let members = house.chat.members.lock().unwrap()[&PlaceId::from(OLD)].clone();
    house.chat.members.lock().unwrap().insert(NEW.into(), members);
    lives(&house, NEW);
    house.say_in(NEW, 0, "/maturity resume").await;
    house.settle().await;
    let told = house.told(NEW);
    assert_eq!(told.len(), 1, "that it stays open longer is overtaken: {told:?}");
    assert!(told[0].contains("the results of"), "{told:?}");
    assert_eq!(house.chat.updates.lock().unwrap().len(), 1, "the opening says that it is over");
}

#[tokio::test]
async fn an_open_round_is_shown_once_in_the_place_that_took_over() {
    let in_place = [("chat".to_owned(), InPlace::Hidden)].into();
    let rules = Rules { in_place, ..Rules::default() };
    let house = House::under(Content::embedded().unwrap(), rules);
    let settings = Settings { mode: Mode::Open, ..always() };
    let team = house.team(OLD, 3, settings).await;
    // Half of it is not out yet when the place is replaced.
    house.say(0, "/maturity start quick").await;
    let members = house.chat.members.lock().unwrap()[&PlaceId::from(OLD)].clone();
    for (old, new) in [(OLD, NEW), (NEW, NEWER)] {
        house.chat.members.lock().unwrap().insert(new.into(), members.clone());
        let replaced =
            || What::PlaceChanged { place: old.into(), change: PlaceChange::Replaced(new.into()) };
        house.handle(replaced()).await;
        house.settle().await;
        let told = house.told(new);
        assert_eq!(told.len(), 9, "the opening and eight questions: {told:?}");
        assert!(told[0].contains("Open until"), "{told:?}");
    }
    // A config file named the old place once more, and it is told again that it was replaced.
    let what = |place: &str, change| What::PlaceChanged { place: place.into(), change };
    house.handle(what(NEWER, PlaceChange::Moved(OLD.into()))).await;
    house.handle(what(OLD, PlaceChange::Replaced(NEWER.into()))).await;
    house.settle().await;
    assert_eq!(house.posts(), []);
    assert_eq!(team_of(&house, team).place, NEWER.into());
}

#[tokio::test]
async fn a_look_up_that_began_before_a_place_went_does_not_bring_it_back() {
    let (house, team) = in_a_round().await;
    changes(&house, PlaceChange::Unclear).await;
    let gone = What::PlaceChanged { place: OLD.into(), change: PlaceChange::Gone };
    *house.chat.meanwhile.lock().unwrap() = Some((Arc::clone(&house.engine), house.event(gone)));
    house.settle().await;
    assert_eq!(team_of(&house, team).paused.as_deref(), Some("gone"));
}

#[tokio::test]
async fn who_left_during_a_look_up_is_not_brought_back_by_it() {
    let (house, team) = in_a_round().await;
    changes(&house, PlaceChange::Unclear).await;
    let left = What::Left { place: OLD.into(), person: person(2) };
    *house.chat.meanwhile.lock().unwrap() = Some((Arc::clone(&house.engine), house.event(left)));
    house.settle().await;
    assert!(!house.tx().is_member(team, &person(2)).unwrap());
}

#[tokio::test]
async fn a_paused_team_hears_nothing_in_its_place_until_the_pause_is_over() {
    let (house, team) = in_a_round().await;
    changes(&house, PlaceChange::Gone).await;
    house.say(0, "/maturity close").await;
    house.say(0, "/maturity publish").await;
    house.say(0, "/maturity start quick").await;
    house.say(0, "/maturity cancel yes").await;
    house.settle().await;
    house.later(TimeDelta::days(3)).await;
    assert_eq!(house.told(OLD), Vec::<String>::new());
    changes(&house, PlaceChange::Back).await;
    house.settle().await;
    let told = house.told(OLD);
    assert_eq!(told.len(), 3, "two summaries, and that the second round was cancelled: {told:?}");
    assert!(told[2].contains("cancelled"), "{told:?}");
    assert_eq!(team_of(&house, team).paused, None);
}

#[tokio::test]
async fn what_is_held_back_for_two_weeks_is_dropped_and_the_leads_hear_of_it() {
    let (house, team) = in_a_round().await;
    changes(&house, PlaceChange::Gone).await;
    house.say(0, "/maturity close").await;
    house.settle().await;
    house.posts();
    house.later(TimeDelta::days(13)).await;
    assert_eq!(house.posts().len(), 0);
    house.later(TimeDelta::days(1)).await;
    let told = house.posts();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, Destination::Person(person(0)));
    assert!(told[0].1.body().contains("`publish`"), "{told:?}");
    let dropped = house.tx().mishaps(team).unwrap();
    assert!(dropped.iter().any(|it| (it.1.as_str(), it.2.as_str()) == ("summary", "expired")));
}

#[tokio::test]
async fn a_summary_that_finds_its_place_dead_waits_for_its_return() {
    let (house, team) = in_a_round().await;
    dies(&house, OLD, "archived");
    house.say(0, "/maturity close").await;
    house.settle().await;
    assert_eq!(team_of(&house, team).paused.as_deref(), Some("archived"));
    lives(&house, OLD);
    house.say_in(OLD, 0, "/maturity resume").await;
    house.settle().await;
    let told = house.told(OLD);
    assert!(told.len() == 1 && told[0].contains("the results of"), "{told:?}");
}

#[tokio::test]
async fn nothing_that_a_dead_place_was_to_hear_is_lost_or_said_twice() {
    let (house, team) = in_a_round().await;
    let refusal = PostError::DeadTarget("only some may write there".to_owned());
    *house.chat.spites.lock().unwrap() = Some(("stays open until", refusal));
    house.say(0, "/maturity extend 2 days").await;
    house.settle().await;
    assert!(team_of(&house, team).paused.is_some());
    // It is refused once more after the pause, and waits for the next end of it.
    house.say_in(OLD, 0, "/maturity resume").await;
    house.settle().await;
    assert!(team_of(&house, team).paused.is_some());
    house.posts();
    *house.chat.spites.lock().unwrap() = None;
    house.say_in(OLD, 0, "/maturity resume").await;
    house.settle().await;
    house.later(TimeDelta::hours(12)).await;
    let told = house.told(OLD);
    assert!(told.len() == 1 && told[0].contains("stays open until"), "{told:?}");
    assert_eq!(house.tx().mishaps(team).unwrap(), []);
}

#[tokio::test]
async fn a_lead_resumes_a_team_of_the_config_file_too_but_none_that_left_it() {
    let (house, team) = (
        House::new(),
        TeamPlan {
            config_id: Some("room".to_owned()),
            name: "room".to_owned(),
            place: OLD.into(),
            leads: vec![person(0)],
            settings: always(),
        },
    );
    let here = (0..3).map(|number| profile(&person(number))).collect();
    house.chat.members.lock().unwrap().insert(OLD.into(), here);
    let plans = [team];
    reconcile(&house.engine, &plans).await.unwrap();
    house.settle().await;
    let id = house.tx().team_at(&OLD.into()).unwrap().unwrap().id;
    changes(&house, PlaceChange::Gone).await;
    house.say_in(OLD, 1, "/maturity resume").await;
    house.settle().await;
    assert!(team_of(&house, id).paused.is_some(), "only a lead can");
    house.say_in(OLD, 0, "/maturity resume").await;
    house.settle().await;
    assert_eq!(team_of(&house, id).paused, None);
    reconcile(&house.engine, &[]).await.unwrap();
    house.say_in(OLD, 0, "/maturity resume").await;
    house.settle().await;
    assert_eq!(team_of(&house, id).paused.as_deref(), Some("removed from the config file"));
    reconcile(&house.engine, &plans).await.unwrap();
    house.settle().await;
    assert_eq!(team_of(&house, id).paused, None);
}

#[tokio::test]
async fn whoever_came_or_went_unheard_is_known_within_a_day_and_at_a_start() {
    let (house, team) = in_a_round().await;
    let is_known = |number| house.tx().is_member(team, &person(number)).unwrap();
    let here = |numbers: &[usize]| {
        let here = numbers.iter().map(|number| profile(&person(*number))).collect();
        house.chat.members.lock().unwrap().insert(OLD.into(), here);
    };
    here(&[0, 1, 3]);
    house.live_through(TimeDelta::hours(20)).await;
    assert!(is_known(2) && !is_known(3), "what was looked up is a day old at the most");
    house.clock.advance(TimeDelta::hours(5));
    house.settle().await;
    assert!(!is_known(2) && is_known(3));

    here(&[0, 1, 4]);
    house.begins_anew().settle().await.unwrap();
    assert!(is_known(4) && !is_known(3), "a new life looks at once");
}

#[tokio::test]
async fn look_ups_of_many_teams_are_no_burst() {
    let house = House::new();
    for number in 0..50 {
        let place = format!("chat:room-{number}");
        house.team(&place, 3, always()).await;
        house.say_in(&place, 0, "/maturity start quick").await;
    }
    house.settle().await;
    house.chat.looked.lock().unwrap().clear();
    let courier = house.begins_anew();
    let looked = || house.chat.looked.lock().unwrap().values().sum::<usize>();
    courier.settle().await.unwrap();
    assert_eq!(looked(), 1);
    for minute in 1..=6 {
        let before = looked();
        for _ in 0..60 {
            house.clock.advance(TimeDelta::seconds(1));
            courier.settle().await.unwrap();
        }
        assert!(looked() - before <= 9, "{} in minute {minute}", looked() - before);
    }
    assert_eq!(looked(), 50, "each once");
}

#[tokio::test]
async fn a_place_that_refuses_what_is_said_is_not_tried_at_each_start() {
    let (house, team) = in_a_round().await;
    let refusal = PostError::DeadTarget("posting is restricted".to_owned());
    *house.chat.spites.lock().unwrap() = Some(("the results of", refusal));
    house.say(0, "/maturity close").await;
    house.settle().await;
    let to_the_lead = || {
        let lead = Destination::Person(person(0));
        house.posts().into_iter().filter(|(to, _)| *to == lead).count()
    };
    assert_eq!(to_the_lead(), 1, "that it cannot be reached");
    for _ in 0..3 {
        house.clock.advance(TimeDelta::days(1));
        house.begins_anew().settle().await.unwrap();
        assert_eq!(to_the_lead(), 0);
        assert!(team_of(&house, team).paused.is_some());
    }
    *house.chat.spites.lock().unwrap() = None;
    house.say_in(OLD, 0, "/maturity resume").await;
    house.begins_anew().settle().await.unwrap();
    assert_eq!(house.told(OLD).len(), 1, "the results");
    assert_eq!(team_of(&house, team).paused, None);
}
