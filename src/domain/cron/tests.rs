use rstest::rstest;

use super::*;

fn local(text: &str) -> NaiveDateTime {
    text.parse().or_else(|_| format!("{text}:00").parse()).unwrap()
}

/// The first fires after the start of 2027, whose first of January is a Friday.
fn fires(expr: &str, count: usize) -> Vec<String> {
    let expr = CronExpr::parse(expr).unwrap();
    let start = Some(local("2026-12-31T23:59:59"));
    std::iter::successors(start, |at| expr.next_after(*at))
        .skip(1)
        .take(count)
        .map(|at| at.format("%a %m-%d %H:%M").to_string())
        .collect()
}

#[rstest]
#[case::numbers_count_from_sunday("0 9 * * 1", &["Mon 01-04 09:00", "Mon 01-11 09:00"])]
#[case::sunday_is_zero("0 9 * * 0", &["Sun 01-03 09:00"])]
#[case::sunday_is_seven("0 9 * * 7", &["Sun 01-03 09:00"])]
#[case::one_to_five("0 9 * * 1-5", &["Fri 01-01 09:00", "Mon 01-04 09:00"])]
#[case::five_to_seven("0 9 * * 5-7", &["Fri 01-01 09:00", "Sat 01-02 09:00", "Sun 01-03 09:00", "Fri 01-08 09:00"])]
#[case::names("0 9 * * mon-FRI", &["Fri 01-01 09:00", "Mon 01-04 09:00"])]
#[case::long_names("0 9 * January,february Monday", &["Mon 01-04 09:00"])]
#[case::wrapped_days("0 9 * * FRI-MON", &["Fri 01-01 09:00", "Sat 01-02 09:00", "Sun 01-03 09:00", "Mon 01-04 09:00", "Fri 01-08 09:00"])]
#[case::wrapped_days_with_a_step("0 9 * * FRI-MON/2", &["Fri 01-01 09:00", "Sun 01-03 09:00", "Fri 01-08 09:00"])]
#[case::seven_to_one("0 9 * * 7-1", &["Sun 01-03 09:00", "Mon 01-04 09:00", "Sun 01-10 09:00"])]
#[case::friday_to_sunday("0 9 * * FRI-SUN", &["Fri 01-01 09:00", "Sat 01-02 09:00", "Sun 01-03 09:00", "Fri 01-08 09:00"])]
#[case::wrapped_hours("0 22-1 * * *", &["Fri 01-01 00:00", "Fri 01-01 01:00", "Fri 01-01 22:00"])]
#[case::wrapped_months("0 9 1 NOV-JAN *", &["Fri 01-01 09:00", "Mon 11-01 09:00", "Wed 12-01 09:00"])]
#[case::steps("*/45 9 * * *", &["Fri 01-01 09:00", "Fri 01-01 09:45", "Sat 01-02 09:00"])]
#[case::range_steps("10-30/10 9 * * *", &["Fri 01-01 09:10", "Fri 01-01 09:20", "Fri 01-01 09:30"])]
#[case::lists("5,0 9,8 * * *", &["Fri 01-01 08:00", "Fri 01-01 08:05", "Fri 01-01 09:00"])]
#[case::first_monday("0 9 * * MON#1", &["Mon 01-04 09:00", "Mon 02-01 09:00", "Mon 03-01 09:00"])]
#[case::second_and_fourth("0 9 * * 2#2,TUE#4", &["Tue 01-12 09:00", "Tue 01-26 09:00"])]
#[case::fifth("0 9 * * sat#5", &["Sat 01-30 09:00", "Sat 05-29 09:00"])]
#[case::sunday_by_seven("0 9 * * 7#1", &["Sun 01-03 09:00", "Sun 02-07 09:00"])]
#[case::every_and_first("0 9 * * WED,FRI#1", &["Fri 01-01 09:00", "Wed 01-06 09:00", "Wed 01-13 09:00"])]
#[case::every_wins("0 9 * * WED,WED#1", &["Wed 01-06 09:00", "Wed 01-13 09:00"])]
#[case::months("0 9 31 * *", &["Sun 01-31 09:00", "Wed 03-31 09:00"])]
#[case::leap_day("0 9 29 2 *", &["Tue 02-29 09:00", "Sun 02-29 09:00"])]
#[case::blanks("  0\t9  * * *  ", &["Fri 01-01 09:00"])]
fn expressions_mean_what_unix_means(#[case] expr: &str, #[case] expected: &[&str]) {
    assert_eq!(fires(expr, expected.len()), expected);
}

