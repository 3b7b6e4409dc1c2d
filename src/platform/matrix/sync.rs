//! The sync loop, with a cursor of the bot's own.
//!
//! The SDK notes how far it has come before anybody hears of it. So the bot keeps a cursor that
//! moves on only once everything before it is committed, and begins there in every life.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use matrix_sdk::Client;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::api::client::filter::{FilterDefinition, RoomEventFilter, RoomFilter};
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::ruma::uint;
use matrix_sdk::store::{StateStoreDataKey, StateStoreDataValue};
use matrix_sdk::sync::SyncResponse;

use super::batch::{Batch, Listener};
use super::bot::Bot;
use super::errors::{is_logged_out, logged_out};
use super::ids::PLATFORM;
use super::parked::Keys;
use super::replies::Replies;
use super::rooms;
use super::waiting::{backoff, nap};
use crate::platform::{Inbox, Memory, NotCommitted, Stop};

/// The name the cursor is kept under.
const CURSOR: &str = "cursor";

/// How long the homeserver may hold a sync open while nothing happens.
const POLL: Duration = Duration::from_secs(30);

/// The same while something waits for its key, which may come another way, or was put aside.
const SHORT_POLL: Duration = Duration::from_secs(2);

/// How many syncs without anything for the bot pass before the cursor moves on all the same.
const IDLE: u32 = 50;

/// Where the bot has come to: everything before is committed.
#[must_use]
pub fn cursor(memory: &dyn Memory) -> Option<String> {
    String::from_utf8(memory.recall(CURSOR)?).ok()
}

/// Lets the SDK's store begin at the cursor, before the session is restored; gives whether the
/// device is new, so that the store knows no room yet.
///
/// # Errors
///
/// A store that failed.
pub async fn rewind(client: &Client, cursor: Option<&str>) -> anyhow::Result<bool> {
    let store = client.state_store();
    let known = store.get_kv_data(StateStoreDataKey::SyncToken).await;
    if known.context("the Matrix store cannot be read")?.is_none() {
        return Ok(true);
    }
    if let Some(cursor) = cursor {
        let token = StateStoreDataValue::SyncToken(cursor.to_owned());
        let kept = store.set_kv_data(StateStoreDataKey::SyncToken, token).await;
        kept.context("the Matrix store cannot be written")?;
    }
    Ok(false)
}

/// Listens until `stop` turns true.
///
/// # Errors
///
/// The homeserver does not know the bot any more, or a store failed.
pub async fn run(bot: Arc<Bot>, inbox: Inbox, stop: Stop, fresh: bool) -> anyhow::Result<()> {
    let replies = Replies::new(Arc::clone(&bot), stop.clone());
    let listener = Listener { bot, inbox, replies, stop: stop.clone() };
    let mut life = Life { listener, stop, failures: 0, linked: None };
    match life.live(fresh).await {
        Err(error) if error.is::<NotCommitted>() || error.is::<Stopped>() => Ok(()),
        result => result,
    }
}

/// The bot is to stop.
#[derive(Debug, thiserror::Error)]
#[error("the bot stops")]
struct Stopped;

/// One life of the loop.
struct Life {
    listener: Listener,
    stop: Stop,
    /// How often in a row the homeserver did not answer.
    failures: u32,
    /// What the engine was last told: connected, and caught up or not.
    linked: Option<bool>,
}

