use rstest::rstest;

use super::*;

fn schedule(expr: &str, zone: &str) -> Schedule {
    Schedule { expr: expr.parse().unwrap(), zone: zone.parse().unwrap() }
}

fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

/// The next slots as local times with their distance from UTC.
fn slots(expr: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let schedule = schedule(expr, zone);
    let show = |slot: DateTime<Utc>| slot.with_timezone(&schedule.zone).format("%m-%d %H:%M %z");
    schedule.upcoming(utc(after), count).into_iter().map(|slot| show(slot).to_string()).collect()
}

#[rstest]
#[case::berlin(
    "30 2 * * *", "Europe/Berlin", "2027-03-27T12:00",
    &["03-28 03:00 +0200", "03-29 02:30 +0200"]
)]
#[case::new_york(
    "30 2 * * *", "America/New_York", "2027-03-13T12:00",
    &["03-14 03:00 -0400", "03-15 02:30 -0400"]
)]
#[case::half_an_hour_on_lord_howe(
    "15 2 * * *", "Australia/Lord_Howe", "2027-10-02T04:00",
    &["10-03 02:30 +1100", "10-04 02:15 +1100"]
)]
#[case::midnight_in_cairo(
    "0 0 * * FRI", "Africa/Cairo", "2027-04-28T12:00",
    &["04-30 01:00 +0300", "05-07 00:00 +0300"]
)]
#[case::many_slots_in_the_gap_are_one(
    "*/15 2-3 * * *", "Europe/Berlin", "2027-03-28T00:00",
    &["03-28 03:00 +0200", "03-28 03:15 +0200", "03-28 03:30 +0200"]
)]
fn a_slot_that_clocks_jump_over_falls_on_the_end_of_the_gap(
    #[case] expr: &str,
    #[case] zone: &str,
    #[case] after: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(slots(expr, zone, after, expected.len()), expected);
}

#[rstest]
#[case::berlin(
    "30 2 * * *", "Europe/Berlin", "2027-10-30T12:00",
    &["10-31 02:30 +0200", "11-01 02:30 +0100"]
)]
#[case::new_york(
    "30 1 * * *", "America/New_York", "2027-11-06T12:00",
    &["11-07 01:30 -0400", "11-08 01:30 -0500"]
)]
#[case::half_an_hour_on_lord_howe(
    "45 1 * * *", "Australia/Lord_Howe", "2027-04-03T04:00",
    &["04-04 01:45 +1100", "04-05 01:45 +1030"]
)]
#[case::asked_between_the_two(
    "30 2 * * *", "Europe/Berlin", "2027-10-31T01:10",
    &["11-01 02:30 +0100"]
)]
#[case::every_quarter_stays_in_order(
    "*/15 * * * *", "Europe/Berlin", "2027-10-31T00:30",
    &["10-31 02:45 +0200", "10-31 03:00 +0100", "10-31 03:15 +0100"]
)]
#[case::midnight_in_cairo(
    "30 23 * * THU", "Africa/Cairo", "2027-10-27T12:00",
    &["10-28 23:30 +0300", "11-04 23:30 +0200"]
)]
fn a_slot_that_clocks_repeat_counts_once(
    #[case] expr: &str,
    #[case] zone: &str,
    #[case] after: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(slots(expr, zone, after, expected.len()), expected);
}

#[test]
fn looking_back_agrees_with_looking_ahead_across_clock_changes() {
    for zone in ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Casey"] {
        for expr in ["*/20 * * * *", "30 2 * * *", "0 0 * * FRI", "0 9 * * MON#1", "0 9 31 * *"] {
            let schedule = schedule(expr, zone);
            let mut latest = schedule.next_after(utc("2021-12-01T00:00")).unwrap();
            for minutes in 0..400 {
                let now = latest.max(utc("2022-01-01T00:00")) + TimeDelta::minutes(minutes * 13);
                latest = schedule.due(latest, now).last().unwrap_or(latest);
                assert_eq!(schedule.latest_until(now), Some(latest), "{expr} {zone} {now}");
            }
        }
    }
}

