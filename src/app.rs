//! Joins the engine and the platforms: events go in, deliveries go out, the clock is watched.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

use crate::clock::Instant;
use crate::domain::message::Message;
use crate::engine::{DeliveryOutcome, Engine};
use crate::platform::{Delivery, Drawing, Inbox, Incoming, Platform, Reply, Response, Stop};
use crate::text::words;

/// How many events may wait for the engine before platforms have to.
const WAITING: usize = 1024;

/// The longest the bot sleeps, so that a moved clock is noticed soon.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(30);

/// Takes what is due to the platforms.
pub struct Courier {
    engine: Arc<Engine>,
    platforms: Vec<Arc<dyn Platform>>,
    /// Rows go out one after the other, so that none is taken twice. Holds the names of platforms
    /// that refuse the bot: they are left alone until it is started again, and lose nothing.
    turn: Mutex<BTreeSet<String>>,
}

impl Courier {
    /// A courier between an engine and its platforms.
    #[must_use]
    pub fn new(engine: Arc<Engine>, platforms: Vec<Arc<dyn Platform>>) -> Self {
        Self { engine, platforms, turn: Mutex::default() }
    }

    /// Fires and delivers everything that is due, until nothing is.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let mut refused = self.turn.lock().await;
        loop {
            self.engine.tick().await?;
            let mut delivered = false;
            for platform in &self.platforms {
                if !refused.contains(platform.name()) {
                    delivered |= self.empty(platform.as_ref(), &mut refused).await?;
                }
            }
            if !delivered {
                return Ok(());
            }
        }
    }

    /// When something is due next that no event brings.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn next_due(&self) -> anyhow::Result<Option<Instant>> {
        let refused = self.turn.lock().await;
        let names = self.platforms.iter().map(|platform| platform.name());
        let names: Vec<&str> = names.filter(|name| !refused.contains(*name)).collect();
        let delivery = self.engine.next_delivery(&names)?;
        Ok(self.engine.next_wake()?.into_iter().chain(delivery).min())
    }

    /// Delivers what is due on one platform; gives whether anything was.
    async fn empty(
        &self,
        platform: &dyn Platform,
        refused: &mut BTreeSet<String>,
    ) -> anyhow::Result<bool> {
        let mut delivered = false;
        for key in self.engine.due_rows(platform.name())? {
            let Some(outcome) = self.engine.deliver(platform, &key).await? else { continue };
            delivered = true;
            if outcome == DeliveryOutcome::DeadInstall {
                tracing::error!(
                    platform = platform.name(),
                    "the platform refuses the bot; nothing more is sent to it before a restart"
                );
                refused.insert(platform.name().to_owned());
                return Ok(false);
            }
        }
        Ok(delivered)
    }
}

/// Hands events to the engine until all senders are gone or `stop` turns true.
///
/// # Errors
///
/// A store or keyring that failed: nothing more can be acknowledged.
pub async fn handle_events(
    engine: Arc<Engine>,
    mut events: mpsc::Receiver<Delivery>,
    mut stop: Stop,
) -> anyhow::Result<()> {
    let mut handling = JoinSet::new();
    loop {
        tokio::select! {
            delivery = events.recv() => match delivery {
                Some(Delivery { event, done }) => {
                    let engine = Arc::clone(&engine);
                    handling.spawn(async move {
                        let reply = answer(&engine, &event).await?;
                        let _ = done.send(reply.map(|message| with_picture(&engine, message)));
                        anyhow::Ok(())
                    });
                }
                None => break,
            },
            Some(result) = handling.join_next() => result.context("an event's handling broke off")??,
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    while let Some(result) = handling.join_next().await {
        result.context("an event's handling broke off")??;
    }
    Ok(())
}

/// Handles one event. What is wrong with a single record does not end the bot: the person hears
/// that nothing was saved, and the operator finds the record in the log.
async fn answer(engine: &Engine, event: &Incoming) -> anyhow::Result<Reply> {
    match engine.handle(event).await {
        Ok(reply) => Ok(reply),
        Err(trouble) if trouble.is_fatal() => Err(trouble.into()),
        Err(trouble) => {
            tracing::error!(%trouble, "an event was not handled");
            Ok(Some(Message::Text(engine.say(&words::Trouble { saved: false }))))
        }
    }
}

/// A reply with its picture; where that cannot be drawn, the words go alone.
fn with_picture(engine: &Engine, message: Message) -> Response {
    let drawing = match &message {
        Message::Picture { picture, alt, .. } => {
            engine.draw(picture, alt).unwrap_or_else(|trouble| {
                tracing::error!(%trouble, "a picture was left out");
                None
            })
        }
        _ => None,
    };
    Response { message, drawing: drawing.map(|drawn| Box::new(drawn) as Box<dyn Drawing>) }
}

/// A channel for events, with both its ends.
#[must_use]
pub fn inbox() -> (Inbox, mpsc::Receiver<Delivery>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Inbox(sender), receiver)
}

/// A signal to stop, with both its ends.
#[must_use]
pub fn stop_signal() -> (watch::Sender<bool>, Stop) {
    watch::channel(false)
}

/// Settles again and again: when something changed, when something is due, and now and then.
///
/// # Errors
///
/// A store or keyring that failed.
pub async fn watch_clock(
    engine: Arc<Engine>,
    courier: Arc<Courier>,
    now: impl Fn() -> crate::clock::Instant,
    mut stop: Stop,
) -> anyhow::Result<()> {
    loop {
        courier.settle().await?;
        let until = courier.next_due().await?.map(|at| (at - now()).to_std().unwrap_or_default());
        let nap = until.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
        tokio::select! {
            () = sleep(nap) => {}
            () = engine.changed() => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that waits for the clock")]
async fn sleep(span: std::time::Duration) {
    tokio::time::sleep(span).await;
}
