//! All changes are made here: what was gathered is applied as one, the disk is waited for, and only
//! then everybody is told.
//!
//! So a hundred people answering at once share one wait for the disk, and no acknowledgement ever
//! runs ahead of it. Meanwhile callers check their batches themselves and gather the next group.
//! Two threads take turns: while one waits for the disk, the other applies the next group, once it
//! is as large as the one on its way; smaller groups cost more than they win. Groups are applied,
//! synced and acknowledged in their order.
//!
//! After a failed write nothing is acknowledged any more: what the disk holds is then unknown, and
//! asking it again would only hide that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{Semaphore, oneshot, watch};

use super::changes::Changes;
use super::kv::{Batch, StoreError};
use super::plan::Rows;

mod gathering;
#[cfg(test)]
mod tests;

use gathering::{Answer, Gathering, Group};

/// The most operations that are applied as one; larger groups cost sled much memory.
const GROUP_OPS: usize = 256;

/// What the committer writes to.
pub trait Engine: Send + Sync + 'static {
    /// The records as they are now.
    fn rows(&self) -> &dyn Rows;

    /// Applies all changes as one and hands them to the system. Everybody can read them when it
    /// returns, but they may not be on disk yet.
    ///
    /// # Errors
    /// In words. What the disk holds is then unknown.
    fn apply(&self, changes: &Changes) -> Result<(), String>;

    /// Makes everything durable that was applied before; other changes may be applied meanwhile.
    ///
    /// # Errors
    /// In words. What the disk holds is then unknown.
    fn sync(&self) -> Result<(), String>;
}

/// What callers and the threads have in common.
struct Shared {
    engine: Box<dyn Engine>,
    gathering: Mutex<Gathering>,
    /// What was gathered is ready.
    ready: Condvar,
    /// Held by whoever applies a group, until it is that group's turn at the disk.
    turn: Mutex<()>,
    /// Held by whoever waits for the disk.
    disk: Mutex<()>,
    /// Room for operations in the group that is gathered.
    room: Semaphore,
    /// How many groups can be read.
    applied: AtomicU64,
    alarm: watch::Sender<Option<String>>,
}

