//! Decide, commit, and decide again while others change what the decision rests on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{RwLock, watch};

use super::banks::Banks;
use super::damage::Damage;
use super::decision::{Decided, Desk, Trouble};
use super::handled::Search;
use super::links::Links;
use super::outbox::Outbox;
use super::overtaken::Looks;
use super::refusals::Refusals;
use super::reviews::Reviews;
use super::rules::Rules;
use super::traces::Traces;
use crate::clock::Clock;
use crate::store::entries::Shred;
use crate::store::keyring::{KeyError, Keyring, SecretKey};
use crate::store::kv::{Batch, Key, Kv, Outcome};
use crate::store::queues::number_of;
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
    /// Whether one of them could not be destroyed.
    to_shred_again: AtomicBool,
    banks: Banks,
    /// What labels are made with under which forgotten answers go on counting.
    labels: SecretKey,
    pub(super) reviews: Reviews,
    pub(super) looks: Looks,
    pub(super) damage: Damage,
    /// Looks for events to forget.
    pub(super) old_events: Search,
    pub(super) refusals: Refusals,
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
            to_shred_again: AtomicBool::new(false),
            labels: SecretKey::of_this_life(),
            reviews: Reviews::default(),
            looks: Looks::default(),
            damage: Damage::default(),
            old_events: Search::default(),
            refusals: Refusals::default(),
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
            if let Outcome::Committed { appended } = self.kv.commit(batch).await? {
                self.follow(traces, &appended).await?;
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

    /// Does what follows from a commit that left these traces, and whose appends have these numbers.
    ///
    /// # Errors
    ///
    /// A key that was given up by this commit, and could not be destroyed.
    async fn follow(&self, traces: Traces, appended: &[u64]) -> Decided<()> {
        if !traces.lanes.is_empty() {
            self.outbox.follow(&Tx::glance(self.kv.as_ref()), traces.lanes);
            self.deliverable.send_replace(());
        }
        if traces.dues {
            self.changed.send_replace(());
        }
        if traces.shreds.is_empty() && !self.to_shred.load(Ordering::SeqCst) {
            return Ok(());
        }
        let ours: Vec<_> = traces.shreds.iter().filter_map(|place| appended.get(*place)).collect();
        let mut own = Ok(());
        for (key, trouble) in self.shred_all().await? {
            if number_of(&key).is_some_and(|number| ours.contains(&&number)) {
                own = Err(Trouble::Undestroyed(trouble));
            } else {
                // Whoever gave it up was told, and this commit has nothing to do with it.
                tracing::error!(%trouble, "a key is still to be destroyed");
            }
        }
        own
    }

    /// Destroys the keys that committed decisions gave up, also those of an earlier life. One that
    /// cannot be destroyed is told of in the log, and keeps no other alive.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn shred(&self) -> Decided<()> {
        for trouble in self.shred_all().await?.into_values() {
            tracing::error!(%trouble, "a key is still to be destroyed");
        }
        Ok(())
    }

    /// Destroys the keys that could not be destroyed before, if there are any.
    pub(super) async fn shred_again(&self) -> Decided<()> {
        if self.to_shred_again.swap(false, Ordering::SeqCst) {
            self.shred().await?;
        }
        Ok(())
    }

    /// Destroys keys; gives those that could not be destroyed, by their notes. The next tick tries
    /// these again.
    async fn shred_all(&self) -> Decided<BTreeMap<Key, KeyError>> {
        self.to_shred.store(false, Ordering::SeqCst);
        let shredded = self.shred_some().await;
        match &shredded {
            Ok(left) if left.is_empty() => {}
            Ok(_) => self.to_shred_again.store(true, Ordering::SeqCst),
            Err(_) => self.to_shred.store(true, Ordering::SeqCst),
        }
        shredded
    }

    async fn shred_some(&self) -> Decided<BTreeMap<Key, KeyError>> {
        let mut left = BTreeMap::new();
        let tx = Tx::new(self.kv.as_ref());
        let batch = {
            let (shreds, damaged) = tx.shreds()?;
            for trouble in damaged {
                self.damage.tell(&trouble, "a key that was given up cannot be told");
            }
            for (key, shred) in shreds {
                let destroyed = match shred {
                    Shred::Round(round) => self.keyring.destroy_round(round),
                    Shred::Person(team, person) => self.keyring.destroy_person(team, &person),
                };
                match destroyed {
                    Ok(_) => tx.delete(key),
                    Err(trouble) => drop(left.insert(key, trouble)),
                }
            }
            tx.into_batch()
        };
        if !batch.ops.is_empty() {
            self.kv.commit(batch).await?;
        }
        Ok(left)
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
            looks: &self.looks,
            keyring: &self.keyring,
            text: &self.text,
            content: &self.content,
            rules: &self.rules,
            banks: &self.banks,
            labels: &self.labels,
            again: Cell::new(false),
            under: RefCell::new(None),
        }
    }
}
