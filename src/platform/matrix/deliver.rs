//! A message of the bot into a room: its parts in order, its picture, what can be chosen on it.

use matrix_sdk::Room;
use serde_json::{Value, json};

use super::bot::Bot;
use super::compose::{self, MESSAGE, Mention, POLL, POLL_END, Venue, transaction};
use super::polls::{self, Poll};
use super::send::Found;
use super::split::{LONGEST, MOST};
use super::{ids, send};
use crate::domain::ids::PersonId;
use crate::domain::message::{Choice, Destination, Message};
use crate::platform::{Drawing, Parcel, PostError};
use crate::text::words::MatrixHint;

/// The part of a message that holds its words, or the first of them.
const FIRST: &str = "0";

/// A message on its way.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    /// What.
    pub message: &'a Message,
    /// Its picture, where it has one.
    pub drawing: Option<&'a dyn Drawing>,
    /// The key it is delivered once under.
    pub key: &'a str,
    /// Whether it may be there already, so that it is looked for first.
    pub doubtful: bool,
    /// The first message of the thread it goes to.
    pub thread: Option<&'a str>,
    /// Whom it wakes.
    pub wakes: Mention<'a>,
}

/// Delivers the answer to something a person said, in private; what it offers to choose is noted as
/// shown already, so that lines typed one after the other are each read against the one before.
///
/// # Errors
///
/// See [`PostError`].
pub async fn reply(
    bot: &Bot,
    room: &Room,
    person: &PersonId,
    load: Load<'_>,
) -> Result<String, PostError> {
    let event = in_private(bot, room, load).await?;
    keep(bot.notes.keep_shown(person).await);
    Ok(event)
}

/// Delivers to a person in their direct room; gives the first event.
///
/// # Errors
///
/// See [`PostError`].
pub async fn to_person(
    bot: &Bot,
    room: &Room,
    person: &PersonId,
    load: Load<'_>,
) -> Result<String, PostError> {
    let there = if load.doubtful {
        send::find(bot, room, &transaction(load.key, FIRST)).await?
    } else {
        None
    };
    if let Some(found) = there {
        is_there(bot, person, found).await;
        return in_private(bot, room, load).await;
    }
    let before = bot.notes.show(person, compose::keys(&load.message.choices()));
    match in_private(bot, room, load).await {
        Ok(event) => {
            keep(bot.notes.keep_shown(person).await);
            Ok(event)
        }
        Err(error) => {
            bot.notes.unshow(person, before);
            Err(error)
        }
    }
}

/// Whether the answer to an event, or its first part, is in a direct room; what can be chosen on it
/// is what its person has in front of them then.
///
/// # Errors
///
/// See [`PostError`].
pub async fn has_answered(
    bot: &Bot,
    room: &Room,
    person: &PersonId,
    event: &str,
) -> Result<bool, PostError> {
    let Some(found) = send::find(bot, room, &transaction(event, FIRST)).await? else {
        return Ok(false);
    };
    is_there(bot, person, found).await;
    Ok(true)
}

/// A message was found in front of a person: unless the bot said something else since, what they
/// type is meant for it.
async fn is_there(bot: &Bot, person: &PersonId, found: Found) {
    if found.last {
        bot.notes.show(person, found.keys);
        keep(bot.notes.keep_shown(person).await);
    }
}

/// Tells whoever asked in a room that the answer is elsewhere.
///
/// # Errors
///
/// See [`PostError`].
pub async fn hint(
    bot: &Bot,
    room: &Room,
    person: &PersonId,
    load: Load<'_>,
) -> Result<String, PostError> {
    let user = ids::user_of(person);
    let content = compose::notice(&bot.say(&MatrixHint {}), user.as_deref().map(AsRef::as_ref));
    once(bot, room, Outgoing { kind: MESSAGE, content }, "hint", load).await
}

/// Delivers to a room as a whole; gives the first event.
///
/// # Errors
///
/// See [`PostError`].
pub async fn to_room(bot: &Bot, room: &Room, load: Load<'_>) -> Result<String, PostError> {
    match load.message {
        Message::Poll { body, choices } => ask_room(bot, room, body, choices, load).await,
        _ => in_room(bot, room, Venue::Room(&bot.own), load).await,
    }
}

/// Puts a question before a room: as a poll, or in words where the bot may not begin one.
async fn ask_room(
    bot: &Bot,
    room: &Room,
    body: &str,
    choices: &[Choice],
    load: Load<'_>,
) -> Result<String, PostError> {
    let in_words = !polls::may_begin(bot, room).await;
    let question = if in_words {
        let content = compose::question(body, choices, &bot.own, &bot.text);
        Outgoing { kind: MESSAGE, content }
    } else {
        Outgoing { kind: POLL, content: compose::poll(body, choices) }
    };
    let event = once(bot, room, question, "poll", load).await?;
    let poll = Poll { in_words, ..Poll::new(room.room_id().as_str(), choices) };
    let kept = polls::begin(bot, &event, &poll).await;
    kept.map_err(|error| PostError::Unanswered(error.to_string()))?;
    Ok(event)
}

