//! What the homeserver did not give when it was needed: put aside, so that everything else goes on.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;

/// How long a room is held: what was said after a gap waits that long for what was said in it.
const HELD: TimeDelta = TimeDelta::minutes(10);

/// Seconds before the second try; twice as many before each one after it.
const FIRST_PAUSE: i64 = 3;

/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE: i64 = 600;

/// Something that has to be asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Its room.
    pub room: String,
    /// What is missing.
    pub missing: Missing,
    /// Since when.
    pub since: Instant,
    /// How often it was asked for in vain.
    pub tries: u32,
    /// When it is asked for again.
    pub next: Instant,
}

/// What can be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// What an event of somebody is about: the poll of a vote, or the message of a change that was
    /// taken back.
    #[serde(alias = "Poll")]
    Context {
        /// The event.
        event: String,
        /// Who sent it.
        sender: String,
    },
    /// What was said in the room since a token.
    Gap {
        /// The token.
        since: String,
        /// The token from which on the room is heard again; none while it is held.
        until: Option<String>,
    },
    /// Whether the answer to an event arrived.
    Answer {
        /// The id of the event, as the engine knows it.
        event: String,
    },
}

impl Aside {
    /// Something that was asked for in vain for the first time.
    #[must_use]
    pub fn new(room: &str, missing: Missing, now: Instant) -> Self {
        let next = now + TimeDelta::seconds(FIRST_PAUSE);
        Self { room: room.to_owned(), missing, since: now, tries: 1, next }
    }

    /// The same after it was asked for in vain once more; `at` is how far syncs have come.
    #[must_use]
    pub fn again(mut self, at: &str, now: Instant) -> Self {
        let pause = FIRST_PAUSE << self.tries.min(8);
        self.tries = self.tries.saturating_add(1);
        self.next = now + TimeDelta::seconds(pause.min(LONGEST_PAUSE));
        if !self.is_fresh(now)
            && let Missing::Gap { until, .. } = &mut self.missing
            && until.is_none()
        {
            *until = Some(at.to_owned());
        }
        self
    }

    /// Whose event it is, where it is one.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        match &self.missing {
            Missing::Context { sender, .. } => Some(sender),
            Missing::Gap { .. } | Missing::Answer { .. } => None,
        }
    }

    /// Whether everything else that depends on it should still wait.
    #[must_use]
    pub fn is_fresh(&self, now: Instant) -> bool {
        now - self.since < HELD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_rare_and_a_room_is_not_held_for_ever() {
        let begin = Instant::UNIX_EPOCH;
        let gap = Missing::Gap { since: "s1".to_owned(), until: None };
        let mut aside = Aside::new("!r:x", gap, begin);
        let mut until = None;
        for tries in 1..40_u32 {
            let now = aside.next;
            let Missing::Gap { until: known, .. } = &aside.missing else { panic!("{aside:?}") };
            until.clone_from(known);
            aside = aside.again(&format!("s{tries}"), now);
            let pause = aside.next - now;
            assert!(pause > TimeDelta::zero() && pause <= TimeDelta::seconds(LONGEST_PAUSE));
            assert_eq!(aside.is_fresh(now), now - begin < HELD);
        }
        assert!(aside.next - begin > TimeDelta::hours(4));
        let Missing::Gap { until: last, .. } = aside.missing else { panic!("it is a gap") };
        assert!(last.is_some() && last == until, "it moved: {last:?}, {until:?}");
    }
}
