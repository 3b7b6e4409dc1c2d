//! When it is time to look up again who is in which place.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::clock::Instant;

/// How often it is looked whether something has become old.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// When this life of the bot last looked around.
#[derive(Default)]
pub(super) struct Reviews(Mutex<Option<Instant>>);

/// What is to be reviewed.
pub(super) enum Which {
    /// At a start, everything that may have changed unheard.
    All,
    /// What nobody has looked at for a day.
    Old,
}

impl Reviews {
    /// What is to be reviewed now, if anything is.
    pub fn which(&self, now: Instant) -> Option<Which> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let which = match *last {
            None => Which::All,
            // A clock that was set back is not waited for.
            Some(last) if now - last >= EVERY || now < last => Which::Old,
            Some(_) => return None,
        };
        *last = Some(now);
        Some(which)
    }
}
