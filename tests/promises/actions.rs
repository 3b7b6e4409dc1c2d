//! What somebody took stays before the team until it is done, and a number keeps its meaning.

use std::sync::Arc;

use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;

use super::house::{House, calm};

const TEAM: [&str; 3] = ["Ann", "Bob", "Cem"];

async fn house() -> House {
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::in_memory());
    house.team("crew", &TEAM, calm()).await;
    house
}

/// A round in which so many people give the same reply wherever it fits; gives the summary.
async fn round(house: &House, people: usize, reply: &str) -> String {
    house.say("Ann", "/maturity start quick").await;
    for name in &TEAM[..people] {
        house.say(name, "answer").await;
        for _ in 0..8 {
            if house.say(name, reply).await.contains("could not read") {
                house.say(name, "partly").await;
            }
        }
    }
    house.posts();
    house.say("Ann", "/maturity close").await;
    house.posts_to("#crew").pop().unwrap().body
}

/// The title that stands under a number.
fn numbered(list: &str, number: usize) -> Option<&str> {
    let line = list.lines().find_map(|line| line.strip_prefix(&format!("{number}. ")))?;
    line.split(" (").next()
}

#[tokio::test]
async fn what_somebody_took_comes_first_until_it_is_done_whatever_is_proposed() {
    let house = house().await;
    let summary = round(&house, 3, "1").await;
    let title = numbered(&summary, 2).unwrap().to_owned();
    assert!(house.say("Bob", "/maturity action take 2").await.contains(&title));
    for pillar in ["skills", "structure", "tooling", "processes"] {
        house.say("Ann", &format!("/maturity target {pillar} 0")).await;
    }
    let summary = round(&house, 3, "5").await;
    assert_eq!(numbered(&summary, 1), Some(title.as_str()), "{summary}");
    for ask in ["actions", "report"] {
        let list = house.say("Ann", &format!("/maturity {ask}")).await;
        let (_, held) = list.split_once("**Under way**").unwrap();
        assert_eq!(numbered(held, 1), Some(title.as_str()), "{list}");
        assert!(held.contains(", Bob)") && !held.contains("action take"), "{list}");
    }
    house.say("Cem", "/maturity action done 1").await;
    let list = house.say("Ann", "/maturity actions").await;
    assert!(!list.contains("Under way"), "{list}");
}

#[tokio::test]
async fn a_number_means_what_the_summary_said_until_the_next_one() {
    let house = house().await;
    let summary = round(&house, 3, "1").await;
    let titles: Vec<String> =
        (1..=3).map(|number| numbered(&summary, number).unwrap().to_owned()).collect();
    assert!(house.say("Bob", "/maturity action done 1").await.contains(&titles[0]));
    let again = house.say("Cem", "/maturity action take 1").await;
    assert!(again.contains(&format!("Number 1 was “{}”", titles[0])), "{again}");
    assert_eq!(numbered(&again, 2), Some(titles[1].as_str()), "{again}");
    let taken = house.say("Cem", "/maturity action take 2").await;
    assert!(taken.contains(&titles[1]), "{taken}");
    let list = house.say("Ann", "/maturity actions").await;
    assert_eq!(numbered(&list, 3), Some(titles[2].as_str()), "{list}");
    assert!(numbered(&list, 1).is_none(), "{list}");
    assert!(list.contains("`action take 3`"), "{list}");
    let unknown = house.say("Cem", "/maturity action take 9").await;
    assert!(unknown.contains("There is no action “9”"), "{unknown}");
    assert_eq!(numbered(&unknown, 3), Some(titles[2].as_str()), "{unknown}");
}

#[tokio::test]
async fn a_round_with_too_few_answers_hides_no_older_one() {
    let house = house().await;
    let summary = round(&house, 3, "2").await;
    let title = numbered(&summary, 1).unwrap().to_owned();
    house.clock.advance(chrono::TimeDelta::days(7));
    let summary = round(&house, 2, "4").await;
    assert!(!summary.contains("**Level"), "{summary}");
    for (who, ask) in [("Ann", "report"), ("Bob", "report"), ("Ann", "trend"), ("Ann", "why")] {
        let shown = house.say(who, &format!("/maturity {ask}")).await;
        assert!(shown.contains("level 2 (2."), "{ask}: {shown}");
        let says = shown.contains("The round that closed on Monday 9 November");
        assert!(says || ask == "why", "{ask}: {shown}");
    }
    let list = house.say("Ann", "/maturity actions").await;
    assert_eq!(numbered(&list, 1), Some(title.as_str()), "{list}");
}
