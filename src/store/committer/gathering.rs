//! The group that callers gather while an earlier one is on its way to the disk.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::store::changes::Changes;
use crate::store::kv::{Batch, Outcome, StoreError};
use crate::store::plan::{Ground, Plan, Rows};
use crate::store::recent::Recent;

/// How a commit ended, or why nothing can be said of it.
pub(super) type Answer = Result<Outcome, StoreError>;

/// Somebody who waits, and what they hear if all goes well.
pub(super) type Waiting = (oneshot::Sender<Answer>, Outcome);

/// What callers have gathered since the last group was taken.
#[derive(Default)]
pub(super) struct Gathering {
    plan: Plan,
    ops: usize,
    waiting: Vec<Waiting>,
    /// How many wait for the disk already.
    on_their_way: usize,
    /// Of the group taken last readers may not see all yet.
    recent: Recent,
    closed: bool,
}

/// A group whose turn it is.
pub(super) struct Group {
    /// What it changes, or why that is not known.
    pub changes: Result<Arc<Changes>, StoreError>,
    /// Who waits for it.
    pub waiting: Vec<Waiting>,
    /// Operations that may now be gathered in its place.
    pub room: usize,
    /// How many groups can be read once it is applied.
    pub number: u64,
}

impl Gathering {
    /// Checks a batch against all before it and adds it.
    ///
    /// # Errors
    /// A refused batch, a store that cannot be read, or one that takes nothing more.
    pub fn admit(
        &mut self,
        rows: &dyn Rows,
        batch: Batch,
    ) -> Result<oneshot::Receiver<Answer>, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        let size = batch.ops.len();
        let ground = Ground::changing(rows, &self.recent);
        let outcome = self.plan.admit(ground, batch)?;
        // A conflict waits for the group too: before, nothing else could be read.
        let (reply, answer) = oneshot::channel();
        self.waiting.push((reply, outcome));
        self.ops += size;
        Ok(answer)
    }

    /// Whether it is time to take what was gathered, or to end.
    pub fn is_ready(&self) -> bool {
        match self.waiting.len() {
            0 => self.closed,
            count => self.closed || count >= self.on_their_way,
        }
    }

    /// Takes what was gathered; the groups before it have been applied.
    pub fn take(&mut self, rows: &dyn Rows) -> Option<Group> {
        let waiting = self.dismiss();
        if waiting.is_empty() {
            return None;
        }
        self.on_their_way += waiting.len();
        let changes = std::mem::take(&mut self.plan).finish(rows).map(Arc::new);
        if let Ok(changes) = &changes
            && !changes.is_empty()
        {
            self.recent.note(Arc::clone(changes));
        }
        let (room, number) = (std::mem::take(&mut self.ops), self.recent.groups());
        Some(Group { changes, waiting, room, number })
    }

    /// So many of those on their way have arrived.
    pub fn arrived(&mut self, count: usize) {
        self.on_their_way -= count;
    }

    /// Takes nothing more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Those who wait, without what they wait for.
    pub fn dismiss(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.waiting)
    }
}
