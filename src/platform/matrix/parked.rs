//! Events without a key: tried again when keys arrive, and asked for again when none do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::StreamExt;
use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId};

use super::batch::{Listener, read};
use super::bot::Bot;
use super::direct;
use super::listen::Item;
use super::notes::Parked;
use super::raw::Heard;
use crate::platform::PostError;

/// How long a key may take before its writer is asked to repeat what they wrote.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// The same where the homeserver fails to give the event.
const LONG_PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Whether keys arrived since the last look.
#[derive(Clone, Debug)]
pub struct Keys(Arc<AtomicBool>);

impl Keys {
    /// Watches for keys until the client is gone. An earlier life may have got some and not looked.
    pub async fn watch(bot: &Bot) -> Self {
        let keys = Self(Arc::new(AtomicBool::new(true)));
        if let Some(stream) = bot.client.encryption().room_keys_received_stream().await {
            let arrived = keys.clone();
            tokio::spawn(async move {
                let mut stream = std::pin::pin!(stream);
                while stream.next().await.is_some() {
                    arrived.0.store(true, Ordering::SeqCst);
                }
            });
        }
        keys
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl Listener {
    /// Looks after parked events.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn look_after_parked(&self, keys: &Keys) -> anyhow::Result<()> {
        let arrived = keys.take();
        let mut asked = BTreeSet::new();
        for parked in self.bot.notes.parked() {
            // The clock may have been set back since.
            let waited = (self.bot.clock.now() - parked.since).abs();
            if !arrived && waited <= PATIENCE {
                continue;
            }
            let found = match room_of(&self.bot, &parked) {
                Some(room) => self.look_at(&parked, room).await?,
                None => Found::Nothing,
            };
            match found {
                // If it was taken in before, by a life that ended, its answer may be lost.
                Found::Item(item) if !(parked.overtaken && item.is_words()) => {
                    self.run(vec![*item], true).await?;
                }
                Found::Nothing => {}
                Found::Locked(_) if waited <= PATIENCE => continue,
                Found::NotTold(_) if waited <= LONG_PATIENCE => continue,
                // Words could be taken for the answer to a question that was asked after them.
                Found::Item(item) => self.ask_once(&item.room, &parked, &mut asked).await?,
                Found::Locked(room) | Found::NotTold(room) => {
                    self.ask_once(&room, &parked, &mut asked).await?;
                }
            }
            self.bot.notes.unpark(&parked.event).await?;
        }
        Ok(())
    }

    /// Asks for a parked event, where its writer was not asked for another one of the room before.
    async fn ask_once(
        &self,
        room: &Room,
        parked: &Parked,
        asked: &mut BTreeSet<(String, String)>,
    ) -> anyhow::Result<()> {
        if !asked.insert((parked.room.clone(), parked.sender.clone())) {
            return Ok(());
        }
        tracing::warn!("an event could not be read");
        self.ask_to_repeat(room, &parked.event, &parked.sender).await
    }

    async fn look_at(&self, parked: &Parked, room: Room) -> anyhow::Result<Found> {
        let Ok(id) = OwnedEventId::try_from(parked.event.as_str()) else {
            return Ok(Found::Nothing);
        };
        let event = match self.ask(Box::pin(room.event(&id, None))).await? {
            Ok(event) => read(&[event]).pop(),
            Err(PostError::DeadTarget(_)) => None,
            Err(_) => return Ok(Found::NotTold(room)),
        };
        let Some(event) = event else { return Ok(Found::Nothing) };
        let Ok(direct) = self.heed(direct::is_direct(&self.bot, &room)).await? else {
            return Ok(Found::NotTold(room));
        };
        Ok(match event.heard(&self.bot.own) {
            None => Found::Nothing,
            Some(Heard::Locked) => Found::Locked(room),
            Some(heard) => Found::Item(Box::new(Item { event, heard, room, direct })),
        })
    }
}

/// What a parked event turned out to be.
enum Found {
    /// Something that counts.
    Item(Box<Item>),
    /// Nothing to the bot, or gone.
    Nothing,
    /// There is no key yet.
    Locked(Room),
    /// The homeserver did not give it.
    NotTold(Room),
}

fn room_of(bot: &Bot, parked: &Parked) -> Option<Room> {
    bot.client.get_room(&OwnedRoomId::try_from(parked.room.as_str()).ok()?)
}
