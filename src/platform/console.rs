//! The terminal as a chat: one keyboard, any number of people and rooms.
//!
//! Each line typed gives exactly one block of output that ends with an empty line, written only
//! after everything in it is on disk. So a script can play a whole team through a pipe.

mod input;
mod line;
mod paper;
mod session;
mod typing;

pub use input::Input;
pub use line::name_of;
pub use paper::Style;
pub use session::{Resident, Session};

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;

use super::{Inbox, Memory, Parcel, Platform, PostError, Profile, Stop, What};
use crate::clock::Clock;
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::{Choice, Destination, Message, MessageRef};
use crate::text::words::{ConsoleTo, When};
use crate::text::{Text, Words};

/// What the terminal needs from whoever runs it.
#[async_trait]
pub trait Stage: Send + Sync {
    /// Delivers everything that is due, until nothing is.
    async fn settle(&self) -> anyhow::Result<()>;

    /// Moves the clock on, doing what becomes due on the way; false where time cannot be moved.
    async fn travel(&self, span: chrono::TimeDelta) -> anyhow::Result<bool>;

    /// Whether a new person may still join the team of a place.
    async fn may_join(&self, place: &PlaceId) -> anyhow::Result<bool>;

    /// What follows a line by itself, such as the next step of a guided tour.
    async fn after(&self, speaker: &PersonId) -> anyhow::Result<Vec<Message>>;
}

/// The terminal.
pub struct Console {
    text: Arc<Text>,
    clock: Clock,
    zone: Tz,
    style: Style,
    stage: Mutex<Option<Arc<dyn Stage>>>,
    memory: Arc<dyn Memory>,
    input: tokio::sync::Mutex<Input>,
    out: Mutex<Box<dyn Write + Send>>,
    state: Mutex<Live>,
}

/// The terminal as a device.
pub struct Terminal {
    /// The time zone its moments are shown in.
    pub zone: Tz,
    /// How it wants its text.
    pub style: Style,
    /// Where lines come from.
    pub input: Input,
    /// Where text goes.
    pub out: Box<dyn Write + Send>,
}

/// What changes while people type.
struct Live {
    session: Session,
    /// What each person could press on the message they saw last.
    shown: BTreeMap<PersonId, Vec<Choice>>,
    /// The latest event of each person, for `edit` and `delete`.
    latest: BTreeMap<PersonId, EventId>,
}

/// The name the terminal keeps its session under.
const SESSION: &str = "session";

impl Console {
    /// A terminal that starts where the session left off.
    #[must_use]
    pub fn new(
        text: Arc<Text>,
        clock: Clock,
        memory: Arc<dyn Memory>,
        session: Session,
        terminal: Terminal,
    ) -> Self {
        let Terminal { zone, style, input, out } = terminal;
        let live = Live { session, shown: BTreeMap::new(), latest: BTreeMap::new() };
        Self {
            text,
            clock,
            zone,
            style,
            stage: Mutex::new(None),
            memory,
            input: tokio::sync::Mutex::new(input),
            out: Mutex::new(out),
            state: Mutex::new(live),
        }
    }

    /// Tells the terminal who runs it.
    pub fn set_stage(&self, stage: Arc<dyn Stage>) {
        *lock(&self.stage) = Some(stage);
    }

    /// Lets go of whoever runs it, so that both can end.
    pub fn leave_stage(&self) {
        *lock(&self.stage) = None;
    }

    /// The session an earlier run kept, if any.
    #[must_use]
    pub fn kept_session(memory: &dyn Memory) -> Option<Session> {
        serde_json::from_slice(&memory.recall(SESSION)?).ok()
    }