#[test]
fn a_slot_within_grace_fires_and_the_earlier_ones_are_noted() {
    let hourly = schedule("0 * * * *", "UTC");
    let day = TimeDelta::hours(24);
    let caught = hourly.catch_up(utc("2027-05-01T08:00"), utc("2027-05-01T11:30"), day);
    let skipped =
        Skipped { first: utc("2027-05-01T09:00"), last: utc("2027-05-01T10:00"), count: 2 };
    let latest = utc("2027-05-01T11:00");
    assert_eq!(caught, CatchUp { fire: Some(latest), skipped: Some(skipped), last: latest });
}

#[test]
fn a_slot_older_than_grace_is_skipped() {
    let weekly = schedule("0 9 * * MON", "UTC");
    let day = TimeDelta::hours(24);
    let last = utc("2027-05-03T09:00");
    let monday = utc("2027-05-10T09:00");
    let in_time = weekly.catch_up(last, utc("2027-05-11T09:00"), day);
    assert_eq!(in_time, CatchUp { fire: Some(monday), skipped: None, last: monday });
    let skipped = Some(Skipped { first: monday, last: monday, count: 1 });
    let late = weekly.catch_up(last, utc("2027-05-11T09:01"), day);
    assert_eq!(late, CatchUp { fire: None, skipped, last: monday });
    let never_lapses = weekly.catch_up(last, utc("2029-01-01T00:00"), TimeDelta::MAX);
    assert_eq!(never_lapses.fire, Some(utc("2029-01-01T00:00") - TimeDelta::hours(6 * 24 + 15)));
}

#[test]
fn nothing_is_due_twice_when_the_clock_jumps_back_and_forth() {
    let hourly = schedule("0 * * * *", "Europe/Berlin");
    let mut last = utc("2027-05-01T08:00");
    let mut fired = Vec::new();
    for now in ["09:01", "08:10", "09:30", "14:35", "09:59", "10:01", "14:59", "15:00"] {
        let caught = hourly.catch_up(last, utc(&format!("2027-05-01T{now}")), TimeDelta::hours(24));
        assert!(caught.last >= last, "the mark moved back at {now}");
        last = caught.last;
        fired.extend(caught.fire);
    }
    assert_eq!(fired, ["09:00", "14:00", "15:00"].map(|at| utc(&format!("2027-05-01T{at}"))));
}

#[test]
fn years_of_missed_slots_cost_no_more_than_a_thousand() {
    let minutely = schedule("* * * * *", "America/New_York");
    let caught =
        minutely.catch_up(utc("1999-01-01T00:00"), utc("2027-05-01T08:00"), TimeDelta::hours(24));
    assert_eq!(caught.fire, Some(utc("2027-05-01T08:00")));
    let skipped = caught.skipped.unwrap();
    assert_eq!(skipped.count, Skipped::MOST);
    assert_eq!(skipped.first, utc("1999-01-01T00:01"));
    assert_eq!(skipped.last, utc("2027-05-01T07:59"));
}

#[test]
fn the_edges_of_the_calendar_have_no_slots() {
    let minutely = schedule("* * * * *", "Pacific/Kiritimati");
    for edge in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(minutely.next_after(edge), None);
        assert_eq!(minutely.latest_until(edge), None);
    }
    assert!(minutely.next_after(utc("2099-12-31T23:59")).is_some());
}

#[test]
fn a_schedule_survives_storage_and_reads_from_settings() {
    let weekly = schedule("0 9 * * MON", "Europe/Berlin");
    let bytes = postcard::to_stdvec(&weekly).unwrap();
    assert_eq!(postcard::from_bytes::<Schedule>(&bytes).unwrap(), weekly);
    let toml = "expr = '0 9 * * MON'\nzone = 'Europe/Berlin'";
    assert_eq!(toml::from_str::<Schedule>(toml).unwrap(), weekly);
}
