//! A Slack of our own: it speaks Slack's protocol over real HTTP and WebSocket, refuses what Slack
//! refuses, fails when told to, and keeps a journal of everything it was asked.
//!
//! It follows the pages of Slack's documentation that are named beside each part. Slack's own
//! client judges it in `tests/slack/bolt.rs`.

mod args;
mod blocks;
pub mod bot;
mod caller;
pub mod check;
pub mod deliver;
pub mod event;
pub mod faults;
mod hooks;
pub mod journal;
pub mod judges;
pub mod kin;
pub mod links;
mod methods;
pub mod modal;
pub mod person;
pub mod seen;
pub mod signing;
pub mod state;
mod uploads;
pub mod views;
mod web;
pub mod workspace;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use maturity_bot::clock::Clock;
use tokio::sync::watch;

use person::Person;
use state::State;

/// How long a test waits for something that is to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running Slack. It ends with the runtime it was started on.
#[derive(Clone)]
pub struct Double {
    /// Its time: triggers and response addresses age by it.
    pub clock: Clock,
    /// Where it listens, as `http://127.0.0.1:1234`.
    pub base: String,
    state: Arc<Mutex<State>>,
    changes: Arc<watch::Sender<u64>>,
}

impl Double {
    /// Starts a workspace with nobody in it but the bot.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let double = Self {
            clock: Clock::system(),
            base: format!("http://{address}"),
            state: Arc::default(),
            changes: Arc::new(watch::Sender::new(0)),
        };
        double.with(|state| state.journal_at = Some(judges::journal_of_this_test()));
        let router = web::router(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    /// Where the Web API is, with its last slash.
    pub fn api(&self) -> String {
        format!("{}/api/", self.base)
    }

    /// Milliseconds since 1970, by this Slack's clock.
    pub fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// Looks at or changes what is so, and wakes whoever waits for a change.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        let result = {
            let mut state = self.lock();
            state.now = self.now();
            look(&mut state)
        };
        self.changes.send_modify(|count| *count += 1);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `look` finds something.
    pub async fn until<T>(&self, what: &str, look: impl FnMut(&State) -> Option<T>) -> T {
        match self.within(PATIENCE, look).await {
            Some(found) => found,
            None => panic!("{what}: not within {PATIENCE:?}\n{}", self.lock().tail()),
        }
    }

    /// Waits until `look` finds something, or the time is over.
    pub async fn within<T>(
        &self,
        span: Duration,
        mut look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let mut changes = self.changes.subscribe();
        let found = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look(&self.lock()) {
                    return found;
                }
                let _ = changes.changed().await;
            }
        };
        tokio::time::timeout(span, found).await.ok()
    }

    /// The person of this name.
    pub fn person(&self, name: &str) -> Person {
        let id = self.with(|state| state.workspace.user_named(name).id.clone());
        Person { double: self.clone(), id }
    }
}

/// Waits for a real span of time, where it is the time itself that is tested.
#[expect(clippy::disallowed_methods, reason = "Slack itself waits before it tries again")]
pub async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}
