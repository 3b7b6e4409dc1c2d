//! When a schedule is due in its time zone, and what to do with slots that were missed.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::instant_at;
use super::cron::CronExpr;

/// A cron expression read in a time zone.
///
/// A slot that clocks jump over falls on the first instant after the gap; one that clocks repeat
/// counts once, the first time. So slots are strictly increasing, and none is lost or doubled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The expression, in local time.
    pub expr: CronExpr,
    /// The zone whose local time it is.
    pub zone: Tz,
}

/// What to do about the slots since the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// The slot to act on: the latest one, when it is no older than the grace period.
    pub fire: Option<DateTime<Utc>>,
    /// The slots that are passed over, to be noted.
    pub skipped: Option<Skipped>,
    /// The latest slot accounted for, to be kept for the next look. It never moves back, so a
    /// clock set back fires nothing twice.
    pub last: DateTime<Utc>,
}

/// Slots passed over, as a range so that years of them cost no more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The first slot passed over.
    pub first: DateTime<Utc>,
    /// The last slot passed over.
    pub last: DateTime<Utc>,
    /// How many they are; [`Skipped::MOST`] stands for that many or more.
    pub count: u16,
}

impl Skipped {
    /// Where counting stops.
    pub const MOST: u16 = 1000;
}

/// The longest time that clocks of any zone repeat since 1970 (Antarctica/Casey, 3 hours).
const LONGEST_REPEAT: TimeDelta = TimeDelta::hours(3);

/// The years that the matcher knows, less one at each end so that no arithmetic overflows.
const YEARS: std::ops::RangeInclusive<i32> = 1971..=2099;

impl Schedule {
    /// The first slot strictly after `instant`; `None` outside the years 1971 to 2099.
    #[must_use]
    pub fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A local time at or before this one never falls later than `instant`, so the search
        // may start here; later local times are repeated ones until they pass `instant`.
        let mut local = self.local(instant)?;
        loop {
            local = self.expr.next_after(local)?;
            let slot = instant_at(self.zone, local);
            if slot > instant {
                return Some(slot);
            }
        }
    }

    /// The last slot at or before `instant`; `None` outside the years 1971 to 2099.
    #[must_use]
    pub fn latest_until(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // In the second pass of a repeated hour, local times that read later lie in the past.
        let mut local = self.local(instant)? + LONGEST_REPEAT;
        loop {
            local = self.expr.previous_before(local)?;
            let slot = instant_at(self.zone, local);
            if slot <= instant {
                return Some(slot);
            }
        }
    }

    /// The next `count` slots strictly after `after`.
    #[must_use]
    pub fn upcoming(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        self.slots_after(after).take(count).collect()
    }

    /// All slots after `last` up to and including `now`, in order.
    pub fn due(
        &self,
        last: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> {
        self.slots_after(last).take_while(move |slot| *slot <= now)
    }

    /// Sorts the slots after `last`, up to and including `now`, into one to act on and the rest.
    ///
    /// Only the latest slot can fire, and only when it is at most `grace` old. The work is
    /// bounded, however long ago `last` is.
    #[must_use]
    pub fn catch_up(&self, last: DateTime<Utc>, now: DateTime<Utc>, grace: TimeDelta) -> CatchUp {
        let Some(latest) = self.latest_until(now).filter(|slot| *slot > last) else {
            return CatchUp { fire: None, skipped: None, last };
        };
        let fires = latest.checked_add_signed(grace).is_none_or(|end| now <= end);
        let skipped_until = if fires {
            self.latest_until(latest - TimeDelta::nanoseconds(1))
        } else {
            Some(latest)
        };
        CatchUp {
            fire: fires.then_some(latest),
            skipped: skipped_until.and_then(|until| self.skipped(last, until)),
            last: latest,
        }
    }

    fn skipped(&self, after: DateTime<Utc>, last: DateTime<Utc>) -> Option<Skipped> {
        let mut slots = self.due(after, last).take(usize::from(Skipped::MOST));
        let first = slots.next()?;
        let count = u16::try_from(1 + slots.count()).unwrap_or(Skipped::MOST);
        Some(Skipped { first, last, count })
    }

    fn slots_after(&self, after: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        std::iter::successors(self.next_after(after), |slot| self.next_after(*slot))
    }

    fn local(&self, instant: DateTime<Utc>) -> Option<chrono::NaiveDateTime> {
        YEARS.contains(&instant.year()).then(|| instant.with_timezone(&self.zone).naive_local())
    }
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;
