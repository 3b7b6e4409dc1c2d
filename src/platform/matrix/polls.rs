//! Polls of the bot: which answer means what, and when they ended.

use matrix_sdk::Room;
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::MessageLikeEventType;
use serde::{Deserialize, Serialize};

use super::bot::Bot;
use super::compose;
use super::notes::Key;
use super::raw::Event;
use crate::domain::message::{Choice, Press};

/// A poll that the bot posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Its room.
    pub room: String,
    /// The answers: id, and the token of what it means.
    pub answers: Vec<Key>,
    /// When it ended, in milliseconds since 1970 by the homeserver's clock.
    pub ended: Option<i64>,
    /// Whether it stands there in words, since nobody lets the bot begin polls there; it is answered
    /// by signs.
    #[serde(default)]
    pub in_words: bool,
}

impl Poll {
    /// A poll in a room that goes on.
    #[must_use]
    pub fn new(room: &str, choices: &[Choice]) -> Self {
        Self {
            room: room.to_owned(),
            answers: compose::keys(choices),
            ended: None,
            in_words: false,
        }
    }

    /// The poll that an event of the bot began; what its answers mean stands in it.
    #[must_use]
    pub fn of(event: &Event, room: &str, own: &str) -> Option<Self> {
        let answers = compose::keys_of(&event.content).filter(|_| event.sender == own)?;
        let in_words = event.kind == compose::MESSAGE;
        Some(Self { room: room.to_owned(), answers, ended: None, in_words })
    }

    /// What a vote means; of several answers in one the first counts, as one may be chosen
    /// (MSC3381). `None` where it is spoiled or came after the end. Of several votes by one
    /// person the last one that means something counts.
    #[must_use]
    pub fn token(&self, answers: &[String], at: i64) -> Option<&str> {
        let answer = answers.first()?;
        if self.ended.is_some_and(|end| at > end) {
            return None;
        }
        let found = self.answers.iter().find(|(id, _)| id == answer);
        found.map(|(_, token)| token.as_str())
    }
}

/// The poll that began with an event, if it is one of ours.
///
/// # Errors
///
/// A store that failed.
pub async fn recall(bot: &Bot, event: &str) -> anyhow::Result<Option<Poll>> {
    match bot.memory.recall(&name(event)) {
        Some(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        None => bot.notes.recall(&name(event)).await,
    }
}

/// Whether the bot may begin polls in a room that it may write into. Of what is encrypted, nobody can
/// see that it is one.
pub async fn may_begin(bot: &Bot, room: &Room) -> bool {
    let Ok(own) = <&UserId>::try_from(bot.own.as_str()) else { return false };
    let hidden = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
    let levels = room.power_levels_or_default().await;
    hidden || levels.user_can_send_message(own, MessageLikeEventType::from(compose::POLL))
}

/// Keeps a poll that was just posted in a room.
///
/// # Errors
///
/// A store that failed.
pub async fn begin(bot: &Bot, event: &str, poll: &Poll) -> anyhow::Result<()> {
    keep(bot, event, poll).await?;
    bot.memory.keep(&latest(&poll.room), event.as_bytes().to_vec()).await
}

/// The latest poll of the bot in a room, if people can vote in it.
#[must_use]
pub fn open_in(bot: &Bot, room: &Room) -> Option<String> {
    if room.successor_room().is_some() {
        return None;
    }
    let event = bot.memory.recall(&latest(room.room_id().as_str()))?;
    let event = String::from_utf8(event).ok()?;
    let poll: Poll = serde_json::from_slice(&bot.memory.recall(&name(&event))?).ok()?;
    poll.ended.is_none().then_some(event)
}

/// Keeps a poll of a room, under the event it began with.
///
/// # Errors
///
/// A store that failed.
pub async fn keep(bot: &Bot, event: &str, poll: &Poll) -> anyhow::Result<()> {
    bot.memory.keep(&name(event), serde_json::to_vec(poll)?).await
}

/// Keeps a poll of a direct room, which says what one person was asked, away from the answers.
///
/// # Errors
///
/// A store that failed.
pub async fn keep_apart(bot: &Bot, event: &str, poll: &Poll) -> anyhow::Result<()> {
    bot.notes.keep(&name(event), poll).await?;
    bot.notes.list(&poll.room, &name(event), bot.clock.now()).await
}

/// Whether a person gives exactly one of these answers to a question.
#[must_use]
pub fn is_single(choices: &[Choice]) -> bool {
    let answers = choices.iter().all(|choice| matches!(choice.press, Press::Answer(..)));
    // Lists of things that may all be true have a word for none of them.
    answers && choices.len() > 1 && choices.iter().all(|choice| choice.key != "none")
}

fn latest(room: &str) -> String {
    format!("latest poll {room}")
}

fn name(event: &str) -> String {
    format!("poll {event}")
}

/// Whether a sign is the keycap of an answer.
#[must_use]
pub fn is_keycap(sign: &str) -> bool {
    sign.contains('\u{20e3}')
}

/// A keycap as clients send it, `3` with a variation selector and a frame, as the key it shows.
#[must_use]
pub fn keycap(sign: &str) -> String {
    sign.replace(['\u{fe0f}', '\u{20e3}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_counts_until_the_end_and_only_if_it_is_one() {
        let answers = vec![("0".to_owned(), "zero".to_owned()), ("?".to_owned(), "no".to_owned())];
        let mut poll = Poll { room: "!r:x".to_owned(), answers, ended: None, in_words: false };
        let vote = |poll: &Poll, ids: &[&str], at| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            poll.token(&ids, at).map(str::to_owned)
        };
        assert_eq!(vote(&poll, &["0"], 5), Some("zero".to_owned()));
        assert_eq!(vote(&poll, &["9"], 5), None);
        assert_eq!(vote(&poll, &[], 5), None);
        assert_eq!(vote(&poll, &["0", "?"], 5), Some("zero".to_owned()));
        assert_eq!(vote(&poll, &["9", "0"], 5), None);
        poll.ended = Some(4);
        assert_eq!(vote(&poll, &["0"], 5), None);
        assert_eq!(vote(&poll, &["?"], 4), Some("no".to_owned()));
    }

    #[test]
    fn keycaps_are_keys() {
        assert_eq!(keycap("3\u{fe0f}\u{20e3}"), "3");
        assert_eq!(keycap("3\u{20e3}"), "3");
        assert_eq!(keycap("👍"), "👍");
    }
}
