//! Decide, commit, and decide again while others change what the decision rests on.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::{Notify, RwLock};

use super::decision::{Decided, Desk, Trouble};
use super::links::Links;
use super::rules::Rules;
use crate::clock::Clock;
use crate::store::entries::Shred;
use crate::store::keyring::Keyring;
use crate::store::kv::{Kv, Outcome};
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
    pub(crate) changed: Notify,
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
        let links = Links::new(clock.now());
        let (changed, turn) = (Notify::new(), RwLock::default());
        let handled = AtomicU64::new(0);
        Self { kv, keyring, text, content, clock, rules, links, changed, handled, turn }
    }

    /// Waits until a commit may have made something due or deliverable.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Decides and commits, again and again while others change what the decision rests on.
    pub(crate) async fn commit<T>(&self, decide: impl Fn(&Desk<'_>) -> Decided<T>) -> Decided<T> {
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
                return Ok(outcome);
            }
            if let Outcome::Committed { .. } = self.kv.commit(batch).await? {
                self.shred().await?;
                self.changed.notify_one();
                if !again {
                    return Ok(outcome);
                }
            } else {
                tries += 1;
            }
        }
    }

    /// Destroys the keys that committed decisions gave up, also those of an earlier life.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn shred(&self) -> Decided<()> {
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

    pub(crate) fn desk(&self) -> Desk<'_> {
        let now = self.clock.now();
        Desk {
            tx: Tx::new(self.kv.as_ref()),
            now,
            at: Cell::new(now),
            links: &self.links,
            keyring: &self.keyring,
            text: &self.text,
            content: &self.content,
            rules: &self.rules,
            again: Cell::new(false),
            under: RefCell::new(None),
        }
    }
}
