//! What one sync brought, handed to the engine: in order per person, side by side for many.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::sync::{JoinedRoomUpdate, SyncResponse};

use super::bot::Bot;
use super::listen::Item;
use super::notes::{Again, Origin, Owed, Parked};
use super::raw::{Event, Heard};
use super::replies::Replies;
use super::{direct, ids, listen, polls, rooms, trust};
use crate::domain::ids::{EventId, PersonId};
use crate::platform::{Inbox, Incoming, PlaceChange, Stop, What};

/// Takes in what syncs bring.
pub struct Listener {
    /// The bot.
    pub bot: Arc<Bot>,
    /// Where events go.
    pub inbox: Inbox,
    /// Where answers go.
    pub replies: Replies,
    /// Ends everything that runs beside.
    pub stop: Stop,
}

/// One sync.
pub struct Batch {
    /// What it brought.
    pub response: SyncResponse,
    /// The token it began at.
    pub since: String,
    /// It may have been taken in before, by a life that ended before it noted so.
    pub repeated: bool,
    /// It holds all state, not what changed, as the device is new.
    pub whole: bool,
}

impl Listener {
    /// Hands in everything of a batch; gives whether there was anything.
    ///
    /// # Errors
    ///
    /// The bot stops, a store failed, or a gap could not be closed; the batch is to be repeated.
    pub async fn take(&self, batch: Batch) -> anyhow::Result<bool> {
        self.verifications(&batch.response);
        for room in batch.response.rooms.invited.keys() {
            if let Some(room) = self.bot.client.get_room(room) {
                rooms::answer(&self.bot, room, self.stop.clone());
            }
        }
        let mut items = Vec::new();
        for (id, update) in &batch.response.rooms.joined {
            if let Some(room) = self.bot.client.get_room(id) {
                items.extend(self.in_room(&room, update, &batch).await?);
            }
        }
        let mut busy = !items.is_empty();
        self.run(items, batch.repeated).await?;
        for (id, update) in &batch.response.rooms.left {
            let state = state_events(&update.state);
            self.left(id.as_str(), &update.timeline.events, &state).await?;
            busy = true;
        }
        Ok(busy)
    }

