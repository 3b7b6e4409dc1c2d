//! The two things that set the pipeline going: an event, and the clock.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use futures_util::future::try_join_all;

use super::decision::Decided;
use super::pipeline::Engine;
use super::{event, jobs, wakes};
use crate::clock::Instant;
use crate::platform::{Incoming, Reply, What};
use crate::store::entries::Due;
use crate::store::kv::Key;

/// How much is done side by side: enough that waiting for the disk costs little, and so little
/// that people's answers in between wait no longer than usual.
const PAGE: usize = 64;

/// How often some old events are looked for at each tick; what is due next does not wait for all.
const LOOKS: usize = 20;

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
            self.changed.send_replace(());
            return Ok(None);
        }
        self.looks.hear(&event.what);
        let decided = self.commit_if_any(|desk| event::decide(desk, event)).await;
        self.handled.fetch_add(1, Ordering::Relaxed);
        let (reply, changed) = decided?;
        if !changed {
            // What was read may not be on disk yet, and nothing is told that rests on it.
            self.catch_up_with_disk().await?;
        }
        Ok(reply)
    }

    /// Does everything that is due now: fired schedules, deadlines, digests, unfinished jobs.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed; what was done until then is committed.
    pub async fn tick(&self) -> Decided<()> {
        while self.fire_some().await? {}
        let mut left = BTreeSet::new();
        while self.work_some(&mut left).await? {}
        self.review().await?;
        self.shred_again().await?;
        self.forget_handled().await
    }

    /// Forgets some events that were handled long ago.
    async fn forget_handled(&self) -> Decided<()> {
        for _ in 0..LOOKS {
            let Some(found) = self.old_events.look(&self.lookout())? else { break };
            for trouble in &found.damaged {
                self.damage.tell(trouble, "an event that was handled is never forgotten");
            }
            self.commit(|desk| {
                found.old.iter().for_each(|key| desk.tx.forget_handled(key));
                Ok(())
            })
            .await?;
            self.old_events.go_on(found);
        }
        Ok(())
    }

    /// Does some of what is due side by side; gives whether there was any. What is found here is
    /// looked at again by who does it.
    async fn fire_some(&self) -> Decided<bool> {
        let due = wakes::due(&self.lookout(), PAGE)?;
        let fired = due.iter().map(|(key, due)| self.fire(key, *due));
        Ok(!try_join_all(fired).await?.is_empty())
    }

    async fn fire(&self, key: &Key, due: Due) -> Decided<()> {
        match self.commit(|desk| wakes::fire(desk, key, due)).await {
            Err(trouble) if trouble.is_saved() => {
                tracing::error!(%trouble, "something due is done all the same");
                Ok(())
            }
            Err(trouble) if !trouble.is_fatal() => {
                self.damage.tell(&trouble, "what was due is put off, an hour each time");
                self.commit(|desk| wakes::put_off(desk, key, due)).await
            }
            fired => fired,
        }
    }

    /// Finishes some of the unfinished work side by side; gives whether there was any. Work that
    /// cannot be done is `left` for the next tick and holds nothing else up.
    async fn work_some(&self, left: &mut BTreeSet<Key>) -> Decided<bool> {
        let (jobs, damaged) = jobs::unfinished(&self.lookout(), left, PAGE)?;
        for trouble in damaged {
            self.damage.tell(&trouble, "a piece of work is left alone");
        }
        let finished = try_join_all(jobs.iter().map(|key| self.work(key))).await?;
        let some = !jobs.is_empty();
        left.extend(jobs.into_iter().zip(finished).filter(|(_, done)| !done).map(|(key, _)| key));
        Ok(some)
    }

    /// Finishes a piece of work; gives whether it could be done.
    async fn work(&self, key: &Key) -> Decided<bool> {
        loop {
            match self.commit(|desk| jobs::step(desk, key)).await {
                Ok(true) => {}
                Ok(false) => return Ok(true),
                Err(trouble) if trouble.is_fatal() => return Err(trouble),
                Err(trouble) if trouble.is_saved() => {
                    tracing::error!(%trouble, "a piece of work goes on all the same");
                }
                Err(trouble) => {
                    self.damage.tell(&trouble, "a piece of work is left for later");
                    return Ok(false);
                }
            }
        }
    }

    /// Does what is due, and gives when something is due next, beside deliveries. Where something
    /// that cannot be read is in the way, it is told of, and nothing is known to be due.
    ///
    /// # Errors
    ///
    /// A store in which nothing can be committed any more.
    pub async fn keep_time(&self) -> Decided<Option<Instant>> {
        let done = self.tick().await;
        match done.and_then(|()| self.next_wake()) {
            Err(trouble) if !trouble.is_fatal() => {
                self.damage.tell(&trouble, "what is due is looked at again soon");
                Ok(None)
            }
            next => next,
        }
    }

    /// When something is due next that no event brings, beside deliveries.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn next_wake(&self) -> Decided<Option<Instant>> {
        wakes::next(&self.lookout())
    }
}
