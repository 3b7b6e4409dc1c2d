//! Events without a key: tried again when keys arrive, and asked for again when none do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::StreamExt;
use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId};

use super::batch::Listener;
use super::bot::Bot;
use super::compose::{self, MESSAGE, transaction};
use super::listen::Item;
use super::notes::Parked;
use super::raw::{Event, Heard};
use super::{deliver, direct, send};
use crate::text::words::MatrixRepeat;

/// How long a key may take before its writer is asked to repeat what they wrote.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

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
        let mut asked: Option<String> = None;
        for parked in self.bot.notes.parked() {
            let late = self.bot.clock.now() - parked.since > PATIENCE;
            if !arrived && !late {
                continue;
            }
            let Some(room) = room_of(&self.bot, &parked) else {
                self.bot.notes.unpark(&parked.event).await?;
                continue;
            };
            let item = unlocked(&self.bot, &parked, room.clone()).await;
            let mistakable = item.as_ref().is_some_and(|item| parked.overtaken && item.is_words());
            if let Some(item) = item.filter(|_| !mistakable) {
                // If it was taken in before, by a life that ended, its answer may be lost.
                self.run(vec![item], true).await?;
                self.bot.notes.unpark(&parked.event).await?;
            } else if late || mistakable {
                // It could be taken for the answer to a question that was asked after it.
                self.bot.notes.unpark(&parked.event).await?;
                if asked.as_ref() != Some(&parked.room) {
                    ask_again(&self.bot, &parked, &room).await;
                    asked = Some(parked.room);
                }
            }
        }
        Ok(())
    }
}

fn room_of(bot: &Bot, parked: &Parked) -> Option<Room> {
    bot.client.get_room(&OwnedRoomId::try_from(parked.room.as_str()).ok()?)
}

async fn unlocked(bot: &Bot, parked: &Parked, room: Room) -> Option<Item> {
    let id = OwnedEventId::try_from(parked.event.as_str()).ok()?;
    let event = room.event(&id, None).await.ok()?;
    let event = event.raw().deserialize_as_unchecked::<Event>().ok()?;
    let heard = event.heard(&bot.own)?;
    let direct = direct::is_direct(bot, &room);
    (heard != Heard::Locked).then_some(Item { event, heard, room, direct })
}

/// Asks the writer in private to repeat; in a room, most of what is said is not for the bot.
async fn ask_again(bot: &Bot, parked: &Parked, room: &Room) {
    if !direct::is_direct(bot, room) {
        return;
    }
    tracing::warn!("an event could not be decrypted; its writer was asked to repeat it");
    let content = compose::notice(&bot.say(&MatrixRepeat {}), Some(&parked.sender));
    let id = transaction(&parked.event, "repeat");
    let sent = send::event(bot, room, MESSAGE, content, &id).await;
    deliver::keep(sent.map(|_| ()).map_err(Into::into));
}
