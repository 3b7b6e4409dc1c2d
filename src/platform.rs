//! The only trait between the engine and a chat, and the words both sides share.
//!
//! A platform knows no pillar and no store. It turns what happens in the chat into [`Incoming`]
//! events and waits for each until it is on disk; it delivers [`Message`]s; it looks people up.

pub mod console;
#[cfg(feature = "matrix")]
pub mod matrix;
mod signs;
#[cfg(feature = "slack")]
pub mod slack;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::TimeDelta;
use chrono_tz::Tz;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Instant;
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::{Destination, Message, MessageRef};

/// One thing that happened in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The platform's id of the event; a repetition bears the same one.
    pub id: EventId,
    /// When the platform says it happened.
    pub sent: Instant,
    /// What happened.
    pub what: What,
}

/// What can happen in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A person wrote something, in a place or (without one) to the bot in private.
    Said {
        /// Who wrote.
        person: PersonId,
        /// Where; `None` in a private conversation.
        place: Option<PlaceId>,
        /// The words.
        text: String,
    },
    /// A person pressed something on a message of the bot.
    Chose {
        /// Who pressed.
        person: PersonId,
        /// Where; `None` in a private conversation.
        place: Option<PlaceId>,
        /// The text form of the [`crate::domain::message::Press`].
        token: String,
    },
    /// A person voted before everybody. Nobody is answered, so what is in front of them in private
    /// stays there.
    Voted {
        /// Who voted.
        person: PersonId,
        /// Where.
        place: PlaceId,
        /// The text form of the [`crate::domain::message::Press`].
        token: String,
    },
    /// A person sent a form.
    Submitted {
        /// Who sent it.
        person: PersonId,
        /// Where the form was asked for.
        place: Option<PlaceId>,
        /// The form's name.
        form: String,
        /// The values by field.
        values: BTreeMap<String, String>,
    },
    /// A person opened the bot's home view.
    Opened {
        /// Who looks.
        person: PersonId,
        /// Whether there is room for everything that the person can do, or only for how they stand.
        whole: bool,
    },
    /// A person changed the words of an earlier event.
    Edited {
        /// Who changed it.
        person: PersonId,
        /// The event changed.
        of: EventId,
        /// The words that hold now.
        text: String,
    },
    /// A person took an earlier event back.
    Withdrawn {
        /// Who took it back.
        person: PersonId,
        /// The event taken back.
        of: EventId,
    },
    /// A person came into a place.
    Joined {
        /// The place.
        place: PlaceId,
        /// Who came.
        profile: Profile,
    },
    /// A person left a place.
    Left {
        /// The place.
        place: PlaceId,
        /// Who left.
        person: PersonId,
    },
    /// A place has another name, another id, or is gone.
    PlaceChanged {
        /// The place, by the id known so far.
        place: PlaceId,
        /// What changed.
        change: PlaceChange,
    },
    /// The bot itself came into a place.
    Arrived {
        /// The place.
        place: PlaceId,
        /// Who brought it, where the platform tells.
        by: Option<PersonId>,
    },
    /// What a look-up brought.
    Facts(Facts),
    /// The platform connected, and whether it has handed in all that happened before. Rounds that
    /// are overdue wait for that, at the longest an hour from when it connected.
    Linked {
        /// The platform's name.
        platform: String,
        /// Whether everything that happened before has been handed in and committed.
        caught_up: bool,
    },
}

impl What {
    /// Who did it, where it was somebody in a conversation with the bot.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Said { person, .. }
            | Self::Chose { person, .. }
            | Self::Voted { person, .. }
            | Self::Submitted { person, .. }
            | Self::Opened { person, .. }
            | Self::Edited { person, .. }
            | Self::Withdrawn { person, .. } => Some(person),
            Self::Joined { .. }
            | Self::Arrived { .. }
            | Self::Left { .. }
            | Self::PlaceChanged { .. }
            | Self::Facts(_)
            | Self::Linked { .. } => None,
        }
    }
}

/// How a place can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceChange {
    /// It has another id now; everything about it goes on there.
    Moved(PlaceId),
    /// Another place took over from it; everything about it goes on there, but nobody there sees
    /// what was posted before.
    Replaced(PlaceId),
    /// It was archived, deleted, or the bot was removed.
    Gone,
    /// It is there again.
    Back,
    /// Something about it changed, such as who shares it, that only a look-up tells.
    Unclear,
}

/// The result of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Everybody in a place.
    Members {
        /// The place.
        place: PlaceId,
        /// Who is there.
        members: Vec<Profile>,
    },
}

/// What a platform knows of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub id: PersonId,
    /// The name people read.
    pub name: String,
    /// The person's own time zone, where the platform knows it.
    pub zone: Option<Tz>,
    /// A machine, a guest or somebody from outside: never asked.
    pub outside: bool,
    /// The groups of the platform that the person belongs to, such as the moderators of the place
    /// that was looked up; a team may name one as its lead. `None` where the platform does not know
    /// now: what is known of them then holds.
    pub groups: Option<Vec<PersonId>>,
}

/// What the engine answers once an event is on disk.
pub type Reply = Option<Message>;

/// A reply on its way to the person, with its picture where it has one.
pub struct Response {
    /// What to say.
    pub message: Message,
    /// The picture, drawn only when it is asked for.
    pub drawing: Option<Box<dyn Drawing>>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").finish_non_exhaustive()
    }
}

/// An event on its way to the engine, with the way back for the reply.
#[derive(Debug)]
pub struct Delivery {
    /// The event.
    pub event: Incoming,
    /// Takes the reply once the event is committed.
    pub done: oneshot::Sender<Option<Response>>,
}

/// Where a platform hands in its events.
#[derive(Clone, Debug)]
pub struct Inbox(pub mpsc::Sender<Delivery>);

