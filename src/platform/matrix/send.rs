//! The way out of one event: encrypted where the room is, once however often it is tried.

use std::collections::BTreeSet;
use std::io::Cursor;

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{TimelineEvent, TimelineEventKind};
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{OwnedTransactionId, UInt, UserId};
use serde_json::{Value, json};

use super::bot::Bot;
use super::compose::{self, Upload};
use super::errors::{http_error, post_error};
use super::notes::Key;
use super::raw::Event;
use crate::platform::PostError;

/// How many of the bot's own events of a room a message is looked for among, the latest first,
/// whose first answer was lost.
const LOOK_BACK: u32 = 500;

/// Sends one event under a transaction id; gives its event id. The same id is delivered once: the
/// homeserver remembers those of a device for a day (client-server API, "Transaction identifiers").
///
/// # Errors
///
/// See [`PostError`].
pub async fn event(
    bot: &Bot,
    room: &Room,
    kind: &str,
    content: Value,
    transaction: &str,
) -> Result<String, PostError> {
    let id = OwnedTransactionId::from(transaction);
    let content = compose::keyed(content, transaction);
    let _turn = bot.turn(room).await;
    let sent = room.send_raw(kind, content).with_transaction_id(&id).await;
    match sent {
        Ok(sent) => Ok(sent.response.event_id.to_string()),
        Err(error) => Err(post_error(&error)),
    }
}

/// An event of the bot that stands in a room.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// What can be chosen on it by typing.
    pub keys: Vec<Key>,
    /// Whether the bot has said nothing else in the room since.
    pub last: bool,
}

/// Looks in the room for an event that was sent under a transaction id, in this life or another.
///
/// # Errors
///
/// See [`PostError`].
pub async fn find(bot: &Bot, room: &Room, transaction: &str) -> Result<Option<Found>, PostError> {
    let mut from: Option<String> = None;
    let mut last = true;
    let mut asked = BTreeSet::new();
    for _ in 0..LOOK_BACK / 100 {
        let mut options = MessagesOptions::backward().from(from.as_deref());
        options.limit = UInt::from(100_u32);
        options.filter.senders = UserId::parse(&bot.own).ok().map(|own| vec![own]);
        let page = room.messages(options).await.map_err(|error| post_error(&error))?;
        let is_empty = page.chunk.is_empty();
        for event in page.chunk {
            let Some(event) = readable(bot, room, event, &mut asked).await else { continue };
            if event.sender != bot.own {
                continue;
            }
            let keys = compose::keys_of(&event.content);
            if event.content.get(compose::KEY).and_then(Value::as_str) == Some(transaction) {
                return Ok(Some(Found { id: event.id, keys: keys.unwrap_or_default(), last }));
            }
            last &= event.kind != compose::MESSAGE;
        }
        match page.end {
            Some(end) if !is_empty => from = Some(end),
            _ => break,
        }
    }
    Ok(None)
}

/// An event as it reads, also where a device before this one wrote it: its key lies in the backup,
/// which is asked for each key once.
async fn readable(
    bot: &Bot,
    room: &Room,
    event: TimelineEvent,
    asked: &mut BTreeSet<String>,
) -> Option<Event> {
    let read = |event: &TimelineEvent| event.raw().deserialize_as_unchecked::<Event>().ok();
    let first = read(&event);
    let own = first.as_ref().is_some_and(|event| event.sender == bot.own);
    let TimelineEventKind::UnableToDecrypt { event, utd_info } = event.kind else { return first };
    let Some(session) = utd_info.session_id.filter(|_| own) else { return first };
    if asked.insert(session.clone()) {
        let backups = bot.client.encryption().backups();
        if let Err(error) = backups.download_room_key(room.room_id(), &session).await {
            tracing::debug!(%error, "the backup did not give a key");
        }
    }
    match room.decrypt_event(event.cast_ref_unchecked(), None).await {
        Ok(event) => read(&event),
        Err(_) => first,
    }
}

/// Uploads a picture for a room, encrypted where the room is; `None` where the homeserver takes
/// none that large, or it is none.
///
/// # Errors
///
/// See [`PostError`].
pub async fn upload(bot: &Bot, room: &Room, png: Vec<u8>) -> Result<Option<Upload>, PostError> {
    let Some(size) = compose::png_size(&png) else { return Ok(None) };
    let bytes = png.len();
    let most = bot.client.load_or_fetch_max_upload_size().await;
    if most.is_ok_and(|most| u64::from(most) < bytes as u64) {
        return Ok(None);
    }
    let state = room.latest_encryption_state().await.map_err(|error| post_error(&error))?;
    let source = if state.is_encrypted() {
        let mut reader = Cursor::new(png);
        let file = bot.client.upload_encrypted_file(&mut reader).await;
        let file = file.map_err(|error| post_error(&error))?;
        ("file", serde_json::to_value(file).unwrap_or_default())
    } else {
        let sent = bot.client.media().upload(&mime::IMAGE_PNG, png, None).await;
        let sent = sent.map_err(|error| match &error {
            matrix_sdk::Error::Http(error) => http_error(error),
            other => post_error(other),
        })?;
        ("url", json!(sent.content_uri))
    };
    Ok(Some(Upload { source, size, bytes }))
}
