//! Holds messages back until their platform would take them.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::platform::Pace;

/// The longest rest that counts.
const LONGEST_REST: TimeDelta = TimeDelta::days(1);

/// What went out lately, and so what may go out when.
///
/// The clock may be set back; what is remembered of a time that is yet to come is then taken for
/// just now, so that nothing waits longer than its pace asks.
pub(super) struct Gate {
    pace: Pace,
    /// How much later than one after the other a burst may be paid for.
    credit: TimeDelta,
    /// When everything that went out is paid for, at one message each [`Pace::refill`].
    paid: Instant,
    /// When something last went to each destination, while that matters.
    last: BTreeMap<String, Instant>,
    /// Since when the bot has been at work. What an earlier life sent is not known.
    began: Instant,
    /// A pause that the platform asked for: since when, and how long.
    pause: Option<(Instant, TimeDelta)>,
}

impl Gate {
    /// A gate in front of a platform of this pace. Where there is a limit, nothing passes at once,
    /// because an earlier life may have used up what is allowed just now.
    pub fn new(pace: Pace, now: Instant) -> Self {
        let burst = i32::try_from(pace.burst.saturating_sub(1)).unwrap_or(i32::MAX);
        let credit = pace.refill.checked_mul(burst).unwrap_or(LONGEST_REST).min(LONGEST_REST);
        let (last, paid) = (BTreeMap::new(), now + credit + pace.refill);
        Self { pace, credit, paid, last, began: now, pause: None }
    }

    /// How many destinations may be written to side by side.
    pub fn lanes(&self) -> usize {
        self.pace.lanes.max(1)
    }

    /// Forgets what matters no longer.
    pub fn look_at_the_clock(&mut self, now: Instant) {
        self.began = self.began.min(now);
        self.paid = self.paid.min(now + self.credit + self.pace.refill);
        for last in self.last.values_mut() {
            *last = now.min(*last);
        }
        let apart = self.pace.apart;
        self.last.retain(|_, last| *last + apart > now);
        self.pause = self.pause.map(|(since, length)| (since.min(now), length));
        self.pause = self.pause.filter(|(since, length)| *since + *length > now);
    }

    /// From when on a message may go to a destination, as far as it alone is concerned.
    pub fn lane_opens(&self, lane: &str) -> Instant {
        *self.last.get(lane).unwrap_or(&self.began) + self.pace.apart
    }

    /// From when on a message may go to any destination.
    pub fn opens(&self) -> Instant {
        let paid = self.paid - self.credit;
        self.pause.map_or(paid, |(since, length)| paid.max(since + length))
    }

    /// Whether the platform wants nothing now.
    pub fn is_paused(&self, now: Instant) -> bool {
        self.pause.is_some_and(|(since, length)| since + length > now)
    }

    /// From when on a look-up may go out.
    pub fn look_ups_open(&self) -> Instant {
        self.pause.map_or(Instant::MIN_UTC, |(since, length)| since + length)
    }

    /// A message goes out.
    pub fn pass(&mut self, now: Instant) {
        self.paid = self.paid.max(now) + self.pace.refill;
    }

    /// The message did not go out after all.
    pub fn take_back(&mut self) {
        self.paid -= self.pace.refill;
    }

    /// A message to a destination has gone out.
    pub fn passed(&mut self, lane: &str, now: Instant) {
        if !self.pace.apart.is_zero() {
            self.last.insert(lane.to_owned(), now);
        }
    }

    /// The platform wants nothing more for a while.
    pub fn pause(&mut self, now: Instant, length: TimeDelta) {
        let end = |(since, length): (Instant, TimeDelta)| since + length;
        if self.pause.is_none_or(|pause| end(pause) < now + length) {
            self.pause = Some((now, length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn gate() -> Gate {
        let (apart, refill) = (TimeDelta::seconds(3), TimeDelta::seconds(10));
        Gate::new(Pace { apart, burst: 3, refill, lanes: 4 }, at(0))
    }

    /// Lets through as many as may pass by a moment; gives how many.
    fn passes(gate: &mut Gate, seconds: i64) -> u32 {
        gate.look_at_the_clock(at(seconds));
        let mut count = 0;
        while gate.opens() <= at(seconds) && count < 100 {
            gate.pass(at(seconds));
            count += 1;
        }
        count
    }

    #[test]
    fn a_burst_follows_a_rest_and_a_new_life_has_not_rested() {
        let mut gate = gate();
        let counts = [0, 9, 10, 25, 30, 1_000, 1_009, 1_010].map(|it| passes(&mut gate, it));
        assert_eq!(counts, [0, 0, 1, 1, 1, 3, 0, 1]);
    }

    #[test]
    fn what_was_withheld_costs_nothing() {
        let mut gate = gate();
        assert_eq!(passes(&mut gate, 10), 1);
        gate.take_back();
        assert_eq!([10, 11].map(|it| passes(&mut gate, it)), [1, 0]);
    }

    #[test]
    fn messages_to_one_destination_stay_apart() {
        let mut gate = gate();
        assert_eq!(gate.lane_opens("a"), at(3), "an earlier life may have written just now");
        gate.look_at_the_clock(at(20));
        gate.passed("a", at(20));
        assert_eq!(gate.lane_opens("a"), at(23));
        assert!(gate.lane_opens("b") < at(20));
        gate.look_at_the_clock(at(23));
        assert!(gate.last.is_empty(), "nothing is kept for longer than it matters");
    }

    #[test]
    fn a_pause_lasts_as_long_as_it_was_wished() {
        let mut gate = gate();
        gate.pause(at(5), TimeDelta::seconds(60));
        gate.pause(at(6), TimeDelta::seconds(10));
        assert_eq!(gate.opens(), at(65));
        assert_eq!([64, 65].map(|it| passes(&mut gate, it)), [0, 3]);
    }

    #[test]
    fn a_clock_set_back_stretches_no_wait() {
        let mut gate = gate();
        gate.look_at_the_clock(at(10_000));
        gate.pass(at(10_000));
        gate.passed("a", at(10_000));
        gate.pause(at(10_000), TimeDelta::seconds(60));
        gate.look_at_the_clock(at(100));
        assert_eq!(gate.opens(), at(160));
        assert_eq!(gate.lane_opens("a"), at(103));
    }

    #[test]
    fn a_free_pace_holds_nothing_back() {
        let mut gate = Gate::new(Pace::free(), at(0));
        assert_eq!(passes(&mut gate, 0), 100);
        gate.passed("a", at(0));
        assert_eq!(gate.lane_opens("a"), at(0));
    }
}
