//! Schedules fire once, at the right moment, also over clock changes and downtime.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use maturity_bot::domain::bank::{Bank, Kind};
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::ids::{QuestionId, TeamId};
use maturity_bot::domain::level::Pillar;
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::{Scheduled, Settings};
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::text::content::Content;
use rstest::rstest;

use super::house::{House, at, calm};

const TEAM: [&str; 3] = ["Ann", "Bob", "Cem"];

async fn scheduled(start: &str, zone: Tz, preset: &str, times: &str) -> (House, TeamId) {
    let content = Content::embedded().unwrap();
    let house = House::with(Arc::new(MemoryKv::new()), Keyring::in_memory(), content, at(start));
    let times = CronExpr::parse(times).unwrap();
    let schedules = vec![Scheduled { preset: preset.to_owned(), times }];
    let team = house.team("crew", &TEAM, Settings { zone, schedules, ..calm() }).await;
    (house, team)
}

#[rstest]
#[case::gap_in_berlin(Tz::Europe__Berlin, "2027-03-27 12:00", "30 2 28 3 *", "2027-03-28 01:00")]
#[case::twice_in_berlin(Tz::Europe__Berlin, "2026-10-24 12:00", "30 2 25 10 *", "2026-10-25 00:30")]
#[case::gap_in_new_york(
    Tz::America__New_York,
    "2027-03-13 12:00",
    "15 2 14 3 *",
    "2027-03-14 07:00"
)]
#[case::twice_in_new_york(
    Tz::America__New_York,
    "2026-10-31 20:00",
    "30 1 1 11 *",
    "2026-11-01 05:30"
)]
#[case::gap_on_lord_howe(
    Tz::Australia__Lord_Howe,
    "2026-10-03 00:00",
    "15 2 4 10 *",
    "2026-10-03 15:30"
)]
#[tokio::test]
async fn a_schedule_fires_once_on_days_when_the_clock_changes(
    #[case] zone: Tz,
    #[case] start: &str,
    #[case] times: &str,
    #[case] fires: &str,
) {
    let (house, team) = scheduled(start, zone, "quick", times).await;
    house.later(TimeDelta::days(2)).await;
    assert_eq!(house.round(team, 1).opened, Some(at(fires)));
    house.say("Ann", "/maturity close").await;
    house.later(TimeDelta::days(2)).await;
    assert_eq!(house.team_of(team).rounds, 1);
}

#[rstest]
#[case::inside_the_grace(TimeDelta::hours(7 * 24 + 20), 1)]
#[case::behind_the_grace(TimeDelta::hours(7 * 24 + 30), 0)]
#[case::many_missed(TimeDelta::days(30), 0)]
#[case::many_missed_the_last_in_time(TimeDelta::hours(21 * 24 + 5), 1)]
#[tokio::test]
async fn what_was_missed_fires_once_inside_the_grace_and_is_noted_behind_it(
    #[case] down: TimeDelta,
    #[case] rounds: u32,
) {
    let (house, team) = scheduled("2026-11-02 10:00", Tz::UTC, "quick", "0 10 * * MON").await;
    house.sleeps(down).await;
    assert_eq!(house.team_of(team).rounds, rounds);
    let skipped = house.look().skipped(team, 10).unwrap();
    assert_eq!(skipped.is_empty(), down < TimeDelta::days(9) && rounds == 1);
    // A clock that goes back and comes again fires nothing twice.
    house.clock.advance(-TimeDelta::hours(6));
    house.settle().await;
    house.sleeps(TimeDelta::hours(6)).await;
    assert_eq!(house.team_of(team).rounds, rounds);
}

#[tokio::test]
async fn a_deadline_never_lapses() {
    let (house, team) = scheduled("2026-11-02 10:00", Tz::UTC, "quick", "0 0 1 1 *").await;
    house.say("Ann", "/maturity start quick").await;
    house.sleeps(TimeDelta::days(40)).await;
    assert_eq!(house.round(team, 1).state, State::Closed);
    assert_eq!(house.posts_to("#crew").len(), 2, "opened and closed, no reminder out of time");
}

#[tokio::test]
async fn a_schedule_opens_no_second_round_beside_an_open_one() {
    let (house, team) = scheduled("2026-11-02 09:00", Tz::UTC, "full", "0 10 * * MON").await;
    house.later(TimeDelta::days(8)).await;
    assert_eq!(house.team_of(team).rounds, 1);
    assert_eq!(house.look().skipped(team, 10).unwrap().len(), 1);
}

/// The rotation of `presets.yaml`, worked out a second time.
struct Rotation<'a> {
    bank: &'a Bank,
    cycle: Vec<Pillar>,
    slot: usize,
    asked: BTreeMap<QuestionId, usize>,
    clock: usize,
}

impl Rotation<'_> {
    fn week(&mut self) -> Vec<QuestionId> {
        let mut week: Vec<QuestionId> = (0..2).map(|_| self.next()).collect();
        let place = |id: &QuestionId| self.bank.questions.iter().position(|it| it.id == *id);
        week.sort_by_key(place);
        for id in &week {
            self.clock += 1;
            self.asked.insert(id.clone(), self.clock);
        }
        week
    }

    fn next(&mut self) -> QuestionId {
        let pillar = self.cycle[self.slot % self.cycle.len()];
        self.slot += 1;
        let fits = |kind: &Kind| !matches!(kind, Kind::Text);
        let all = self.bank.questions.iter().filter(|it| it.pillar == pillar && fits(&it.kind));
        let longest_ago = all.min_by_key(|it| self.asked.get(&it.id).copied().unwrap_or(0));
        longest_ago.unwrap().id.clone()
    }
}