/// The handle on the threads. Dropping it waits until everything gathered is done.
pub struct Committer {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Committer {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(engine: impl Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            engine: Box::new(engine),
            gathering: Mutex::default(),
            ready: Condvar::new(),
            turn: Mutex::new(()),
            disk: Mutex::new(()),
            room: Semaphore::new(GROUP_OPS),
            applied: AtomicU64::new(0),
            alarm: watch::channel(None).0,
        });
        let mut committer = Self { shared, threads: Vec::new() };
        for _ in 0..2 {
            let shared = Arc::clone(&committer.shared);
            let name = "committer".to_owned();
            committer
                .threads
                .push(thread::Builder::new().name(name).spawn(move || shared.serve())?);
        }
        Ok(committer)
    }

    /// How many groups of changes can be read.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.shared.applied.load(Ordering::Acquire)
    }

    /// Adds a batch to the group that is gathered, and waits until it is durable or refused.
    ///
    /// # Errors
    /// As [`super::kv::Kv::commit`].
    pub async fn commit(&self, batch: Batch) -> Answer {
        batch.check()?;
        let size = u32::try_from(batch.ops.len()).unwrap_or(u32::MAX);
        let room = self.shared.room.acquire_many(size).await.map_err(|_| StoreError::Closed)?;
        let answer = self.shared.gather(batch)?;
        room.forget();
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits for a failed write and says what failed; never ends while writes succeed.
    pub fn fatal(&self) -> impl Future<Output = String> + Send + use<> {
        let mut fatal = self.shared.alarm.subscribe();
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
        self.shared.alarm.borrow().is_some()
    }

    /// Takes no more batches and waits until those gathered are done.
    pub fn finish(&mut self) {
        held(&self.shared.gathering).close();
        self.shared.ready.notify_all();
        for thread in self.threads.drain(..) {
            // The threads catch their panics and have told of them by the alarm.
            let _ = thread.join();
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What a lock guards is whole between any two of its changes, so a poisoned one is no danger.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Adds a batch to the group that is gathered.
    fn gather(&self, batch: Batch) -> Result<oneshot::Receiver<Answer>, StoreError> {
        let mut gathering = held(&self.gathering);
        self.check_alarm()?;
        let answer = gathering.admit(self.engine.rows(), batch)?;
        if gathering.is_ready() {
            self.ready.notify_one();
        }
        Ok(answer)
    }

    /// One of the threads: a committer that is gone is as bad as a disk that is.
    fn serve(&self) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| while self.commit_group() {})) {
            self.fail(&panic_text(&*panic));
        }
    }

    /// Carries one group from its gathering to its acknowledgement; false if nothing more comes.
    fn commit_group(&self) -> bool {
        let turn = held(&self.turn);
        let Some(Group { changes, waiting, number, .. }) = self.next_group() else { return false };
        let applied = changes.and_then(|changes| self.apply(&changes, number));
        // Also a group that changes nothing may rest on what is not on disk yet.
        let disk = held(&self.disk);
        drop(turn);
        // A failure of the group behind it is one of this disk, too.
        let verdict = applied.and_then(|changed| self.sync(changed)).and(self.check_alarm());
        drop(disk);
        self.arrived(waiting.len());
        for (reply, outcome) in waiting {
            // A caller that stopped waiting needs no answer.
            let _ = reply.send(verdict.clone().map(|()| outcome));
        }
        true
    }

    /// Waits for a group that is ready and takes it.
    fn next_group(&self) -> Option<Group> {
        let unready = |it: &mut Gathering| !it.is_ready();
        let gathering = self.ready.wait_while(held(&self.gathering), unready);
        let mut gathering = gathering.unwrap_or_else(PoisonError::into_inner);
        let group = gathering.take(self.engine.rows())?;
        self.room.add_permits(group.room);
        Some(group)
    }

    fn arrived(&self, count: usize) {
        let mut gathering = held(&self.gathering);
        gathering.arrived(count);
        if gathering.is_ready() {
            self.ready.notify_one();
        }
    }

    /// Applies changes, if there are any; gives whether there were.
    fn apply(&self, changes: &Changes, number: u64) -> Result<bool, StoreError> {
        if !changes.is_empty() {
            self.write(|engine| engine.apply(changes))?;
            self.applied.store(number, Ordering::Release);
        }
        Ok(!changes.is_empty())
    }

    /// Waits for the disk, if there is something to wait for.
    fn sync(&self, changed: bool) -> Result<(), StoreError> {
        self.write(|engine| if changed { engine.sync() } else { Ok(()) })
    }

    /// A failure, a panic included, is told to everybody, and nothing is written after it.
    fn write(
        &self,
        step: impl FnOnce(&dyn Engine) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        self.check_alarm()?;
        let written = catch_unwind(AssertUnwindSafe(|| step(&*self.engine)));
        let written = written.unwrap_or_else(|panic| Err(panic_text(&*panic)));
        written.map_err(|cause| {
            self.alarm.send_replace(Some(cause.clone()));
            StoreError::Fatal(cause)
        })
    }

    fn check_alarm(&self) -> Result<(), StoreError> {
        match &*self.alarm.borrow() {
            Some(cause) => Err(StoreError::Fatal(cause.clone())),
            None => Ok(()),
        }
    }

    /// Sounds the alarm, and refuses whoever waits.
    fn fail(&self, cause: &str) {
        self.alarm.send_replace(Some(cause.to_owned()));
        for (reply, _) in held(&self.gathering).dismiss() {
            let _ = reply.send(Err(StoreError::Fatal(cause.to_owned())));
        }
    }
}

/// The words of a panic that was caught.
#[must_use]
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the engine gave up without a word".to_owned())
}
