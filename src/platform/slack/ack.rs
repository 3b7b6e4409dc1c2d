//! How an event is acknowledged, and which ones were.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::clock::Instant;
use crate::domain::ids::EventId;

/// What Slack hears at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Ack {
    /// It is on disk.
    Taken,
    /// It is on disk, or will not be, and Slack shows this.
    Says(Value),
    /// It is not on disk; Slack may send it again.
    Withheld,
}

/// The way back for one acknowledgement.
pub struct Acker(oneshot::Sender<Ack>);

impl Acker {
    /// A way back, with its other end.
    #[must_use]
    pub fn new() -> (Self, oneshot::Receiver<Ack>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Acknowledges; false where that comes too late.
    pub fn send(self, ack: Ack) -> bool {
        self.0.send(ack).is_ok()
    }
}

/// How long an event is remembered. Slack repeats within some six minutes; the store remembers
/// those that changed something for two weeks.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);
/// How often what is older is forgotten.
const ROUND: TimeDelta = TimeDelta::minutes(1);

/// Events that were acknowledged, so that a repeated one is not answered twice.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    acks: HashMap<EventId, (Instant, Ack)>,
    /// When what is old was last forgotten.
    cleared: Option<Instant>,
}

impl Seen {
    /// How an event was acknowledged before.
    #[must_use]
    pub fn before(&self, id: &EventId) -> Option<Ack> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.acks.get(id).map(|(_, ack)| ack.clone())
    }

    /// Remembers how an event was acknowledged.
    pub fn note(&self, id: EventId, ack: Ack, now: Instant) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.cleared.is_none_or(|at| (now - at).abs() >= ROUND) {
            book.acks.retain(|_, (at, _)| (now - *at).abs() < REMEMBERED);
            book.cleared = Some(now);
        }
        book.acks.insert(id, (now, ack));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_remembered_for_longer_than_slack_repeats() {
        let (seen, now) = (Seen::default(), Instant::from_timestamp(1_800_000_000, 0).unwrap());
        let id = |number: i64| EventId(format!("slack:Ev{number}"));
        for minute in 0..100 {
            seen.note(id(minute), Ack::Taken, now + TimeDelta::minutes(minute));
        }
        assert_eq!((seen.before(&id(80)), seen.before(&id(90))), (None, Some(Ack::Taken)));
        assert_eq!(seen.0.lock().unwrap().acks.len(), 15);
    }
}
