//! Each event of a person has one answer: given once it is committed, and again if it was lost.

use matrix_sdk::Room;
use matrix_sdk::ruma::RoomId;

use super::batch::Listener;
use super::listen::Told;
use super::notes::{Again, Aside, Missing, Origin, Owed, is_farewell};
use super::replies::Answer;
use super::{compose, deliver, direct, ids, polls};
use crate::domain::ids::EventId;
use crate::domain::message::Message;
use crate::platform::{Incoming, PostError, Response, What};
use crate::text::words::{MatrixInterrupted, MatrixRepeat, MatrixRepeatVote, MatrixUnchanged};

impl Listener {
    /// Hands in one event, and sees to its answer.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn hand_in(&self, told: Told, repeated: bool) -> anyhow::Result<()> {
        let Told { mut incoming, origin } = told;
        // A server whose clock is ahead does not make its people late.
        incoming.sent = incoming.sent.min(self.bot.clock.now());
        let event = incoming.id.0.clone();
        let edits = matches!(incoming.what, What::Edited { .. });
        let changes = edits || matches!(incoming.what, What::Withdrawn { .. });
        let (again, since) = (Again::after(&incoming.what), self.bot.clock.now());
        let owed = incoming.what.person().cloned().zip(origin);
        let owed = owed.map(|(person, origin)| Owed { person, origin, again, sure: true, since });
        // A change may have no answer, so that none says nothing of whether it was made before.
        let known = match &owed {
            Some(owed) if changes => self.expect(&event, owed).await?,
            _ => true,
        };
        let forgets = is_farewell(&incoming.what);
        let response = self.inbox.hand_in(incoming).await?;
        if let (true, Some(owed)) = (forgets, &owed) {
            self.bot.notes.forget(&owed.person).await?;
        }
        match (response, owed) {
            // A command that only shows something leaves no mark, and may have been answered before.
            (Some(response), Some(owed)) => self.give(event, owed, response, repeated),
            (None, Some(owed)) if repeated && known => Box::pin(self.again(event, owed)).await?,
            (None, Some(owed)) => {
                self.bot.notes.paid(&event);
                if edits && !repeated {
                    self.say(&event, owed, self.bot.say(&MatrixUnchanged {}), false);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Has words of the adapter's own said until they arrive. What their person can choose stays.
    pub fn say(&self, event: &str, owed: Owed, words: String, again: bool) {
        let event = format!("{event}#own");
        let wakes = owed.again == Again::Repeat;
        self.bot.notes.owe(&event, owed.clone());
        let Owed { person, origin, .. } = owed;
        let response = Response { message: Message::Text(words), drawing: None };
        self.replies.give(Answer { event, person, origin, response, again, wakes });
    }

    /// Asks the writer of an event in private to write it once more. In a room, most of what is said
    /// is not for the bot: only where polls of it are open may it be a vote.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn ask_to_repeat(
        &self,
        room: &Room,
        event: &str,
        sender: &str,
    ) -> anyhow::Result<()> {
        if direct::is_direct(&self.bot, room).await.unwrap_or(false) {
            let origin = Origin::Direct(room.room_id().to_string());
            return self.request(origin, ids::event(room.room_id().as_str(), event), sender).await;
        }
        let (Some(poll), Some(user)) =
            (polls::open_in(&self.bot, room), ids::user_of(&ids::person(sender)))
        else {
            return Ok(());
        };
        let (id, person) = (room.room_id().as_str(), ids::person(sender));
        let is_gone = direct::has_left(room, &user).await.unwrap_or(false);
        if is_gone || self.bot.notes.asked(&person).await?.get(id) == Some(&poll) {
            return Ok(());
        }
        self.request(Origin::Private(id.to_owned()), ids::event(id, event), sender).await?;
        self.bot.notes.note_asked(&person, id, &poll).await
    }

    async fn request(&self, origin: Origin, event: EventId, sender: &str) -> anyhow::Result<()> {
        let (person, since) = (ids::person(sender), self.bot.clock.now());
        let words = self.repeat(&origin);
        let owed = Owed { person, origin, again: Again::Repeat, sure: true, since };
        self.say(&event.0, owed, words, false);
        self.bot.notes.keep_owed().await
    }

    /// The request to write something once more.
    fn repeat(&self, origin: &Origin) -> String {
        match origin {
            Origin::Private(room) => {
                let link = format!("https://matrix.to/#/{}", room.replace('!', "%21"));
                self.bot.say(&MatrixRepeatVote { link })
            }
            _ => self.bot.say(&MatrixRepeat {}),
        }
    }

    /// Notes that an event may bring an answer; gives whether an earlier life noted so.
    async fn expect(&self, event: &str, owed: &Owed) -> anyhow::Result<bool> {
        let known = self.bot.notes.owes(event);
        if !known {
            self.bot.notes.owe(event, Owed { sure: false, ..owed.clone() });
            self.bot.notes.keep_owed().await?;
        }
        Ok(known)
    }

    /// Notes that an answer is owed, and sends it on its way.
    pub fn give(&self, event: String, owed: Owed, response: Response, again: bool) {
        self.bot.notes.owe(&event, owed.clone());
        let Owed { person, origin, .. } = owed;
        if !matches!(origin, Origin::Here(_)) {
            self.bot.notes.show(&person, compose::keys(&response.message.choices()));
        }
        let wakes = false;
        self.replies.give(Answer { event, person, origin, response, again, wakes });
    }

    /// Gives an answer that may have been lost, or what takes its place; later, where the homeserver
    /// does not tell whether it was lost.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn again(&self, event: String, owed: Owed) -> anyhow::Result<()> {
        let Origin::Direct(room) = owed.origin.clone() else {
            return self.again_at_once(event, owed).await.map(|_| ());
        };
        if !self.again_at_once(event.clone(), owed.clone()).await? {
            self.bot.notes.owe(&event, owed);
            let missing = Missing::Answer { event };
            let aside = Aside::new(&room, missing, self.bot.clock.now());
            self.bot.notes.put_aside(aside).await?;
        }
        Ok(())
    }

    /// The same, at once or not at all; gives whether it was. Under the same key it replaces
    /// nothing that arrived.
    ///
    /// # Errors
    ///
    /// The bot stops.
    pub async fn again_at_once(&self, event: String, owed: Owed) -> anyhow::Result<bool> {
        // An answer that arrived is what its person has in front of them, whatever comes next now.
        if owed.again == Again::Question
            && let Origin::Direct(room) = &owed.origin
            && let Ok(room) = <&RoomId>::try_from(room.as_str())
            && let Some(room) = self.bot.client.get_room(room)
        {
            let look = deliver::has_answered(&self.bot, &room, &owed.person, &event);
            match self.heed(look).await? {
                Ok(true) => {
                    self.bot.notes.paid(&event);
                    return Ok(true);
                }
                Ok(false) | Err(PostError::DeadTarget(_) | PostError::OurBug(_)) => {}
                Err(_) => return Ok(false),
            }
        }
        self.once_more(event, owed).await.map(|()| true)
    }

    async fn once_more(&self, event: String, owed: Owed) -> anyhow::Result<()> {
        let said = |place, text: &str| What::Said {
            person: owed.person.clone(),
            place,
            text: text.to_owned(),
        };
        let what = match &owed.again {
            Again::Question => said(None, "/maturity answer"),
            Again::Words { place, text } => said(place.clone(), text),
            Again::Arrival { place, by } => What::Arrived { place: place.clone(), by: by.clone() },
            Again::Repeat => {
                let (event, words) = (event.trim_end_matches("#own"), self.repeat(&owed.origin));
                self.say(event, owed, words, true);
                return Ok(());
            }
            Again::Word => {
                let words = self.bot.say(&MatrixInterrupted {});
                let response = Response { message: Message::Text(words), drawing: None };
                self.give(event, owed, response, true);
                return Ok(());
            }
        };
        let id = EventId(format!("{event}#{:016x}", crate::random::number()));
        let incoming = Incoming { id, sent: self.bot.clock.now(), what };
        match self.inbox.hand_in(incoming).await? {
            Some(response) => self.give(event, owed, response, true),
            None => self.bot.notes.paid(&event),
        }
        Ok(())
    }
}
