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

/// How long an event is remembered. Slack repeats within some minutes; the store remembers those
/// that changed something for two weeks.
const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// Events that were acknowledged, so that a repeated one is not answered twice.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashMap<EventId, (Instant, Ack)>>);

impl Seen {
    /// How an event was acknowledged before.
    #[must_use]
    pub fn before(&self, id: &EventId) -> Option<Ack> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(|(_, ack)| ack.clone())
    }

    /// Remembers how an event was acknowledged.
    pub fn note(&self, id: EventId, ack: Ack, now: Instant) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= 4096 {
            seen.retain(|_, (at, _)| now - *at < REMEMBERED);
        }
        seen.insert(id, (now, ack));
    }
}
