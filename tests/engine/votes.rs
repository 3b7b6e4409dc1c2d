//! Votes before everybody, and remarks that follow each other.

use maturity_bot::domain::answer::Value;
use maturity_bot::domain::ids::RoundId;
use maturity_bot::domain::message::Press;
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::platform::What;

use crate::house::{House, always, person};

const ROOM: &str = "chat:room";

/// Three people in an open round that all may see.
async fn in_the_open() -> (House, RoundId, Vec<String>) {
    let house = House::new();
    let team = house.team(ROOM, 3, Settings { mode: Mode::Open, ..always() }).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let round = house.round(team);
    let questions = round.questions.iter().map(ToString::to_string).collect();
    (house, round.id, questions)
}

async fn votes(house: &House, who: usize, round: RoundId, question: &str, reply: &str) {
    let token = Press::Answer(round, question.into(), reply.to_owned()).token();
    let vote = What::Voted { person: person(who), place: ROOM.into(), token };
    assert_eq!(house.handle(vote).await, None, "nobody is answered");
}

fn level_of(house: &House, round: RoundId, question: &str) -> Option<Value> {
    let answers = house.tx().answers(round).unwrap();
    let found = answers.into_iter().find(|(_, id, _)| id.as_str() == question);
    found.and_then(|(_, _, answer)| answer.value)
}

#[tokio::test]
async fn a_vote_leaves_what_is_in_front_of_a_person_in_private() {
    let (house, round, questions) = in_the_open().await;
    house.say(1, "answer").await;
    for voted in [&questions[0], &questions[4]] {
        votes(&house, 1, round, voted, "3").await;
    }
    // They still see the first question.
    let told = house.say(1, "1").await;
    assert!(told.contains("Changed") && told.contains("**2 of 8** ·"), "{told}");
    assert_eq!(level_of(&house, round, &questions[0]), Some(Value::Level(1)));
    votes(&house, 1, round, &questions[1], "4").await;
    house.say(1, "2").await;
    assert_eq!(level_of(&house, round, &questions[1]), Some(Value::Level(2)));
    assert_eq!(level_of(&house, round, &questions[2]), None, "it was not shown yet");
}

#[tokio::test]
async fn who_only_voted_is_shown_what_waits() {
    let (house, round, questions) = in_the_open().await;
    votes(&house, 2, round, &questions[0], "3").await;
    let shown = house.say(2, "answer").await;
    assert!(shown.contains("**2 of 8** ·"), "{shown}");
    votes(&house, 2, round, "no.such-question", "3").await;
    votes(&house, 7, round, &questions[3], "3").await;
    assert_eq!(house.tx().answers(round).unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_remark_stands_behind_the_first() {
    let (house, round, _) = in_the_open().await;
    for words in ["answer", "2", "comment By hand.", "comment At night.", "comment At night."] {
        house.say(1, words).await;
    }
    let remark = || house.tx().answers(round).unwrap()[0].2.comment.clone();
    assert_eq!(remark().as_deref(), Some("By hand.\nAt night."));
    let told = house.say(1, &format!("comment {}", "x".repeat(490))).await;
    assert!(told.contains("500 characters"), "{told}");
    assert_eq!(remark().as_deref(), Some("By hand.\nAt night."));
}
