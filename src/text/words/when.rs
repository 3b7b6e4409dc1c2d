//! A moment, as templates are given it.

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// A moment as a template may word it: parts of the local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct When {
    /// Days since Monday, 0 to 6.
    pub weekday: u32,
    /// Day of the month.
    pub day: u32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Year.
    pub year: i32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute.
    pub minute: u32,
}

impl When {
    /// The moment as a clock in `zone` shows it.
    #[must_use]
    pub fn local(instant: DateTime<Utc>, zone: Tz) -> Self {
        let local = instant.with_timezone(&zone);
        Self {
            weekday: local.weekday().num_days_from_monday(),
            day: local.day(),
            month: local.month(),
            year: local.year(),
            hour: local.hour(),
            minute: local.minute(),
        }
    }
}

pub(super) fn sample_when() -> When {
    When { weekday: 4, day: 27, month: 11, year: 2026, hour: 17, minute: 0 }
}
