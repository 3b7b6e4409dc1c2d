//! The guide of a try-out: time travel, and what follows after the last answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::TimeDelta;

use super::samples;
use crate::app::Courier;
use crate::clock::Clock;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Message;
use crate::engine::Engine;
use crate::platform::Inbox;
use crate::platform::console::{Console, Stage};
use crate::text::words::ConsoleTour;

/// Whether the tour still has something to show.
pub struct Guide(AtomicBool);

impl Guide {
    /// A guide that shows the tour once, or never.
    pub fn new(wanted: bool) -> Self {
        Self(AtomicBool::new(wanted))
    }
}

/// The try-out behind its terminal.
pub struct TryStage {
    pub engine: Arc<Engine>,
    pub courier: Arc<Courier>,
    pub console: Arc<Console>,
    pub clock: Clock,
    pub inbox: Inbox,
    pub guide: Guide,
}

impl TryStage {
    /// What somebody sees who comes back: how they stand, and the question that waits.
    pub async fn greet(&self, speaker: &PersonId) -> anyhow::Result<()> {
        self.console.open_home(&self.inbox, speaker).await
    }

    /// The tour's last step, once the person has answered everything.
    async fn finish(&self, speaker: &PersonId) -> anyhow::Result<()> {
        let place = PlaceId::from(samples::ROOM);
        samples::answer_along(&self.engine, &self.inbox, &self.clock, &place).await?;
        self.tell("closing");
        self.engine.handle_as(speaker, "/maturity close").await?;
        self.courier.settle().await?;
        self.tell("more");
        Ok(())
    }

    fn tell(&self, step: &'static str) {
        self.console.show(&Message::Text(self.engine.say(&ConsoleTour { step })));
    }
}

#[async_trait]
impl Stage for TryStage {
    async fn settle(&self) -> anyhow::Result<()> {
        self.courier.settle().await
    }

    async fn travel(&self, span: TimeDelta) -> anyhow::Result<bool> {
        let target = self.clock.now() + span;
        loop {
            self.courier.settle().await?;
            let now = self.clock.now();
            match self.courier.next_due()?.filter(|next| *next <= target) {
                Some(next) => self.clock.set(next.max(now + TimeDelta::seconds(1)).min(target)),
                None => break,
            }
            self.console.keep_session().await?;
            if self.clock.now() >= target {
                break;
            }
        }
        self.clock.set(target);
        self.console.keep_session().await?;
        self.courier.settle().await?;
        Ok(true)
    }

    async fn may_join(&self, place: &PlaceId) -> anyhow::Result<bool> {
        Ok(self.engine.is_between_rounds(place)?)
    }

    async fn after(&self, speaker: &PersonId) -> anyhow::Result<Vec<Message>> {
        let done = self.engine.progress(speaker)?.is_some_and(|progress| progress.left == 0);
        if done && self.guide.0.swap(false, Ordering::SeqCst) {
            self.finish(speaker).await?;
        }
        Ok(Vec::new())
    }
}
