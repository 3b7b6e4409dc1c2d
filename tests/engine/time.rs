//! What is late, what waits, and who is written to when.

use chrono::TimeDelta;
use maturity_bot::clock::Instant;
use maturity_bot::domain::ids::{PlaceId, TeamId};
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::{Scheduled, Settings, Wake};
use maturity_bot::engine::{TeamPlan, reconcile};
use maturity_bot::platform::{PlaceChange, PostError, What};
use maturity_bot::store::kv::Kv;

use crate::house::{House, always, at, person};

fn link(caught_up: bool) -> What {
    What::Linked { platform: "chat".to_owned(), caught_up }
}

#[tokio::test]
async fn an_overdue_round_waits_for_answers_that_were_sent_in_time() {
    let house = House::new();
    let team = house.team("chat:room", 4, always()).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let round = house.round(team);
    house.handle(link(false)).await;
    house.clock.set(round.closes - TimeDelta::minutes(5));
    let in_time = house.clock.now();
    house.handle(link(false)).await;
    house.later(TimeDelta::minutes(15)).await;
    assert_eq!(house.round(team).state, State::Open);

    let token = format!("answer {} {} ?", round.id, round.questions[0]);
    let what = What::Chose { person: person(1), place: None, token };
    let mut event = house.event(what.clone());
    event.sent = in_time;
    house.engine.handle(&event).await.unwrap();
    assert_eq!(house.tx().answers(round.id).unwrap().len(), 1);
    // What was sent after the deadline does not count, caught up or not.
    house.press(2, round.id, round.questions[0].as_str(), "?").await;
    assert_eq!(house.tx().answers(round.id).unwrap().len(), 1);

    house.handle(link(true)).await;
    house.settle().await;
    assert_eq!(house.round(team).state, State::Closed);
}

#[tokio::test]
async fn a_platform_that_never_catches_up_is_waited_for_an_hour() {
    let house = House::new();
    let team = house.team("chat:room", 4, always()).await;
    house.say(0, "/maturity start quick").await;
    house.clock.set(house.round(team).closes);
    house.handle(link(false)).await;
    house.later(TimeDelta::minutes(59)).await;
    assert_eq!(house.round(team).state, State::Open);
    assert_eq!(house.courier.next_due().unwrap(), Some(house.clock.now() + TimeDelta::minutes(1)));
    house.later(TimeDelta::minutes(1)).await;
    assert_eq!(house.round(team).state, State::Closed);
}

#[tokio::test]
async fn a_message_that_was_held_up_asks_again_whether_its_moment_suits() {
    let house = House::new();
    let team = house.team("chat:room", 3, always()).await;
    let down = PostError::Transient { cause: "down".to_owned(), retry_after: Some(60) };
    *house.chat.fails.lock().unwrap() = Some(down);
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    house.say(1, "away 2 days").await;
    *house.chat.fails.lock().unwrap() = None;
    house.later(TimeDelta::minutes(2)).await;
    let told = |posts: &[(Destination, _)]| {
        posts.iter().filter(|(to, _)| *to == Destination::Person(person(1))).count()
    };
    assert_eq!(told(&house.posts()), 0);
    house.later(TimeDelta::days(3)).await;
    assert_eq!(told(&house.posts()), 1);
    assert!(house.round(team).is_open());
}

#[tokio::test]
async fn a_row_behind_one_that_waits_does_not_keep_the_clock_busy() {
    let house = House::new();
    house.team("chat:room", 3, always()).await;
    let down = PostError::Transient { cause: "down".to_owned(), retry_after: Some(600) };
    *house.chat.fails.lock().unwrap() = Some(down);
    house.say(0, "/maturity start quick").await;
    house.say(0, "/maturity extend 1d").await;
    house.say(1, "stop").await;
    house.say(2, "stop").await;
    house.settle().await;
    assert!(house.courier.next_due().unwrap().unwrap() > house.clock.now());
}

