//! What a sync brought of one room: from where on it counts, and whether the bot came or went.

use matrix_sdk::Room;
use matrix_sdk::ruma::RoomId;
use matrix_sdk::sync::JoinedRoomUpdate;

use super::batch::{Batch, Listener, read, state_events};
use super::listen::Item;
use super::notes::{Again, Aside, Missing, Origin, Owed};
use super::raw::{Event, Heard};
use super::{direct, gaps, ids, listen, rooms};
use crate::domain::ids::PersonId;
use crate::platform::{Incoming, PostError, What};

/// What a room brought.
#[derive(Default)]
pub struct Brought {
    /// What counts of it.
    pub items: Vec<Item>,
    /// Whether the bot came into the room.
    pub arrived: bool,
}

impl Listener {
    /// What a sync brought of a joined room. Where it left something out that the homeserver does
    /// not give, the room is held.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn in_room(
        &self,
        room: &Room,
        update: &JoinedRoomUpdate,
        batch: &Batch,
    ) -> anyhow::Result<Brought> {
        let direct = match self.heed(direct::is_direct(&self.bot, room)).await? {
            Ok(direct) => direct,
            Err(PostError::DeadTarget(_)) => false,
            Err(error) => return self.hold(room, &batch.since, &error).await,
        };
        let timeline = &update.timeline;
        let latest = read(&timeline.events);
        // What a room said before the bot came into it is not for the bot.
        let is_new = !direct && latest.iter().any(|event| is_own_arrival(event, &self.bot.own));
        let mut events = Vec::new();
        if timeline.limited
            && !is_new
            && let Some(from) = &timeline.prev_batch
        {
            let asked = Box::pin(gaps::earlier(room, from, &batch.since, &self.bot.own));
            match self.ask(asked).await? {
                Ok(earlier) => events = read(&earlier),
                Err(error @ PostError::DeadTarget(_)) => {
                    tracing::warn!(%error, "what a sync left out is not shown to the bot");
                }
                Err(error) => return self.hold(room, &batch.since, &error).await,
            }
        }
        events.extend(latest);
        let state = state_events(&update.state);
        self.counting((room, direct), events, &state, batch.whole).await
    }

    /// Takes in nothing of a room until it is known what was said in it since a token.
    async fn hold(&self, room: &Room, since: &str, error: &PostError) -> anyhow::Result<Brought> {
        tracing::warn!(%error, "what was said in a room is asked for later");
        let missing = Missing::Gap { since: since.to_owned(), until: None };
        let aside = Aside::new(room.room_id().as_str(), missing, self.bot.clock.now());
        self.bot.notes.put_aside(aside).await?;
        Ok(Brought::default())
    }

    /// The events of a room that count; `whole` says that `state` is all there is.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn counting(
        &self,
        (room, direct): (&Room, bool),
        mut events: Vec<Event>,
        state: &[Event],
        whole: bool,
    ) -> anyhow::Result<Brought> {
        let own = self.bot.own.as_str();
        let begin = self.arrival((room, direct), &events, state, whole).await?;
        events.drain(..begin.unwrap_or_default());
        let item = |event: Event| {
            let heard = event.heard(own)?;
            let counts = event.sender != own || matches!(heard, Heard::Ended { .. });
            counts.then(|| Item { event, heard, room: room.clone(), direct })
        };
        let items = events.into_iter().filter_map(item).collect();
        Ok(Brought { items, arrived: begin.is_some() })
    }

    /// Notices that the bot came into a room; gives from which event on things count.
    async fn arrival(
        &self,
        (room, direct): (&Room, bool),
        events: &[Event],
        state: &[Event],
        whole: bool,
    ) -> anyhow::Result<Option<usize>> {
        let (id, own) = (room.room_id().as_str(), self.bot.own.as_str());
        let at = events.iter().rposition(|event| is_own_arrival(event, own));
        let unknown = !self.bot.notes.knows(id);
        let in_state = || state.iter().find(|event| unknown && is_own_arrival(event, own));
        let Some(event) = at.map(|at| &events[at]).or_else(in_state) else { return Ok(None) };
        let noticed = whole || self.bot.notes.has_arrived(id, &event.id);
        if !noticed && !direct && !direct::is_made_by(room, own) {
            self.arrived(room, event).await?;
        }
        self.bot.notes.arrive(id, &event.id).await?;
        // What was said before it came is history in every life.
        let invited = || events.iter().position(|event| is_own_invitation(event, own));
        Ok(if direct { invited().or(at) } else { at })
    }

    async fn arrived(&self, room: &Room, event: &Event) -> anyhow::Result<()> {
        let id = ids::event(room.room_id().as_str(), &event.id);
        let (place, sent) = (ids::place(room.room_id().as_str()), self.bot.clock.now());
        if let Some(before) = rooms::predecessor(&self.bot, room) {
            self.move_on(&before, room, &id.0).await?;
            return self.back(room, &id.0).await;
        }
        self.back(room, &id.0).await?;
        let by = invited_by(event, &self.bot.own);
        let again = Again::Arrival { place: place.clone(), by: by.clone() };
        let what = What::Arrived { place, by: by.clone() };
        let response = self.inbox.hand_in(Incoming { id: id.clone(), sent, what }).await?;
        if let Some(response) = response {
            let person = by.unwrap_or_else(|| ids::person(&self.bot.own));
            let origin = Origin::Here(room.room_id().to_string());
            let owed = Owed { person, origin, again, sure: true, since: sent };
            self.give(id.0, owed, response, false);
            self.bot.notes.keep_owed().await?;
        }
        Ok(())
    }

    /// What was said in a room before the bot was thrown out counts.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn last_words(
        &self,
        room: &RoomId,
        events: &[Event],
        batch: &Batch,
    ) -> anyhow::Result<()> {
        let own = self.bot.own.as_str();
        let Some(room) = self.bot.client.get_room(room) else { return Ok(()) };
        let Some(end) = events.iter().rposition(|event| is_own_departure(event, own)) else {
            return Ok(());
        };
        let direct = self.bot.notes.is_direct(room.room_id().as_str());
        let events = events[..end].to_vec();
        let items = self.counting((&room, direct), events, &[], true).await?.items;
        self.run(items, batch.repeated).await
    }

    /// The bot is in a room no more.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn left(&self, room: &str, events: &[Event], state: &[Event]) -> anyhow::Result<()> {
        self.bot.notes.drop_direct(room).await?;
        let own = self.bot.own.as_str();
        let gone = |event: &&Event| is_own_departure(event, own);
        if let Some(event) = events.iter().chain(state).rfind(gone) {
            self.inbox.hand_in(listen::removed(room, event)).await?;
        }
        Ok(())
    }
}

fn is_own_arrival(event: &Event, own: &str) -> bool {
    let Some(Heard::Member(member)) = event.heard(own) else { return false };
    member.who == own && member.is_arrival()
}

fn is_own_departure(event: &Event, own: &str) -> bool {
    let Some(Heard::Member(member)) = event.heard(own) else { return false };
    member.who == own && member.is_departure()
}

fn is_own_invitation(event: &Event, own: &str) -> bool {
    let Some(Heard::Member(member)) = event.heard(own) else { return false };
    member.who == own && member.now == "invite"
}

/// Who invited the bot, from the event by which it came.
fn invited_by(event: &Event, own: &str) -> Option<PersonId> {
    let Some(Heard::Member(member)) = event.heard(own) else { return None };
    member.before_by.filter(|by| by != own).map(|by| ids::person(&by))
}
