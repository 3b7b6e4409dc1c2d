//! The two things that set the pipeline going: an event, and the clock.

use std::sync::atomic::Ordering;

use super::decision::Decided;
use super::pipeline::Engine;
use super::{event, jobs, wakes};
use crate::clock::Instant;
use crate::platform::{Incoming, Reply, What};

impl Engine {
    /// Handles one event; when this returns, what it changed is on disk.
    ///
    /// A repeated event changes nothing and has no reply.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed; nothing was committed, and the event may be repeated.
    pub async fn handle(&self, event: &Incoming) -> Decided<Reply> {
        if let What::Linked { platform, caught_up } = &event.what {
            self.links.note(platform, *caught_up, self.clock.now());
            self.changed.notify_one();
            return Ok(None);
        }
        let reply = self.commit(|desk| event::decide(desk, event)).await;
        self.handled.fetch_add(1, Ordering::Relaxed);
        reply
    }

    /// Does everything that is due now: fired schedules, deadlines, digests, unfinished jobs.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed; what was done until then is committed.
    pub async fn tick(&self) -> Decided<()> {
        loop {
            match self.commit(wakes::step).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(trouble) if trouble.is_fatal() => return Err(trouble),
                Err(trouble) => {
                    tracing::error!(%trouble, "something due was put off for an hour");
                    self.commit(wakes::put_off).await?;
                }
            }
        }
        // Work that cannot be done waits for the next tick and holds nothing else up.
        let mut skip = 0;
        loop {
            match self.commit(|desk| jobs::step(desk, skip)).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(trouble) if trouble.is_fatal() => return Err(trouble),
                Err(trouble) => {
                    tracing::error!(%trouble, "a piece of work was left for later");
                    skip += 1;
                }
            }
        }
        self.commit(event::prune).await?;
        Ok(())
    }

    /// When something is due next that no event brings, beside deliveries.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn next_wake(&self) -> Decided<Option<Instant>> {
        wakes::next(&self.desk())
    }
}