#[tokio::test]
async fn a_pulse_round_follows_the_rotation_week_by_week() {
    let bank = Content::embedded().unwrap().bank;
    let (house, team) = scheduled("2026-11-02 09:00", Tz::UTC, "pulse", "0 10 * * MON").await;
    let mut rotation = Rotation {
        bank: &bank,
        cycle: Pillar::ALL.to_vec(),
        slot: 0,
        asked: BTreeMap::new(),
        clock: 0,
    };
    let mut expected = Vec::new();
    for week in 0..5 {
        house.later(TimeDelta::hours(2)).await;
        expected.extend(rotation.week());
        assert_eq!(house.round(team, 1).questions, expected, "week {week}");
        house.later(TimeDelta::days(7) - TimeDelta::hours(2)).await;
    }
    // Five weeks on, tooling turns out to be the weakest: it gets two slots of five.
    for name in TEAM {
        house.say(name, "answer").await;
        for id in &expected {
            let question = bank.question(id).unwrap();
            let low = question.pillar == Pillar::Tooling;
            let reply = match &question.kind {
                Kind::Level(_) => {
                    if low {
                        "0"
                    } else {
                        "4"
                    }
                }
                Kind::YesNo => {
                    if low {
                        "no"
                    } else {
                        "yes"
                    }
                }
                _ => {
                    if low {
                        "none"
                    } else {
                        "0,1,2,3"
                    }
                }
            };
            house.say(name, &format!("answer {id}")).await;
            house.say(name, reply).await;
        }
    }
    house.say("Ann", "/maturity close").await;
    rotation.cycle = [2, 0, 1, 2, 3].map(|place| Pillar::ALL[place]).to_vec();
    rotation.slot = 0;
    let mut expected = Vec::new();
    for week in 0..6 {
        house.later(TimeDelta::hours(2)).await;
        expected.extend(rotation.week());
        assert_eq!(house.round(team, 2).questions, expected, "week {week} of the second round");
        house.later(TimeDelta::days(7) - TimeDelta::hours(2)).await;
    }
}

#[tokio::test]
async fn a_slot_behind_a_closing_that_waits_for_late_answers_is_not_lost() {
    let (house, team) = scheduled("2026-11-02 08:00", Tz::UTC, "quick", "0 9 * * MON").await;
    house.later(TimeDelta::days(2)).await;
    // The bot is down from before the deadline, on Saturday, until after the next slot.
    house.clock.set(at("2026-11-09 10:00"));
    let linked = |caught_up| What::Linked { platform: "chat".to_owned(), caught_up };
    house.happens(linked(false)).await;
    house.settle().await;
    assert_eq!(house.round(team, 1).state, State::Open, "late answers may still come in");
    house.happens(linked(true)).await;
    house.settle().await;
    assert_eq!(house.round(team, 1).state, State::Closed);
    assert_eq!(house.round(team, 2).state, State::Open);
    assert_eq!(house.look().skipped(team, 9).unwrap(), []);
}

#[tokio::test]
async fn a_schedule_is_told_in_words_where_plain_choices_fit() {
    let words = "on the first Monday of each month at 14:00";
    let (house, _) = scheduled("2026-11-02 10:00", Tz::UTC, "quick", "0 14 * * MON#1").await;
    for ask in ["schedule", "status", "team"] {
        let told = house.say("Ann", &format!("/maturity {ask}")).await;
        assert!(told.contains(words) && !told.contains("MON#1"), "{ask}: {told}");
    }
    let told = house.say("Ann", "/maturity schedule quick 0 14 * * MON#2").await;
    assert!(told.contains("quick: `0 14 * * MON#2`"), "{told}");
    let told = house.say("Ann", "/maturity schedule off").await;
    assert!(told.find("schedule choose") < told.find("MON#1"), "{told}");
}

#[tokio::test]
async fn a_digest_repeats_no_summary_that_just_came() {
    let digest = CronExpr::parse("0 9 * * MON").ok();
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::in_memory());
    house.team("crew", &TEAM, Settings { digest, ..calm() }).await;
    house.say("Ann", "/maturity start quick").await;
    for name in TEAM {
        house.says(name, &["answer 1", "2"]).await;
    }
    house.says("Ann", &["/maturity close", "/maturity action take 1"]).await;
    house.posts();
    house.later(TimeDelta::weeks(1)).await;
    let first = house.posts_to("#crew").pop().unwrap().body;
    assert!(first.contains("of Monday 2 November stand in their summary"), "{first}");
    assert!(first.contains("**Under way**\n1. ") && first.contains(", Ann)"), "{first}");
    assert!(!first.contains("What to do next") && !first.contains("**Skills:**"), "{first}");
    house.later(TimeDelta::weeks(1)).await;
    let second = house.posts_to("#crew").pop().unwrap().body;
    assert!(second.contains("**Level 2**") && second.contains("**Skills:**"), "{second}");
}
