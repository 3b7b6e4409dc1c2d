//! Watches what a platform is asked to do, and finds whatever breaks the pace it wished for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::TimeDelta;
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::outgoing::is_look_up;
use maturity_bot::platform::Pace;

pub struct Traffic {
    pace: Pace,
    clock: Clock,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: u64,
    /// Calls that are on their way, by lane, and the most there were at once.
    open: BTreeSet<String>,
    most: usize,
    /// How many calls are still allowed, and since when.
    bucket: Option<(f64, Instant)>,
    last: BTreeMap<String, Instant>,
    paused_until: Option<Instant>,
    /// Nothing is judged where deliveries are made by hand.
    unpaced: bool,
}

impl Traffic {
    pub fn new(pace: Pace, clock: Clock) -> Self {
        Self { pace, clock, seen: Mutex::default() }
    }

    pub fn calls(&self) -> u64 {
        self.seen.lock().unwrap().calls
    }

    pub fn most(&self) -> usize {
        self.seen.lock().unwrap().most
    }

    /// Deliveries are made by hand from now on, and keep no pace.
    pub fn by_hand(&self) {
        self.seen.lock().unwrap().unpaced = true;
    }

    /// The clock was set back, so times before and after are not to be compared.
    pub fn set_back(&self) {
        let mut seen = self.seen.lock().unwrap();
        (seen.bucket, seen.paused_until) = (None, None);
        seen.last.clear();
    }

    /// The bot was started again: it does not know what it was told before.
    pub fn reborn(&self) {
        self.seen.lock().unwrap().paused_until = None;
    }

    pub fn pause(&self, seconds: u64) {
        let end = self.clock.now() + TimeDelta::seconds(i64::try_from(seconds).expect("small"));
        let mut seen = self.seen.lock().unwrap();
        seen.paused_until = seen.paused_until.max(Some(end));
    }

    /// A call begins; it ends when what this gives is dropped.
    pub fn call(&self, lane: &str) -> OnItsWay<'_> {
        let (now, mut seen) = (self.clock.now(), self.seen.lock().unwrap());
        seen.calls += 1;
        assert!(seen.open.insert(lane.to_owned()), "two at once in one lane");
        seen.most = seen.most.max(seen.open.len());
        if !seen.unpaced {
            assert!(seen.open.len() <= self.pace.lanes, "more lanes than allowed");
            seen.judge(&self.pace, lane, now);
        }
        OnItsWay { traffic: self, lane: lane.to_owned() }
    }
}

impl Seen {
    fn judge(&mut self, pace: &Pace, lane: &str, now: Instant) {
        assert!(self.paused_until.is_none_or(|end| now >= end), "called in a pause");
        // A look-up says nothing, so no pace holds it back.
        if is_look_up(lane) {
            return;
        }
        if let Some(last) = self.last.insert(lane.to_owned(), now) {
            assert!(now - last >= pace.apart, "{:?} apart", now - last);
        }
        if pace.refill.is_zero() {
            return;
        }
        let full = f64::from(pace.burst);
        let (left, since) = self.bucket.unwrap_or((full, now));
        let refilled = (now - since).as_seconds_f64() / pace.refill.as_seconds_f64();
        let left = (left + refilled).min(full) - 1.0;
        assert!(left > -1e-6, "faster than allowed");
        self.bucket = Some((left, now));
    }
}

/// A call that is on its way.
pub struct OnItsWay<'a> {
    traffic: &'a Traffic,
    lane: String,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        // A call that broke a rule poisoned the lock, and the test with it.
        if let Ok(mut seen) = self.traffic.seen.lock() {
            seen.open.remove(&self.lane);
        }
    }
}
