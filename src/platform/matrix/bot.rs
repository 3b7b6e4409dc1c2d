//! What all parts of the adapter share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use matrix_sdk::{Client, Room};
use tokio::sync::{OwnedMutexGuard, watch};

use super::notes::Notes;
use super::openings::Openings;
use crate::clock::{Clock, Instant};
use crate::config::Matrix;
use crate::domain::ids::PersonId;
use crate::platform::Memory;
use crate::text::{Text, Words};

/// How many events that are no polls of the bot are remembered.
const MOST_STRANGERS: usize = 10_000;

/// The bot's account, with everything it knows.
pub struct Bot {
    /// The SDK's client, with its session.
    pub client: Client,
    /// The bot's own user id.
    pub own: String,
    /// What it remembers of people.
    pub notes: Notes,
    /// Where the cursor and the polls are kept.
    pub memory: Arc<dyn Memory>,
    /// The words.
    pub text: Arc<Text>,
    /// The time.
    pub clock: Clock,
    /// What the operator decided.
    pub settings: Matrix,
    /// Who looks after the bot, and may verify it.
    pub admins: Vec<PersonId>,
    /// Taken while a direct room is made, so that nobody gets two.
    pub making: tokio::sync::Mutex<()>,
    /// Who waits for a direct room.
    pub openings: Openings,
    rooms: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// The rooms whose invitation is being answered.
    invitations: Mutex<BTreeSet<OwnedRoomId>>,
    /// Events that are no polls of the bot, and so need not be asked for again.
    strangers: Mutex<BTreeSet<String>>,
    /// Since when rooms are known to be replaced whose successor the bot is not in.
    replaced: Mutex<BTreeMap<OwnedRoomId, Instant>>,
    ready: watch::Sender<bool>,
}

impl Bot {
    /// A bot that has not heard from its homeserver yet.
    #[must_use]
    pub fn new(
        client: Client,
        notes: Notes,
        memory: Arc<dyn Memory>,
        text: Arc<Text>,
        clock: Clock,
        (settings, admins): (Matrix, Vec<PersonId>),
    ) -> Self {
        Self {
            client,
            own: settings.user.clone(),
            notes,
            memory,
            text,
            clock,
            settings,
            admins,
            making: tokio::sync::Mutex::default(),
            openings: Openings::default(),
            rooms: Mutex::default(),
            invitations: Mutex::default(),
            strangers: Mutex::default(),
            replaced: Mutex::default(),
            ready: watch::Sender::new(false),
        }
    }

    /// Waits for the turn to write into a room: one message at a time.
    pub async fn turn(&self, room: &Room) -> OwnedMutexGuard<()> {
        let lock = {
            let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(rooms.entry(room.room_id().to_string()).or_default())
        };
        lock.lock_owned().await
    }

    /// Takes an invitation to answer it; false while it is being answered.
    pub fn begins_to_answer(&self, room: &RoomId) -> bool {
        self.invitations().insert(room.to_owned())
    }

    /// An invitation is answered, or was given up.
    pub fn has_answered(&self, room: &RoomId) {
        self.invitations().remove(room);
    }

    /// Whether the bot may still come into the room that takes the place of a replaced one: it is
    /// hoped for during the first day.
    pub fn waits_to_follow(&self, replaced: &Room) -> bool {
        let now = self.clock.now();
        let mut since = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        now - *since.entry(replaced.room_id().to_owned()).or_insert(now) < TimeDelta::days(1)
    }

    /// An event is no poll of the bot.
    pub fn note_stranger(&self, event: &str) {
        let mut strangers = self.strangers();
        if strangers.len() >= MOST_STRANGERS {
            strangers.clear();
        }
        strangers.insert(event.to_owned());
    }

    /// Whether an event is known to be no poll of the bot.
    #[must_use]
    pub fn is_stranger(&self, event: &str) -> bool {
        self.strangers().contains(event)
    }

    fn strangers(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn invitations(&self) -> MutexGuard<'_, BTreeSet<OwnedRoomId>> {
        self.invitations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rooms are known, so that messages can go out.
    pub fn set_ready(&self) {
        self.ready.send_replace(true);
    }

    /// Waits until the rooms are known.
    pub async fn until_ready(&self) {
        // The sender lives as long as this does.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// Whether the rooms are known.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Words as a person reads them.
    #[must_use]
    pub fn say<W: Words>(&self, words: &W) -> String {
        self.text.say(words)
    }
}
