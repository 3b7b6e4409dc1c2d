//! What one sync brought, handed to the engine: in order per person, side by side for many.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::sync::SyncResponse;

use super::bot::Bot;
use super::listen::{Item, Means};
use super::notes::{Aside, Missing, Parked};
use super::raw::{Event, Heard};
use super::replies::Replies;
use super::{ids, listen, people, rooms, trust};
use crate::platform::{Inbox, Stop};

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
    /// The bot stops, or a store failed; the batch is to be repeated.
    pub async fn take(&self, batch: Batch) -> anyhow::Result<bool> {
        self.verifications(&batch.response);
        for room in batch.response.rooms.invited.keys() {
            if let Some(room) = self.bot.client.get_room(room) {
                rooms::answer(&self.bot, room, self.stop.clone());
            }
        }
        let (mut items, mut busy) = (Vec::new(), false);
        for (id, update) in &batch.response.rooms.joined {
            // What is said in a room that is held comes once what was said before is known.
            if let Some(room) = self.bot.client.get_room(id)
                && !self.bot.notes.is_held(id.as_str())
            {
                let brought = self.in_room(&room, update, &batch).await?;
                items.extend(brought.items);
                busy |= brought.arrived;
            }
        }
        busy |= !items.is_empty();
        self.run(items, batch.repeated).await?;
        for (id, update) in &batch.response.rooms.left {
            let state = state_events(&update.state);
            let events = read(&update.timeline.events);
            self.last_words(id, &events, &batch).await?;
            self.left(id.as_str(), &events, &state).await?;
            busy = true;
        }
        Ok(busy)
    }

    /// Hands in events: in order where they share a lane, and around whatever changes what the
    /// others mean, such as the end of a round.
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
        // A sync tells room by room, and what is said in one may follow on another.
        let mut items = items;
        items.sort_by_key(|item| item.event.origin_server_ts);
        for items in turns(items, Item::is_turn) {
            self.side_by_side(items, repeated).await?;
        }
        Ok(())
    }

    async fn side_by_side(&self, items: Vec<Item>, repeated: bool) -> anyhow::Result<()> {
        let mut lanes: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            lanes.entry(item.lane()).or_default().push(item);
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
            // Votes of one person keep their order.
            Heard::Vote { .. } | Heard::Reaction { .. }
                if self.bot.notes.waits_already(room, &item.event.sender) =>
            {
                return self.put_aside(item).await;
            }
            Heard::Words(_) if item.direct => {
                self.bot.notes.overtake(room, &item.event.sender).await?;
            }
            // What is locked still is not what its writer wants to say any more.
            Heard::Changed { of, .. } | Heard::TakenBack { of } => {
                self.bot.notes.unpark(of).await?;
            }
            Heard::Upgraded { to } => {
                rooms::follow(&self.bot, to, &item.event.sender);
                let now = rooms::current(&self.bot, item.room.clone());
                let event = ids::event(room, &item.event.id);
                Box::pin(self.move_on(&item.room, &now, &event.0)).await?;
            }
            Heard::Powers if !item.direct => {
                if !people::may_write(&self.bot, &item.room).await {
                    return Box::pin(self.silenced(item)).await;
                }
                let event = ids::event(room, &item.event.id);
                Box::pin(self.back(&item.room, &event.0)).await?;
            }
            Heard::Member(member) if item.direct && member.is_departure() => {
                self.bot.notes.drop_direct(room).await?;
            }
            _ => {}
        }
        self.note_change(item).await?;
        match Box::pin(self.understood(item.clone())).await? {
            Some(item) => self.hand_in_item(&item, repeated).await,
            None => self.put_aside(item).await,
        }
    }

    /// Lets an event wait that cannot be understood yet.
    async fn put_aside(&self, item: &Item) -> anyhow::Result<()> {
        let (event, sender) = (item.event.id.clone(), item.event.sender.clone());
        let missing = Missing::Context { event, sender };
        let aside = Aside::new(item.room.room_id().as_str(), missing, self.bot.clock.now());
        self.bot.notes.put_aside(aside).await
    }

    /// Hands in one event that is understood.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn hand_in_item(&self, item: &Item, repeated: bool) -> anyhow::Result<()> {
        match listen::told(&self.bot, item).await? {
            Some(Means::Told(told)) => self.hand_in(told, repeated).await,
            Some(Means::Form(words)) => {
                let event = ids::event(item.room.room_id().as_str(), &item.event.id);
                self.say(&event.0, item.owed(self.bot.clock.now()), words, repeated);
                Ok(())
            }
            None => Ok(()),
        }
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

/// Cuts a list into parts, each whole by itself: what `is_turn` is a part of its own.
fn turns<T>(list: Vec<T>, is_turn: impl Fn(&T) -> bool) -> Vec<Vec<T>> {
    let mut parts = vec![Vec::new()];
    for thing in list {
        let alone = is_turn(&thing);
        if alone {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(thing);
        }
        if alone {
            parts.push(Vec::new());
        }
    }
    parts
}

/// Events as the bot reads them; what has no id or type is none.
#[must_use]
pub fn read(events: &[TimelineEvent]) -> Vec<Event> {
    let event = |event: &TimelineEvent| event.raw().deserialize_as_unchecked::<Event>().ok();
    events.iter().filter_map(event).collect()
}

/// The events of a state.
#[must_use]
pub fn state_events(state: &matrix_sdk::sync::State) -> Vec<Event> {
    use matrix_sdk::sync::State;
    let (State::Before(events) | State::After(events)) = state;
    events.iter().filter_map(|event| event.deserialize_as_unchecked::<Event>().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_rest_stands_between_what_was_before_and_after() {
        let parts = turns("abCdEFg".chars().collect(), |it| it.is_uppercase());
        let parts: Vec<String> = parts.into_iter().map(String::from_iter).collect();
        assert_eq!(parts, ["ab", "C", "d", "E", "", "F", "g"]);
        assert_eq!(turns(Vec::<char>::new(), |_| true), [Vec::<char>::new()]);
    }
}
