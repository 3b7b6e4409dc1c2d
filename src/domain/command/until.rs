//! Until when: spans and dates as people type them.

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::words::Word;
use crate::domain::typed_time::{Span, span_of};

/// The most days somebody can ask for at once.
pub const MOST_DAYS: u16 = 366;

/// The end of a pause or an extension, before a time zone is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// So many hours from now, 1 to 24 times [`MOST_DAYS`].
    Hours(u16),
    /// The start of the day that many days from today, 1 to [`MOST_DAYS`].
    Days(u16),
    /// The start of the next such weekday after today.
    Weekday(Weekday),
    /// The start of the next such day of the year after today: month, day.
    DayOfYear(u8, u8),
    /// The start of this day.
    Date(NaiveDate),
}

impl Until {
    /// The local end, counted from the local time `now`; nothing when it is not after `now`.
    #[must_use]
    pub fn after(self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let today = now.date();
        let end = match self {
            Self::Hours(hours) => return now.checked_add_signed(Duration::hours(hours.into())),
            Self::Days(days) => today.checked_add_days(Days::new(days.into()))?,
            Self::Weekday(day) => next_weekday(today, day)?,
            Self::DayOfYear(month, day) => next_day_of_year(today, month, day)?,
            Self::Date(date) => date,
        };
        Some(end.and_time(NaiveTime::MIN)).filter(|end| *end > now)
    }
}

fn next_weekday(today: NaiveDate, day: Weekday) -> Option<NaiveDate> {
    today.succ_opt()?.iter_days().take(7).find(|date| date.weekday() == day)
}

fn next_day_of_year(today: NaiveDate, month: u8, day: u8) -> Option<NaiveDate> {
    // The 29th of February can be eight years away.
    (0..=8)
        .filter_map(|years| {
            NaiveDate::from_ymd_opt(today.year().checked_add(years)?, month.into(), day.into())
        })
        .find(|date| *date > today)
}

/// Reads `3`, `3 days`, `2 weeks`, `4h`, `tomorrow`, `next week`, `friday`, `2026-12-24`,
/// `24 december`, `24 december 2026`, each with or without `until`, `for` or `by` before it.
///
/// `24/12` is no date: it means different days to different people.
#[must_use]
pub fn read_until(words: &[Word]) -> Option<Until> {
    let keys: Vec<&str> = words
        .iter()
        .map(|word| word.key.as_str())
        .filter(|key| !matches!(*key, "until" | "till" | "for" | "by" | "on" | "the" | "of"))
        .collect();
    match keys.as_slice() {
        ["tomorrow"] => Some(Until::Days(1)),
        ["next", "week"] => Some(Until::Weekday(Weekday::Mon)),
        ["next", day] => weekday(day).map(Until::Weekday),
        ["a" | "one" | "an", unit] => span(&["1", unit]),
        [count] if count.bytes().all(|byte| byte.is_ascii_digit()) => span(&[count, "days"]),
        keys => span(keys).or_else(|| date(keys)),
    }
}

/// Whole days or whole hours.
fn span(words: &[&str]) -> Option<Until> {
    let span = span_of(words)?;
    let (days, hours) = (u16::try_from(span.days).ok()?, u16::try_from(span.minutes / 60).ok()?);
    match span {
        Span { minutes: 0, .. } => (1..=MOST_DAYS).contains(&days).then_some(Until::Days(days)),
        Span { days: 0, minutes } if minutes % 60 == 0 => {
            (1..=24 * MOST_DAYS).contains(&hours).then_some(Until::Hours(hours))
        }
        _ => None,
    }
}

fn date(words: &[&str]) -> Option<Until> {
    match words {
        [word] => weekday(word)
            .map(Until::Weekday)
            .or_else(|| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().map(Until::Date)),
        [first, second] => {
            let (day, month) = day_and_month(first, second)?;
            // A leap year, so that the 29th of February is a day.
            NaiveDate::from_ymd_opt(2024, month.into(), day.into())?;
            Some(Until::DayOfYear(month, day))
        }
        [first, second, year] => {
            let (day, month) = day_and_month(first, second)?;
            let year = year.parse().ok()?;
            NaiveDate::from_ymd_opt(year, month.into(), day.into()).map(Until::Date)
        }
        _ => None,
    }
}

/// `12 jan`, `12th january` or `jan 12`.
fn day_and_month(first: &str, second: &str) -> Option<(u8, u8)> {
    match month(second) {
        Some(month) => Some((day(first)?, month)),
        None => Some((day(second)?, month(first)?)),
    }
}

fn day(word: &str) -> Option<u8> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, ending) = word.split_at(end);
    ["", "st", "nd", "rd", "th"].contains(&ending).then(|| number.parse().ok()).flatten()
}

fn weekday(word: &str) -> Option<Weekday> {
    word.parse().ok()
}

fn month(word: &str) -> Option<u8> {
    let month: chrono::Month = word.parse().ok()?;
    u8::try_from(month.number_from_month()).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::words::words;
    use super::*;

    // 2026-11-18 is a Wednesday.
    #[rstest]
    #[case("3", "2026-11-21T00:00:00")]
    #[case("for 3 days", "2026-11-21T00:00:00")]
    #[case("3d", "2026-11-21T00:00:00")]
    #[case("two", "")]
    #[case("a week", "2026-11-25T00:00:00")]
    #[case("2 Weeks", "2026-12-02T00:00:00")]
    #[case("4h", "2026-11-18T14:30:00")]
    #[case("1w 1d", "2026-11-26T00:00:00")]
    #[case("60 minutes", "2026-11-18T11:30:00")]
    #[case("90m", "")]
    #[case("1 day 2h", "")]
    #[case("1 2 days", "")]
    #[case("tomorrow", "2026-11-19T00:00:00")]
    #[case("next week", "2026-11-23T00:00:00")]
    #[case("until Friday", "2026-11-20T00:00:00")]
    #[case("wed", "2026-11-25T00:00:00")]
    #[case("2026-12-24", "2026-12-24T00:00:00")]
    #[case("2026-11-01", "")]
    #[case("2026-02-30", "")]
    #[case("24 december", "2026-12-24T00:00:00")]
    #[case("the 3rd of January", "2027-01-03T00:00:00")]
    #[case("Dec 24", "2026-12-24T00:00:00")]
    #[case("January 12th, 2027", "2027-01-12T00:00:00")]
    #[case("24. december", "2026-12-24T00:00:00")]
    #[case("24/12", "")]
    #[case("12pm jan", "")]
    #[case("feb 29", "2028-02-29T00:00:00")]
    #[case("feb 30", "")]
    #[case("0", "")]
    #[case("367 days", "")]
    #[case("60000 weeks", "")]
    #[case("99999999999999999999", "")]
    #[case("-3", "")]
    #[case("whenever", "")]
    #[case("", "")]
    fn ends_are_read_as_people_type_them(#[case] text: &str, #[case] expected: &str) {
        let now = "2026-11-18T10:30:00".parse().unwrap();
        let end = read_until(&words(text)).and_then(|until| until.after(now));
        assert_eq!(end, expected.parse().ok(), "{text}");
    }
}
