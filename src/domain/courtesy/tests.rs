use chrono_tz::{Africa::Cairo, America::New_York, Europe::Berlin};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

fn time(text: &str) -> NaiveTime {
    format!("{text}:00").parse().unwrap()
}

fn at(text: &str) -> Timing {
    Timing::At(utc(text))
}

#[rstest]
#[case::in_working_hours("2026-11-04T10:30", "2026-11-04T10:30")]
#[case::at_nine_sharp("2026-11-04T08:00", "2026-11-04T08:00")]
#[case::just_before_nine("2026-11-04T07:59", "2026-11-04T08:00")]
#[case::at_six_in_the_evening("2026-11-04T17:00", "2026-11-05T08:00")]
#[case::friday_evening("2026-11-06T18:00", "2026-11-09T08:00")]
#[case::saturday("2026-11-07T11:00", "2026-11-09T08:00")]
#[case::holidays_after_christmas_eve("2026-12-24T17:30", "2026-12-29T08:00")]
#[case::clocks_changed_over_the_weekend("2027-03-26T18:00", "2027-03-30T07:00")]
fn quiet_times_defer_to_the_first_allowed_moment(#[case] wanted: &str, #[case] sent: &str) {
    let holidays =
        ["2026-12-25", "2026-12-28", "2027-03-29"].map(|day| day.parse::<NaiveDate>().unwrap());
    let mut quiet = Quiet::default();
    quiet.calendar.holidays.extend(holidays);
    assert_eq!(when(&quiet, &Availability::new(Berlin), utc(wanted)), at(sent));
}

#[test]
fn the_zone_of_the_person_decides() {
    let wanted = utc("2026-11-04T09:00");
    let there = when(&Quiet::default(), &Availability::new(New_York), wanted);
    assert_eq!(there, at("2026-11-04T14:00"));
}

#[rstest]
#[case::away(|person: &mut Availability| person.away_until = Some(utc("2026-11-06T23:00")), "2026-11-09T08:00")]
#[case::snoozed(|person: &mut Availability| person.snoozed_until = Some(utc("2026-11-05T11:00")), "2026-11-05T11:00")]
#[case::no_longer_away(|person: &mut Availability| person.away_until = Some(utc("2026-11-01T00:00")), "2026-11-04T10:00")]
#[case::written_to_today(|person: &mut Availability| person.last_unsolicited = Some("2026-11-04".parse().unwrap()), "2026-11-05T08:00")]
#[case::written_to_yesterday(|person: &mut Availability| person.last_unsolicited = Some("2026-11-03".parse().unwrap()), "2026-11-04T10:00")]
fn what_a_person_asked_for_is_kept(#[case] change: fn(&mut Availability), #[case] sent: &str) {
    let mut person = Availability::new(Berlin);
    change(&mut person);
    assert_eq!(when(&Quiet::default(), &person, utc("2026-11-04T10:00")), at(sent));
}

#[test]
fn stop_means_never() {
    let person = Availability { stopped: true, ..Availability::new(Berlin) };
    let timing = when(&Quiet::default(), &person, utc("2026-11-04T10:00"));
    assert_eq!(timing, Timing::Never(Reason::Stopped));
}

#[rstest]
#[case::lunch_is_quiet("12:00", "13:00", "2026-11-04T11:30", "2026-11-04T12:00")]
#[case::morning_is_not("12:00", "13:00", "2026-11-04T02:30", "2026-11-04T02:30")]
#[case::no_quiet_hours("09:00", "09:00", "2026-11-04T23:30", "2026-11-04T23:30")]
#[case::the_only_hour_falls_into_a_gap("03:00", "02:00", "2027-03-28T00:10", "2027-03-29T00:00")]
fn quiet_hours_may_lie_anywhere(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: &str,
    #[case] sent: &str,
) {
    let all_week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let workdays = all_week.map(|day| day.parse().unwrap()).to_vec().try_into().unwrap();
    let calendar = Calendar { workdays, ..Calendar::default() };
    let quiet = Quiet { from: time(from), to: time(to), calendar };
    assert_eq!(when(&quiet, &Availability::new(Berlin), utc(wanted)), at(sent));
}

#[test]
fn endless_holidays_end_the_search() {
    let mut quiet = Quiet::default();
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    quiet.calendar.holidays.extend(first.iter_days().take(1500));
    let timing = when(&quiet, &Availability::new(Berlin), utc("2026-11-04T10:00"));
    assert_eq!(timing, Timing::Never(Reason::AlwaysQuiet));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// The answer is compared with a walk in steps of a quarter of an hour.
    #[test]
    fn no_earlier_moment_would_have_been_allowed(
        wanted in 1_798_761_600i64..1_830_297_600,
        hours in (0u32..24, 0u32..24),
        zone in proptest::sample::select(vec![Berlin, New_York, Cairo]),
        last in proptest::option::of(0u64..365),
        snoozed in proptest::option::of(1_798_761_600i64..1_830_297_600),
    ) {
        let instant = |seconds: i64| DateTime::from_timestamp(seconds / 900 * 900, 0).unwrap();
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let quiet = Quiet { from: hour(hours.0), to: hour(hours.1), ..Quiet::default() };
        let new_year: NaiveDate = "2027-01-01".parse().unwrap();
        let person = Availability {
            snoozed_until: snoozed.map(instant),
            last_unsolicited: last.map(|days| new_year + Days::new(days)),
            ..Availability::new(zone)
        };
        let allowed = |at: &DateTime<Utc>| {
            !quiet.covers(*at, zone)
                && person.snoozed_until.is_none_or(|until| *at >= until)
                && person.last_unsolicited.is_none_or(|last| person.local_date(*at) > last)
        };
        let step = |at: &DateTime<Utc>| Some(*at + TimeDelta::minutes(15));
        let walked = std::iter::successors(Some(instant(wanted)), step).find(allowed).unwrap();
        prop_assert_eq!(when(&quiet, &person, instant(wanted)), Timing::At(walked));
    }
}

#[rstest]
#[case::a_quick_round("2026-11-09T08:00", &["2026-11-05T20:00", "2026-11-08T08:00"])]
#[case::a_day_and_a_half("2026-11-03T20:00", &["2026-11-03T02:00"])]
#[case::two_days("2026-11-04T08:00", &["2026-11-03T08:00"])]
#[case::closed_at_once("2026-11-02T08:00", &[])]
fn a_round_nudges_midway_and_a_day_before_the_end(#[case] closes: &str, #[case] expected: &[&str]) {
    let planned = nudges(utc("2026-11-02T08:00"), utc(closes), Pace::AtOnce);
    assert_eq!(planned, expected.iter().map(|at| utc(at)).collect::<Vec<_>>());
}

#[test]
fn a_pulse_round_nudges_twice_in_28_days() {
    let opened = utc("2026-11-02T08:00");
    let planned = nudges(opened, opened + TimeDelta::weeks(13), Pace::Pulse);
    assert_eq!(planned.len(), 6);
    let spans: Vec<_> = planned.windows(3).map(|three| three[2] - three[0]).collect();
    assert!(spans.iter().all(|span| *span >= TimeDelta::days(28)), "{spans:?}");
}

#[test]
fn quiet_hours_and_availability_survive_storage() {
    let mut person = Availability::new(Berlin);
    person.last_unsolicited = Some("2026-11-04".parse().unwrap());
    let both = (Quiet::default(), person);
    let bytes = postcard::to_stdvec(&both).unwrap();
    assert_eq!(postcard::from_bytes::<(Quiet, Availability)>(&bytes).unwrap(), both);
}