    /// Keeps the session as it is now.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn keep_session(&self) -> anyhow::Result<()> {
        let bytes = {
            let mut live = lock(&self.state);
            live.session.offset = self.clock.offset().num_milliseconds();
            serde_json::to_vec(&live.session)?
        };
        self.memory.keep(SESSION, bytes).await
    }

    /// Forgets who speaks, so that the next session may begin as somebody else.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn end_session(&self) -> anyhow::Result<()> {
        lock(&self.state).session.speaker = None;
        self.keep_session().await
    }

    /// Shows a message outside of any conversation, such as a welcome.
    pub fn show(&self, message: &Message) {
        self.print(&self.style.message(message, None));
    }

    /// Ends a block of output.
    pub fn end_block(&self) {
        self.print("\n");
        let _ = lock(&self.out).flush();
    }

    /// Who speaks now, if anybody has spoken.
    #[must_use]
    pub fn speaker(&self) -> Option<PersonId> {
        lock(&self.state).session.speaker.clone()
    }

    /// The name people read for somebody at this terminal.
    #[must_use]
    pub fn name_of(&self, person: &PersonId) -> String {
        lock(&self.state).session.name_of(person)
    }

    /// Shows a person their home view.
    ///
    /// # Errors
    ///
    /// The bot stopped before the event was on disk.
    pub async fn open_home(&self, inbox: &Inbox, person: &PersonId) -> anyhow::Result<()> {
        self.answer(inbox, person, What::Opened { person: person.clone(), whole: false }).await
    }

    /// Says a line for a person, as if they had typed it, and shows the reply.
    ///
    /// # Errors
    ///
    /// The bot stopped before the event was on disk.
    pub async fn say_as(&self, inbox: &Inbox, person: &PersonId, text: &str) -> anyhow::Result<()> {
        self.say(inbox, person, text).await
    }

    fn say_words<W: Words>(&self, words: &W) {
        self.show(&Message::Text(self.text.say(words)));
    }

    fn print(&self, text: &str) {
        let _ = lock(&self.out).write_all(text.as_bytes());
    }

    fn stage(&self) -> Option<Arc<dyn Stage>> {
        lock(&self.stage).clone()
    }
}

#[async_trait]
impl Platform for Console {
    fn name(&self) -> &'static str {
        "console"
    }

    async fn run(&self, inbox: Inbox, mut stop: Stop) -> anyhow::Result<()> {
        // Whatever is typed arrives at once.
        inbox.linked(self.name(), true, self.clock.now()).await?;
        let mut input = self.input.lock().await;
        loop {
            let prompt = self.speaker().map(|person| self.name_of(&person));
            let typed = tokio::select! {
                typed = input.next_line(prompt.as_deref()) => typed,
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            };
            match typed {
                Some(typed) if line::ends_session(&typed) => return Ok(()),
                Some(typed) => self.one(&inbox, &typed).await?,
                None => return Ok(()),
            }
            self.end_block();
        }
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let Parcel { to, message, drawing, .. } = *parcel;
        let (to_name, person) = match to {
            Destination::Person(person) => {
                lock(&self.state).shown.insert(person.clone(), message.choices());
                (lock(&self.state).session.name_of(person), true)
            }
            Destination::Place(place) | Destination::Thread(place, _) => {
                (place.bare().to_owned(), false)
            }
        };
        let at = Some(When::local(self.clock.now(), self.zone));
        let heading = self.text.say(&ConsoleTo { to: to_name, person, here: false, at });
        self.print(&self.style.heading(&heading));
        self.print(&self.style.message(message, drawing));
        Ok(MessageRef(String::new()))
    }

    async fn update(&self, _: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        self.post(parcel).await.map(|_| ())
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        let live = lock(&self.state);
        let there = live.session.residents.iter().filter(|it| it.places.contains(place));
        Ok(there.map(Resident::profile).collect())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        let live = lock(&self.state);
        let known = live.session.residents.iter().find(|it| it.id == *person);
        known.map(Resident::profile).ok_or_else(|| PostError::DeadTarget("unknown".to_owned()))
    }
}

/// A poisoned lock means that a thread panicked while holding plain data; the data still holds.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
