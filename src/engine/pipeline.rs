//! Decide, commit, and decide again while others change what the decision rests on.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{RwLock, watch};

use super::banks::Banks;
use super::decision::{Decided, Desk, Trouble};
use super::links::Links;
use super::outbox::Outbox;
use super::rules::Rules;
use super::traces::Traces;
use crate::clock::Clock;
use crate::store::entries::Shred;
use crate::store::keyring::Keyring;
use crate::store::kv::{Batch, Kv, Outcome};
use crate::store::tx::Tx;
use crate::text::Text;
use crate::text::content::Content;

/// How often a decision may be overtaken before it is made alone.
const PATIENCE: u32 = 8;

/// Everything a decision is made from.
pub struct Engine {
    pub(crate) kv: Arc<dyn Kv>,
    pub(crate) keyring: Keyring,
    pub(crate) text: Arc<Text>,
    pub(crate) content: Content,
    pub(crate) clock: Clock,
    pub(crate) rules: Rules,
    pub(crate) links: Links,
    pub(super) outbox: Outbox,
    /// Told when something may have become due.
    pub(crate) changed: watch::Sender<()>,
    /// Told when something may have become deliverable.
    deliverable: watch::Sender<()>,
    /// Whether a commit, perhaps one of an earlier life, gave up keys that are not destroyed yet.
    to_shred: AtomicBool,
    banks: Banks,
    /// How many events were handled since the start.
    pub(crate) handled: AtomicU64,
    /// Held together by decisions, and alone by one that was overtaken again and again.
    turn: RwLock<()>,
}

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(
        kv: Arc<dyn Kv>,
        keyring: Keyring,
        text: Arc<Text>,
        content: Content,
        clock: Clock,
        rules: Rules,
    ) -> Self {
        Self {
            kv,
            keyring,
            text,
            links: Links::new(clock.now()),
            banks: Banks::new(&content.bank),
            content,
            clock,
            rules,
            outbox: Outbox::default(),
            changed: watch::Sender::new(()),
            deliverable: watch::Sender::new(()),
            to_shred: AtomicBool::new(true),
            handled: AtomicU64::new(0),
            turn: RwLock::default(),
        }
    }

    /// Tells from now on when something may have become due.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Tells from now on when something may have become deliverable.
    #[must_use]
    pub fn deliveries(&self) -> watch::Receiver<()> {
        self.deliverable.subscribe()
    }

    /// Decides and commits, again and again while others change what the decision rests on.
    pub(crate) async fn commit<T>(&self, decide: impl Fn(&Desk<'_>) -> Decided<T>) -> Decided<T> {
        self.commit_if_any(decide).await.map(|(outcome, _)| outcome)
    }

    /// The same, and whether there was anything to commit at last.
    pub(super) async fn commit_if_any<T>(
        &self,
        decide: impl Fn(&Desk<'_>) -> Decided<T>,
    ) -> Decided<(T, bool)> {
        let mut tries = 0;
        loop {
            let (_together, _alone) = if tries < PATIENCE {
                (Some(self.turn.read().await), None)
            } else {
                (None, Some(self.turn.write().await))
            };
            let (outcome, again, batch) = {
                let desk = self.desk();
                match decide(&desk) {
                    Err(Trouble::Overtaken) => {
                        tries += 1;
                        continue;
                    }
                    decided => (decided?, desk.again.get(), desk.tx.into_batch()),
                }
            };
            if batch.ops.is_empty() {
                return Ok((outcome, false));
            }
            let traces = Traces::of(&batch);
            if let Outcome::Committed { .. } = self.kv.commit(batch).await? {
                self.follow(traces).await?;
                if !again {
                    return Ok((outcome, true));
                }
            } else {
                tries += 1;
            }
        }
    }

    /// Waits until everything that can be read is on disk.
    pub(super) async fn catch_up_with_disk(&self) -> Decided<()> {
        self.kv.commit(Batch::default()).await?;
        Ok(())
    }

    /// Does what follows from a commit that left these traces.
    async fn follow(&self, traces: Traces) -> Decided<()> {
        if traces.shreds {
            self.to_shred.store(true, Ordering::SeqCst);
        }
        if self.to_shred.load(Ordering::SeqCst) {
            self.shred().await?;
        }
        if !traces.lanes.is_empty() {
            self.outbox.follow(&Tx::glance(self.kv.as_ref()), traces.lanes);
            self.deliverable.send_replace(());
        }
        if traces.dues {
            self.changed.send_replace(());
        }
        Ok(())
    }

    /// Destroys the keys that committed decisions gave up, also those of an earlier life.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn shred(&self) -> Decided<()> {
        self.to_shred.store(false, Ordering::SeqCst);
        let destroyed = self.shred_all().await;
        if destroyed.is_err() {
            self.to_shred.store(true, Ordering::SeqCst);
        }
        destroyed
    }

    async fn shred_all(&self) -> Decided<()> {
        let tx = Tx::new(self.kv.as_ref());
        let batch = {
            for (key, shred) in tx.shreds()? {
                match shred {
                    Shred::Round(round) => self.keyring.destroy_round(round)?,
                    Shred::Person(team, person) => self.keyring.destroy_person(team, &person)?,
                };
                tx.delete(key);
            }
            tx.into_batch()
        };
        if !batch.ops.is_empty() {
            self.kv.commit(batch).await?;
        }
        Ok(())
    }

    /// A desk to decide at.
    pub(crate) fn desk(&self) -> Desk<'_> {
        self.desk_with(Tx::new(self.kv.as_ref()))
    }

    /// A desk to look around from; nothing is to be committed from it.
    pub(crate) fn lookout(&self) -> Desk<'_> {
        self.desk_with(Tx::glance(self.kv.as_ref()))
    }

    fn desk_with<'a>(&'a self, tx: Tx<'a>) -> Desk<'a> {
        let now = self.clock.now();
        Desk {
            tx,
            now,
            at: Cell::new(now),
            links: &self.links,
            keyring: &self.keyring,
            text: &self.text,
            content: &self.content,
            rules: &self.rules,
            banks: &self.banks,
            again: Cell::new(false),
            under: RefCell::new(None),
        }
    }
}