impl Life {
    async fn live(&mut self, fresh: bool) -> anyhow::Result<()> {
        let bot = Arc::clone(&self.listener.bot);
        self.tell(false).await?;
        let keys = Keys::watch(&bot).await;
        let kept = cursor(bot.memory.as_ref());
        let mut repeated = kept.is_some();
        let mut since = match kept {
            Some(since) => since,
            None => self.begin().await?,
        };
        self.pay().await?;
        let mut idle = 0;
        loop {
            let whole = fresh && repeated;
            let waits = bot.notes.is_any_parked() || bot.notes.is_any_aside(bot.clock.now());
            let wait = match self.linked {
                _ if waits && !repeated => SHORT_POLL,
                Some(true) => POLL,
                _ => Duration::ZERO,
            };
            let settings = settings().token(since.clone()).timeout(wait).full_state(whole);
            let response = self.sync(settings).await?;
            if repeated || !bot.is_ready() {
                self.listener.move_all().await?;
            }
            bot.set_ready();
            if self.linked != Some(true) {
                self.answer_pending();
            }
            let next = response.next_batch.clone();
            let batch = Batch { response, since, repeated, whole };
            let busy = Box::pin(self.listener.take(batch)).await?;
            bot.notes.forget_unsure();
            Box::pin(self.listener.look_after_aside(&next)).await?;
            Box::pin(self.listener.look_after_parked(&keys)).await?;
            idle = if busy || repeated || idle >= IDLE { 0 } else { idle + 1 };
            // What was answered since is not owed any more, and what is now must not be forgotten.
            bot.notes.keep_owed().await?;
            if idle == 0 {
                bot.memory.keep(CURSOR, next.clone().into_bytes()).await?;
            }
            (since, repeated) = (next, false);
            let is_all_known = !bot.notes.is_any_aside(bot.clock.now());
            self.tell(is_all_known).await?;
        }
    }

    /// The first start of all: whatever was said before is history.
    async fn begin(&mut self) -> anyhow::Result<String> {
        let response = self.sync(settings().timeout(Duration::ZERO)).await?;
        let bot = &self.listener.bot;
        for room in bot.client.joined_rooms() {
            bot.notes.arrive(room.room_id().as_str(), "").await?;
        }
        bot.memory.keep(CURSOR, response.next_batch.clone().into_bytes()).await?;
        Ok(response.next_batch)
    }

    /// Gives the answers that an earlier life owed.
    async fn pay(&self) -> anyhow::Result<()> {
        for (event, owed) in self.listener.bot.notes.owed() {
            self.listener.again(event, owed).await?;
        }
        Ok(())
    }

    /// Invitations that came while nobody listened do not come again.
    fn answer_pending(&self) {
        for room in self.listener.bot.client.invited_rooms() {
            rooms::answer(&self.listener.bot, room, self.stop.clone());
        }
    }

    /// One sync, tried until the homeserver answers.
    async fn sync(&mut self, settings: SyncSettings) -> anyhow::Result<SyncResponse> {
        loop {
            let client = self.listener.bot.client.clone();
            let result = tokio::select! {
                result = client.sync_once(settings.clone()) => result,
                _ = self.stop.wait_for(|stop| *stop) => return Err(Stopped.into()),
            };
            match result {
                Ok(response) => {
                    self.failures = 0;
                    return Ok(response);
                }
                Err(error) if is_logged_out(&error) => return Err(logged_out()),
                Err(error) => self.wait(&error).await?,
            }
        }
    }

    async fn wait(&mut self, error: &matrix_sdk::Error) -> anyhow::Result<()> {
        let seconds = backoff(self.failures);
        self.failures += 1;
        tracing::warn!(%error, seconds, "the homeserver did not answer; trying again");
        self.tell(false).await?;
        tokio::select! {
            () = nap(seconds) => Ok(()),
            _ = self.stop.wait_for(|stop| *stop) => Err(Stopped.into()),
        }
    }

    async fn tell(&mut self, caught_up: bool) -> anyhow::Result<()> {
        if self.linked != Some(caught_up) {
            self.linked = Some(caught_up);
            let now = self.listener.bot.clock.now();
            self.listener.inbox.linked(PLATFORM, caught_up, now).await?;
        }
        Ok(())
    }
}

/// What a sync brings: no presence, no typing, and members where they say something.
#[must_use]
pub fn settings() -> SyncSettings {
    let mut room = RoomFilter::with_lazy_loading();
    room.timeline = RoomEventFilter::with_lazy_loading();
    room.timeline.limit = Some(uint!(50));
    room.ephemeral = RoomEventFilter::ignore_all();
    let mut filter = FilterDefinition::default();
    filter.room = room;
    filter.presence = matrix_sdk::ruma::api::client::filter::Filter::ignore_all();
    SyncSettings::new().filter(Filter::FilterDefinition(filter))
}
