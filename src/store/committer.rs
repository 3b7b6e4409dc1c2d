//! One thread makes all changes: it takes what waits, applies it as one, waits for the disk, and
//! only then tells everybody.
//!
//! So a hundred people answering at once share one wait for the disk, and no acknowledgement ever
//! runs ahead of it. A second thread that applies the next group meanwhile was tried: sled holds
//! every reader back while a writer waits for its flush, and small groups cost more than they won.
//! After a failed write nothing is acknowledged any more: what the disk holds is then unknown, and
//! asking it again would only hide that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot, watch};

use super::kv::{Batch, Outcome, StoreError};
use super::plan::{Changes, Plan, Rows};
use super::recent::Recent;

/// The most operations that are applied as one; larger groups cost sled much memory.
const GROUP_OPS: usize = 256;
/// Batches that may wait before callers have to.
const QUEUE: usize = 1024;

/// What the committer writes to.
pub trait Engine: Send + 'static {
    /// The records as they are now.
    fn rows(&self) -> &dyn Rows;

    /// Applies all changes as one. Everybody can read them when it returns, but they may not be
    /// on disk yet.
    ///
    /// # Errors
    /// In words. What the disk holds is then unknown.
    fn apply(&self, changes: Changes) -> Result<(), String>;

    /// Makes everything durable that was applied before.
    ///
    /// # Errors
    /// In words. What the disk holds is then unknown.
    fn sync(&self) -> Result<(), String>;
}

type Answer = Result<Outcome, StoreError>;

struct Job {
    batch: Batch,
    reply: oneshot::Sender<Answer>,
}

/// The handle on the committer thread. Dropping it waits until everything queued is done.
#[derive(Debug)]
pub struct Committer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    fatal: watch::Receiver<Option<String>>,
    applied: Arc<AtomicU64>,
}

impl Committer {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(engine: impl Engine) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (alarm, fatal) = watch::channel(None);
        let applied = Arc::new(AtomicU64::new(0));
        let worker = Worker {
            engine,
            jobs,
            held: None,
            recent: Recent::default(),
            applied: Arc::clone(&applied),
            alarm,
        };
        let thread = thread::Builder::new().name("committer".to_owned()).spawn(move || {
            // A committer that is gone is as bad as a disk that is.
            let alarm = worker.alarm.clone();
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| worker.run())) {
                alarm.send_replace(Some(panic_text(&*panic)));
            }
        })?;
        Ok(Self { queue: Some(queue), thread: Some(thread), fatal, applied })
    }

    /// How many groups of changes can be read.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    /// Queues a batch and waits until it is durable or refused.
    ///
    /// # Errors
    /// As [`super::kv::Kv::commit`].
    pub async fn commit(&self, batch: Batch) -> Answer {
        batch.check()?;
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        queue.send(Job { batch, reply }).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits for a failed write and says what failed; never ends while writes succeed.
    pub fn fatal(&self) -> impl Future<Output = String> + Send + use<> {
        let mut fatal = self.fatal.clone();
        async move {
            let failed = fatal.wait_for(Option::is_some).await.ok().and_then(|cause| cause.clone());
            match failed {
                Some(cause) => cause,
                None => std::future::pending().await,
            }
        }
    }

    /// Whether a write has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.fatal.borrow().is_some()
    }

    /// Takes no more batches and waits until those queued are done.
    pub fn finish(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // The worker catches its panics and has told of them by the alarm.
            let _ = thread.join();
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.finish();
    }
}

struct Worker<E> {
    engine: E,
    jobs: mpsc::Receiver<Job>,
    /// A batch that did not fit into the last group.
    held: Option<Job>,
    recent: Recent,
    /// [`Recent::groups`], for everybody to see.
    applied: Arc<AtomicU64>,
    alarm: watch::Sender<Option<String>>,
}

impl<E: Engine> Worker<E> {
    fn run(mut self) {
        while let Some(group) = self.next_group() {
            if let Some(cause) = self.alarm.borrow().clone() {
                refuse(group, &cause);
                continue;
            }
            self.commit_group(group);
        }
    }

    /// Waits for a batch, then takes along what else waits already, up to [`GROUP_OPS`].
    fn next_group(&mut self) -> Option<Vec<Job>> {
        let first = match self.held.take() {
            Some(job) => job,
            None => self.jobs.blocking_recv()?,
        };
        let mut ops = first.batch.ops.len();
        let mut group = vec![first];
        while let Ok(job) = self.jobs.try_recv() {
            ops += job.batch.ops.len();
            if ops > GROUP_OPS {
                self.held = Some(job);
                break;
            }
            group.push(job);
        }
        Some(group)
    }

    fn commit_group(&mut self, group: Vec<Job>) {
        let mut plan = Plan::knowing(self.engine.rows(), &self.recent);
        let mut answers = Vec::new();
        for Job { batch, reply } in group {
            answers.push((reply, plan.admit(batch)));
        }
        let verdict = match plan.finish() {
            Ok(changes) if changes.is_empty() => Ok(()),
            Ok(changes) => self.write(changes),
            Err(error) => Err(error),
        };
        for (reply, answer) in answers {
            // A caller that stopped waiting needs no answer.
            let _ = reply.send(verdict.clone().and(answer));
        }
    }

    /// Applies changes and waits for the disk; a failure, a panic included, is told to everybody.
    fn write(&mut self, changes: Changes) -> Result<(), StoreError> {
        self.recent.note(changes.keys());
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.engine.apply(changes)?;
            self.applied.store(self.recent.groups(), Ordering::Release);
            self.engine.sync()
        }));
        let written = written.unwrap_or_else(|panic| Err(panic_text(&*panic)));
        written.map_err(|cause| {
            self.alarm.send_replace(Some(cause.clone()));
            StoreError::Fatal(cause)
        })
    }
}

fn refuse(group: Vec<Job>, cause: &str) {
    for job in group {
        let _ = job.reply.send(Err(StoreError::Fatal(cause.to_owned())));
    }
}

/// The words of a panic that was caught.
#[must_use]
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the engine gave up without a word".to_owned())
}
