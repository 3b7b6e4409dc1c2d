//! The only place that reads the time.
//!
//! Everything else is handed an [`Instant`], so tests, dry runs and the try-out move time by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// A moment on the wall clock, in UTC, with millisecond precision.
pub type Instant = DateTime<Utc>;

/// Where the bot gets its time from. Clones share one clock.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock, moved by an offset that the try-out's `later` changes.
    System(Arc<AtomicI64>),
    /// A clock that stands still until somebody moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::System(Arc::new(AtomicI64::new(0)))
    }

    /// A clock that shows `start` until it is moved.
    #[must_use]
    pub fn fixed(start: Instant) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(start.timestamp_millis())))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        let millis = match self {
            Self::System(offset) => machine_millis() + offset.load(Ordering::SeqCst),
            Self::Fixed(millis) => millis.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// Moves the clock by `span`, backwards when it is negative.
    pub fn advance(&self, span: Duration) {
        let (Self::System(millis) | Self::Fixed(millis)) = self;
        millis.fetch_add(span.num_milliseconds(), Ordering::SeqCst);
    }

    /// Moves the clock so that it shows `instant` now.
    pub fn set(&self, instant: Instant) {
        self.advance(instant - self.now());
    }

    /// How far a system clock has been moved from the machine's own; zero for a fixed one.
    #[must_use]
    pub fn offset(&self) -> Duration {
        match self {
            Self::System(offset) => Duration::milliseconds(offset.load(Ordering::SeqCst)),
            Self::Fixed(_) => Duration::zero(),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the machine's time"
)]
fn machine_millis() -> i64 {
    Utc::now().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_until_it_is_moved() {
        let start = DateTime::from_timestamp_millis(1_000).unwrap();
        let clock = Clock::fixed(start);
        assert_eq!(clock.now(), start);
        clock.clone().advance(Duration::days(7));
        assert_eq!(clock.now(), start + Duration::days(7));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }
}
