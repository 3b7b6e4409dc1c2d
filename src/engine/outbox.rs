//! Which destinations have something to go out, and from when on, so that finding what is due
//! costs what is due and not what waits.
//!
//! The store alone says what waits; this is made from it when a bot starts, and follows every
//! commit. A lane is the row of messages to one destination.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::decision::Decided;
use crate::clock::Instant;
use crate::domain::outgoing::{OutRow, Purpose};
use crate::store::kv::{Key, StoreError, value_hash};
use crate::store::tx::Tx;

/// What goes out next to one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The lane of the destination.
    pub lane: String,
    /// The row.
    pub key: Key,
    /// From when on it may go out.
    pub at: Instant,
}

/// The turns of all lanes; nothing before the store was first asked.
#[derive(Default)]
pub(super) struct Outbox(Mutex<Known>);

#[derive(Default)]
struct Known {
    read: bool,
    /// The turn of each lane, with its platform.
    lanes: BTreeMap<String, (String, Turn)>,
    /// The lanes of each platform by the time of their turn.
    times: BTreeMap<String, BTreeSet<(Instant, String)>>,
    /// How far apart a platform's messages to many are spread.
    spread: BTreeMap<String, TimeDelta>,
}

impl Outbox {
    /// Spreads what a platform takes to many destinations at once over a window.
    pub fn spread(&self, platform: &str, window: TimeDelta) {
        let mut known = self.known();
        known.spread.insert(platform.to_owned(), window);
        known.read = false;
    }

    /// Looks again at lanes that a commit touched.
    pub fn follow(&self, tx: &Tx<'_>, lanes: BTreeSet<String>) {
        let mut known = self.known();
        if known.read {
            for lane in lanes {
                known.look_at(tx, lane);
            }
        }
    }

    /// The turns of a platform up to `now`, the earliest first.
    pub fn due(&self, tx: &Tx<'_>, platform: &str, now: Instant) -> Decided<Vec<Turn>> {
        let known = self.read(tx)?;
        Ok(known.turns(platform).take_while(|turn| turn.at <= now).cloned().collect())
    }

    /// The turn of a platform that can be taken first, and when; `ready` tells from when on the
    /// caller can take it, and `None` where it cannot at all.
    pub fn first(
        &self,
        tx: &Tx<'_>,
        platform: &str,
        ready: impl Fn(&Turn) -> Option<Instant>,
    ) -> Decided<Option<(Instant, Turn)>> {
        let known = self.read(tx)?;
        let mut first: Option<(Instant, &Turn)> = None;
        for turn in known.turns(platform) {
            if first.is_some_and(|(at, _)| at <= turn.at) {
                break;
            }
            let Some(at) = ready(turn).map(|at| at.max(turn.at)) else { continue };
            if first.is_none_or(|(best, _)| at < best) {
                first = Some((at, turn));
            }
        }
        Ok(first.map(|(at, turn)| (at, turn.clone())))
    }

    fn read(&self, tx: &Tx<'_>) -> Decided<MutexGuard<'_, Known>> {
        let mut known = self.known();
        if !known.read {
            (known.lanes, known.times) = Default::default();
            for lane in tx.lanes()? {
                known.look_at(tx, lane);
            }
            known.read = true;
        }
        Ok(known)
    }

    /// A lane is taken out and put in whole, so a poisoned lock is no danger.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn turns(&self, platform: &str) -> impl Iterator<Item = &Turn> {
        let times = self.times.get(platform).into_iter().flatten();
        times.filter_map(|(_, lane)| self.lanes.get(lane).map(|(_, turn)| turn))
    }

    /// One lane that cannot be read holds up no other.
    fn look_at(&mut self, tx: &Tx<'_>, lane: String) {
        if let Some((platform, turn)) = self.lanes.remove(&lane)
            && let Some(times) = self.times.get_mut(&platform)
        {
            times.remove(&(turn.at, turn.lane));
        }
        match self.turn_of(tx, &lane) {
            Ok(Some((platform, turn))) => {
                let times = self.times.entry(platform.clone()).or_default();
                times.insert((turn.at, lane.clone()));
                self.lanes.insert(lane, (platform, turn));
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "what waits for one destination is left alone"),
        }
    }

    fn turn_of(&self, tx: &Tx<'_>, lane: &str) -> Result<Option<(String, Turn)>, StoreError> {
        let Some((key, row)) = front(tx, lane)? else { return Ok(None) };
        let platform = row.errand.platform().to_owned();
        let window = self.spread.get(&platform).filter(|window| !window.is_zero());
        let wait = match window {
            Some(window) if is_for_many(tx, &row)? => jitter(lane, *window),
            _ => TimeDelta::zero(),
        };
        let turn = Turn { lane: lane.to_owned(), key, at: row.not_before + wait };
        Ok(Some((platform, turn)))
    }
}

/// The row of a lane that goes out next. In a place, rows keep their order, so that one that waits
/// holds back those behind it. A person's rows have times of their own, but one that was tried
/// already is not overtaken either.
fn front(tx: &Tx<'_>, lane: &str) -> Result<Option<(Key, OutRow)>, StoreError> {
    let mut next: Option<(Key, OutRow)> = None;
    let mut rows = tx.waiting_for(lane, 1)?;
    if rows.first().is_some_and(|(_, row)| !row.errand.keeps_order()) {
        rows = tx.waiting_for(lane, usize::MAX)?;
    }
    for (key, row) in rows {
        let holds_back = row.errand.keeps_order() || row.attempts > 0;
        if next.as_ref().is_none_or(|(_, best)| row.not_before < best.not_before) {
            next = Some((key, row));
        }
        if holds_back {
            break;
        }
    }
    Ok(next)
}

/// Whether a row is one of many that came due together and nobody waits for.
fn is_for_many(tx: &Tx<'_>, row: &OutRow) -> Result<bool, StoreError> {
    Ok(row.attempts == 0
        && match row.purpose {
            Purpose::Digest(_) | Purpose::Trend(_) | Purpose::Nudge(_) => true,
            Purpose::Opening(round) | Purpose::Question(round) => {
                tx.round(round)?.is_some_and(|round| round.starter.is_none())
            }
            _ => false,
        })
}

/// How much later than the earliest a lane comes, the same at every look.
fn jitter(lane: &str, window: TimeDelta) -> TimeDelta {
    let window = u64::try_from(window.num_milliseconds()).unwrap_or(0).max(1);
    let share = value_hash(lane.as_bytes()) % window;
    TimeDelta::milliseconds(i64::try_from(share).unwrap_or(0))
}
