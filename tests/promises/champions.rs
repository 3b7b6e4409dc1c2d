//! Champions: found by others or by themselves, asked in private, named only once they accepted.

use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;

use super::house::{House, calm};

const TEAM: [&str; 5] = ["Ann", "Bob", "Cem", "Dia", "Eli"];

async fn house() -> House {
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::in_memory());
    house.team("crew", &TEAM, calm()).await;
    house
}

#[tokio::test]
async fn two_nominations_lead_to_a_private_question_and_a_yes_to_a_champion() {
    let house = house().await;
    house.say("Dia", "/maturity champion nominate Dia for tooling").await;
    house.say("Bob", "/maturity champion nominate Dia for tooling").await;
    house.say("Bob", "/maturity champion nominate Dia for tooling").await;
    house.later(TimeDelta::hours(1)).await;
    assert_eq!(house.posts().len(), 0, "one nominator is not enough, and nobody's own");
    house.say("Cem", "/maturity champion nominate Dia for tooling").await;
    let posts = house.posts();
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert_eq!(posts[0].to, "dia");
    assert!(!posts[0].body.contains("Bob") && !posts[0].body.contains("Cem"), "{posts:?}");
    for name in TEAM {
        assert!(
            !house.say(name, "/maturity who tooling").await.contains("Dia"),
            "not yet said yes"
        );
    }
    house.say("Dia", "/maturity champion accept tooling").await;
    assert_eq!(house.posts_to("ann").len(), 1, "the lead hears of it");
    assert!(house.say("Eli", "/maturity who tooling").await.contains("Dia"));
}

#[tokio::test]
async fn whoever_declines_is_named_nowhere() {
    let house = house().await;
    house.says("Bob", &["/maturity champion nominate Dia for tooling"]).await;
    house.says("Cem", &["/maturity champion nominate Dia for tooling"]).await;
    house.posts();
    house.say("Dia", "/maturity champion decline tooling").await;
    house.later(TimeDelta::days(3)).await;
    assert!(house.posts().iter().all(|post| !post.body.contains("Dia")));
    assert!(!house.say("Ann", "/maturity who").await.contains("Dia"));
}

#[tokio::test]
async fn when_a_champion_leaves_the_next_one_takes_over_and_the_lead_knows() {
    let house = house().await;
    house.say("Dia", "/maturity champion volunteer tooling").await;
    house.say("Eli", "/maturity champion volunteer tooling").await;
    house.later(TimeDelta::days(2)).await;
    house.posts();
    house.leaves("Dia", "crew").await;
    house.later(TimeDelta::days(3)).await;
    let posts = house.posts();
    let told = |to: &str| posts.iter().any(|post| post.to == to && post.body.contains("Tooling"));
    assert!(told("ann") && told("eli"), "{posts:?}");
    assert!(!posts.iter().any(|post| post.to == "dia"), "{posts:?}");
    let who = house.say("Ann", "/maturity who tooling").await;
    assert!(who.contains("Eli") && !who.contains("Dia"), "{who}");
}

#[tokio::test]
async fn a_term_ends_after_six_months_unless_it_is_renewed() {
    let house = house().await;
    house.say("Dia", "/maturity champion volunteer tooling").await;
    house.say("Eli", "/maturity champion volunteer skills").await;
    house.later(TimeDelta::days(178)).await;
    assert!(
        house.posts_to("dia").iter().any(|post| post.body.contains("Tooling")),
        "asked in time"
    );
    house.say("Eli", "/maturity champion accept skills").await;
    house.later(TimeDelta::days(20)).await;
    let who = house.say("Ann", "/maturity who").await;
    assert!(!who.contains("Dia") && who.contains("Eli"), "{who}");
}

#[tokio::test]
async fn stepping_down_takes_effect_at_once() {
    let house = house().await;
    house.say("Dia", "/maturity champion volunteer tooling").await;
    house.say("Dia", "/maturity champion step-down tooling").await;
    assert!(!house.say("Ann", "/maturity who tooling").await.contains("Dia"));
}

#[tokio::test]
async fn news_that_are_overtaken_before_they_could_be_told_are_not_told() {
    let house = house().await;
    house.say("Bob", "/maturity champion volunteer skills").await;
    assert_eq!(house.posts_to("ann").len(), 1, "her message of the day");
    house.say("Cem", "/maturity champion volunteer tooling").await;
    house.say("Dia", "/maturity champion volunteer structure").await;
    house.say("Cem", "/maturity champion step-down tooling").await;
    house.later(TimeDelta::days(5)).await;
    let told = house.posts_to("ann");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].body.contains("Dia"), "{told:?}");
    house.say("Dia", "/maturity champion step-down structure").await;
    let told = house.posts_to("ann");
    assert!(told[0].body.contains("Dia is no longer champion"), "what was told is taken back");
}

#[tokio::test]
async fn a_question_that_was_answered_before_it_was_put_is_not_put() {
    let house = house().await;
    for pillar in ["skills", "tooling"] {
        for name in ["Bob", "Cem"] {
            house.say(name, &format!("/maturity champion nominate Dia for {pillar}")).await;
        }
    }
    assert_eq!(house.posts_to("dia").len(), 1, "one a day");
    house.say("Dia", "/maturity champion accept tooling").await;
    house.later(TimeDelta::days(3)).await;
    assert!(house.posts_to("dia").is_empty());
}

#[tokio::test]
async fn a_lead_hears_nothing_of_themselves() {
    let house = house().await;
    house.say("Ann", "/maturity champion volunteer skills").await;
    house.say("Ann", "/maturity champion volunteer tooling").await;
    house.say("Ann", "/maturity champion step-down skills").await;
    house.later(TimeDelta::days(5)).await;
    assert!(house.posts_to("ann").is_empty());
}
