//! What somebody hears whose words are meant for the question in front of them.

use rstest::rstest;

use crate::house::{House, always};

const ROOM: &str = "chat:room";

/// A team of three with an open round, and a question of levels before the first of them.
async fn before_a_question() -> House {
    let house = House::new();
    house.team(ROOM, 3, always()).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let asked = house.say(0, "/maturity answer").await;
    assert!(asked.contains("1 of 8"), "{asked}");
    house
}

#[rstest]
#[case("9", "numbered 0 to 5")]
#[case("yes", "number from 0 to 5")]
#[case("partly", "number from 0 to 5")]
#[case("a bit of both", "number from 0 to 5")]
#[case("repotr", "Did you mean `report`")]
#[case("3", "Saved (1 of 8)")]
#[tokio::test]
async fn behind_a_prefix_it_is_read_as_an_answer(#[case] words: &str, #[case] heard: &str) {
    let house = before_a_question().await;
    let reply = house.say(0, &format!("/maturity {words}")).await;
    assert!(reply.contains(heard), "{words}: {reply}");
}

#[tokio::test]
async fn a_question_mark_answers_in_private_and_asks_for_help_before_others() {
    let house = before_a_question().await;
    let reply = house.say_in(ROOM, 0, "/maturity ?").await;
    assert!(reply.contains("While a question is open"), "{reply}");
    let reply = house.say(0, "/maturity ?").await;
    assert!(reply.contains("I don't know"), "{reply}");
    assert!(reply.contains("Saved (1 of 8)"), "{reply}");
}

#[rstest]
#[tokio::test]
async fn words_of_a_sitting_are_known_where_nothing_is_open(
    #[values("undo", "skip", "later", "comment good", "go on", "/maturity skip")] words: &str,
) {
    let house = House::new();
    house.team(ROOM, 3, always()).await;
    let reply = house.say(1, words).await;
    assert!(reply.contains("Nothing is waiting for you"), "{words}: {reply}");
}

#[tokio::test]
async fn one_question_left_is_no_reason_to_rest() {
    let house = before_a_question().await;
    for number in 1..=7 {
        let reply = house.say(0, "3").await;
        assert_eq!(reply.contains("a good place to stop"), number == 5, "{number}: {reply}");
    }
    // Two answers are changed: ten were given, and one question waits.
    house.say(0, "answer 1").await;
    house.say(0, "4").await;
    house.say(0, "answer 2").await;
    house.say(0, "2").await;
    house.say(0, "answer 3").await;
    let reply = house.say(0, "1").await;
    assert!(!reply.contains("a good place to stop"), "{reply}");
}

#[tokio::test]
async fn a_stranger_is_told_that_a_place_has_a_team_without_its_name() {
    let house = House::new();
    house.team(ROOM, 3, always()).await;
    let reply = house.say_in(ROOM, 9, "/maturity status").await;
    assert!(reply.contains("you are not in"), "{reply}");
    assert!(!reply.contains("setup"), "{reply}");
}
