//! Places that go on elsewhere, or can be written to again: told to the engine, and to the notes.

use matrix_sdk::Room;

use super::batch::Listener;
use super::{ids, people, rooms};
use crate::domain::ids::{EventId, PlaceId};
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
    pub async fn silenced(&self, room: &Room, event: &str) -> anyhow::Result<()> {
        if room.successor_room().is_some() {
            return Ok(());
        }
        let place = ids::place(room.room_id().as_str());
        let known = people::members(&self.bot, room).await;
        // Where that cannot be had now, the next look-up tells.
        for profile in known.unwrap_or_default() {
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
