//! Answers on their way: one after the other per person, tried until they arrive.
//!
//! Listening never waits for them. Which are under way is noted before the cursor moves on, so that
//! an answer lost with the process is given again in the next life, under the same key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use matrix_sdk::Room;
use matrix_sdk::ruma::OwnedRoomId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::bot::Bot;
use super::deliver::{self, Load};
use super::notes::{InForm, Origin};
use super::waiting::{backoff, nap};
use super::{direct, ids};
use crate::domain::ids::PersonId;
use crate::domain::message::Message;
use crate::platform::{PostError, Response, Stop};

/// An answer to an event.
#[derive(Debug)]
pub struct Answer {
    /// The id of the event.
    pub event: String,
    /// Who gets it.
    pub person: PersonId,
    /// Where it goes.
    pub origin: Origin,
    /// What it says.
    pub response: Response,
    /// It may have been given before.
    pub again: bool,
    /// Whether it wakes its person, who may look elsewhere by now.
    pub wakes: bool,
}

impl Answer {
    /// Which answers it stands behind. What nobody asked for may wait long for a direct room.
    fn lane(&self) -> (PersonId, bool) {
        (self.person.clone(), matches!(self.origin, Origin::Private(_)))
    }
}

/// The answers on their way.
pub struct Replies {
    bot: Arc<Bot>,
    stop: Stop,
    lanes: Mutex<BTreeMap<(PersonId, bool), UnboundedSender<Answer>>>,
}

impl Replies {
    /// No answer is under way.
    #[must_use]
    pub fn new(bot: Arc<Bot>, stop: Stop) -> Self {
        Self { bot, stop, lanes: Mutex::default() }
    }

    /// Sends an answer behind those that its person waits for.
    pub fn give(&self, answer: Answer) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(answer.lane()).or_insert_with(|| {
            let (sender, receiver) = unbounded_channel();
            tokio::spawn(work(Arc::clone(&self.bot), receiver, self.stop.clone()));
            sender
        });
        // A lane ends only with the bot, and the answer is owed then.
        let _ = lane.send(answer);
    }
}

async fn work(bot: Arc<Bot>, mut answers: UnboundedReceiver<Answer>, mut stop: Stop) {
    tokio::select! {
        // Before, a room that an earlier life opened would be opened once more.
        () = bot.until_ready() => {}
        _ = stop.wait_for(|stop| *stop) => return,
    }
    loop {
        let answer = tokio::select! {
            answer = answers.recv() => answer,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let Some(answer) = answer else { return };
        tokio::select! {
            () = insist(&bot, &answer) => bot.notes.paid(&answer.event),
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Tries until the answer arrives or never can.
async fn insist(bot: &Bot, answer: &Answer) {
    for attempt in 0_u32.. {
        // Whatever was tried is looked for before it is tried again: a homeserver knows for a while
        // alone what it took already.
        let wait = match give(bot, answer, answer.again || attempt > 0).await {
            Ok(()) => return,
            Err(PostError::Limited { retry_after }) => retry_after.max(1),
            Err(PostError::Transient { retry_after: Some(wish), .. }) => wish,
            Err(PostError::Transient { .. } | PostError::Unanswered(_)) => backoff(attempt),
            Err(error) => {
                tracing::warn!(%error, "an answer could not be given");
                return;
            }
        };
        nap(wait).await;
    }
}

async fn give(bot: &Bot, answer: &Answer, doubtful: bool) -> Result<(), PostError> {
    let message = &answer.response.message;
    let drawing = answer.response.drawing.as_deref();
    let wakes = answer.wakes.then(|| answer.person.bare());
    let load = Load { message, drawing, key: &answer.event, doubtful, thread: None, wakes };
    match &answer.origin {
        Origin::Here(room) => {
            deliver::to_room(bot, &joined(bot, room)?, load).await?;
        }
        Origin::Direct(room) => {
            put_form(bot, answer, load, None).await;
            let mut room = joined(bot, room)?;
            // Somebody may have been let in since it was asked.
            if !direct::is_private(&room).await? {
                room = direct::room_with(bot, &answer.person, true).await?;
            }
            deliver::reply(bot, &room, &answer.person, load).await?;
        }
        Origin::Private(_) => {
            let room = direct::room_with(bot, &answer.person, false).await?;
            deliver::reply(bot, &room, &answer.person, load).await?;
        }
        Origin::Room { room, thread } => {
            put_form(bot, answer, load, Some(room)).await;
            let private = direct::room_with(bot, &answer.person, true).await?;
            deliver::reply(bot, &private, &answer.person, load).await?;
            let load = Load { thread: Some(thread), ..load };
            deliver::hint(bot, &joined(bot, room)?, &answer.person, load).await?;
        }
    }
    Ok(())
}

/// A form waits for lines that fill it in; what was asked for in a room belongs to it. It is put
/// there once, as it may be filled in already when its answer is tried again.
async fn put_form(bot: &Bot, answer: &Answer, load: Load<'_>, room: Option<&str>) {
    if let (Message::Form(form), false) = (load.message, load.doubtful) {
        let form = InForm { form: form.clone(), place: room.map(ids::place), ended_by: None };
        deliver::keep(bot.notes.set_form(&answer.person, &form).await);
    }
}

fn joined(bot: &Bot, room: &str) -> Result<Room, PostError> {
    let gone = || PostError::DeadTarget("the bot is not in the room".to_owned());
    let id: OwnedRoomId = room.try_into().map_err(|_| gone())?;
    bot.client.get_room(&id).ok_or_else(gone)
}