impl Inbox {
    /// Hands in an event and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// [`NotCommitted`] when the bot stops before that; the event must then not be acknowledged.
    pub async fn hand_in(&self, event: Incoming) -> Result<Option<Response>, NotCommitted> {
        let (done, reply) = oneshot::channel();
        self.0.send(Delivery { event, done }).await.map_err(|_| NotCommitted)?;
        reply.await.map_err(|_| NotCommitted)
    }
}

impl Inbox {
    /// Says that a platform connected and begins to hand in what happened meanwhile, or (with
    /// `caught_up`) that all of it is committed. Said again after every lost connection.
    ///
    /// # Errors
    ///
    /// [`NotCommitted`] when the bot is stopping.
    pub async fn linked(
        &self,
        platform: &str,
        caught_up: bool,
        now: Instant,
    ) -> Result<(), NotCommitted> {
        let what = What::Linked { platform: platform.to_owned(), caught_up };
        let id = EventId(format!("{platform}:linked"));
        self.hand_in(Incoming { id, sent: now, what }).await.map(|_| ())
    }
}

/// The event did not reach the disk and must not be acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("the event was not committed")]
pub struct NotCommitted;

/// Turns true when everything is to stop.
pub type Stop = watch::Receiver<bool>;

/// Why something could not be delivered, by what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// It may work later; the seconds are the platform's own wish, where it has one.
    #[error("the platform could not take the message now: {cause}")]
    Transient {
        /// What the platform said, without any content.
        cause: String,
        /// How long to wait at least.
        retry_after: Option<u64>,
    },
    /// The platform wants a pause before anything more is sent to it; nothing arrived.
    #[error("the platform asks to wait {retry_after} s")]
    Limited {
        /// The length of the pause in seconds.
        retry_after: u64,
    },
    /// It was handed over and no answer came, so nobody knows whether it arrived.
    #[error("the platform did not answer: {0}")]
    Unanswered(String),
    /// This destination cannot be reached any more.
    #[error("the destination cannot be reached: {0}")]
    DeadTarget(String),
    /// The platform refuses the bot altogether.
    #[error("the platform refuses the bot: {0}")]
    DeadInstall(String),
    /// The message itself is at fault.
    #[error("the platform refused the message: {0}")]
    OurBug(String),
}

/// A picture that can be drawn in the forms platforms need.
pub trait Drawing: Send + Sync {
    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Says why it could not be drawn; the words then go out alone.
    fn png(&self) -> Result<Vec<u8>, String>;

    /// The picture in characters, at most `width` columns wide.
    fn terminal(&self, width: usize, colour: bool) -> String;
}

/// Something to deliver.
#[derive(Clone, Copy)]
pub struct Parcel<'a> {
    /// Where to.
    pub to: &'a Destination,
    /// What.
    pub message: &'a Message,
    /// Its picture, where it has one that can be drawn.
    pub drawing: Option<&'a dyn Drawing>,
    /// The same key means the same message: a platform that can tell delivers it once however
    /// often it is posted.
    pub key: &'a str,
    /// It was handed over before, and no answer told whether it arrived; or, where the platform
    /// knows repeats, parts of it may have.
    pub doubtful: bool,
}

/// What a platform can see of a message that may have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It is there, under this name.
    There(MessageRef),
    /// It is not there.
    Missing,
    /// That cannot be seen.
    Unseen,
}

/// How fast a platform takes messages. Replies are not paced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The least time between two messages to one destination.
    pub apart: TimeDelta,
    /// How many may go out at once after a rest, to all destinations together.
    pub burst: u32,
    /// After how long one more may go out, to all destinations together.
    pub refill: TimeDelta,
    /// How many destinations are written to side by side.
    pub lanes: usize,
}

impl Pace {
    /// No limit, one message after the other.
    #[must_use]
    pub fn free() -> Self {
        Self { apart: TimeDelta::zero(), burst: u32::MAX, refill: TimeDelta::zero(), lanes: 1 }
    }
}

/// The chat refuses the bot for good, with the mend: this platform ends, the bot goes on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A chat that the bot lives in.
#[async_trait]
pub trait Platform: Send + Sync {
    /// The name in front of the colon of every id of this platform.
    fn name(&self) -> &str;

    /// Whether a message posted again under its key is delivered once. Where it is not, one whose
    /// first answer is lost is posted a second time, and never a third.
    fn knows_repeats(&self) -> bool {
        false
    }

    /// Takes part in the chat until `stop` turns true.
    ///
    /// # Errors
    ///
    /// When the platform can no longer take part, with the mend. [`Refused`] ends this platform
    /// alone, anything else ends the bot.
    async fn run(&self, inbox: Inbox, stop: Stop) -> anyhow::Result<()>;

    /// How fast the platform takes messages.
    fn pace(&self) -> Pace {
        Pace::free()
    }

    /// Delivers a message.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError>;

    /// Looks whether a message that was handed over without an answer arrived. Only asked where
    /// the platform does not know repeats.
    ///
    /// # Errors
    ///
    /// See [`PostError`]; the message then waits.
    async fn sight(&self, _parcel: &Parcel<'_>) -> Result<Sighting, PostError> {
        Ok(Sighting::Unseen)
    }

    /// Replaces a message delivered before by that of the parcel, at its destination.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    async fn update(&self, reference: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError>;

    /// Everybody in a place.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError>;

    /// What is known of one person.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError>;
}

/// Where an adapter keeps its own small state: opaque bytes under its own prefix.
#[async_trait]
pub trait Memory: Send + Sync {
    /// What was kept under `name`.
    fn recall(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps `bytes` under `name`; on disk when it returns.
    async fn keep(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()>;
}
