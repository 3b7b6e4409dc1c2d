//! `croner`, an independent reading of cron, judges our translation.

use std::cell::Cell;
use std::collections::BTreeSet;

use chrono::{LocalResult, NaiveDate, NaiveTime, TimeZone};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/St_Johns",
];

const EXPRESSIONS: u32 = 3000;

/// A field without wrapping ranges, which the oracle does not know.
fn field(min: u8, max: u8) -> impl Strategy<Value = String> {
    let range = (min..=max, min..=max).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        2 => Just("*".to_owned()),
        3 => (min..=max).prop_map(|value| value.to_string()),
        1 => proptest::collection::vec(min..=max, 2..4)
            .prop_map(|values| values.iter().map(u8::to_string).collect::<Vec<_>>().join(",")),
        1 => range.clone().prop_map(|(low, high)| format!("{low}-{high}")),
        1 => (range, 1..=max).prop_map(|((low, high), step)| {
            format!("{low}-{high}/{}", step.min(high - low).max(1))
        }),
        1 => (1..=max - min).prop_map(|step| format!("*/{step}")),
    ]
}

fn weekday() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => field(0, 6),
        1 => Just("7".to_owned()),
        1 => proptest::sample::select(vec!["MON-FRI", "sat,SUN", "TUE-SAT/2", "5-7"])
            .prop_map(str::to_owned),
        1 => (0u8..=6, 1u8..=4).prop_map(|(day, nth)| format!("{day}#{nth}")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let days = prop_oneof![
        Just(("*".to_owned(), "*".to_owned())),
        field(1, 31).prop_map(|day| (day, "*".to_owned())),
        weekday().prop_map(|week| ("*".to_owned(), week)),
    ];
    let month = prop_oneof![3 => Just("*".to_owned()), 1 => field(1, 12)];
    (field(0, 59), field(0, 23), days, month).prop_map(|(minute, hour, (day, week), month)| {
        format!("{minute} {hour} {day} {month} {week}")
    })
}

/// Days of the year shortly after which most clocks change.
const CHANGES: [u32; 5] = [66, 84, 92, 274, 300];

/// Half of the starts lie shortly before the months in which most clocks change.
fn start() -> impl Strategy<Value = DateTime<Utc>> {
    let anywhere = (2024..2040, 0u32..366 * 24 * 60);
    let near = (2024..2040, proptest::sample::select(CHANGES.to_vec()));
    prop_oneof![
        anywhere,
        (near, 0u32..10 * 24 * 60).prop_map(|((year, day), past)| (year, day * 24 * 60 + past)),
    ]
    .prop_map(|(year, minutes)| minutes_into(year, minutes))
}

fn minutes_into(year: i32, minutes: u32) -> DateTime<Utc> {
    let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_time(NaiveTime::MIN);
    new_year.and_utc() + TimeDelta::minutes(i64::from(minutes))
}

/// Whether clocks change at this instant, or show its local time twice.
fn clocks_change_at(instant: DateTime<Utc>, zone: Tz) -> bool {
    let local = instant.with_timezone(&zone).naive_local();
    let before = (instant - TimeDelta::seconds(1)).with_timezone(&zone).naive_local();
    let repeated = matches!(zone.from_local_datetime(&local), LocalResult::Ambiguous(..));
    repeated || local - before != TimeDelta::seconds(1)
}

fn judged(
    expr: &str,
    zone: Tz,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> BTreeSet<DateTime<Utc>> {
    let oracle: croner::Cron = expr.parse().unwrap();
    oracle
        .iter_after(after.with_timezone(&zone))
        .map(|slot| slot.to_utc())
        .take_while(|slot| *slot <= until)
        .collect()
}

#[test]
fn slots_agree_with_an_oracle_except_where_clocks_change() {
    let (compared, differing) = (Cell::new(0), Cell::new(0));
    let config = Config { cases: EXPRESSIONS, failure_persistence: None, ..Config::default() };
    let zones = ZONES.map(|zone| zone.parse::<Tz>().unwrap());
    let compare = |expr: String, zone: Tz, after: DateTime<Utc>| {
        let Ok(parsed) = expr.parse::<CronExpr>() else {
            prop_assert!(expr.split(' ').nth(3) != Some("*"), "refused {}", expr);
            return Ok(());
        };
        compared.set(compared.get() + 1);
        for zone in [Tz::UTC, zone] {
            let schedule = Schedule { expr: parsed.clone(), zone };
            let ours = schedule.upcoming(after, 10);
            prop_assert!(ours.iter().is_sorted_by(|one, next| one < next), "{:?}", ours);
            prop_assert!(ours[0] > after);
            let until = ours[ours.len() - 1];
            let ours: BTreeSet<_> = ours.into_iter().collect();
            for slot in ours.symmetric_difference(&judged(&expr, zone, after, until)) {
                differing.set(differing.get() + 1);
                prop_assert!(clocks_change_at(*slot, zone), "{} {} {}", expr, zone, slot);
            }
        }
        Ok(())
    };
    TestRunner::new(config)
        .run(&(expression(), proptest::sample::select(zones.to_vec()), start()), |drawn| {
            compare(drawn.0, drawn.1, drawn.2)
        })
        .unwrap();
    assert!(compared.get() > EXPRESSIONS * 9 / 10, "too few comparisons: {}", compared.get());
    // Chance may draw no start that comes near a clock change; these do.
    let days = || CHANGES.iter().flat_map(|day| *day..*day + 10);
    for (zone, day) in zones.iter().flat_map(|zone| days().map(|day| (*zone, day))) {
        compare("*/30 0-3 * * *".to_owned(), zone, minutes_into(2026, day * 24 * 60)).unwrap();
    }
    assert!(differing.get() > 0, "no start came near a clock change, so the test proves little");
}
