//! What the bot has to ask the homeserver for before it can go on.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::EventId;

use super::batch::{Listener, read};
use super::errors::{logged_out, post_error};
use super::listen::Item;
use super::waiting::nap;
use super::{gaps, polls};
use crate::platform::{NotCommitted, PostError};

/// Seconds between two questions to a homeserver that gave no answer.
const PAUSE: u64 = 5;

impl Listener {
    /// What a sync left out of a room; nothing where the bot may not look back.
    ///
    /// # Errors
    ///
    /// The bot stops, or the homeserver does not know it any more.
    pub async fn gap(
        &self,
        room: &Room,
        from: &str,
        since: &str,
    ) -> anyhow::Result<Vec<TimelineEvent>> {
        let ask = || async {
            let events = gaps::earlier(room, from, since, &self.bot.own).await;
            events.map_err(|error| post_error(&error))
        };
        let events = self.insist(ask).await?;
        Ok(events.unwrap_or_default())
    }

    /// Notes what the answers of a poll mean, where an earlier life posted it and did not come to
    /// note that.
    ///
    /// # Errors
    ///
    /// As [`Self::gap`], or a store that failed.
    pub async fn learn(&self, item: &Item, poll: &str) -> anyhow::Result<()> {
        let Ok(id) = <&EventId>::try_from(poll) else { return Ok(()) };
        if polls::recall(&self.bot, poll).await?.is_some() {
            return Ok(());
        }
        let ask = || async {
            let event = item.room.event(id, None).await;
            event.map_err(|error| post_error(&error))
        };
        let Some(event) = self.insist(ask).await? else { return Ok(()) };
        let Some(event) = read(&[event]).pop() else { return Ok(()) };
        match polls::Poll::of(&event, item.room.room_id().as_str(), &self.bot.own) {
            Some(poll) if item.direct => polls::keep_apart(&self.bot, &event.id, &poll).await,
            Some(poll) => polls::keep(&self.bot, &event.id, &poll).await,
            None => Ok(()),
        }
    }

    /// Asks the homeserver for something until it gives it; `None` where it never will.
    ///
    /// # Errors
    ///
    /// As [`Self::gap`].
    pub async fn insist<T, F>(&self, ask: impl Fn() -> F) -> anyhow::Result<Option<T>>
    where
        F: Future<Output = Result<T, PostError>>,
    {
        let mut stop = self.stop.clone();
        loop {
            let result = tokio::select! {
                result = ask() => result,
                _ = stop.wait_for(|stop| *stop) => return Err(NotCommitted.into()),
            };
            let error = match result {
                Ok(given) => return Ok(Some(given)),
                Err(error) => error,
            };
            tracing::warn!(%error, "the homeserver did not give what the bot asked for");
            let seconds = match error {
                PostError::Limited { retry_after } => retry_after.max(1),
                PostError::Transient { .. } | PostError::Unanswered(_) => PAUSE,
                PostError::DeadTarget(_) | PostError::OurBug(_) => return Ok(None),
                PostError::DeadInstall(_) => return Err(logged_out()),
            };
            tokio::select! {
                () = nap(seconds) => {}
                _ = stop.wait_for(|stop| *stop) => return Err(NotCommitted.into()),
            }
        }
    }
}
