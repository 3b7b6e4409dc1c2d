//! Each event of a person has one answer: given once it is committed, and again if it was lost.

use matrix_sdk::ruma::RoomId;

use super::batch::Listener;
use super::listen::Told;
use super::notes::{Again, Origin, Owed};
use super::replies::Answer;
use super::{compose, deliver};
use crate::domain::ids::EventId;
use crate::domain::message::Message;
use crate::platform::{Incoming, Response, What};
use crate::text::words::MatrixInterrupted;

impl Listener {
    /// Hands in one event, and sees to its answer.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn hand_in(&self, told: Told, repeated: bool) -> anyhow::Result<()> {
        let Told { incoming, origin } = told;
        let event = incoming.id.0.clone();
        let changes = matches!(incoming.what, What::Edited { .. } | What::Withdrawn { .. });
        let (again, since) = (Again::after(&incoming.what), self.bot.clock.now());
        let owed = incoming.what.person().cloned().zip(origin);
        let owed = owed.map(|(person, origin)| Owed { person, origin, again, sure: true, since });
        // A change may have no answer, so that none says nothing of whether it was made before.
        let known = match &owed {
            Some(owed) if changes => self.expect(&event, owed).await?,
            _ => true,
        };
        let response = self.inbox.hand_in(incoming).await?;
        match (response, owed) {
            (Some(response), Some(owed)) => self.give(event, owed, response, false),
            (None, Some(owed)) if repeated && known => self.again(event, owed).await?,
            (None, Some(_)) => self.bot.notes.paid(&event),
            _ => {}
        }
        Ok(())
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
        self.replies.give(Answer { event, person, origin, response, again });
    }

    /// Gives an answer that may have been lost, or what takes its place. Under the same key it
    /// replaces nothing that arrived.
    ///
    /// # Errors
    ///
    /// The bot stops.
    pub async fn again(&self, event: String, owed: Owed) -> anyhow::Result<()> {
        // An answer that arrived is what its person has in front of them, whatever comes next now.
        if owed.again == Again::Question
            && let Origin::Direct(room) = &owed.origin
            && let Ok(room) = <&RoomId>::try_from(room.as_str())
            && let Some(room) = self.bot.client.get_room(room)
        {
            let look = || deliver::has_answered(&self.bot, &room, &owed.person, &event);
            if self.insist(look).await? == Some(true) {
                self.bot.notes.paid(&event);
                return Ok(());
            }
        }
        let said = |place, text: &str| What::Said {
            person: owed.person.clone(),
            place,
            text: text.to_owned(),
        };
        let what = match &owed.again {
            Again::Question => said(None, "/maturity answer"),
            Again::Words { place, text } => said(place.clone(), text),
            Again::Arrival { place, by } => What::Arrived { place: place.clone(), by: by.clone() },
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
