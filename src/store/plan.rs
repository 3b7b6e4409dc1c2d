//! Works out what a group of batches changes, before anything is changed.
//!
//! Every implementation of [`super::kv::Kv`] shares this code, so they agree on expectations,
//! on append numbers and on the sums by which [`super::verify`] tells damaged from deleted.
//!
//! A sum holds how many records its bucket has and the wrapping sum of their hashes. It does not
//! depend on the order in which records came, so it betrays no order of people.

use std::collections::BTreeMap;

use super::changes::{self, Changes};
use super::codec;
use super::keys;
use super::kv::{Batch, Expect, Key, Op, Outcome, StoreError, range_hash, record_hash, value_hash};
use super::recent::Recent;

/// Kind of a [`Sum`] in its header.
pub const SUM_KIND: u8 = 255;
/// Kind of the append counter in its header.
pub const COUNTER_KIND: u8 = 254;

/// What a plan is made over: the records as they are now.
pub trait Rows {
    /// The value under a key.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` rows from `start` up to, not including, `end`, in order.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError>;
}

/// The records as they are once what is being applied has been.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    rows: &'a dyn Rows,
    recent: Option<&'a Recent>,
}

impl<'a> Ground<'a> {
    /// Records that nobody is changing.
    #[must_use]
    pub fn of(rows: &'a dyn Rows) -> Self {
        Self { rows, recent: None }
    }

    /// Records that changed lately; of the newest changes some may not be made yet.
    #[must_use]
    pub fn changing(rows: &'a dyn Rows, recent: &'a Recent) -> Self {
        Self { rows, recent: Some(recent) }
    }

    /// What may be under way.
    fn applying(&self) -> Option<&'a Changes> {
        self.recent.and_then(Recent::newest)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.applying().and_then(|changes| changes.get(key)) {
            Some(changed) => Ok(changed.clone()),
            None => self.rows.get(key),
        }
    }

    fn range(&self, start: &Key, end: &Key) -> Result<BTreeMap<Key, Vec<u8>>, StoreError> {
        let mut rows = self.rows.range(start, end, usize::MAX)?.into_iter().collect();
        if let Some(changes) = self.applying() {
            changes::overlay(&mut rows, changes, start, end);
        }
        Ok(rows)
    }
}

/// A group of batches that will be applied as one.
#[derive(Debug, Default)]
pub struct Plan {
    changes: Changes,
    deltas: BTreeMap<Key, Sum>,
}

/// How many records there are and the wrapping sum of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Number of records.
    pub count: u64,
    /// Wrapping sum of [`record_hash`] over them.
    pub hash: u64,
    /// In the sum of all sums: how many groups were ever applied. Zero elsewhere.
    pub groups: u64,
}

impl Sum {
    /// Counts a record in.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        self.count = self.count.wrapping_add(1);
        self.hash = self.hash.wrapping_add(record_hash(key, value));
    }

    /// Counts a record out.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.count = self.count.wrapping_sub(1);
        self.hash = self.hash.wrapping_sub(record_hash(key, value));
    }

    fn merge(&mut self, delta: Self) {
        self.count = self.count.wrapping_add(delta.count);
        self.hash = self.hash.wrapping_add(delta.hash);
    }

    /// As a stored record.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.count, self.hash, self.groups];
        codec::frame(SUM_KIND, 1, &numbers.map(u64::to_be_bytes).concat())
    }

    /// Reads a stored sum.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] naming the key.
    pub fn from_bytes(key: &[u8], bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = |cause: &str| StoreError::Damaged {
            key: keys::readable(key),
            kind: "sum".to_owned(),
            cause: cause.to_owned(),
        };
        let [count, hash, groups] = numbers(SUM_KIND, bytes).map_err(damaged)?;
        Ok(Self { count, hash, groups })
    }
}

/// Where the next append number is kept.
#[must_use]
pub fn counter_key() -> Key {
    keys::key(keys::META).text("next").done()
}

/// The number the next append gets; the first is 1.
///
/// # Errors
/// A store that cannot be read, or a damaged counter.
pub fn next_number(value: Option<&[u8]>) -> Result<u64, StoreError> {
    let Some(bytes) = value else { return Ok(1) };
    let [next] = numbers(COUNTER_KIND, bytes).map_err(|cause| StoreError::Damaged {
        key: keys::readable(&counter_key()),
        kind: "counter".to_owned(),
        cause: cause.to_owned(),
    })?;
    Ok(next)
}

/// The append counter as a stored record.
#[must_use]
pub fn counter_bytes(next: u64) -> Vec<u8> {
    codec::frame(COUNTER_KIND, 1, &next.to_be_bytes())
}

