//! Working days, deadlines, and local times turned into instants.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday,
};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The weekdays on which people work, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Weekday>", into = "Vec<Weekday>")]
pub struct Workdays(u8);

/// A week without a working day was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there are no working days; name at least one, such as Mon")]
pub struct NoWorkdays;

impl Workdays {
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self = Self(0b1_1111);

    /// The given weekdays, in any order.
    ///
    /// # Errors
    ///
    /// [`NoWorkdays`] when there is none.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Result<Self, NoWorkdays> {
        let bits = days.into_iter().fold(0, |bits, day| bits | Self::bit(day));
        if bits == 0 { Err(NoWorkdays) } else { Ok(Self(bits)) }
    }

    /// Whether `day` is one of them.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    fn bit(day: Weekday) -> u8 {
        1 << day.num_days_from_monday()
    }
}

impl Default for Workdays {
    fn default() -> Self {
        Self::MONDAY_TO_FRIDAY
    }
}

impl TryFrom<Vec<Weekday>> for Workdays {
    type Error = NoWorkdays;

    fn try_from(days: Vec<Weekday>) -> Result<Self, NoWorkdays> {
        Self::new(days)
    }
}

impl From<Workdays> for Vec<Weekday> {
    fn from(days: Workdays) -> Self {
        let week = std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ())).take(7);
        week.filter(|day| days.contains(*day)).collect()
    }
}

/// Which days are working days; by default Monday to Friday without holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The working days of every week.
    pub workdays: Workdays,
    /// Dates on which nobody works.
    pub holidays: BTreeSet<NaiveDate>,
}

/// How long a round stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Length {
    /// Working days of the team's calendar.
    WorkingDays(u16),
    /// Days of any kind.
    Days(u16),
    /// Weeks of seven days.
    Weeks(u16),
}

impl Calendar {
    /// Whether people work on `date`.
    #[must_use]
    pub fn is_workday(&self, date: NaiveDate) -> bool {
        self.workdays.contains(date.weekday()) && !self.holidays.contains(&date)
    }

    /// The moment `days` working days after `start`, at the same local time.
    ///
    /// Days are counted from the day after `start`, whether or not that one is a working day.
    #[must_use]
    pub fn working_days_after(&self, start: DateTime<Utc>, zone: Tz, days: u16) -> DateTime<Utc> {
        let local = start.with_timezone(&zone).naive_local();
        let Some(back) = usize::from(days).checked_sub(1) else { return start };
        let end = local.date().iter_days().skip(1).filter(|day| self.is_workday(*day)).nth(back);
        end.map_or(start, |date| instant_at(zone, date.and_time(local.time())))
    }

    /// When a round that opened at `opened` closes, at the same local time of day.
    #[must_use]
    pub fn deadline(&self, opened: DateTime<Utc>, zone: Tz, length: Length) -> DateTime<Utc> {
        match length {
            Length::WorkingDays(days) => self.working_days_after(opened, zone, days),
            Length::Days(days) => days_after(opened, zone, u64::from(days)),
            Length::Weeks(weeks) => days_after(opened, zone, 7 * u64::from(weeks)),
        }
    }
}

/// The moment `days` days after `start`, at the same local time.
fn days_after(start: DateTime<Utc>, zone: Tz, days: u64) -> DateTime<Utc> {
    let local = start.with_timezone(&zone).naive_local();
    match local.checked_add_days(Days::new(days)) {
        Some(end) if days > 0 => instant_at(zone, end),
        _ => start,
    }
}

/// The instant of a local time: the earlier one where clocks repeat it, and the first instant
/// after the gap where clocks jump over it. Later local times never give earlier instants.
#[must_use]
pub fn instant_at(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => {
            // Only a time at the very edge of the calendar has no end of its gap.
            let end = GapInfo::new(&local, &zone).and_then(|gap| gap.end);
            end.map_or_else(|| local.and_utc(), |end| end.to_utc())
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Africa::Cairo, Europe::Berlin};
    use rstest::rstest;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn christmas() -> Calendar {
        let holidays = ["2026-12-25", "2026-12-28"].map(|day| day.parse().unwrap());
        Calendar { holidays: holidays.into(), ..Calendar::default() }
    }

    #[rstest]
    #[case::a_plain_week("2026-11-02T09:00", 5, "2026-11-09T09:00")]
    #[case::opened_on_a_saturday("2026-11-07T09:00", 5, "2026-11-13T09:00")]
    #[case::holidays_do_not_count("2026-12-21T09:00", 5, "2026-12-30T09:00")]
    #[case::clocks_change_but_the_local_hour_stays("2027-03-26T09:00", 1, "2027-03-29T08:00")]
    #[case::no_days("2026-11-07T09:00", 0, "2026-11-07T09:00")]
    fn working_days_end_at_the_same_local_time(
        #[case] start: &str,
        #[case] days: u16,
        #[case] end: &str,
    ) {
        assert_eq!(christmas().working_days_after(utc(start), Berlin, days), utc(end));
    }

    #[rstest]
    #[case(Length::Days(14), "2027-03-30T07:00")]
    #[case(Length::Weeks(13), "2027-06-15T07:00")]
    #[case(Length::WorkingDays(5), "2027-03-23T08:00")]
    fn deadlines_keep_the_local_time(#[case] length: Length, #[case] end: &str) {
        let opened = utc("2027-03-16T08:00");
        assert_eq!(Calendar::default().deadline(opened, Berlin, length), utc(end));
    }

    #[test]
    fn a_missing_midnight_becomes_the_first_moment_of_that_day() {
        let midnight = "2027-04-30T00:00:00".parse().unwrap();
        let first = instant_at(Cairo, midnight).with_timezone(&Cairo);
        assert_eq!(first.naive_local(), "2027-04-30T01:00:00".parse().unwrap());
    }

    #[test]
    fn a_week_without_working_days_is_refused() {
        assert_eq!(Workdays::new([]), Err(NoWorkdays));
        assert!(serde_json::from_str::<Workdays>("[]").is_err());
        let days: Workdays = serde_json::from_str(r#"["sun", "Thu"]"#).unwrap();
        assert_eq!(Vec::from(days), [Weekday::Thu, Weekday::Sun]);
    }
}