#[tokio::test]
async fn a_round_that_waits_for_its_members_opens_when_the_place_is_back() {
    let house = House::new();
    let team = house.team("chat:room", 3, always()).await;
    house.later(TimeDelta::days(2)).await;
    *house.chat.fails.lock().unwrap() = Some(PostError::DeadTarget("archived".to_owned()));
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    assert_eq!(house.round(team).state, State::Planned);
    assert!(house.tx().team(team).unwrap().unwrap().paused.is_some());
    *house.chat.fails.lock().unwrap() = None;
    let place = PlaceId::from("chat:room");
    house.handle(What::PlaceChanged { place, change: PlaceChange::Back }).await;
    house.settle().await;
    assert_eq!(house.round(team).state, State::Open);
}

#[tokio::test]
async fn a_lead_of_the_config_file_leads_without_being_in_the_room() {
    let house = House::new();
    let plan = |leads| TeamPlan {
        config_id: Some("core".to_owned()),
        name: "core".to_owned(),
        place: "chat:room".into(),
        leads,
        settings: always(),
    };
    reconcile(&house.engine, &[plan(vec![person(9)])]).await.unwrap();
    house.settle().await;
    assert!(house.say(9, "/maturity status").await.contains("core"));
    let stranger = house.say(8, "/maturity report core").await;
    reconcile(&house.engine, &[plan(vec![person(7)])]).await.unwrap();
    assert_eq!(house.say(9, "/maturity report core").await, stranger);
    assert_eq!(at("2026-11-02T10:00:00Z"), house.clock.now());
}

/// A team whose round is to open at noon, planned for later by other rules of time zones.
async fn planned_by_other_rules(later: TimeDelta) -> (House, TeamId) {
    let house = House::new();
    let times = "0 12 * * *".parse().unwrap();
    let schedules = vec![Scheduled { preset: "quick".to_owned(), times }];
    let team = house.team("chat:room", 4, Settings { schedules, ..always() }).await;
    moves(&house, team, later).await;
    (house, team)
}

/// A team is woken for its round that much later.
async fn moves(house: &House, team: TeamId, later: TimeDelta) {
    let tx = house.tx();
    let mut stored = tx.team(team).unwrap().unwrap();
    let at = stored.wake_at(Wake::Schedule(0)).unwrap() + later;
    tx.wake(&mut stored, Wake::Schedule(0), Some(at)).unwrap();
    tx.put_team(&stored).unwrap();
    house.kv.commit(tx.into_batch()).await.unwrap();
}

fn wakes_at(house: &House, team: TeamId) -> Option<Instant> {
    house.tx().team(team).unwrap().unwrap().wake_at(Wake::Schedule(0))
}

#[tokio::test]
async fn a_slot_that_new_rules_of_time_zones_bring_forward_is_honoured() {
    let noon = at("2026-11-02T12:00:00Z");
    for (later, wakes) in [(1, noon), (-1, noon)] {
        let (house, team) = planned_by_other_rules(TimeDelta::hours(later)).await;
        house.engine.follow_zones().await.unwrap();
        assert_eq!(wakes_at(&house, team), Some(wakes));
    }
    // The bot was down over the slot, and begins anew with other rules.
    let (house, team) = planned_by_other_rules(TimeDelta::hours(1)).await;
    house.clock.set(noon + TimeDelta::hours(3));
    house.engine.follow_zones().await.unwrap();
    house.settle().await;
    assert_eq!(house.round(team).state, State::Open);
    assert_eq!(wakes_at(&house, team), Some(noon + TimeDelta::days(1)));
}

#[tokio::test]
async fn nothing_is_planned_anew_under_the_same_rules() {
    let (house, team) = planned_by_other_rules(TimeDelta::hours(1)).await;
    house.engine.follow_zones().await.unwrap();
    moves(&house, team, TimeDelta::hours(1)).await;
    house.engine.follow_zones().await.unwrap();
    assert_eq!(wakes_at(&house, team), Some(at("2026-11-02T13:00:00Z")));
}

#[tokio::test]
async fn whoever_comes_back_gets_one_reminder() {
    let house = House::new();
    let team = house.team("chat:room", 3, always()).await;
    house.say(0, "/maturity start pulse").await;
    house.settle().await;
    house.say(1, "away 8 weeks").await;
    house.live_through(TimeDelta::weeks(8) - TimeDelta::days(1)).await;
    assert!(house.round(team).nudges > 2, "several reminders fell due meanwhile");
    let lane = Destination::Person(person(1)).lane();
    assert_eq!(house.tx().waiting_for(&lane, usize::MAX).unwrap().len(), 1);
}
