//! Matrix as a chat: rooms for teams, encrypted direct rooms for what is confidential.
//!
//! The SDK stays inside this folder. What comes in is read as plain JSON by `raw` and becomes an
//! event of the engine in `listen`; what goes out is written by `compose`. `sync` and `batch` make
//! sure that nothing is lost on the way in, `replies`, `deliver` and `send` that nothing is doubled
//! on the way out.

mod answering;
mod aside;
mod asking;
mod batch;
mod bot;
mod brought;
mod command;
mod compose;
mod connect;
mod deliver;
mod direct;
mod edits;
mod errors;
mod folder;
mod gaps;
mod html;
mod ids;
mod listen;
mod login;
mod moving;
mod notes;
mod openings;
mod parked;
mod people;
mod polls;
mod raw;
mod replies;
mod rooms;
mod send;
mod split;
mod sync;
mod trust;
mod waiting;

pub use folder::{Folder, write_whole};
pub use ids::PLATFORM;
pub use login::{Account, Proof, log_in};

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use matrix_sdk::{Room, RoomState};

use super::{Inbox, Memory, Pace, Parcel, Platform, PostError, Profile, Stop};
use crate::clock::Clock;
use crate::config;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Destination, Message, MessageRef};
use crate::text::Text;
use bot::Bot;
use deliver::Load;
use folder::Lock;
use notes::Notes;

/// Seconds before other words are given again to a message in a room where the bot may not write.
const REFUSED: u64 = 60;

/// Matrix, with the bot's session.
pub struct Matrix {
    bot: Arc<Bot>,
    /// Whether the store knows no room yet.
    fresh: bool,
    _lock: Lock,
}

impl std::fmt::Debug for Matrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Matrix").finish_non_exhaustive()
    }
}

impl Matrix {
    /// Resumes the session that `matrix login` left. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Nobody is logged in, another process uses the folder, or session, key and store do not
    /// belong together; each with its mend.
    pub async fn resume(
        settings: config::Matrix,
        admins: Vec<PersonId>,
        data_dir: &Path,
        memory: Arc<dyn Memory>,
        (text, clock): (Arc<Text>, Clock),
    ) -> anyhow::Result<Self> {
        let folder = Folder::below(data_dir);
        folder.make()?;
        let lock = folder.lock()?;
        let (client, session) = connect::restored(&settings, &folder).await?;
        let cursor = sync::cursor(memory.as_ref());
        let fresh = sync::rewind(&client, cursor.as_deref()).await?;
        connect::resume(&client, &session, &folder).await?;
        let notes = Notes::open(client.clone()).await?;
        let bot = Bot::new(client, notes, memory, text, clock, (settings, admins));
        Ok(Self { bot: Arc::new(bot), fresh, _lock: lock })
    }

    fn load<'a>(parcel: &Parcel<'a>, thread: Option<&'a str>) -> Load<'a> {
        let Parcel { message, drawing, key, doubtful, .. } = *parcel;
        Load { message, drawing, key, doubtful, thread, wakes: None }
    }

    async fn say(&self, room: &Room, load: Load<'_>) -> Result<String, PostError> {
        let refusal = match deliver::to_room(&self.bot, room, load).await {
            Err(refusal) => people::refused(&self.bot, room, refusal).await,
            said => return said,
        };
        let plain = !room.encryption_state().is_encrypted();
        Err(match (refusal, load.message) {
            // Rooms may let words in and no polls.
            (PostError::DeadTarget(cause), Message::Poll { .. })
                if plain && people::may_write(&self.bot, room).await =>
            {
                PostError::OurBug(cause)
            }
            (refusal, _) => refusal,
        })
    }

    fn check_ready(&self) -> Result<(), PostError> {
        if self.bot.is_ready() {
            return Ok(());
        }
        let cause = "the rooms are not known yet".to_owned();
        Err(PostError::Transient { cause, retry_after: Some(1) })
    }
}

#[async_trait]
impl Platform for Matrix {
    fn name(&self) -> &'static str {
        PLATFORM
    }

    fn knows_repeats(&self) -> bool {
        true
    }

    async fn run(&self, inbox: Inbox, stop: Stop) -> anyhow::Result<()> {
        sync::run(Arc::clone(&self.bot), inbox, stop, self.fresh).await
    }

    /// Synapse's usual limit is one message in five seconds after a burst of ten.
    fn pace(&self) -> Pace {
        if self.bot.settings.unlimited {
            return Pace { lanes: 8, ..Pace::free() };
        }
        Pace { apart: TimeDelta::zero(), burst: 10, refill: TimeDelta::seconds(5), lanes: 4 }
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.check_ready()?;
        let (room, event) = match parcel.to {
            Destination::Person(person) => {
                let room = direct::room_with(&self.bot, person, false).await?;
                let load = Self::load(parcel, None);
                let event = deliver::to_person(&self.bot, &room, person, load).await?;
                (room, event)
            }
            Destination::Place(place) => {
                let room = people::room(&self.bot, place)?;
                let event = self.say(&room, Self::load(parcel, None)).await?;
                (room, event)
            }
            Destination::Thread(place, below) => {
                let room = people::room(&self.bot, place)?;
                let thread = ids::message_of(below).map(|(_, event)| event.to_string());
                let event = self.say(&room, Self::load(parcel, thread.as_deref())).await?;
                (room, event)
            }
        };
        Ok(ids::reference(room.room_id().as_str(), &event))
    }

    async fn update(&self, reference: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        self.check_ready()?;
        let unknown = || PostError::OurBug("the reference names no message".to_owned());
        let (room, event) = ids::message_of(reference).ok_or_else(unknown)?;
        let gone = || PostError::DeadTarget("the bot is not in the room".to_owned());
        let room = self.bot.client.get_room(&room).ok_or_else(gone)?;
        if room.successor_room().is_some() {
            // Nobody may write into a room that was replaced, and nobody reads it.
            return Ok(());
        }
        let refused = match deliver::replace(&self.bot, &room, event.as_str(), parcel).await {
            Err(PostError::DeadTarget(cause)) => cause,
            done => return done,
        };
        if people::is_replaced(&self.bot, &room).await? {
            return Ok(());
        }
        let private = matches!(parcel.to, Destination::Person(_));
        if private || room.state() != RoomState::Joined {
            return Err(PostError::DeadTarget(refused));
        }
        // The message is there still, and other words for it are let in once the bot's are.
        Err(PostError::Transient { cause: refused, retry_after: Some(REFUSED) })
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        self.check_ready()?;
        people::audience(&self.bot, place).await
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        self.check_ready()?;
        people::of(&self.bot, person).await
    }
}
