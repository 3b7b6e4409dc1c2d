//! Answers given twice, and people who are not asked.

use chrono::TimeDelta;
use maturity_bot::domain::ids::{RoundId, TeamId};
use maturity_bot::domain::message::{Message, Press};
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::Rules;
use maturity_bot::platform::{Profile, What};
use maturity_bot::text::content::Content;

use crate::house::{House, always, person, profile};

const ROOM: &str = "chat:room";

/// A team of four with a guest, in an open round.
async fn with_a_guest() -> (House, TeamId, RoundId) {
    let house = House::new();
    let team = house.team(ROOM, 4, always()).await;
    let guest = Profile { outside: true, ..profile(&person(9)) };
    house.chat.members.lock().unwrap().get_mut(&ROOM.into()).unwrap().push(guest.clone());
    house.handle(What::Joined { place: ROOM.into(), profile: guest }).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let round = house.round(team).id;
    (house, team, round)
}

fn answered(house: &House, round: RoundId) -> usize {
    let answers = house.tx().answers(round).unwrap();
    answers.iter().filter(|(.., answer)| answer.value.is_some()).count()
}

#[tokio::test]
async fn the_same_answer_once_more_leaves_what_undo_takes_back() {
    let (house, _, round) = with_a_guest().await;
    let first = house.round(round.team).questions[0].clone();
    for _ in 0..2 {
        house.press(1, round, first.as_str(), "3").await;
    }
    assert_eq!(answered(&house, round), 1);
    house.say(1, "undo").await;
    assert_eq!(answered(&house, round), 0, "nothing stood there before");
    for reply in ["2", "4", "4"] {
        house.press(1, round, first.as_str(), reply).await;
    }
    let told = house.say(1, "undo").await;
    assert!(told.contains("2,"), "what stood there before comes back: {told}");
}

#[tokio::test]
async fn who_cannot_answer_hears_why() {
    let (house, _, round) = with_a_guest().await;
    let first = house.round(round.team).questions[0].to_string();
    let guest = house.press(9, round, &first, "3").await;
    assert!(guest.contains("not asked in the rounds of room"), "{guest}");
    let stranger = house.press(77, round, &first, "3").await;
    assert!(stranger.contains("that you are not in"), "{stranger}");
    house.press(2, round, &first, "3").await;
    house.say(2, "/maturity forget me for good").await;
    let forgotten = house.press(2, round, &first, "3").await;
    assert!(forgotten.contains("you sit it out"), "{forgotten}");
    house.live_through(TimeDelta::days(15)).await;
    for number in [1, 2, 9] {
        let late = house.press(number, round, &first, "3").await;
        assert!(late.contains("has closed"), "{late}");
    }
}

#[tokio::test]
async fn guests_make_no_teams_and_are_no_champions() {
    let (house, team, _) = with_a_guest().await;
    house.say_in(ROOM, 9, "/maturity champion volunteer tooling").await;
    assert!(house.tx().champions(team).unwrap().0.is_empty());
    house.say_in("chat:other", 9, "/maturity setup name Theirs").await;
    assert!(house.tx().team_at(&"chat:other".into()).unwrap().is_none());
    house.say_in(ROOM, 1, "/maturity champion volunteer tooling").await;
    assert_eq!(house.tx().champions(team).unwrap().0.len(), 1);
    house.say_in("chat:other", 1, "/maturity setup name Ours").await;
    assert!(house.tx().team_at(&"chat:other".into()).unwrap().is_some());
}

#[tokio::test]
async fn a_digest_brings_the_picture_unless_the_summary_just_did() {
    let house = House::new();
    let digest = Settings { digest: "0 9 * * *".parse().ok(), ..always() };
    let team = house.team(ROOM, 3, digest).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let round = house.round(team).id;
    let first = house.round(team).questions[0].to_string();
    for number in 0..3 {
        let token = Press::Answer(round, first.as_str().into(), "3".to_owned()).token();
        house.handle(What::Chose { person: person(number), place: None, token }).await;
    }
    house.say(0, "/maturity close").await;
    house.settle().await;
    house.posts();
    let pictures = || {
        let posts = house.posts().into_iter();
        posts.map(|(_, it)| matches!(it, Message::Picture { .. })).collect::<Vec<_>>()
    };
    house.live_through(TimeDelta::days(1)).await;
    assert_eq!(pictures(), [false], "the summary of yesterday has it");
    house.live_through(TimeDelta::days(1)).await;
    assert_eq!(pictures(), [true]);
}

#[tokio::test]
async fn nobody_makes_a_team_before_it_is_known_that_they_are_no_guest() {
    let rules = Rules { guests_on: ["chat".to_owned()].into(), ..Rules::default() };
    let house = House::under(Content::embedded().unwrap(), rules);
    let setup = "/maturity setup name Payments";
    let told = house.say_in(ROOM, 1, setup).await;
    assert!(told.contains("who you are"), "{told}");
    for (number, outside) in [(1, true), (2, false)] {
        let profile = Profile { outside, ..profile(&person(number)) };
        house.handle(What::Joined { place: "chat:".into(), profile }).await;
    }
    house.say_in(ROOM, 1, setup).await;
    assert_eq!(house.tx().teams().unwrap(), [], "a guest");
    let told = house.say_in(ROOM, 2, setup).await;
    assert_eq!(house.tx().teams().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn a_status_in_private_names_other_teams_with_an_open_round() {
    let house = House::new();
    for place in [ROOM, "chat:hall"] {
        house.team(place, 3, always()).await;
        house.say_in(place, 0, "/maturity start quick").await;
    }
    house.settle().await;
    let told = house.say(1, "/maturity status").await;
    let (here, other) =
        if told.starts_with("**room") { (ROOM, "hall") } else { ("chat:hall", "room") };
    assert!(told.contains(&format!("{other} has a round open too")), "{told}");
    let told = house.say_in(here, 1, "/maturity status").await;
    assert!(!told.contains(other), "others are none of this place's business: {told}");
}

/// What a person is offered who says something in private.
async fn offered(house: &House, who: usize, text: &str) -> Vec<(String, String)> {
    let said = What::Said { person: person(who), place: None, text: text.to_owned() };
    let reply = house.handle(said).await.expect("a reply");
    reply.choices().iter().map(|it| (it.label.clone(), it.press.token())).collect()
}

#[tokio::test]
async fn what_may_be_meant_for_several_teams_is_done_in_the_one_that_is_chosen() {
    let house = House::new();
    let (here, there) =
        (house.team(ROOM, 3, always()).await, house.team("chat:there", 2, always()).await);
    for place in [ROOM, "chat:there"] {
        house.say_in(place, 0, "/maturity start quick").await;
    }
    house.settle().await;
    house.say(0, "/maturity answer").await;
    let teams = offered(&house, 0, "/maturity close").await;
    let names: Vec<&str> = teams.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["room", "there"], "also with a question of one of them in front");
    let press = What::Chose { person: person(0), place: None, token: teams[1].1.clone() };
    house.handle(press).await;
    assert_eq!(house.round(there).state, State::Closed);
    assert_eq!(house.round(here).state, State::Open);
    assert_eq!(offered(&house, 1, "/maturity close").await, [], "who leads none is refused");
    let long = format!("action dismiss 1 {}", "because ".repeat(30));
    assert_eq!(offered(&house, 0, &format!("/maturity {long}")).await, []);
}
