//! What the bot has to ask the homeserver for before it can go on.

use super::batch::{Listener, read};
use super::errors::{logged_out, post_error};
use super::listen::Item;
use super::raw::Heard;
use super::{ids, polls};
use crate::platform::{NotCommitted, PostError};

impl Listener {
    /// An event with everything that it is understood by: a vote, once its poll is known, and in the
    /// place of a change that was taken back, what the message says now. Nothing where the
    /// homeserver did not tell.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], or a store that failed.
    pub async fn understood(&self, item: Item) -> anyhow::Result<Option<Item>> {
        let known = match &item.heard {
            Heard::Vote { poll, .. } => self.learn(&item, poll).await?,
            Heard::Reaction { of, key } if polls::is_keycap(key) => self.learn(&item, of).await?,
            Heard::TakenBack { of } => return self.restored(&item, of).await,
            _ => true,
        };
        Ok(known.then_some(item))
    }

    /// Notes what the answers of a poll mean, where an earlier life posted it and did not come to
    /// note that; false where the homeserver did not tell.
    async fn learn(&self, item: &Item, poll: &str) -> anyhow::Result<bool> {
        let Some(id) = ids::sound(poll) else { return Ok(true) };
        if self.bot.is_stranger(poll) || polls::recall(&self.bot, poll).await?.is_some() {
            return Ok(true);
        }
        let event = match self.ask(Box::pin(item.room.event(id, None))).await? {
            Ok(event) => read(&[event]).pop(),
            Err(PostError::DeadTarget(_) | PostError::OurBug(_)) => None,
            Err(error) => {
                tracing::warn!(%error, "the homeserver did not tell what a vote is about");
                return Ok(false);
            }
        };
        let of = |event| polls::Poll::of(event, item.room.room_id().as_str(), &self.bot.own);
        match event.as_ref().map(|event| (event, of(event))) {
            Some((event, Some(poll))) if item.direct => {
                polls::keep_apart(&self.bot, &event.id, &poll).await?;
            }
            Some((event, Some(poll))) => polls::keep(&self.bot, &event.id, &poll).await?,
            // Its key may still arrive.
            Some((event, None)) if event.heard(&self.bot.own) == Some(Heard::Locked) => {}
            _ => self.bot.note_stranger(poll),
        }
        Ok(true)
    }

    /// Asks the homeserver for something, once.
    ///
    /// # Errors
    ///
    /// The bot stops, or the homeserver does not know it any more.
    pub async fn ask<T>(
        &self,
        question: impl Future<Output = matrix_sdk::Result<T>>,
    ) -> anyhow::Result<Result<T, PostError>> {
        self.heed(async { question.await.map_err(|error| post_error(&error)) }).await
    }

    /// The same, where the answer was read already.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub async fn heed<T>(
        &self,
        question: impl Future<Output = Result<T, PostError>>,
    ) -> anyhow::Result<Result<T, PostError>> {
        let mut stop = self.stop.clone();
        let result = tokio::select! {
            result = question => result,
            _ = stop.wait_for(|stop| *stop) => return Err(NotCommitted.into()),
        };
        match result {
            Err(PostError::DeadInstall(_)) => Err(logged_out()),
            result => Ok(result),
        }
    }
}