fn numbers<const N: usize>(kind: u8, bytes: &[u8]) -> Result<[u64; N], &'static str> {
    let frame = codec::unframe(bytes)?;
    let (chunks, []) = frame.body.as_chunks::<8>() else { return Err("it has an odd length") };
    let known = (frame.kind, frame.version) == (kind, 1);
    let chunks: &[[u8; 8]; N] = chunks.try_into().map_err(|_| "it has another length")?;
    if known { Ok(chunks.map(u64::from_be_bytes)) } else { Err("it is of another kind") }
}

impl Plan {
    /// Takes a batch into the plan if its expectations hold over the batches taken before.
    ///
    /// # Errors
    /// A refused batch, or a store that cannot be read; the plan is then as it was before.
    pub fn admit(&mut self, ground: Ground<'_>, batch: Batch) -> Result<Outcome, StoreError> {
        batch.check()?;
        let mut draft =
            Draft { plan: self, ground, changes: Changes::new(), deltas: BTreeMap::new() };
        for expect in &batch.expects {
            if !draft.surely_holds(expect, batch.since) && !draft.holds(expect)? {
                return Ok(Outcome::Conflict);
            }
        }
        let appended = draft.apply(batch.ops)?;
        let Draft { changes, deltas, .. } = draft;
        self.changes.extend(changes);
        for (bucket, delta) in deltas {
            self.deltas.entry(bucket).or_default().merge(delta);
        }
        Ok(Outcome::Committed { appended })
    }

    /// All changes, with those of the sums.
    ///
    /// # Errors
    /// A sum that cannot be read or is damaged.
    pub fn finish(mut self, rows: &dyn Rows) -> Result<Changes, StoreError> {
        if self.changes.is_empty() {
            return Ok(self.changes);
        }
        let sum = |key: &[u8]| match rows.get(key)? {
            Some(bytes) => Sum::from_bytes(key, &bytes).map(Some),
            None => Ok(None),
        };
        let root_key = keys::sum_key(&[]);
        let mut root = sum(&root_key)?.unwrap_or_default();
        for (bucket, delta) in self.deltas {
            let key = keys::sum_key(&[&bucket[..], &[]].concat());
            let old = sum(&key)?;
            let mut new = old.unwrap_or_default();
            new.merge(delta);
            if let Some(old) = old {
                root.remove(&key, &old.to_bytes());
            }
            if new.count > 0 {
                root.add(&key, &new.to_bytes());
            }
            self.changes.insert(key, (new.count > 0).then(|| new.to_bytes()));
        }
        root.groups += 1;
        self.changes.insert(root_key, Some(root.to_bytes()));
        Ok(self.changes)
    }
}

/// One batch's changes, kept apart until all of them are known to work.
struct Draft<'a> {
    plan: &'a Plan,
    ground: Ground<'a>,
    changes: Changes,
    deltas: BTreeMap<Key, Sum>,
}

impl Draft<'_> {
    /// Whether nobody can have changed what was read, neither before the plan nor in it.
    fn surely_holds(&self, expect: &Expect, since: Option<u64>) -> bool {
        let Some((recent, since)) = self.ground.recent.zip(since) else { return false };
        !changes::touch(&self.plan.changes, expect) && recent.surely_holds(expect, since)
    }

    fn holds(&self, expect: &Expect) -> Result<bool, StoreError> {
        match expect {
            Expect::Value { key, seen } => Ok(self.get(key)?.as_deref().map(value_hash) == *seen),
            Expect::Range { start, end, seen } => {
                let mut rows = self.ground.range(start, end)?;
                changes::overlay(&mut rows, &self.plan.changes, start, end);
                Ok(range_hash(&rows) == *seen)
            }
        }
    }

    fn apply(&mut self, ops: Vec<Op>) -> Result<Vec<u64>, StoreError> {
        let mut appended = Vec::new();
        for op in ops {
            match op {
                Op::Put(key, value) => self.set(key, Some(value))?,
                Op::Delete(key) => self.set(key, None)?,
                Op::Append { prefix, value } => {
                    let number = self.take_number()?;
                    self.set(keys::appended(&prefix, number), Some(value))?;
                    appended.push(number);
                }
            }
        }
        Ok(appended)
    }

    fn take_number(&mut self) -> Result<u64, StoreError> {
        let number = next_number(self.get(&counter_key())?.as_deref())?;
        self.set(counter_key(), Some(counter_bytes(number + 1)))?;
        Ok(number)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key).or_else(|| self.plan.changes.get(key)) {
            Some(changed) => Ok(changed.clone()),
            None => self.ground.get(key),
        }
    }

    fn set(&mut self, key: Key, value: Option<Vec<u8>>) -> Result<(), StoreError> {
        let old = self.get(&key)?;
        if old.is_none() && value.is_none() {
            return Ok(());
        }
        let delta = self.deltas.entry(keys::bucket(&key).to_vec()).or_default();
        if let Some(old) = &old {
            delta.remove(&key, old);
        }
        if let Some(new) = &value {
            delta.add(&key, new);
        }
        self.changes.insert(key, value);
        Ok(())
    }
}
