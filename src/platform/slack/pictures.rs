//! Pictures on their way: each goes on its own once its words stand, so that no words wait for one.

use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

use super::api::Api;
use super::errands::Errands;
use super::files::{self, Upload};
use crate::domain::message::Message;
use crate::platform::Drawing;

/// How many pictures may be on their way; one more is left out, and its words stand alone.
const ROOM: usize = 512;
/// How many of them are sent at a time.
const HANDS: usize = 4;

/// Sends pictures behind everybody's back. What a stop cuts off is lost.
pub struct Pictures {
    api: Arc<Api>,
    room: Arc<Semaphore>,
    hands: Arc<Semaphore>,
    errands: Errands,
}

impl Pictures {
    /// No picture is on its way.
    #[must_use]
    pub fn new(api: Arc<Api>) -> Self {
        let (room, hands) = (Arc::new(Semaphore::new(ROOM)), Arc::new(Semaphore::new(HANDS)));
        Self { api, room, hands, errands: Errands::default() }
    }

    /// Sends a picture, now or when there is a hand free; returns at once.
    pub fn send(&self, upload: Upload) {
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            return tracing::warn!("a picture was left out, since too many wait");
        };
        let (api, hands) = (Arc::clone(&self.api), Arc::clone(&self.hands));
        let errand = self.errands.begin();
        tokio::spawn(async move {
            let hand = hands.acquire().await;
            match files::show(&api, upload).await {
                Err(error) if !error.is_unknown() => {
                    tracing::warn!(%error, "a picture was left out");
                }
                _ => {}
            }
            drop((hand, place, errand));
        });
    }

    /// Waits until no picture is on its way.
    pub async fn done(&self) {
        self.errands.done().await;
    }
}

/// The picture of a message with what it shows in words; `None` where it cannot be drawn.
pub fn drawn(message: &Message, drawing: &dyn Drawing) -> Option<(String, Vec<u8>)> {
    let alt = match message {
        Message::Picture { alt, .. } if !alt.trim().is_empty() => alt.clone(),
        _ => message.body(),
    };
    match png(drawing) {
        Ok(png) => Some((alt, png)),
        Err(cause) => {
            tracing::warn!(cause, "a picture was not drawn");
            None
        }
    }
}

/// Draws a picture. That takes a while, in which the thread's other work goes on elsewhere, so
/// that nothing is acknowledged late because of it.
fn png(drawing: &dyn Drawing) -> Result<Vec<u8>, String> {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(|| drawing.png()),
        _ => drawing.png(),
    }
}
