//! What the adapter remembers of people and rooms: who was shown what, which answers are owed.
//!
//! It lies in the SDK's store, under the key beside that, and not in the bot's own: there it would
//! stand between answers, and tell whose they are. The bot's own store holds the cursor and polls.

mod aside;
mod forgotten;
mod held;
mod owed;

pub use aside::{Aside, Missing};
pub use owed::{Again, Origin, Owed, is_farewell};

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use matrix_sdk::Client;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Form;

/// Something a person can choose by typing: the key, and the token of what it means.
pub type Key = (String, String);

/// A form in front of a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InForm {
    /// The form, with what was filled in so far.
    pub form: Form,
    /// Where it was asked for.
    pub place: Option<PlaceId>,
    /// The event that sent or dropped it. It stays until another takes its place, so that the same
    /// line means the same when it comes again.
    pub ended_by: Option<String>,
}

impl InForm {
    /// Whether an event meets the form: it is open, or this event is what ended it.
    #[must_use]
    pub fn is_before(&self, event: &str) -> bool {
        self.ended_by.as_ref().is_none_or(|end| end == event)
    }

    /// The form, ended by an event.
    #[must_use]
    pub fn ended(self, event: &str) -> Self {
        Self { ended_by: Some(event.to_owned()), ..self }
    }
}

/// An event without a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Its room.
    pub room: String,
    /// Its id.
    pub event: String,
    /// Who sent it.
    pub sender: String,
    /// Since when it waits.
    pub since: Instant,
    /// Its sender has said something else in the room since, which was read.
    pub overtaken: bool,
}

/// The notes, with a copy of the small ones in memory.
pub struct Notes {
    client: Client,
    live: Mutex<Live>,
    /// Held while a change is written, so that none is written over by one before it.
    keeping: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Live {
    shown: BTreeMap<PersonId, Vec<Key>>,
    owed: BTreeMap<String, Owed>,
    /// What was last written of `owed`.
    owed_kept: BTreeMap<String, Owed>,
    direct: BTreeMap<PersonId, String>,
    parked: Vec<Parked>,
    aside: Vec<Aside>,
    /// The event by which the bot came into each room.
    arrived: BTreeMap<String, String>,
}

impl Notes {
    /// The notes in the store of a client that has its session.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn open(client: Client) -> anyhow::Result<Self> {
        let notes = Self { client, live: Mutex::default(), keeping: tokio::sync::Mutex::default() };
        let owed: BTreeMap<String, Owed> = notes.recall("owed").await?.unwrap_or_default();
        let live = Live {
            shown: BTreeMap::new(),
            owed_kept: owed.clone(),
            owed,
            direct: notes.recall("direct").await?.unwrap_or_default(),
            parked: notes.recall("parked").await?.unwrap_or_default(),
            aside: notes.recall("aside").await?.unwrap_or_default(),
            arrived: notes.recall("arrived").await?.unwrap_or_default(),
        };
        *notes.live() = live;
        Ok(notes)
    }

