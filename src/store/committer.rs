//! One thread makes all changes: it takes what waits and applies it as one. A second one waits for
//! the disk, and only then tells everybody.
//!
//! So a hundred people answering at once share one wait for the disk, the next group is made ready
//! during it, and no acknowledgement ever runs ahead of it. At most three groups are between the
//! two. After a failed write nothing is acknowledged any more: what the disk holds is then unknown,
//! and asking it again would only hide that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot, watch};

use super::kv::{Batch, Outcome, StoreError};
use super::plan::{Changes, Plan, Rows};

/// The most operations that are applied as one; larger groups cost sled much memory.
const GROUP_OPS: usize = 256;
/// Batches that may wait before callers have to.
const QUEUE: usize = 1024;

/// What the committer writes to.
pub trait Engine: Rows + Send + Sync + 'static {
    /// Applies all changes as one. Everybody can read them when it returns, but they may not be
    /// on disk yet.
    ///
    /// # Errors
    /// In words. What the disk holds is then unknown.
    fn apply(&self, changes: Changes) -> Result<(), String>;

    /// Makes everything durable that was applied before; others may apply meanwhile.
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

/// Batches that were applied as one, with what to tell their callers once that is durable.
struct Applied {
    answers: Vec<(oneshot::Sender<Answer>, Answer)>,
    /// Whether there is anything to wait for.
    changed: bool,
}

/// The handle on the committer's threads. Dropping it waits until everything queued is done.
#[derive(Debug)]
pub struct Committer {
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    fatal: watch::Receiver<Option<String>>,
}

impl Committer {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(engine: impl Engine) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (alarm, fatal) = watch::channel(None);
        let (applied, to_sync) = std_mpsc::sync_channel(1);
        let engine = Arc::new(engine);
        let syncer = Syncer { engine: Arc::clone(&engine), to_sync, alarm: alarm.clone() };
        let worker = Worker { engine, jobs, held: None, applied, alarm: alarm.clone() };
        let threads = vec![
            spawn("committer", alarm.clone(), || worker.run())?,
            spawn("syncer", alarm, || syncer.run())?,
        ];
        Ok(Self { queue: Some(queue), threads, fatal })
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
        for thread in self.threads.drain(..) {
            // Each catches its panics and has told of them by the alarm.
            let _ = thread.join();
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.finish();
    }
}

type Alarm = watch::Sender<Option<String>>;

/// Starts a thread. One that is gone is as bad as a disk that is.
fn spawn(
    name: &str,
    alarm: Alarm,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            alarm.send_replace(Some(panic_text(&*panic)));
        }
    })
}

/// Tells everybody that a write failed.
fn fail(alarm: &Alarm, cause: String) -> StoreError {
    alarm.send_replace(Some(cause.clone()));
    StoreError::Fatal(cause)
}

/// What a step on the engine came to, panics included.
fn tried(step: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| Err(panic_text(&*panic)))
}

struct Worker<E> {
    engine: Arc<E>,
    jobs: mpsc::Receiver<Job>,
    /// A batch that did not fit into the last group.
    held: Option<Job>,
    applied: std_mpsc::SyncSender<Applied>,
    alarm: Alarm,
}

impl<E: Engine> Worker<E> {
    fn run(mut self) {
        while let Some(group) = self.next_group() {
            if let Some(cause) = self.alarm.borrow().clone() {
                refuse(group, &cause);
                continue;
            }
            let applied = self.apply_group(group);
            if self.applied.send(applied).is_err() {
                // Nobody syncs any more; the callers learn that from the loss of their answers.
                return;
            }
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

    fn apply_group(&self, group: Vec<Job>) -> Applied {
        let mut plan = Plan::new(&*self.engine);
        let mut answers = Vec::new();
        for Job { batch, reply } in group {
            answers.push((reply, plan.admit(batch)));
        }
        let verdict = match plan.finish() {
            Ok(changes) if changes.is_empty() => Ok(false),
            Ok(changes) => tried(|| self.engine.apply(changes))
                .map(|()| true)
                .map_err(|cause| fail(&self.alarm, cause)),
            Err(error) => Err(error),
        };
        if let Err(error) = &verdict {
            for (_, answer) in &mut answers {
                *answer = Err(error.clone());
            }
        }
        Applied { answers, changed: verdict == Ok(true) }
    }
}

struct Syncer<E> {
    engine: Arc<E>,
    to_sync: std_mpsc::Receiver<Applied>,
    alarm: Alarm,
}

impl<E: Engine> Syncer<E> {
    fn run(self) {
        while let Ok(first) = self.to_sync.recv() {
            let groups: Vec<_> = std::iter::once(first).chain(self.to_sync.try_iter()).collect();
            // Also what changed nothing may rest on what is not on disk before this.
            let verdict = self.sync(groups.iter().any(|group| group.changed));
            for (reply, answer) in groups.into_iter().flat_map(|group| group.answers) {
                // A caller that stopped waiting needs no answer.
                let _ = reply.send(verdict.clone().and(answer));
            }
        }
    }

    fn sync(&self, changed: bool) -> Result<(), StoreError> {
        if let Some(cause) = self.alarm.borrow().clone() {
            return Err(StoreError::Fatal(cause));
        }
        if !changed {
            return Ok(());
        }
        tried(|| self.engine.sync()).map_err(|cause| fail(&self.alarm, cause))
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
