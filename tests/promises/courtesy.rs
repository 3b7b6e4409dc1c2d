//! Nobody is nagged.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::text::content::Content;

use super::house::{House, Post, at, calm};
use maturity_bot::domain::team::Settings;

const TEAM: [&str; 4] = ["Ann", "Bob", "Cem", "Dia"];

fn house() -> House {
    House::over(Arc::new(MemoryKv::new()), Keyring::in_memory())
}

fn reminders(posts: &[Post], name: &str) -> usize {
    let said = ["your view is not complete", "If you would like to be heard"];
    let reminds =
        |post: &&Post| post.to == name && said.iter().any(|words| post.body.contains(words));
    posts.iter().filter(reminds).count()
}

#[tokio::test]
async fn a_round_reminds_twice_at_most_and_never_whoever_has_finished_or_stopped() {
    let house = house();
    house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    for answer in ["3", "3", "3", "yes", "3", "3", "3", "3"] {
        house.say("Ann", answer).await;
    }
    while house.say("Ann", "skip").await.contains("Skipped") {}
    assert!(house.say("Ann", "go on").await.contains("Done"), "Ann has finished");
    house.say("Bob", "stop").await;
    house.posts();
    house.later(TimeDelta::hours(70)).await;
    house.say("Cem", "/maturity away 10 days").await;
    // A lead's reminder takes one of the two.
    let lead = house.say("Ann", "/maturity nudge").await;
    let again = house.say("Ann", "/maturity nudge").await;
    assert_ne!(lead, again);
    house.later(TimeDelta::days(20)).await;
    let posts = house.posts();
    assert_eq!(reminders(&posts, "ann"), 0, "{posts:#?}");
    assert_eq!(reminders(&posts, "bob"), 0);
    assert_eq!(reminders(&posts, "cem"), 1, "away from the second on");
    assert_eq!(reminders(&posts, "dia"), 2);
}

#[tokio::test]
async fn the_time_of_a_reminder_is_told_as_people_will_see_it() {
    let house = house();
    let settings =
        Settings { zone: chrono_tz::Tz::UTC, digest: None, trend: None, ..Settings::usual() };
    house.team("crew", &TEAM, settings).await;
    house.later(TimeDelta::days(6)).await;
    house.say("Ann", "/maturity start pulse").await;
    let status = house.say("Ann", "/maturity status").await;
    let reminder = status.lines().find(|line| line.contains("reminder")).unwrap();
    assert!(reminder.contains("Mon 23 Nov"), "two weeks later it is Sunday: {status}");
}

#[tokio::test]
async fn a_reminder_that_waits_is_dropped_when_the_person_answers_or_the_round_closes() {
    let quiet = Settings { quiet: maturity_bot::domain::courtesy::Quiet::default(), ..calm() };
    for closes in [false, true] {
        let house = house();
        house.team("crew", &TEAM, quiet.clone()).await;
        house.say("Ann", "/maturity start quick").await;
        house.clock.set(at("2026-11-03 20:00"));
        house.settle().await;
        house.posts();
        house.say("Ann", "/maturity nudge").await;
        assert_eq!(house.posts_to("bob").len(), 0, "nobody is woken at eight in the evening");
        if closes {
            house.say("Ann", "/maturity close").await;
        } else {
            while house.say("Bob", "skip").await.contains("Skipped") {}
        }
        house.later(TimeDelta::hours(20)).await;
        let posts = house.posts();
        assert_eq!(reminders(&posts, "bob"), 0, "{posts:#?}");
        assert_eq!(reminders(&posts, "dia"), usize::from(!closes));
    }
}

#[tokio::test]
async fn a_person_in_three_teams_is_written_to_unasked_once_a_day() {
    let house = house();
    for name in ["red", "green", "blue"] {
        house.team(name, &TEAM, calm()).await;
    }
    for name in ["red", "green", "blue"] {
        let place = Some(super::house::room(name));
        let text = "/maturity start quick".to_owned();
        let person = super::house::id("Ann");
        house.happens(maturity_bot::platform::What::Said { person, place, text }).await;
        house.settle().await;
    }
    house.later(TimeDelta::days(14)).await;
    let mut days: BTreeMap<(String, chrono::NaiveDate), usize> = BTreeMap::new();
    let posts = house.posts();
    for post in posts.iter().filter(|post| !post.to.starts_with('#')) {
        *days.entry((post.to.clone(), post.at.date_naive())).or_default() += 1;
    }
    assert!(days.len() > 10, "{days:?}");
    assert!(days.values().all(|count| *count == 1), "{days:#?}");
}