#[rstest]
#[case::empty("", "has 0; for Mondays at nine write `0 9 * * MON`")]
#[case::one_field("daily", "has 1;")]
#[case::seconds("0 0 9 * * 1", "has 6; without seconds it is `0 9 * * 1`")]
#[case::seconds_and_year("0 0 9 * * 1 2027", "has 7; without seconds and year it is `0 9 * * 1`")]
#[case::torn_list("0 9 * * MON, WED", "write lists without blanks, as in `MON,WED`")]
#[case::weekly("@weekly", "for example `0 9 * * MON`")]
#[case::annually("@annually", "for example `0 9 1 1 *`")]
#[case::midnight("@midnight", "for example `0 9 * * *`")]
#[case::reboot("@reboot", "write five fields, such as")]
#[case::zone("TZ=Europe/Berlin 0 9 * * 1", "set the time zone of the team instead")]
#[case::both_days("0 9 13 * FRI", "day of month `13` and day of week `FRI` are both given")]
#[case::first_week_idiom("0 9 1-7 * MON", "`MON#1` for the first Monday")]
#[case::big_step(
    "*/90 * * * *",
    "minute: `*/90` has no step that fits; its step must be from 1 to 59"
)]
#[case::no_second_value("*/60 * * * *", "from 1 to 59")]
#[case::step_over_range(
    "0 9-12/5 * * *",
    "hour: `9-12/5` has no step that fits; its step must be from 1 to 3"
)]
#[case::zero_step("*/0 * * * *", "from 1 to 59")]
#[case::no_step("*/ * * * *", "from 1 to 59")]
#[case::step_of_one_value("5/15 * * * *", "write a range such as `5-59/15`")]
#[case::minute_60("60 * * * *", "minute: `60` is not understood; values are 0 to 59")]
#[case::hour_24("0 24 * * *", "hour: `24` is not understood; values are 0 to 23")]
#[case::day_32("0 9 32 * *", "values are 1 to 31")]
#[case::day_0("0 9 0 * *", "values are 1 to 31")]
#[case::month_13("0 9 1 13 *", "values are 1 to 12 or JAN to DEC")]
#[case::weekday_8("0 9 * * 8", "values are 0 to 7 (0 and 7 are Sunday) or SUN to SAT")]
#[case::sign("+5 * * * *", "values are 0 to 59")]
#[case::unknown_name("0 9 * * MOND", "day of week: `MOND` is not understood")]
#[case::not_ascii("0 9 * * мон", "day of week: `мон` is not understood")]
#[case::huge("99999999999999999999999 * * * *", "values are 0 to 59")]
#[case::day_in_month("0 9 * MON *", "month: `MON` is not understood")]
#[case::empty_part("0 9 * * MON,,TUE", "day of week: `` is not understood")]
#[case::lone_comma("0 9 , * *", "day of month: `` is not understood")]
#[case::open_range("0 9 * * MON-", "day of week: `MON-` is not understood")]
#[case::question_mark("0 9 ? * MON", "write `*`")]
#[case::last_day("0 9 L * *", "`L` and `W` do not exist here")]
#[case::nearest_weekday("0 9 15W * *", "`L` and `W` do not exist here")]
#[case::last_friday("0 9 * * 5L", "`L` and `W` do not exist here")]
#[case::sixth_monday("0 9 * * MON#6", "needs a week from 1 to 5 after `#`")]
#[case::last_by_hash("0 9 * * MON#L", "needs a week from 1 to 5 after `#`")]
#[case::hash_of_a_range("0 9 * * MON-FRI#1", "`#` goes with one weekday")]
#[case::thirtieth_of_february("0 9 30 2 *", "does not come up within five years")]
#[case::thirty_first_of_short_months("0 9 31 4,6,9,11 *", "does not come up")]
#[case::leap_thursday("0 9 * 2 THU#5", "does not come up")]
#[case::leap_sunday("0 9 * 2 SUN#5", "does not come up")]
fn refusals_say_what_is_wrong_and_how_to_mend_it(#[case] text: &str, #[case] hint: &str) {
    let message = CronExpr::parse(text).unwrap_err().to_string();
    assert!(message.contains(hint), "`{hint}` is missing from: {message}");
}

#[test]
fn every_suggested_form_is_accepted() {
    for text in ["@yearly", "@monthly", "@weekly", "@daily", "@hourly", "@reboot", "nonsense"] {
        let message = CronExpr::parse(text).unwrap_err().to_string();
        let form = message.rsplit('`').nth(1).unwrap();
        assert!(CronExpr::parse(form).is_ok(), "{message}");
    }
}

#[test]
fn an_expression_is_stored_as_its_text() {
    let expr = CronExpr::parse(" 0  9 * * mon#1 ").unwrap();
    assert_eq!(serde_json::to_string(&expr).unwrap(), r#""0 9 * * mon#1""#);
    let bytes = postcard::to_stdvec(&expr).unwrap();
    assert_eq!(postcard::from_bytes::<CronExpr>(&bytes).unwrap(), expr);
    let error = serde_json::from_str::<CronExpr>(r#""0 0 9 * * 1""#).unwrap_err().to_string();
    assert!(error.contains("without seconds it is `0 9 * * 1`"), "{error}");
}

#[test]
fn searches_step_over_the_given_second_in_both_directions() {
    let expr = CronExpr::parse("0 9 * * MON#1").unwrap();
    let monday = local("2027-02-01T09:00");
    assert_eq!(expr.next_after(monday), Some(local("2027-03-01T09:00")));
    assert_eq!(expr.previous_before(monday), Some(local("2027-01-04T09:00")));
    assert_eq!(expr.next_after(monday - TimeDelta::milliseconds(1)), Some(monday));
    assert_eq!(expr.previous_before(monday + TimeDelta::milliseconds(1)), Some(monday));
}
