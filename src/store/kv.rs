//! The one storage seam: ordered byte keys, and batches that apply whole or not at all.
//!
//! Nothing above `store/` may rely on which engine lies behind it, so that a shared one can come
//! later. The conformance suite in `conformance.rs` says what every implementation must do.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::keys;

pub use super::keys::Key;

/// The most operations one batch may hold.
pub const MAX_OPS: usize = 64;
/// The most bytes one value may have, its header included.
pub const MAX_VALUE: usize = 16 * 1024;
/// The most bytes one key may have.
pub const MAX_KEY: usize = 1024;

/// What must still be true for a batch to be applied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expect {
    /// One key holds what was seen there.
    Value {
        /// The key that was read.
        key: Key,
        /// [`value_hash`] of the bytes seen, or nothing if the key was absent.
        seen: Option<u64>,
    },
    /// A range holds exactly the keys and values that were seen there.
    Range {
        /// First key of the range.
        start: Key,
        /// First key behind the range.
        end: Key,
        /// [`range_hash`] of what was seen.
        seen: u64,
    },
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes a value, in place of any other.
    Put(Key, Vec<u8>),
    /// Removes a value, if there is one.
    Delete(Key),
    /// Writes a value under a fresh number, given by the store when it commits.
    ///
    /// The number is a `u64` segment (see [`keys::KeyBuilder::u64`]) behind the prefix. It grows
    /// from commit to commit over the whole store and is never given twice.
    Append {
        /// The key in front of the number.
        prefix: Key,
        /// The value.
        value: Vec<u8>,
    },
}

/// Changes that apply together, if all expectations hold. Without changes it only asks whether
/// they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// [`Kv::groups`] before the first read behind the expectations.
    pub since: Option<u64>,
    /// What must still be true.
    pub expects: Vec<Expect>,
    /// The changes, at most [`MAX_OPS`], applied in this order.
    pub ops: Vec<Op>,
}

/// How a commit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything in the batch is durable.
    Committed {
        /// The numbers given to the batch's appends, in their order.
        appended: Vec<u64>,
    },
    /// Something that was read has changed; nothing was written. Read and decide again.
    Conflict,
}

/// Why the store could not do as asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// The disk failed under a commit. Nothing is acknowledged any more; the process must end.
    #[error("the store stopped after a failed write: {0}. End the bot, mend the disk, start again")]
    Fatal(String),
    /// The store was closed while the request was under way.
    #[error("the store is closed")]
    Closed,
    /// The engine could not read.
    #[error("the store cannot be read near {key}: {cause}. Stop the bot and run `verify`")]
    Unreadable {
        /// Where, in readable form.
        key: String,
        /// What the engine said.
        cause: String,
    },
    /// A record is not what its header says.
    #[error("record {key} ({kind}) cannot be read: {cause}. Stop the bot and run `verify`")]
    Damaged {
        /// The record's key, in readable form.
        key: String,
        /// The kind of record looked for.
        kind: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A batch is past [`MAX_OPS`]; this is our bug.
    #[error("a batch of {0} operations was refused, {MAX_OPS} is the most; split the work")]
    TooManyOps(usize),
    /// A value is past [`MAX_VALUE`].
    #[error("record {key} of {size} bytes was refused, {MAX_VALUE} is the most")]
    TooLarge {
        /// The record's key, in readable form.
        key: String,
        /// Its size in bytes.
        size: usize,
    },
    /// A key is empty, past [`MAX_KEY`], or lies among the store's own sums.
    #[error("key {0} was refused: empty, too long, or reserved for the store's own sums")]
    BadKey(String),
}

/// Ordered keys and values with conditional, durable batches.
#[async_trait]
pub trait Kv: Send + Sync {
    /// The value under a key.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the engine finds its data damaged.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` keys and values from `start` up to, not including, `end`, in order.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the engine finds its data damaged.
    fn range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError>;

    /// How many groups of changes can be read, where the store counts them. What nobody changed
    /// since a batch was begun is then not read again to see whether its expectations hold.
    fn groups(&self) -> Option<u64> {
        None
    }

    /// Applies a batch whole, or not at all; durable when it returns `Committed`.
    ///
    /// A caller that stops waiting does not take its batch back.
    ///
    /// # Errors
    /// A refused batch, or [`StoreError::Fatal`], after which every commit fails.
    async fn commit(&self, batch: Batch) -> Result<Outcome, StoreError>;
}

impl Batch {
    /// Changes that apply whatever the store holds.
    #[must_use]
    pub fn of(ops: Vec<Op>) -> Self {
        Self { ops, ..Self::default() }
    }

    /// Refuses a batch that breaks a limit.
    ///
    /// # Errors
    /// Which limit, and where.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.ops.len() > MAX_OPS {
            return Err(StoreError::TooManyOps(self.ops.len()));
        }
        self.ops.iter().try_for_each(Op::check)
    }
}

impl Op {
    fn check(&self) -> Result<(), StoreError> {
        let (key, value): (&Key, &[u8]) = match self {
            Self::Put(key, value) | Self::Append { prefix: key, value } => (key, value),
            Self::Delete(key) => (key, &[]),
        };
        if key.is_empty() || key.len() > MAX_KEY || keys::is_sum(key) {
            return Err(StoreError::BadKey(keys::readable(key)));
        }
        if value.len() > MAX_VALUE {
            return Err(StoreError::TooLarge { key: keys::readable(key), size: value.len() });
        }
        Ok(())
    }
}

/// What [`Expect::Value`] remembers of a value: the first eight bytes of its SHA-256.
#[must_use]
pub fn value_hash(value: &[u8]) -> u64 {
    first_eight(Sha256::digest(value).as_slice())
}

/// What [`Expect::Range`] remembers of a range: a hash over its keys and values in order.
#[must_use]
pub fn range_hash<'a>(rows: impl IntoIterator<Item = (&'a Key, &'a Vec<u8>)>) -> u64 {
    let mut hasher = Sha256::new();
    for (key, value) in rows {
        feed(&mut hasher, key);
        feed(&mut hasher, value);
    }
    first_eight(hasher.finalize().as_slice())
}

/// Hash of one record, key and value, as the store's sums count it.
#[must_use]
pub fn record_hash(key: &[u8], value: &[u8]) -> u64 {
    let mut hasher = Sha256::new();
    feed(&mut hasher, key);
    feed(&mut hasher, value);
    first_eight(hasher.finalize().as_slice())
}

/// The length goes first, so that no two sequences feed the same bytes.
fn feed(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

fn first_eight(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
