//! The model's own reading of calendars, clocks and cron, from the design and not from the code.

use std::str::FromStr;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use croner::Cron;
use maturity_bot::domain::courtesy::Quiet;

pub type Instant = DateTime<Utc>;

/// The instant of a local time: the first of two, or the first that exists after a gap.
pub fn instant(zone: Tz, local: NaiveDateTime) -> Instant {
    let mut at = local;
    loop {
        match zone.from_local_datetime(&at) {
            LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => return found.to_utc(),
            LocalResult::None => {
                let minute = at.with_second(0).and_then(|it| it.with_nanosecond(0));
                at = minute.expect("a minute") + TimeDelta::minutes(1);
            }
        }
    }
}

pub fn local(zone: Tz, at: Instant) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// A cron expression in a zone.
#[derive(Clone)]
pub struct Slots {
    cron: Cron,
    zone: Tz,
}

impl Slots {
    pub fn new(expression: &str, zone: Tz) -> Self {
        Self { cron: Cron::from_str(expression).expect("a plain expression"), zone }
    }

    /// The first slot after an instant.
    pub fn after(&self, at: Instant) -> Instant {
        // Clocks go back by three hours at most, so nothing is passed over.
        let mut naive = (local(self.zone, at) - TimeDelta::hours(4)).and_utc();
        loop {
            naive = self.cron.find_next_occurrence(&naive, false).expect("it comes up again");
            let slot = instant(self.zone, naive.naive_utc());
            if slot > at {
                return slot;
            }
        }
    }

    /// All slots from one of them up to an instant.
    pub fn between(&self, first: Instant, until: Instant) -> Vec<Instant> {
        let next = |at: &Instant| Some(self.after(*at));
        std::iter::successors(Some(first), next).take_while(|at| *at <= until).collect()
    }
}

fn is_workday(quiet: &Quiet, date: NaiveDate) -> bool {
    let calendar = &quiet.calendar;
    calendar.workdays.contains(date.weekday()) && !calendar.holidays.contains(&date)
}

/// The same local time so many working days later.
pub fn workdays_later(quiet: &Quiet, zone: Tz, from: Instant, days: u32) -> Instant {
    let start = local(zone, from);
    let (mut date, mut left) = (start.date(), days);
    while left > 0 {
        date = date + Days::new(1);
        left -= u32::from(is_workday(quiet, date));
    }
    instant(zone, date.and_time(start.time()))
}

/// The same local time so many days later.
pub fn days_later(zone: Tz, from: Instant, days: u64) -> Instant {
    instant(zone, local(zone, from) + Days::new(days))
}

pub fn is_quiet(quiet: &Quiet, zone: Tz, at: Instant) -> bool {
    let here = local(zone, at);
    let time = here.time();
    let hours = match quiet.from.cmp(&quiet.to) {
        std::cmp::Ordering::Equal => false,
        std::cmp::Ordering::Less => quiet.from <= time && time < quiet.to,
        std::cmp::Ordering::Greater => quiet.from <= time || time < quiet.to,
    };
    hours || !is_workday(quiet, here.date())
}

/// The first moment from `from` on that is not quiet and lies on a later local day than `after`.
pub fn first_moment(
    quiet: &Quiet,
    zone: Tz,
    from: Instant,
    after: Option<NaiveDate>,
) -> Option<Instant> {
    let suits = |at: &Instant| {
        let day = local(zone, *at).date();
        !is_quiet(quiet, zone, *at) && after.is_none_or(|last| day > last)
    };
    if suits(&from) {
        return Some(from);
    }
    // What is not now begins with a day, with the end of the quiet, or with clocks that change.
    let today = local(zone, from).date();
    let ends = [NaiveTime::MIN, quiet.to];
    let days = (0..732).map(|n| today + Days::new(n));
    let moments = days.flat_map(|day| ends.map(|time| instant(zone, day.and_time(time))));
    moments.filter(|at| *at > from).find(suits)
}

/// A date as people read it: `Thursday 26 November`.
pub fn read(zone: Tz, at: Instant) -> String {
    let date = local(zone, at).date();
    format!("{} {} {}", date.format("%A"), date.day(), date.format("%B"))
}
