//! A year of a whole organisation, with a restart every day, beside a model written from the
//! design: every message in every inbox and every record is accounted for.
//!
//! `just torture` runs the long form.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "year/acting.rs"]
mod acting;
#[path = "year/behaviour.rs"]
mod behaviour;
#[path = "year/chat.rs"]
mod chat;
#[path = "year/deeds.rs"]
mod deeds;
#[path = "year/driver.rs"]
mod driver;
#[path = "year/judge.rs"]
mod judge;
#[path = "year/leading.rs"]
mod leading;
#[path = "year/machine.rs"]
mod machine;
#[path = "year/model/mod.rs"]
mod model;
#[path = "year/organisation.rs"]
mod organisation;
#[path = "year/scores.rs"]
mod scores;
#[path = "year/time.rs"]
mod time;
#[expect(dead_code, reason = "only its dice are thrown here")]
#[path = "delivery/world.rs"]
mod world;

use driver::{Size, Year};

async fn live(size: Size) -> Year {
    let start = "2026-09-21T00:00:00Z".parse().unwrap();
    let mut year = Year::new(size, start).await;
    for day in 0..size.days {
        if day % 28 == 0 {
            eprintln!("day {day}: {:?} {:?}", year.model.counts, year.machine.ends);
        }
        let end = start + chrono::TimeDelta::days(i64::try_from(day + 1).unwrap());
        while year.now() < end {
            year.day().await;
        }
    }
    for team in 0..size.teams {
        year.judge(team);
    }
    year
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |it| it.parse().unwrap())
}

#[tokio::test]
async fn eight_weeks_of_six_teams_go_as_the_model_says() {
    let year = live(Size { teams: 6, days: 56, seed: 1 }).await;
    eprintln!("{:?} {:?}", year.model.counts, year.machine.ends);
}

#[tokio::test]
async fn torture_by_years_of_an_organisation() {
    let rounds = world::runs(3, 1);
    let teams = usize::try_from(number("YEAR_TEAMS", rounds.min(300))).unwrap();
    let days = number("YEAR_DAYS", (rounds * 2).clamp(20, 365));
    let seed = number("YEAR_SEED", 7);
    let year = live(Size { teams, days, seed }).await;
    eprintln!(
        "{teams} teams, {} people, {days} days, {} steps, {} outages: {:?} {:?}",
        year.model.people.len(),
        year.steps,
        year.outages,
        year.model.counts,
        year.machine.ends
    );
}
