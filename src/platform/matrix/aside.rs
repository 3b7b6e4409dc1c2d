//! What was put aside, tried again: one room or event that the homeserver fails at holds up no other.

use std::collections::BTreeSet;

use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId};
use matrix_sdk::{Room, RoomState};

use super::batch::{Listener, read};
use super::listen::Item;
use super::notes::{Aside, Missing};
use super::{direct, gaps};
use crate::platform::PostError;

/// What came of another try.
enum Tried {
    /// It is over: it was taken in, or never can be.
    Done,
    /// It is to be tried again.
    InVain,
}

impl Listener {
    /// Asks again for what was put aside; `at` is the token that syncs have come to.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn look_after_aside(&self, at: &str) -> anyhow::Result<()> {
        // Whose earlier event is still put aside: those of one person keep their order.
        let mut behind = BTreeSet::new();
        for aside in self.bot.notes.aside() {
            let sender = aside.sender().map(str::to_owned);
            if self.bot.clock.now() < aside.next || behind.contains(&sender) {
                behind.extend(sender.map(Some));
                continue;
            }
            let tried = match &aside.missing {
                Missing::Context { event, .. } => Box::pin(self.try_event(&aside, event)).await?,
                Missing::Gap { since, until } => {
                    Box::pin(self.try_gap(&aside, since, until.as_deref(), at)).await?
                }
                Missing::Answer { event } => self.try_answer(event).await?,
            };
            let after = match tried {
                Tried::Done => None,
                Tried::InVain => {
                    behind.extend(sender.map(Some));
                    Some(aside.clone().again(at, self.bot.clock.now()))
                }
            };
            self.bot.notes.retried(&aside, after).await?;
        }
        Ok(())
    }

    async fn try_event(&self, aside: &Aside, event: &str) -> anyhow::Result<Tried> {
        let Some(room) = self.joined(aside) else { return Ok(Tried::Done) };
        let Ok(id) = OwnedEventId::try_from(event) else { return Ok(Tried::Done) };
        let event = match self.ask(Box::pin(room.event(&id, None))).await? {
            Ok(event) => event,
            Err(error) => return Ok(given_up(&error)),
        };
        let Some(event) = read(&[event]).pop() else { return Ok(Tried::Done) };
        let Some(heard) = event.heard(&self.bot.own) else { return Ok(Tried::Done) };
        let Ok(direct) = self.heed(direct::is_direct(&self.bot, &room)).await? else {
            return Ok(Tried::InVain);
        };
        let item = Item { event, heard, room, direct };
        let Some(item) = self.understood(item).await? else { return Ok(Tried::InVain) };
        self.hand_in_item(&item, true).await?;
        Ok(Tried::Done)
    }

    async fn try_gap(
        &self,
        aside: &Aside,
        since: &str,
        until: Option<&str>,
        at: &str,
    ) -> anyhow::Result<Tried> {
        let Some(room) = self.joined(aside) else { return Ok(Tried::Done) };
        let Ok(direct) = self.heed(direct::is_direct(&self.bot, &room)).await? else {
            return Ok(Tried::InVain);
        };
        let asked = Box::pin(gaps::earlier(&room, until.unwrap_or(at), since, &self.bot.own));
        let events = match self.ask(asked).await? {
            Ok(events) => read(&events),
            Err(error) => return Ok(given_up(&error)),
        };
        let mut items = self.counting((&room, direct), events, &[], false).await?.items;
        if until.is_some() {
            // What was typed since was read already, so nobody knows what these words answered.
            let unclear = items.extract_if(.., |item| item.is_words()).last();
            if let Some(item) = unclear {
                self.ask_to_repeat(&room, &item.event.id, &item.event.sender).await?;
            }
        }
        self.run(items, true).await?;
        Ok(Tried::Done)
    }

    async fn try_answer(&self, event: &str) -> anyhow::Result<Tried> {
        let owed = self.bot.notes.owed().into_iter().find(|(known, _)| known == event);
        let Some((event, owed)) = owed else { return Ok(Tried::Done) };
        let given = self.again_at_once(event, owed).await?;
        Ok(if given { Tried::Done } else { Tried::InVain })
    }

    fn joined(&self, aside: &Aside) -> Option<Room> {
        let id = OwnedRoomId::try_from(aside.room.as_str()).ok()?;
        self.bot.client.get_room(&id).filter(|room| room.state() == RoomState::Joined)
    }
}

/// Whether an error is the homeserver's last word.
fn given_up(error: &PostError) -> Tried {
    match error {
        PostError::DeadTarget(_) => {
            tracing::warn!(%error, "the homeserver refuses what was put aside; it is left out");
            Tried::Done
        }
        _ => Tried::InVain,
    }
}
