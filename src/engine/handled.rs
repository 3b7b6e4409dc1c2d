//! Events that were handled: known again when they are repeated, and forgotten after two weeks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::decision::{Decided, Desk};
use crate::domain::ids::{PersonId, RoundId};
use crate::domain::message::Press;
use crate::domain::round::Round;
use crate::platform::{Incoming, What};
use crate::store::entries::Handled;
use crate::store::keyring::{SecretKey, event_digest};
use crate::store::kv::{Key, MAX_OPS, StoreError};
use crate::store::layout;

/// Days after which a handled event is forgotten; no platform repeats one that old.
const REMEMBERED_DAYS: u32 = 14;
/// How many are looked at in one go; on a busy day about as many as bring one full commit.
const LOOKED_AT: usize = 500;

/// Whether an event was handled before.
pub(super) fn was_handled(desk: &Desk<'_>, event: &Incoming) -> Decided<bool> {
    let digest = desk.keyring.event_digest(&event.id)?;
    Ok(desk.tx.was_handled(&digest)? || was_handled_hidden(desk, event)?)
}

/// Notes that an event is handled with this decision.
pub(super) fn note(desk: &Desk<'_>, event: &Incoming) -> Decided<()> {
    // The chat knows whose event it was. What is noted beside an answer is therefore hidden
    // with the answer's own key, and says nothing once that is destroyed.
    let hidden = desk.under.borrow().as_ref().map(|key| event_digest(key, &event.id));
    let digest = match hidden {
        Some(digest) => digest,
        None => desk.keyring.event_digest(&event.id)?,
    };
    Ok(desk.tx.note_handled(&digest, desk.today())?)
}

/// Whether an event was noted under a key that hides its person's answers.
fn was_handled_hidden(desk: &Desk<'_>, event: &Incoming) -> Decided<bool> {
    let Some(person) = event.what.person() else { return Ok(false) };
    for key in hiding_keys(desk, person, &event.what)? {
        if desk.tx.was_handled(&event_digest(&key, &event.id))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The keys under which an event may have been noted: that of the round it names, or else those of
/// all rounds and teams that its person's words may have been about.
fn hiding_keys(desk: &Desk<'_>, person: &PersonId, what: &What) -> Decided<Vec<SecretKey>> {
    let of_round = |round: Option<Round>| {
        let key = round.map(|round| desk.find_key(&round, person));
        key.transpose().map(Option::flatten)
    };
    if let Some(round) = named_round(what) {
        return Ok(of_round(desk.tx.round(round)?)?.into_iter().collect());
    }
    let mut keys = Vec::new();
    for team in desk.tx.teams_of(person)? {
        keys.extend(desk.keyring.find_person_key(team.id, person)?);
        keys.extend(of_round(desk.current_round(&team)?)?);
    }
    Ok(keys)
}

/// The round of an answer that was pressed or voted for.
fn named_round(what: &What) -> Option<RoundId> {
    let (What::Chose { token, .. } | What::Voted { token, .. }) = what else { return None };
    match Press::read(token) {
        Some(Press::Answer(round, ..)) => Some(round),
        _ => None,
    }
}

/// How far this life has come with looking for old events. They stand in no order of time, which
/// would take a second record for each, so once a day all are looked through.
#[derive(Default)]
pub(super) struct Search(Mutex<Progress>);

#[derive(Default)]
struct Progress {
    day: Option<u32>,
    /// Where to look on; nowhere if all were looked at on that day.
    from: Option<Key>,
}

/// What one go of the search found.
pub(super) struct Found {
    /// Events to forget, as many as fit into one commit.
    pub old: Vec<Key>,
    /// Events whose record cannot be read.
    pub damaged: Vec<StoreError>,
    /// Where to look on.
    next: Option<Key>,
}

impl Search {
    /// Looks at the next few events; nothing where all of today were looked at.
    pub fn look(&self, desk: &Desk<'_>) -> Decided<Option<Found>> {
        let today = desk.today();
        let Some(from) = self.place(today) else { return Ok(None) };
        let (events, damaged) = desk.tx.handled_from(&from, LOOKED_AT)?;
        let is_whole = events.len() + damaged.len() < LOOKED_AT;
        let is_old = |it: &&(Key, Handled)| it.1.day < today.saturating_sub(REMEMBERED_DAYS);
        let old = events.iter().filter(is_old).map(|(key, _)| key.clone());
        let old: Vec<Key> = old.take(MAX_OPS).collect();
        let last = events.last().map(|(key, _)| key).filter(|_| !is_whole);
        let next = if old.len() == MAX_OPS { old.last() } else { last }.cloned();
        Ok(Some(Found { old, damaged, next }))
    }

    /// Where to look next, today; on another day all is looked through again.
    fn place(&self, today: u32) -> Option<Key> {
        let mut progress = self.held();
        if progress.day != Some(today) {
            *progress = Progress { day: Some(today), from: Some(layout::all_handled()) };
        }
        progress.from.clone()
    }

    /// What was found is forgotten.
    pub fn go_on(&self, found: Found) {
        self.held().from = found.next;
    }

    /// Its progress is whole between any two changes, so a poisoned lock is no danger.
    fn held(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
