//! Deliveries that go wrong for a while, or for good.

use chrono::TimeDelta;
use maturity_bot::domain::ids::TeamId;
use maturity_bot::domain::message::{Destination, MessageRef};
use maturity_bot::platform::{PostError, Sighting};

use crate::house::{House, always, person};

fn counts(house: &House, team: TeamId, purpose: &str, reason: &str) -> u32 {
    let counted = house.tx().mishaps(team).unwrap();
    counted.into_iter().filter(|it| it.1 == purpose && it.2 == reason).map(|it| it.3).sum()
}

/// A team whose round is over, while what holds these words goes wrong.
async fn closed_while(words: &'static str, error: PostError) -> (House, TeamId) {
    let house = House::new();
    let team = house.team("chat:room", 3, always()).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    *house.chat.spites.lock().unwrap() = Some((words, error));
    house.posts();
    house.say(0, "/maturity close").await;
    house.settle().await;
    (house, team)
}

/// Whether the lead was told in private that the summary did not arrive.
fn the_lead_knows(house: &House) -> bool {
    let told = house.posts();
    let lead = Destination::Person(person(0));
    told.iter().any(|(to, message)| *to == lead && message.body().contains("`publish`"))
}

#[tokio::test]
async fn half_a_minute_without_answers_loses_nothing() {
    let silence = PostError::Unanswered("timed out".to_owned());
    let (house, team) = closed_while("the results of", silence).await;
    house.live_through(TimeDelta::seconds(30)).await;
    assert_eq!(house.told("chat:room").len(), 0);
    *house.chat.spites.lock().unwrap() = None;
    house.live_through(TimeDelta::minutes(10)).await;
    assert_eq!(house.told("chat:room").len(), 1);
    assert_eq!(counts(&house, team, "summary", "repeated"), 1);
}

#[tokio::test]
async fn a_summary_that_is_never_heard_of_is_tried_twice_and_its_leads_are_told() {
    let silence = PostError::Unanswered("timed out".to_owned());
    let (house, team) = closed_while("the results of", silence).await;
    house.live_through(TimeDelta::hours(1)).await;
    assert_eq!(counts(&house, team, "summary", "unanswered"), 1);
    assert_eq!(counts(&house, team, "summary", "repeated"), 1);
    assert!(the_lead_knows(&house));
    *house.chat.spites.lock().unwrap() = None;
    house.live_through(TimeDelta::days(1)).await;
    assert_eq!(house.told("chat:room").len(), 0, "never a third time");
}

#[tokio::test]
async fn what_fails_for_a_day_is_dropped_and_the_next_goes_on() {
    let down = PostError::Transient { cause: "internal".to_owned(), retry_after: None };
    let (house, team) = closed_while("the results of", down).await;
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    house.live_through(TimeDelta::hours(20)).await;
    assert_eq!(house.told("chat:room").len(), 0, "it is still tried, and keeps its place");
    house.live_through(TimeDelta::hours(10)).await;
    let told = house.posts();
    let lead = Destination::Person(person(0));
    assert!(told.iter().any(|(to, it)| *to == lead && it.body().contains("`publish`")), "{told:?}");
    let room = Destination::Place("chat:room".into());
    assert_eq!(told.iter().filter(|(to, _)| *to == room).count(), 1, "the next opening: {told:?}");
    assert_eq!(counts(&house, team, "summary", "failing"), 1);
}

#[tokio::test]
async fn what_is_our_fault_is_tried_five_times_whatever_else_went_wrong() {
    let down = PostError::Transient { cause: "503".to_owned(), retry_after: None };
    let (house, team) = closed_while("the results of", down).await;
    house.live_through(TimeDelta::minutes(2)).await;
    let refused = PostError::OurBug("invalid_blocks".to_owned());
    *house.chat.spites.lock().unwrap() = Some(("the results of", refused));
    house.live_through(TimeDelta::minutes(30)).await;
    assert_eq!(counts(&house, team, "summary", "refused"), 0, "one or two tries are not five");
    *house.chat.spites.lock().unwrap() = None;
    house.live_through(TimeDelta::minutes(15)).await;
    assert_eq!(house.told("chat:room").len(), 1);
}

#[tokio::test]
async fn what_is_refused_five_times_is_dropped() {
    let refused = PostError::OurBug("invalid_blocks".to_owned());
    let (house, team) = closed_while("the results of", refused).await;
    house.live_through(TimeDelta::hours(1)).await;
    assert_eq!(counts(&house, team, "summary", "refused"), 1);
    assert!(the_lead_knows(&house));
}

#[tokio::test]
async fn what_is_seen_to_have_arrived_or_not_is_not_counted_as_said_twice() {
    for sighting in [Sighting::There(MessageRef("1".to_owned())), Sighting::Missing] {
        let silence = PostError::Unanswered("timed out".to_owned());
        let (house, team) = closed_while("the results of", silence).await;
        *house.chat.spites.lock().unwrap() = None;
        *house.chat.sees.lock().unwrap() = Some(sighting.clone());
        house.live_through(TimeDelta::hours(1)).await;
        let said = usize::from(sighting == Sighting::Missing);
        assert_eq!(house.told("chat:room").len(), said, "{sighting:?}");
        assert_eq!(counts(&house, team, "summary", "repeated"), 0, "{sighting:?}");
    }
}

#[tokio::test]
async fn what_was_not_handed_over_again_is_not_counted_as_said_twice() {
    let silence = PostError::Unanswered("timed out".to_owned());
    let (house, team) = closed_while("the results of", silence).await;
    let down = PostError::Transient { cause: "503".to_owned(), retry_after: Some(600) };
    *house.chat.spites.lock().unwrap() = Some(("the results of", down));
    house.live_through(TimeDelta::hours(1)).await;
    assert_eq!(counts(&house, team, "summary", "repeated"), 0);
    *house.chat.spites.lock().unwrap() = None;
    house.live_through(TimeDelta::hours(1)).await;
    assert_eq!(house.told("chat:room").len(), 1);
    assert_eq!(counts(&house, team, "summary", "repeated"), 1);
}
