//! Direct rooms that wait to be made. Homeservers limit that far more than messages: Synapse to one
//! a minute after a burst of ten.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Instant;
use crate::domain::ids::PersonId;

/// As many pauses away is the turn of whoever comes last; some of those before may not want one any
/// more.
const MOST: u64 = 60;

/// Who waits for a room, and until when none can be made.
#[derive(Default)]
pub struct Openings(Mutex<State>);

#[derive(Default)]
struct State {
    /// Until when the homeserver wants to make none, and the seconds of that pause.
    until: Option<Instant>,
    pause: u64,
    /// Whoever asked for something goes first.
    asked: BTreeSet<PersonId>,
    /// The others, in the order in which they came.
    unasked: Vec<PersonId>,
}

impl Openings {
    /// Takes a person's turn.
    ///
    /// # Errors
    ///
    /// It is not their turn yet: the seconds after which it may be, so that not everybody comes back
    /// at once.
    pub fn begin(&self, person: &PersonId, asked: bool, now: Instant) -> Result<(), u64> {
        let mut state = self.state();
        if asked {
            state.unasked.retain(|known| known != person);
            state.asked.insert(person.clone());
        } else if !state.asked.contains(person) && !state.unasked.contains(person) {
            state.unasked.push(person.clone());
        }
        let before = state.before(person);
        let left = state.until.map_or(0, |until| (until - now).num_seconds().max(0).unsigned_abs());
        if left == 0 && (before == 0 || state.asked.is_empty() || state.asked.contains(person)) {
            return Ok(());
        }
        Err(left + 1 + state.pause * before.min(MOST))
    }

    /// The homeserver wants a pause of so many seconds.
    pub fn pause(&self, seconds: u64, now: Instant) {
        let mut state = self.state();
        let span = chrono::TimeDelta::seconds(seconds.try_into().unwrap_or(i64::MAX / 1000));
        (state.until, state.pause) = (now.checked_add_signed(span), seconds);
    }

    /// A person waits no longer.
    pub fn end(&self, person: &PersonId) {
        let mut state = self.state();
        state.asked.remove(person);
        state.unasked.retain(|known| known != person);
    }

    /// Every change is whole, so a poisoned lock is no danger.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many go before a person.
    fn before(&self, person: &PersonId) -> u64 {
        let first = self.asked.iter().chain(&self.unasked).position(|known| known == person);
        first.unwrap_or_default() as u64
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn person(name: &str) -> PersonId {
        PersonId::from(name)
    }

    #[test]
    fn whoever_asked_goes_first_and_the_others_do_not_come_back_at_once() {
        let (openings, now) = (Openings::default(), Instant::UNIX_EPOCH);
        let people: Vec<PersonId> = (0..40).map(|it| person(&format!("p{it}"))).collect();
        for person in &people {
            assert_eq!(openings.begin(person, false, now), Ok(()));
        }
        openings.pause(62, now);
        let waits: Vec<u64> =
            people.iter().map(|it| openings.begin(it, false, now).unwrap_err()).collect();
        assert!(waits.windows(2).all(|pair| pair[1] - pair[0] == 62), "{waits:?}");
        assert_eq!(openings.begin(&people[30], true, now), Err(63));
        let later = now + TimeDelta::seconds(62);
        assert!(openings.begin(&people[0], false, later).is_err());
        assert_eq!(openings.begin(&people[30], true, later), Ok(()));
        openings.end(&people[30]);
        assert_eq!(openings.begin(&people[0], false, later), Ok(()));
    }
}
