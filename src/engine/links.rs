//! Which platforms have handed in everything that happened while nobody listened.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::clock::Instant;

/// How long a platform is waited for, from when it connected.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// How far each platform has come; lost with the process, because a new one connects anew.
#[derive(Debug)]
pub struct Links {
    started: Instant,
    /// Since when a platform is catching up; nothing once it has.
    known: Mutex<BTreeMap<String, Option<Instant>>>,
}

impl Links {
    /// No platform has connected yet.
    pub(super) fn new(started: Instant) -> Self {
        Self { started, known: Mutex::default() }
    }

    /// A platform connected and is catching up, or (with `caught_up`) has done so.
    pub(super) fn note(&self, platform: &str, caught_up: bool, now: Instant) {
        self.known().insert(platform.to_owned(), (!caught_up).then_some(now));
    }

    /// Whether a platform has caught up; `None` before it connects.
    pub(super) fn caught_up(&self, platform: &str) -> Option<bool> {
        self.known().get(platform).map(Option::is_none)
    }

    /// Until when what is overdue waits for a platform; `None` when it waits no longer.
    pub(super) fn waits_until(&self, platform: &str, now: Instant) -> Option<Instant> {
        let known = self.known().get(platform).copied();
        let since = known.unwrap_or(Some(self.started))?;
        Some(since + PATIENCE).filter(|end| now < *end)
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Option<Instant>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
