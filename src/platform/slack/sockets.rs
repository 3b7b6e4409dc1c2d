//! Socket Mode: two sockets side by side, each replaced before or as soon as it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::api::Api;
use super::failure::CallError;
use super::link::{DISABLED, End, Link, Notice, Opener, Pulse};
use super::reception::Reception;
use super::waiting::{backoff, pause};
use crate::clock::Clock;
use crate::config::Secret;
use crate::platform::{Inbox, Refused, Stop};

/// How many sockets stand side by side, so that one may end without a gap. Slack allows ten.
const SOCKETS: usize = 2;

/// A socket that lasted less than this was not let in for good.
const BRIEF: TimeDelta = TimeDelta::minutes(1);
/// After how many of those in a row a spare socket rests, and for how long.
const LESSONS: u32 = 3;
const REST: Duration = Duration::from_secs(600);

/// Everything the sockets share.
pub struct Sockets {
    /// The Web API, which gives out addresses.
    pub api: Arc<Api>,
    /// What opens them.
    pub opener: Opener,
    /// The app-level token, with `connections:write`.
    pub token: Secret,
    /// Where envelopes go.
    pub reception: Arc<Reception>,
    /// Where the bot hears that the platform is connected.
    pub inbox: Inbox,
    /// The time.
    pub clock: Clock,
    /// How many sockets are open.
    pub open: AtomicUsize,
}

impl Sockets {
    /// Keeps the sockets open until `stop` turns true.
    ///
    /// # Errors
    ///
    /// [`Refused`] when Slack does not let the app connect at all.
    pub async fn run(self: Arc<Self>, mut stop: Stop) -> anyhow::Result<()> {
        // Where the first one is refused, no other is tried.
        let first = match self.try_to_connect().await {
            Ok(link) => Some(self.opened(link).await),
            Err(Failure::Fatal(refused)) => return Err(refused.into()),
            Err(Failure::Later(cause, _)) => {
                tracing::warn!(cause, "no socket to Slack yet");
                tokio::select! {
                    () = pause(backoff(1)) => {}
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                }
                None
            }
        };
        let mut keepers = JoinSet::new();
        keepers.spawn(Arc::clone(&self).keep(first, false));
        for _ in 1..SOCKETS {
            keepers.spawn(Arc::clone(&self).keep(None, true));
        }
        tokio::select! {
            Some(refused) = keepers.join_next() => Err(refused?.into()),
            _ = stop.wait_for(|stop| *stop) => Ok(()),
        }
    }

    /// Keeps one socket open, the one given to begin with; ends when Slack refuses. Where sockets
    /// do not last, it waits before it opens the next; a `spare` one then rests, since there may
    /// be room for no more than one.
    async fn keep(self: Arc<Self>, mut link: Option<Link>, spare: bool) -> Refused {
        let mut brief = 0;
        loop {
            let here = match link.take() {
                Some(link) => Ok(link),
                None => self.connect().await,
            };
            let opened = self.clock.now();
            link = match here {
                Ok(here) => match self.watch(here).await {
                    Ok(next) => next,
                    Err(refused) => return refused,
                },
                Err(refused) => return refused,
            };
            brief = if self.clock.now() - opened < BRIEF { brief + 1 } else { 0 };
            if spare && brief >= LESSONS {
                tracing::info!("a second socket to Slack does not last; one has to do for a while");
                pause(REST).await;
            } else if brief > 1 {
                pause(backoff(brief - 1)).await;
            }
        }
    }

    /// Watches over a socket until it ends; gives its successor, where there is one already.
    async fn watch(&self, mut link: Link) -> Result<Option<Link>, Refused> {
        match link.notices.recv().await {
            Some(Notice::Leaving) => {
                // The successor stands before the old socket goes; meanwhile both are heard.
                let connecting = self.connect();
                tokio::pin!(connecting);
                tokio::select! {
                    successor = &mut connecting => {
                        link.retire();
                        self.open.fetch_sub(1, Ordering::SeqCst);
                        return Ok(Some(successor?));
                    }
                    end = ended(&mut link) => {
                        self.lost().await;
                        if end == End::Disabled {
                            return Err(switched_off());
                        }
                    }
                }
                Ok(Some(connecting.await?))
            }
            Some(Notice::Ended(End::Disabled)) => Err(switched_off()),
            Some(Notice::Ended(End::Lost)) | None => {
                self.lost().await;
                Ok(None)
            }
        }
    }

    /// Opens a socket, trying again for as long as it may still work.
    async fn connect(&self) -> Result<Link, Refused> {
        for failed in 1.. {
            match self.try_to_connect().await {
                Ok(link) => return Ok(self.opened(link).await),
                Err(Failure::Fatal(refused)) => return Err(refused),
                Err(Failure::Later(cause, wished)) => {
                    tracing::warn!(cause, failed, "no socket to Slack");
                    let wait = backoff(failed);
                    pause(wished.map_or(wait, |wished| wait.max(wished))).await;
                }
            }
        }
        Err(Refused("no socket to Slack could be opened".to_owned()))
    }

    async fn try_to_connect(&self) -> Result<Link, Failure> {
        let method = "apps.connections.open";
        let answer = self
            .api
            .call_as(&self.token, method, &[])
            .await
            .map_err(|error| Failure::of(&error))?;
        let url = answer.body["url"].as_str().unwrap_or_default();
        let link = Link::open(&self.opener, url, Arc::clone(&self.reception), Pulse::USUAL).await;
        link.map_err(|cause| match cause.as_str() {
            DISABLED => Failure::Fatal(switched_off()),
            _ => Failure::Later(cause, None),
        })
    }

    /// Counts a socket that opened.
    async fn opened(&self, link: Link) -> Link {
        if self.open.fetch_add(1, Ordering::SeqCst) == 0 {
            // Nothing is kept for later: what Slack repeats is repeated soon.
            let _ = self.inbox.linked("slack", true, self.clock.now()).await;
        }
        tracing::info!("a socket to Slack is open");
        link
    }

    /// Counts a socket that is gone.
    async fn lost(&self) {
        if self.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            let _ = self.inbox.linked("slack", false, self.clock.now()).await;
        }
    }
}

/// How a socket ends.
async fn ended(link: &mut Link) -> End {
    while let Some(notice) = link.notices.recv().await {
        if let Notice::Ended(end) = notice {
            return end;
        }
    }
    End::Lost
}

/// Nothing can be heard over sockets any more.
fn switched_off() -> Refused {
    let mend = "Socket Mode is switched off for the Slack app; switch it on at api.slack.com/apps \
                under Socket Mode, and start the bot again";
    Refused(mend.to_owned())
}

/// Why there is no socket.
enum Failure {
    Fatal(Refused),
    Later(String, Option<Duration>),
}

impl Failure {
    fn of(error: &CallError) -> Self {
        let fatal = error.is_dead_install()
            || matches!(error.code(), Some("missing_scope" | "forbidden_team" | "no_permission"));
        if fatal {
            let code = error.code().unwrap_or_default();
            return Self::Fatal(Refused(format!(
                "Slack does not let the app connect ({code}); check app_token in [slack]: an \
                 app-level token (xapp-…) with connections:write, from api.slack.com/apps under \
                 Basic Information, and that the app is installed"
            )));
        }
        let wished = match error {
            CallError::Limited { seconds, .. } => Some(Duration::from_secs(*seconds)),
            _ => None,
        };
        Self::Later(error.to_string(), wished)
    }
}
