//! What a batch touches that somebody waits for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::store::kv::{Batch, Op};
use crate::store::layout;
use crate::store::queues::lane_of;

/// What is to be looked at once a batch is committed.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Lanes of the outbox in which something came, changed or went.
    pub lanes: BTreeSet<String>,
    /// Whether something may have become due.
    pub dues: bool,
    /// Which of its appends, counted from 0, give keys up.
    pub shreds: Vec<usize>,
}

impl Traces {
    /// What a batch touches.
    pub fn of(batch: &Batch) -> Self {
        let mut traces = Self::default();
        for op in &batch.ops {
            let (Op::Put(key, _) | Op::Delete(key) | Op::Append { prefix: key, .. }) = op;
            if key.starts_with(&OUTBOX) {
                traces.lanes.extend(lane_of(key));
            }
            traces.dues |= key.starts_with(&DUES) || key.starts_with(&JOBS);
        }
        let appends = batch.ops.iter().filter_map(|op| match op {
            Op::Append { prefix, .. } => Some(prefix),
            Op::Put(..) | Op::Delete(_) => None,
        });
        let shreds = appends.enumerate().filter(|(_, prefix)| prefix.starts_with(&SHREDS));
        traces.shreds = shreds.map(|(place, _)| place).collect();
        traces
    }
}

static OUTBOX: LazyLock<Vec<u8>> = LazyLock::new(layout::outbox);
static DUES: LazyLock<Vec<u8>> = LazyLock::new(layout::all_due);
static JOBS: LazyLock<Vec<u8>> = LazyLock::new(layout::jobs);
static SHREDS: LazyLock<Vec<u8>> = LazyLock::new(layout::shred);