#[tokio::test]
async fn nobody_answers_a_question_that_they_have_not_been_shown() {
    let house = house();
    house.team("red", &TEAM, calm()).await;
    let blue = house.team("blue", &["Eli", "Bob", "Fay"], calm()).await;
    house.say("Ann", "/maturity start quick").await;
    // Bob was written to today, so blue's questions wait for tomorrow.
    house.say("Eli", "/maturity start quick").await;
    assert_eq!(house.posts_to("bob").len(), 1);
    house.say("Bob", "3").await;
    let round = maturity_bot::domain::ids::RoundId { team: blue, number: 1 };
    assert_eq!(house.look().answers(round).unwrap().len(), 0);
    let red = maturity_bot::domain::ids::RoundId {
        team: maturity_bot::domain::ids::TeamId(1),
        number: 1,
    };
    assert_eq!(house.look().answers(red).unwrap().len(), 1);
}

async fn pulse_on_mondays() -> House {
    let content = Content::embedded().unwrap();
    let house = House::with(
        Arc::new(MemoryKv::new()),
        Keyring::in_memory(),
        content,
        at("2026-11-02 09:00"),
    );
    let times = maturity_bot::domain::cron::CronExpr::parse("0 10 * * MON").unwrap();
    let schedules =
        vec![maturity_bot::domain::team::Scheduled { preset: "pulse".to_owned(), times }];
    house.team("crew", &TEAM, Settings { schedules, ..calm() }).await;
    house
}

#[tokio::test]
async fn reminders_of_a_pulse_that_were_not_sent_in_their_28_days_lapse() {
    let house = pulse_on_mondays().await;
    house.say("Ann", "/maturity start pulse").await;
    house.sleeps(TimeDelta::days(57)).await;
    let refused = house.say("Ann", "/maturity nudge").await;
    assert!(refused.contains("on its way"), "one is left beside the planned one: {refused}");
    let refused = house.say("Ann", "/maturity nudge").await;
    assert!(refused.contains("used up"), "{refused}");
}

#[tokio::test]
async fn a_pulse_reminds_twice_in_28_days_at_most() {
    let house = pulse_on_mondays().await;
    // Begun by hand, so that reminders do not fall on new questions, which take their place.
    house.say("Ann", "/maturity start pulse").await;
    house.later(TimeDelta::weeks(12)).await;
    let posts = house.posts_to("dia");
    let reminded: Vec<_> =
        posts.iter().filter(|post| reminders(&[(*post).clone()], "dia") == 1).collect();
    assert!(reminded.len() >= 4, "{posts:#?}");
    for three in reminded.windows(3) {
        assert!(three[2].at - three[0].at >= TimeDelta::days(28), "{three:#?}");
    }
}

#[tokio::test]
async fn a_reminder_makes_way_for_the_questions_that_come_at_its_time() {
    let house = pulse_on_mondays().await;
    house.later(TimeDelta::weeks(12)).await;
    let posts = house.posts_to("dia");
    assert_eq!(reminders(&posts, "dia"), 0, "{posts:#?}");
    assert_eq!(posts.len(), 12, "the questions of each week");
}

#[tokio::test]
async fn whoever_comes_back_is_asked_and_not_reminded_of_it_the_day_after() {
    let house = house();
    house.team("crew", &TEAM, calm()).await;
    house.say("Dia", "/maturity away 3 days").await;
    house.say("Ann", "/maturity start quick").await;
    house.later(TimeDelta::days(3)).await;
    let posts = house.posts_to("dia");
    assert_eq!((posts.len(), reminders(&posts, "dia")), (1, 0), "{posts:#?}");
    // The last day's comes in its own time.
    house.later(TimeDelta::days(1)).await;
    assert_eq!(reminders(&house.posts(), "dia"), 1);
}
