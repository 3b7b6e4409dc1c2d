//! A made-up organisation: teams of all kinds all over the world, and the people in them.

use std::collections::BTreeSet;

use chrono::{Days, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use maturity_bot::domain::calendar::{Calendar, Workdays};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::team::{Mode, Scheduled, Settings};

use crate::time::Instant;
use crate::world::Dice;

const ZONES: [&str; 11] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Adelaide",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Auckland",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "UTC",
];

/// What is asked when; rounds of one team may get into each other's way.
const RHYTHMS: [&[(&str, &str)]; 10] = [
    &[("quick", "0 9 * * MON")],
    &[("quick", "0 10 * * MON#1,MON#3")],
    &[("quick", "30 2 * * SUN")],
    &[("quick", "15 9 1,15 * *")],
    &[("pulse", "0 10 * * TUE")],
    &[("pulse", "45 23 * * WED")],
    &[("full", "0 8 1 */2 *")],
    &[("quick", "0 14 * * THU#2"), ("full", "0 8 5 */3 *")],
    &[("pulse", "0 9 * * MON"), ("quick", "0 11 20 * *")],
    &[],
];

const DIGESTS: [Option<&str>; 4] =
    [Some("0 9 * * MON"), Some("0 9 * * MON"), Some("30 16 * * FRI"), None];
const TRENDS: [Option<&str>; 4] =
    [Some("0 9 * * MON#1"), Some("0 9 * * MON#1"), Some("0 12 1 * *"), None];

pub fn pick<T: Copy>(dice: &mut Dice, of: &[T]) -> T {
    of[usize::try_from(dice.below(of.len() as u64)).expect("small")]
}

pub fn chance(dice: &mut Dice, of_a_thousand: u64) -> bool {
    dice.below(1000) < of_a_thousand
}

pub fn zone(dice: &mut Dice) -> Tz {
    pick(dice, &ZONES).parse().expect("a zone")
}

fn quiet(dice: &mut Dice, start: Instant) -> Quiet {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let hours = pick(dice, &[(18, 9), (18, 9), (17, 10), (22, 6), (12, 13), (0, 0)]);
    let time = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
    let week: &[Weekday] = match dice.below(6) {
        0 => &[Sun, Mon, Tue, Wed, Thu],
        1 => &[Mon, Tue, Wed, Thu],
        2 => &[Mon, Tue, Wed, Thu, Fri, Sat, Sun],
        _ => &[Mon, Tue, Wed, Thu, Fri],
    };
    let workdays = Workdays::new(week.iter().copied()).expect("some");
    let day = |dice: &mut Dice| start.date_naive() + Days::new(dice.below(370));
    let holidays: BTreeSet<_> = (0..dice.below(15)).map(|_| day(dice)).collect();
    Quiet { from: time(hours.0), to: time(hours.1), calendar: Calendar { workdays, holidays } }
}

/// How a team wishes to be asked.
pub fn settings(dice: &mut Dice, start: Instant) -> Settings {
    let rhythm = |(preset, times): &(&str, &str)| Scheduled {
        preset: (*preset).to_owned(),
        times: CronExpr::parse(times).expect("plain"),
    };
    let times = |it: Option<&str>| it.map(|it| CronExpr::parse(it).expect("plain"));
    let schedules = pick(dice, &RHYTHMS).iter().map(rhythm).collect();
    let level = |dice: &mut Dice| u8::try_from(2 + dice.below(4)).expect("small");
    Settings {
        zone: zone(dice),
        mode: pick(dice, &[Mode::Anonymous, Mode::Pseudonymous, Mode::Pseudonymous, Mode::Open]),
        min_respondents: pick(dice, &[2, 3, 3, 3, 4, 5]),
        small_team: chance(dice, 300),
        early: chance(dice, 250),
        targets: [level(dice), level(dice), level(dice), level(dice)],
        quiet: quiet(dice, start),
        schedules,
        digest: times(pick(dice, &DIGESTS)),
        trend: times(pick(dice, &TRENDS)),
    }
}