    /// Hands in events: in order where they share a lane.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn run(&self, items: Vec<Item>, repeated: bool) -> anyhow::Result<()> {
        // Who may do what is known before somebody does it.
        let (powers, items): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| item.heard == Heard::Powers);
        for item in &powers {
            self.one(item, repeated).await?;
        }
        let mut lanes: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            lanes.entry(item.lane()).or_default().push(item);
        }
        // A sync tells room by room, and what somebody says in one may follow on another.
        for lane in lanes.values_mut() {
            lane.sort_by_key(|item| item.event.origin_server_ts);
        }
        let lane = |items: Vec<Item>| async move {
            for item in items {
                self.one(&item, repeated).await?;
            }
            anyhow::Ok(())
        };
        try_join_all(lanes.into_values().map(lane)).await.map(|_| ())
    }

    async fn one(&self, item: &Item, repeated: bool) -> anyhow::Result<()> {
        let room = item.room.room_id().as_str();
        match &item.heard {
            Heard::Locked => {
                let parked = Parked {
                    room: room.to_owned(),
                    event: item.event.id.clone(),
                    sender: item.event.sender.clone(),
                    since: self.bot.clock.now(),
                    overtaken: false,
                };
                return self.bot.notes.park(parked).await;
            }
            Heard::Verification => {
                trust::requested(&self.bot, &item.event.sender, &item.event.id);
            }
            Heard::Vote { poll, .. } => self.learn(item, poll).await?,
            Heard::Reaction { of, key } if polls::is_keycap(key) => self.learn(item, of).await?,
            Heard::Words(_) if item.direct => {
                self.bot.notes.overtake(room, &item.event.sender).await?;
            }
            Heard::Upgraded { to } => {
                self.bot.notes.move_on(to, room).await?;
                rooms::follow(&self.bot, to, &item.event.sender);
            }
            Heard::Member(member) if item.direct && member.is_departure() => {
                self.bot.notes.drop_direct(room).await?;
            }
            _ => {}
        }
        match listen::told(&self.bot, item).await? {
            Some(told) => self.hand_in(told, repeated).await,
            None => Ok(()),
        }
    }

    /// The events of a joined room that count.
    async fn in_room(
        &self,
        room: &Room,
        update: &JoinedRoomUpdate,
        batch: &Batch,
    ) -> anyhow::Result<Vec<Item>> {
        let (timeline, own) = (&update.timeline, self.bot.own.as_str());
        let mut events = Vec::new();
        if timeline.limited
            && let Some(from) = &timeline.prev_batch
        {
            events = self.gap(room, from, &batch.since).await?;
        }
        events.extend(timeline.events.iter().cloned());
        let mut events = read(&events);
        let state = state_events(&update.state);
        if let Some(begin) = self.arrival(room, &events, &state, batch).await? {
            events.drain(..begin);
        }
        let direct = direct::is_direct(&self.bot, room);
        let item = |event: Event| {
            let heard = event.heard(own)?;
            let counts = event.sender != own || matches!(heard, Heard::Ended { .. });
            counts.then(|| Item { event, heard, room: room.clone(), direct })
        };
        Ok(events.into_iter().filter_map(item).collect())
    }

    /// Notices that the bot came into a room; gives from which event on things count.
    async fn arrival(
        &self,
        room: &Room,
        events: &[Event],
        state: &[Event],
        batch: &Batch,
    ) -> anyhow::Result<Option<usize>> {
        let (id, own) = (room.room_id().as_str(), self.bot.own.as_str());
        let at = events.iter().rposition(|event| is_own_arrival(event, own));
        let unknown = !self.bot.notes.knows(id);
        let in_state = || state.iter().find(|event| unknown && is_own_arrival(event, own));
        let Some(event) = at.map(|at| &events[at]).or_else(in_state) else { return Ok(None) };
        let noticed = batch.whole || self.bot.notes.has_arrived(id, &event.id);
        let direct = direct::is_direct(&self.bot, room);
        if !noticed && !direct && !direct::is_made_by(room, own) {
            self.arrived(id, event).await?;
        }
        self.bot.notes.arrive(id, &event.id).await?;
        if noticed {
            return Ok(None);
        }
        let invited = || events.iter().position(|event| is_own_invitation(event, own));
        Ok(if direct { invited().or(at) } else { at })
    }

    async fn arrived(&self, room: &str, event: &Event) -> anyhow::Result<()> {
        let place = ids::place(room);
        let id = ids::event(room, &event.id);
        let sent = self.bot.clock.now();
        let (of, change) = match self.bot.notes.predecessor(room) {
            Some(before) => (ids::place(&before), PlaceChange::Moved(place.clone())),
            None => (place.clone(), PlaceChange::Back),
        };
        let moved = matches!(change, PlaceChange::Moved(_));
        let what = What::PlaceChanged { place: of, change };
        let before = EventId(format!("{id}#place"));
        self.inbox.hand_in(Incoming { id: before, sent, what }).await?;
        if moved {
            return Ok(());
        }
        let by = invited_by(event, &self.bot.own);
        let again = Again::Arrival { place: place.clone(), by: by.clone() };
        let what = What::Arrived { place, by: by.clone() };
        let response = self.inbox.hand_in(Incoming { id: id.clone(), sent, what }).await?;
        if let Some(response) = response {
            let person = by.unwrap_or_else(|| ids::person(&self.bot.own));
            let origin = Origin::Here(room.to_owned());
            let owed = Owed { person, origin, again, sure: true, since: sent };
            self.give(id.0, owed, response, false);
            self.bot.notes.keep_owed().await?;
        }
        Ok(())
    }

    async fn left(
        &self,
        room: &str,
        events: &[TimelineEvent],
        state: &[Event],
    ) -> anyhow::Result<()> {
        self.bot.notes.drop_direct(room).await?;
        let events = read(events);
        let own = self.bot.own.as_str();
        let gone = |event: &&Event| match event.heard(own) {
            Some(Heard::Member(member)) => member.who == own && member.is_departure(),
            _ => false,
        };
        if let Some(event) = events.iter().chain(state).rfind(gone) {
            self.inbox.hand_in(listen::removed(room, event)).await?;
        }
        Ok(())
    }

    fn verifications(&self, response: &SyncResponse) {
        for event in &response.to_device {
            let Ok(event) = event.as_raw().deserialize_as_unchecked::<serde_json::Value>() else {
                continue;
            };
            let text = |pointer: &str| event.pointer(pointer).and_then(|it| it.as_str());
            if text("/type") == Some("m.key.verification.request")
                && let (Some(sender), Some(flow)) =
                    (text("/sender"), text("/content/transaction_id"))
            {
                trust::requested(&self.bot, sender, flow);
            }
        }
    }
}

fn is_own_arrival(event: &Event, own: &str) -> bool {
    let Some(Heard::Member(member)) = event.heard(own) else { return false };
    member.who == own && member.is_arrival()
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

/// Events as the bot reads them; what has no id or type is none.
#[must_use]
pub fn read(events: &[TimelineEvent]) -> Vec<Event> {
    let event = |event: &TimelineEvent| event.raw().deserialize_as_unchecked::<Event>().ok();
    events.iter().filter_map(event).collect()
}

fn state_events(state: &matrix_sdk::sync::State) -> Vec<Event> {
    use matrix_sdk::sync::State;
    let (State::Before(events) | State::After(events)) = state;
    events.iter().filter_map(|event| event.deserialize_as_unchecked::<Event>().ok()).collect()
}
