//! Places that go on elsewhere, or can be written to again: told to the engine, and to the notes.

use std::collections::BTreeSet;

use matrix_sdk::Room;
use serde_json::Value;

use super::batch::Listener;
use super::listen::Item;
use super::raw::Event;
use super::{ids, people, rooms};
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::platform::{Incoming, PlaceChange, What};

impl Listener {
    /// Takes everything of a room into the one it goes on in, if the bot is there; `event` tells
    /// this move from others.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn move_on(&self, from: &Room, to: &Room, event: &str) -> anyhow::Result<()> {
        let (from, to) = (from.room_id().as_str(), to.room_id().as_str());
        if from == to {
            return Ok(());
        }
        if let Some(person) = self.bot.notes.whose_direct(from) {
            self.bot.notes.set_direct(&person, to).await?;
        }
        let change = PlaceChange::Replaced(ids::place(to));
        self.changed(ids::place(from), change, &format!("{event}#moved")).await
    }

    /// A room can be written to.
    ///
    /// # Errors
    ///
    /// As [`Self::move_on`].
    pub async fn back(&self, room: &Room, event: &str) -> anyhow::Result<()> {
        let place = ids::place(room.room_id().as_str());
        self.changed(place, PlaceChange::Back, &format!("{event}#place")).await
    }

    /// The bot may not write into a room any more: who leads there counts all the same, and a
    /// look-up finds why nothing can go there.
    ///
    /// # Errors
    ///
    /// As [`Self::move_on`].
    pub async fn silenced(&self, item: &Item) -> anyhow::Result<()> {
        if item.room.successor_room().is_some() {
            return Ok(());
        }
        let id = item.room.room_id().as_str();
        let (place, event) = (ids::place(id), ids::event(id, &item.event.id).0);
        let named = named(&item.event);
        // Where that cannot be had now, the next look-up tells.
        let known = people::members(&self.bot, &item.room).await.unwrap_or_default();
        for profile in known.into_iter().filter(|it| named.contains(&it.id)) {
            let id = EventId(format!("{event}#{}", profile.id));
            let what = What::Joined { place: place.clone(), profile };
            let sent = self.bot.clock.now();
            self.inbox.hand_in(Incoming { id, sent, what }).await?;
        }
        self.changed(place, PlaceChange::Unclear, &format!("{event}#place")).await
    }

    /// Says once more which rooms go on in others. The config file may still name the old ones,
    /// and what it says was carried out when the bot started.
    ///
    /// # Errors
    ///
    /// As [`Self::move_on`].
    pub async fn move_all(&self) -> anyhow::Result<()> {
        for room in self.bot.client.joined_rooms() {
            let Some(before) = rooms::predecessor(&self.bot, &room) else { continue };
            let (old, new) = (before.room_id(), room.room_id());
            tracing::info!(%old, %new, "a room was replaced; let a team's `place` name the new one");
            let now = rooms::current(&self.bot, room);
            let event = format!("{}#{:016x}", before.room_id(), crate::random::number());
            self.move_on(&before, &now, &event).await?;
        }
        Ok(())
    }

    async fn changed(
        &self,
        place: PlaceId,
        change: PlaceChange,
        event: &str,
    ) -> anyhow::Result<()> {
        let what = What::PlaceChanged { place, change };
        let (id, sent) = (EventId(event.to_owned()), self.bot.clock.now());
        self.inbox.hand_in(Incoming { id, sent, what }).await?;
        Ok(())
    }
}

/// Whom power levels name, as they are or as they were.
fn named(event: &Event) -> BTreeSet<PersonId> {
    let now = event.content.get("users");
    let levels = now.into_iter().chain(event.unsigned.pointer("/prev_content/users"));
    let users = levels.filter_map(Value::as_object).flat_map(|users| users.keys());
    users.map(|user| ids::person(user)).collect()
}