    /// What a person can choose by typing.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn shown(&self, person: &PersonId) -> anyhow::Result<Vec<Key>> {
        if let Some(keys) = self.live().shown.get(person) {
            return Ok(keys.clone());
        }
        let keys: Vec<Key> = self.recall(&format!("shown {person}")).await?.unwrap_or_default();
        self.live().shown.insert(person.clone(), keys.clone());
        Ok(keys)
    }

    /// A person is being shown these choices; gives those they saw before.
    pub fn show(&self, person: &PersonId, keys: Vec<Key>) -> Option<Vec<Key>> {
        self.live().shown.insert(person.clone(), keys)
    }

    /// What was about to be shown did not arrive.
    pub fn unshow(&self, person: &PersonId, before: Option<Vec<Key>>) {
        match before {
            Some(keys) => self.live().shown.insert(person.clone(), keys),
            None => self.live().shown.remove(person),
        };
    }

    /// What a person is shown did arrive.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn keep_shown(&self, person: &PersonId) -> anyhow::Result<()> {
        let name = format!("shown {person}");
        let keys = self.live().shown.get(person).cloned().unwrap_or_default();
        if keys.is_empty() { self.drop(&name).await } else { self.keep(&name, &keys).await }
    }

    /// The form in front of a person.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn form(&self, person: &PersonId) -> anyhow::Result<Option<InForm>> {
        self.recall(&format!("form {person}")).await
    }

    /// Puts a form before a person.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn set_form(&self, person: &PersonId, form: &InForm) -> anyhow::Result<()> {
        self.keep(&format!("form {person}"), form).await
    }

    /// The answer to an event is on its way, or (not `sure`) will be once the event is committed.
    pub fn owe(&self, event: &str, owed: Owed) {
        self.live().owed.insert(event.to_owned(), owed);
    }

    /// Whether an answer to an event is owed.
    #[must_use]
    pub fn owes(&self, event: &str) -> bool {
        self.live().owed.contains_key(event)
    }

    /// The answer to an event arrived, or never will.
    pub fn paid(&self, event: &str) {
        self.live().owed.remove(event);
    }

    /// Forgets answers to events that never were committed.
    pub fn forget_unsure(&self) {
        self.live().owed.retain(|_, owed| owed.sure);
    }

    /// All answers that are owed for sure, the oldest first.
    #[must_use]
    pub fn owed(&self) -> Vec<(String, Owed)> {
        let owed = self.live().owed.clone();
        let mut sure: Vec<_> = owed.into_iter().filter(|(_, owed)| owed.sure).collect();
        sure.sort_by_key(|(_, owed)| owed.since);
        sure
    }

    /// Keeps which answers are owed, where that changed.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn keep_owed(&self) -> anyhow::Result<()> {
        let owed = {
            let live = self.live();
            (live.owed != live.owed_kept).then(|| live.owed.clone())
        };
        if let Some(owed) = owed {
            self.keep("owed", &owed).await?;
            self.live().owed_kept = owed;
        }
        Ok(())
    }

    /// The direct room with a person.
    #[must_use]
    pub fn direct(&self, person: &PersonId) -> Option<String> {
        self.live().direct.get(person).cloned()
    }

    /// Whether a room is noted as the direct room with somebody.
    #[must_use]
    pub fn is_direct(&self, room: &str) -> bool {
        self.live().direct.values().any(|known| known == room)
    }

    /// Whose direct room a room is noted as.
    #[must_use]
    pub fn whose_direct(&self, room: &str) -> Option<PersonId> {
        let live = self.live();
        let whose = live.direct.iter().find(|(_, known)| *known == room);
        whose.map(|(person, _)| person.clone())
    }

    /// Notes the direct room with a person.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn set_direct(&self, person: &PersonId, room: &str) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let before = live.direct.insert(person.clone(), room.to_owned());
            (before.as_deref() != Some(room)).then(|| live.direct.clone())
        };
        self.change("direct", change).await
    }

    /// A room is nobody's direct room any more.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn drop_direct(&self, room: &str) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let before = live.direct.len();
            live.direct.retain(|_, known| known != room);
            (live.direct.len() != before).then(|| live.direct.clone())
        };
        self.change("direct", change).await
    }

    /// The events that wait for a key.
    #[must_use]
    pub fn parked(&self) -> Vec<Parked> {
        self.live().parked.clone()
    }

    /// Whether any event waits for a key.
    #[must_use]
    pub fn is_any_parked(&self) -> bool {
        !self.live().parked.is_empty()
    }

    /// Parks an event.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn park(&self, parked: Parked) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let is_new = live.parked.iter().all(|known| known.event != parked.event);
            is_new.then(|| {
                live.parked.push(parked);
                live.parked.clone()
            })
        };
        self.change("parked", change).await
    }

    /// Somebody said something in a room that was read; what still waits of them came before it.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn overtake(&self, room: &str, sender: &str) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let waits = |it: &&mut Parked| it.room == room && it.sender == sender && !it.overtaken;
            let overtaken = live.parked.iter_mut().filter(waits).map(|it| it.overtaken = true);
            (overtaken.count() > 0).then(|| live.parked.clone())
        };
        self.change("parked", change).await
    }

    /// An event waits no longer.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn unpark(&self, event: &str) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let before = live.parked.len();
            live.parked.retain(|known| known.event != event);
            (live.parked.len() != before).then(|| live.parked.clone())
        };
        self.change("parked", change).await
    }

    /// Notes by which event the bot came into a room.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn arrive(&self, room: &str, event: &str) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let before = live.arrived.insert(room.to_owned(), event.to_owned());
            (before.as_deref() != Some(event)).then(|| live.arrived.clone())
        };
        self.change("arrived", change).await
    }

    /// Whether the bot was known to be in a room at any time.
    #[must_use]
    pub fn knows(&self, room: &str) -> bool {
        self.live().arrived.contains_key(room)
    }

    /// Whether the bot has already noticed that it came into a room by this event.
    #[must_use]
    pub fn has_arrived(&self, room: &str, event: &str) -> bool {
        self.live().arrived.get(room).is_some_and(|known| known == event)
    }

    /// Changes what is in memory and keeps under a name what that gives: nothing where nothing
    /// changed.
    async fn change<T: Serialize + Sync>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Live) -> Option<T>,
    ) -> anyhow::Result<()> {
        let _keeping = self.keeping.lock().await;
        let changed = change(&mut self.live());
        match changed {
            Some(kept) => self.keep(name, &kept).await,
            None => Ok(()),
        }
    }

    /// What was kept under a name.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn recall<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        let bytes = self.client.state_store().get_custom_value(&key_of(name)).await;
        let bytes = bytes.context("the Matrix store cannot be read")?;
        // What an older version wrote in another form is forgotten; nothing here is irreplaceable.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Keeps something under a name.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn keep<T: Serialize + Sync>(&self, name: &str, value: &T) -> anyhow::Result<()> {
        let bytes = serde_json::to_vec(value)?;
        let kept = self.client.state_store().set_custom_value_no_read(&key_of(name), bytes).await;
        kept.context("the Matrix store cannot be written")
    }

    /// Keeps nothing under a name any more.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn drop(&self, name: &str) -> anyhow::Result<()> {
        let dropped = self.client.state_store().remove_custom_value(&key_of(name)).await;
        dropped.map(|_| ()).context("the Matrix store cannot be written")
    }

    /// Plain data is whole between any two of its operations, so a poisoned lock is no danger.
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_of(name: &str) -> Vec<u8> {
    format!("maturity-bot {name}").into_bytes()
}
