//! The rules that keep people from being nagged.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, instant_at};

/// When nobody of a team is disturbed; by default from 18:00 to 09:00 and on weekends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// The local time of day at which the quiet begins; this minute is quiet.
    pub from: NaiveTime,
    /// The local time of day at which it ends; this minute is not quiet. The same as `from`
    /// means that no hour is quiet.
    pub to: NaiveTime,
    /// Working days and holidays; every other day is quiet throughout.
    pub calendar: Calendar,
}

impl Default for Quiet {
    fn default() -> Self {
        let hour = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
        Self { from: hour(18), to: hour(9), calendar: Calendar::default() }
    }
}

/// When one person can be reached, and whether they had their message of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// The person's own time zone.
    pub zone: Tz,
    /// Until when the person is away.
    pub away_until: Option<DateTime<Utc>>,
    /// Until when the person wants no messages.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Whether the person asked for no more messages at all.
    pub stopped: bool,
    /// The local date of the last unsolicited direct message, over all teams.
    pub last_unsolicited: Option<NaiveDate>,
}

impl Availability {
    /// Somebody in `zone` who is there and was not written to yet.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, away_until: None, snoozed_until: None, stopped: false, last_unsolicited: None }
    }

    /// The person's local date at `instant`, to be kept as [`Availability::last_unsolicited`]
    /// when a message leaves.
    #[must_use]
    pub fn local_date(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }

    /// The first moment from `wanted` on at which the person is neither away nor snoozing.
    fn back(&self, wanted: DateTime<Utc>) -> DateTime<Utc> {
        [self.away_until, self.snoozed_until].into_iter().flatten().fold(wanted, DateTime::max)
    }
}

/// When an unsolicited direct message may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Not before this moment, which is the wanted one or a later one.
    At(DateTime<Utc>),
    /// Not at all.
    Never(Reason),
}

/// Why a message may not leave at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The person asked for no more messages.
    Stopped,
    /// Quiet days leave no moment within [`SEARCHED_DAYS`].
    AlwaysQuiet,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "the person asked for no more messages",
            Self::AlwaysQuiet => "quiet hours and holidays leave no moment within two years",
        })
    }
}

/// How many days ahead a moment is looked for.
pub const SEARCHED_DAYS: usize = 2 * 366;

/// The first moment from `wanted` on at which a person may get an unsolicited direct message.
///
/// That is at most one a local day over all teams, and none in quiet hours, on days without work,
/// while the person is away or snoozing, or after they said stop.
#[must_use]
pub fn when(quiet: &Quiet, person: &Availability, wanted: DateTime<Utc>) -> Timing {
    if person.stopped {
        return Timing::Never(Reason::Stopped);
    }
    let from = person.back(wanted);
    person
        .local_date(from)
        .iter_days()
        .take(SEARCHED_DAYS)
        .filter(|date| person.last_unsolicited.is_none_or(|last| *date > last))
        .find_map(|date| quiet.first_moment(date, person.zone, from))
        .map_or(Timing::Never(Reason::AlwaysQuiet), Timing::At)
}

impl Quiet {
    /// Whether `instant` is quiet for somebody in `zone`.
    #[must_use]
    pub fn covers(&self, instant: DateTime<Utc>, zone: Tz) -> bool {
        let local = instant.with_timezone(&zone);
        !self.calendar.is_workday(local.date_naive()) || self.is_quiet_time(local.time())
    }

    /// The first moment of `date` from `from` on that is not quiet.
    fn first_moment(
        &self,
        date: NaiveDate,
        zone: Tz,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        // A stretch without quiet begins at midnight or where the quiet ends; clock changes may
        // move its beginning to another day or into the quiet, so each candidate is checked.
        [NaiveTime::MIN, self.to]
            .into_iter()
            .map(|time| instant_at(zone, date.and_time(time)).max(from))
            .filter(|at| at.with_timezone(&zone).date_naive() == date)
            .find(|at| !self.covers(*at, zone))
    }

    fn is_quiet_time(&self, time: NaiveTime) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

/// How a round asks, which decides how it reminds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// All questions at once, as quick and full rounds do.
    AtOnce,
    /// A few questions a week over a quarter.
    Pulse,
}

/// The time between two nudges of a pulse round, so that 28 days hold at most two.
const PULSE_NUDGE: Days = Days::new(14);

/// When a round wants to remind those who have not answered, in order; [`when`] decides when a
/// reminder reaches a person.
///
/// At most two a round, midway and a day before the end; in a pulse round two in 28 days.
#[must_use]
pub fn nudges(opened: DateTime<Utc>, closes: DateTime<Utc>, pace: Pace) -> Vec<DateTime<Utc>> {
    match pace {
        Pace::AtOnce => {
            // In whole seconds, so that it survives where moments are kept in milliseconds.
            let midway = opened + TimeDelta::seconds((closes - opened).num_seconds() / 2);
            let last = closes - TimeDelta::days(1);
            let wanted = if last > midway { vec![midway, last] } else { vec![midway] };
            wanted.into_iter().filter(|at| opened < *at && *at < closes).collect()
        }
        Pace::Pulse => {
            let every = |at: &DateTime<Utc>| at.checked_add_days(PULSE_NUDGE);
            let all = std::iter::successors(every(&opened), every);
            all.take_while(|at| *at < closes).collect()
        }
    }
}

#[cfg(test)]
mod tests;
