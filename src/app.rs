//! Joins the engine and the platforms: events go in, deliveries go out, the clock is watched.

mod gate;
mod line;
mod nap;

use std::sync::Arc;

use anyhow::Context;
use futures_util::future::try_join_all;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock::Instant;
use crate::domain::message::Message;
use crate::engine::Engine;
use crate::platform::{Delivery, Drawing, Inbox, Incoming, Platform, Reply, Response, Stop};
use crate::text::words;
use line::Line;
use nap::nap;

/// How many events may wait for the engine before platforms have to.
const WAITING: usize = 1024;

/// Takes what is due to the platforms, to each for itself: one that is slow or refuses the bot
/// keeps no other waiting.
pub struct Courier {
    engine: Arc<Engine>,
    lines: Vec<Line>,
}

impl Courier {
    /// A courier between an engine and its platforms.
    #[must_use]
    pub fn new(engine: Arc<Engine>, platforms: Vec<Arc<dyn Platform>>) -> Self {
        let line = |platform| Line::new(Arc::clone(&engine), platform);
        Self { lines: platforms.into_iter().map(line).collect(), engine }
    }

    /// Fires everything that is due and delivers whatever its platform takes now, until nothing is
    /// left of either.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn settle(&self) -> anyhow::Result<()> {
        self.settle_all(|_| true).await
    }

    /// The same for one platform alone.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn settle_with(&self, platform: &str) -> anyhow::Result<()> {
        self.settle_all(|line| line.name() == platform).await
    }

    async fn settle_all(&self, with: impl Fn(&Line) -> bool) -> anyhow::Result<()> {
        loop {
            self.engine.tick().await?;
            let mut delivered = false;
            for line in self.lines.iter().filter(|line| with(line)) {
                delivered |= line.settle().await?;
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
    pub fn next_due(&self) -> anyhow::Result<Option<Instant>> {
        let mut next = self.engine.next_wake()?;
        for line in &self.lines {
            next = next.into_iter().chain(line.next_at()?).min();
        }
        Ok(next)
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
/// whether it was saved, and the operator finds the record in the log.
async fn answer(engine: &Engine, event: &Incoming) -> anyhow::Result<Reply> {
    match engine.handle(event).await {
        Ok(reply) => Ok(reply),
        Err(trouble) if trouble.is_fatal() => Err(trouble.into()),
        Err(trouble) => {
            tracing::error!(%trouble, "an event was not handled");
            Ok(Some(Message::Text(engine.say(&words::Trouble { saved: trouble.is_saved() }))))
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

/// Fires and delivers, side by side: the clock waits for no platform, and no platform for another.
///
/// # Errors
///
/// A store or keyring that failed.
pub async fn watch_clock(
    engine: Arc<Engine>,
    courier: Arc<Courier>,
    stop: Stop,
) -> anyhow::Result<()> {
    let lines = courier.lines.iter().map(|line| line.serve(stop.clone()));
    let lines = async { anyhow::Ok(try_join_all(lines).await?) };
    tokio::try_join!(keep_time(&engine, stop.clone()), lines)?;
    Ok(())
}

/// Does what is due when something changed, when something is due, and now and then.
async fn keep_time(engine: &Engine, mut stop: Stop) -> anyhow::Result<()> {
    let mut changes = engine.changes();
    loop {
        let next = engine.keep_time().await?;
        tokio::select! {
            () = nap(engine.now(), next) => {}
            _ = changes.changed() => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        }
    }
}