/// Gives an earlier message new words, or ends it where it is a poll.
///
/// # Errors
///
/// See [`PostError`].
pub async fn replace(
    bot: &Bot,
    room: &Room,
    of: &str,
    parcel: &Parcel<'_>,
) -> Result<(), PostError> {
    let Parcel { to, message, key, doubtful, .. } = *parcel;
    let load = Load { message, drawing: None, key, doubtful, thread: None, wakes: None };
    let (kind, content) = if is_poll(bot, of).await? {
        // A poll cannot get other words: it ends with them.
        (POLL_END, compose::poll_end(of, &message.body()))
    } else {
        let private = matches!(to, Destination::Person(_));
        let venue = if private { Venue::Direct } else { Venue::Room(&bot.own) };
        let words = compose::markdown(message, venue, &bot.text);
        (MESSAGE, compose::edit(of, &words))
    };
    once(bot, room, Outgoing { kind, content }, "update", load).await?;
    // What has nothing to choose takes nothing away: an answer that comes too late is told so.
    let keys = compose::keys(&message.choices());
    if let Destination::Person(person) = to
        && !keys.is_empty()
    {
        bot.notes.show(person, keys);
        keep(bot.notes.keep_shown(person).await);
    }
    Ok(())
}

async fn is_poll(bot: &Bot, event: &str) -> Result<bool, PostError> {
    let poll = polls::recall(bot, event).await;
    let poll = poll.map_err(|error| PostError::Unanswered(error.to_string()))?;
    Ok(poll.is_some_and(|poll| !poll.in_words))
}

/// A message in a direct room. Where the operator wishes it, a question comes as a poll too, above
/// its words, so that the poll is there once they are read.
async fn in_private(bot: &Bot, room: &Room, load: Load<'_>) -> Result<String, PostError> {
    let choices = load.message.choices();
    if bot.settings.polls && polls::is_single(&choices) && polls::may_begin(bot, room).await {
        let body = load.message.body();
        let question = body.rsplit("\n\n").next().unwrap_or(&body);
        let poll = Outgoing { kind: POLL, content: compose::poll(question, &choices) };
        let event = once(bot, room, poll, "poll", load).await?;
        let poll = Poll::new(room.room_id().as_str(), &choices);
        keep(polls::keep_apart(bot, &event, &poll).await);
    }
    in_room(bot, room, Venue::Direct, load).await
}

async fn in_room(
    bot: &Bot,
    room: &Room,
    venue: Venue<'_>,
    load: Load<'_>,
) -> Result<String, PostError> {
    let words = compose::markdown(load.message, venue, &bot.text);
    let mut contents = match pictured(bot, room, &words, load).await? {
        Some(content) => vec![content],
        None => compose::notices(&words, load.wakes),
    };
    let rest = contents.split_off(1.min(contents.len()));
    let Some(mut content) = contents.pop() else {
        return Err(PostError::OurBug("the message is empty".to_owned()));
    };
    let choices = load.message.choices();
    if venue == Venue::Direct && !choices.is_empty() {
        content[compose::ANSWERS] = json!(compose::keys(&choices));
    }
    let first = once(bot, room, Outgoing { kind: MESSAGE, content }, FIRST, load).await?;
    for (number, content) in (1..).zip(rest) {
        let part = Outgoing { kind: MESSAGE, content };
        once(bot, room, part, &format!("{number}"), load).await?;
    }
    Ok(first)
}

/// The message as a picture, where it has one that can be drawn and sent. Words too long for a
/// caption go without it.
async fn pictured(
    bot: &Bot,
    room: &Room,
    words: &str,
    load: Load<'_>,
) -> Result<Option<Value>, PostError> {
    let (Message::Picture { alt, .. }, Some(drawing)) = (load.message, load.drawing) else {
        return Ok(None);
    };
    if words.len() > LONGEST || compose::notice(words, None).to_string().len() > MOST {
        return Ok(None);
    }
    let png = match drawing.png() {
        Ok(png) => png,
        Err(cause) => {
            tracing::warn!(cause, "a picture could not be drawn, so its words go alone");
            return Ok(None);
        }
    };
    let upload = send::upload(bot, room, png).await?;
    Ok(upload.map(|upload| compose::image(&upload, words, alt)))
}

/// One event before it is sent.
struct Outgoing {
    kind: &'static str,
    content: Value,
}

async fn once(
    bot: &Bot,
    room: &Room,
    event: Outgoing,
    part: &str,
    load: Load<'_>,
) -> Result<String, PostError> {
    let id = transaction(load.key, part);
    if load.doubtful
        && let Some(found) = send::find(bot, room, &id).await?
    {
        return Ok(found.id);
    }
    let content = match load.thread {
        Some(thread) => compose::threaded(event.content, thread),
        None => event.content,
    };
    send::event(bot, room, event.kind, content, &id).await
}

/// What could not be noted is lost with the next restart, and nothing else.
pub fn keep(kept: anyhow::Result<()>) {
    if let Err(error) = kept {
        tracing::warn!(error = %format!("{error:#}"), "a note was not kept");
    }
}
