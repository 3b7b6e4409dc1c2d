//! Verbs about what waits: deliveries, jobs, handled events, keys to destroy.
#![expect(clippy::missing_errors_doc, reason = "each fails only when the store cannot be read")]

use super::entries::{Handled, Posted, Shred};
use super::keys::{Segment, prefix_end, segments};
use super::kv::{Key, StoreError};
use super::layout;
use super::tx::{Apart, Tx};
use crate::domain::ids::RoundId;
use crate::domain::message::{Destination, MessageRef};
#[cfg(doc)]
use crate::domain::outgoing::Errand;
use crate::domain::outgoing::{Job, OutRow};

type Result<T> = std::result::Result<T, StoreError>;

/// The lane of a row in the outbox, or of the place where one is appended.
#[must_use]
pub fn lane_of(key: &[u8]) -> Option<String> {
    match segments(key)?.into_iter().nth(1)? {
        Segment::Text(lane) => Some(lane),
        _ => None,
    }
}

/// The number that the store gave to a row in the outbox.
#[must_use]
pub fn number_of(key: &[u8]) -> Option<u64> {
    match segments(key)?.pop()? {
        Segment::U64(number) => Some(number),
        _ => None,
    }
}

impl Tx<'_> {
    /// Puts a row into the outbox, behind those of the same destination.
    pub fn send(&self, row: &OutRow) -> Result<()> {
        self.append(layout::lane(&row.errand.lane()), row)
    }

    /// What waits for delivery and can be read, as [`Self::outbox`], and what is wrong with the
    /// rest.
    pub fn outbox_apart(&self) -> Result<Apart<OutRow>> {
        self.scan_apart(&layout::outbox(), usize::MAX)
    }

    /// Everything that waits for delivery, by destination, then in order.
    pub fn outbox(&self) -> Result<Vec<(Key, OutRow)>> {
        self.scan(&layout::outbox())
    }

    /// What waits for one destination, in order, at most `limit`.
    pub fn waiting_for(&self, lane: &str, limit: usize) -> Result<Vec<(Key, OutRow)>> {
        let lane = layout::lane(lane);
        self.scan_range(&lane, &prefix_end(&lane), limit)
    }

    /// The destinations that something waits for, as [`Errand::lane`] names them.
    pub fn lanes(&self) -> Result<Vec<String>> {
        let (mut start, mut lanes) = (layout::outbox(), Vec::new());
        while let Some(key) = self.keys_range(&start, &prefix_end(&layout::outbox()), 1)?.pop() {
            let Some(lane) = lane_of(&key) else { break };
            start = prefix_end(&layout::lane(&lane));
            lanes.push(lane);
        }
        Ok(lanes)
    }

    /// The key of what goes out next to a destination.
    pub fn first_out(&self, lane: &str) -> Result<Option<Key>> {
        let lane = layout::lane(lane);
        Ok(self.keys_range(&lane, &prefix_end(&lane), 1)?.pop())
    }

    /// One row of the outbox.
    pub fn out_row(&self, key: &[u8]) -> Result<Option<OutRow>> {
        self.get(key)
    }

    /// Writes a row back in its place.
    pub fn put_out_row(&self, key: Key, row: &OutRow) -> Result<()> {
        self.put(key, row)
    }

    /// Remembers a message of a round that a place shows; `number` tells it from others.
    pub fn note_posted(
        &self,
        round: RoundId,
        number: u64,
        to: Destination,
        reference: MessageRef,
    ) -> Result<()> {
        self.put(layout::posted(round).u64(number).done(), &Posted { to, reference })
    }

    /// The messages of a round that places show, oldest first, to bring up to date.
    pub fn posted(&self, round: RoundId) -> Result<Vec<(Destination, MessageRef)>> {
        let rows = self.scan::<Posted>(&layout::posted(round).done())?;
        Ok(rows.into_iter().map(|(_, it)| (it.to, it.reference)).collect())
    }

    /// Forgets the oldest messages of a round that places show, at most `limit`; gives how many.
    pub fn forget_posted(&self, round: RoundId, limit: usize) -> Result<usize> {
        let all = layout::posted(round).done();
        let keys = self.keys_range(&all, &prefix_end(&all), limit)?;
        let count = keys.len();
        for key in keys {
            self.delete(key);
        }
        Ok(count)
    }

    /// Begins work that is done in steps.
    pub fn begin(&self, job: &Job) -> Result<()> {
        self.append(layout::jobs(), job)
    }

    /// Unfinished work, the oldest first, at most `limit`, and what is wrong with what of it
    /// cannot be read.
    pub fn jobs(&self, limit: usize) -> Result<Apart<Job>> {
        self.scan_apart(&layout::jobs(), limit)
    }

    /// One piece of unfinished work.
    pub fn job(&self, key: &[u8]) -> Result<Option<Job>> {
        self.get(key)
    }

    /// Writes how far the work has come.
    pub fn put_job(&self, key: Key, job: &Job) -> Result<()> {
        self.put(key, job)
    }

    /// Whether an event was handled before.
    pub fn was_handled(&self, digest: &[u8; 16]) -> Result<bool> {
        self.exists(&layout::handled(digest))
    }

    /// Notes that an event was handled on a day, counted from 1970.
    pub fn note_handled(&self, digest: &[u8; 16], day: u32) -> Result<()> {
        self.put(layout::handled(digest), &Handled { day })
    }

    /// The events handled before, from a key on, at most `limit`, in no order of time, and what is
    /// wrong with those among them that cannot be read.
    pub fn handled_from(&self, start: &[u8], limit: usize) -> Result<Apart<Handled>> {
        self.scan_apart_from(start, &prefix_end(&layout::all_handled()), limit)
    }

    /// Forgets an event that was handled.
    pub fn forget_handled(&self, key: &Key) {
        self.delete(key.clone());
    }

    /// Asks for a key to be destroyed once this is on disk.
    pub fn shred(&self, what: &Shred) -> Result<()> {
        self.append(layout::shred(), what)
    }

    /// The keys to destroy, and what is wrong with notes of them that cannot be read.
    pub fn shreds(&self) -> Result<Apart<Shred>> {
        self.scan_apart(&layout::shred(), usize::MAX)
    }

    /// What an adapter kept.
    pub fn recall(&self, platform: &str, name: &str) -> Result<Option<Vec<u8>>> {
        self.long(&layout::memory(platform, name))
    }

    /// Keeps something for an adapter.
    pub fn keep(&self, platform: &str, name: &str, bytes: &[u8]) -> Result<()> {
        self.put_long(&layout::memory(platform, name), &bytes)
    }
}
