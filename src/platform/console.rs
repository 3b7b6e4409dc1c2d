//! The terminal as a chat: one keyboard, any number of people and rooms.
//!
//! Each line typed gives exactly one block of output that ends with an empty line, written only
//! after everything in it is on disk. So a script can play a whole team through a pipe.

mod input;
mod line;
mod paper;
mod session;

pub use input::Input;
pub use line::name_of;
pub use paper::Style;
pub use session::{Resident, Session};

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;

use super::{Inbox, Incoming, Memory, Parcel, Platform, PostError, Profile, Response, Stop, What};
use crate::clock::Clock;
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::{Choice, Destination, Form, Message, MessageRef};
use crate::text::words::{
    ConsoleBadLine, ConsoleForm, ConsoleNow, ConsoleSpeaker, ConsoleTo, When,
};
use crate::text::{Text, Words};
use line::Line;

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

    async fn one(&self, inbox: &Inbox, typed: &str) -> anyhow::Result<()> {
        match line::read(typed) {
            Ok(Line::As(name)) => self.become_speaker(inbox, &name).await?,
            Ok(Line::In(room)) => self.go_to(inbox, room).await?,
            Ok(Line::Later(span)) => self.later(span).await?,
            Ok(Line::Leave) => self.leave(inbox).await?,
            Ok(Line::Edit(text)) => self.edit(inbox, Some(text)).await?,
            Ok(Line::Delete) => self.edit(inbox, None).await?,
            Ok(Line::Said(text)) => {
                let speaker = self.somebody(inbox).await?;
                if !self.in_form(inbox, &speaker, text).await? {
                    self.say(inbox, &speaker, text).await?;
                }
            }
            Err(problem) => self.say_words(&ConsoleBadLine { problem, name: String::new() }),
        }
        if let Some(stage) = self.stage() {
            stage.settle().await?;
            if let Some(speaker) = self.speaker() {
                for message in stage.after(&speaker).await? {
                    self.show(&message);
                }
                stage.settle().await?;
            }
        }
        Ok(())
    }

    /// The speaker; the first line of a session that names nobody is spoken by its default one.
    async fn somebody(&self, inbox: &Inbox) -> anyhow::Result<PersonId> {
        if let Some(speaker) = self.speaker() {
            return Ok(speaker);
        }
        let name = lock(&self.state).session.default_name.clone();
        self.join(inbox, &name).await
    }

    async fn become_speaker(&self, inbox: &Inbox, name: &str) -> anyhow::Result<()> {
        let known = lock(&self.state).session.named(name).is_some();
        let person = self.join(inbox, name).await?;
        let in_team = lock(&self.state).session.is_at_home(&person);
        let name = self.name_of(&person);
        self.say_words(&ConsoleSpeaker { name, added: !known && in_team });
        self.open_home(inbox, &person).await
    }

    /// Makes a person of this name the speaker; somebody new joins the present room if it is open.
    async fn join(&self, inbox: &Inbox, name: &str) -> anyhow::Result<PersonId> {
        let (known, home) = {
            let live = lock(&self.state);
            (live.session.named(name).cloned(), live.session.home.clone())
        };
        let resident = if let Some(resident) = known {
            resident
        } else {
            let open = match self.stage() {
                Some(stage) => stage.may_join(&home).await?,
                None => true,
            };
            let resident = Resident::new(name, open.then(|| home.clone()));
            lock(&self.state).session.residents.push(resident.clone());
            resident
        };
        lock(&self.state).session.speaker = Some(resident.id.clone());
        self.keep_session().await?;
        // The bot learns a stranger's name too, by a place that belongs to no team.
        let nowhere = PlaceId("console:".to_owned());
        let places =
            if resident.places.is_empty() { vec![nowhere] } else { resident.places.clone() };
        for place in places {
            let joined = What::Joined { place, profile: resident.profile() };
            self.hand_in(inbox, joined).await?;
        }
        Ok(resident.id)
    }

    async fn go_to(&self, inbox: &Inbox, room: Option<String>) -> anyhow::Result<()> {
        let speaker = self.somebody(inbox).await?;
        let place = room.map(|room| PlaceId(format!("console:{room}")));
        let resident = {
            let mut live = lock(&self.state);
            live.session.place.clone_from(&place);
            let resident = live.session.residents.iter_mut().find(|it| it.id == speaker);
            resident.map(|resident| {
                resident.places.extend(place.clone());
                resident.places.dedup();
                resident.clone()
            })
        };
        self.keep_session().await?;
        if let (Some(place), Some(resident)) = (&place, resident) {
            let joined = What::Joined { place: place.clone(), profile: resident.profile() };
            self.hand_in(inbox, joined).await?;
        }
        let to = place.as_ref().map_or_else(String::new, |place| place.bare().to_owned());
        self.say_words(&ConsoleTo { to, person: false, here: true, at: None });
        Ok(())
    }

    async fn leave(&self, inbox: &Inbox) -> anyhow::Result<()> {
        let speaker = self.somebody(inbox).await?;
        let places = {
            let mut live = lock(&self.state);
            let resident = live.session.residents.iter_mut().find(|it| it.id == speaker);
            resident.map(|resident| std::mem::take(&mut resident.places)).unwrap_or_default()
        };
        self.keep_session().await?;
        for place in places {
            self.hand_in(inbox, What::Left { place, person: speaker.clone() }).await?;
        }
        self.say_words(&ConsoleBadLine { problem: "left", name: self.name_of(&speaker) });
        Ok(())
    }

    async fn later(&self, span: chrono::TimeDelta) -> anyhow::Result<()> {
        let Some(stage) = self.stage() else { return Ok(()) };
        if stage.travel(span).await? {
            let at = When::local(self.clock.now(), self.zone);
            self.say_words(&ConsoleNow { at });
        } else {
            self.say_words(&ConsoleBadLine { problem: "no-travel", name: String::new() });
        }
        Ok(())
    }

    async fn edit(&self, inbox: &Inbox, text: Option<&str>) -> anyhow::Result<()> {
        let person = self.somebody(inbox).await?;
        let Some(of) = lock(&self.state).latest.get(&person).cloned() else {
            self.say_words(&ConsoleBadLine { problem: "nothing-said", name: String::new() });
            return Ok(());
        };
        let what = match text {
            Some(text) => What::Edited { person: person.clone(), of, text: text.to_owned() },
            None => What::Withdrawn { person: person.clone(), of },
        };
        self.answer(inbox, &person, what).await
    }

    /// A line that fills in the form in front of the speaker.
    async fn in_form(&self, inbox: &Inbox, person: &PersonId, text: &str) -> anyhow::Result<bool> {
        let Some(mut form) = lock(&self.state).session.form.clone() else { return Ok(false) };
        let word = text.trim().to_lowercase();
        match word.as_str() {
            "ok" => {
                self.set_form(None).await?;
                let values = form.fields.iter().map(|it| (it.name.clone(), it.value.clone()));
                let place = lock(&self.state).session.place.clone();
                let what = What::Submitted {
                    person: person.clone(),
                    place,
                    form: form.name.clone(),
                    values: values.collect(),
                };
                self.answer(inbox, person, what).await?;
            }
            "cancel" => {
                self.set_form(None).await?;
                self.say_words(&ConsoleForm { word: "cancelled" });
            }
            _ if form.fill(text) => {
                self.set_form(Some(form.clone())).await?;
                self.show(&Message::Form(form));
                self.say_words(&ConsoleForm { word: "how" });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    async fn set_form(&self, form: Option<Form>) -> anyhow::Result<()> {
        lock(&self.state).session.form = form;
        self.keep_session().await
    }

    /// What a person typed: a press where it names something they see, words otherwise.
    async fn say(&self, inbox: &Inbox, person: &PersonId, text: &str) -> anyhow::Result<()> {
        let (pressed, place) = {
            let live = lock(&self.state);
            let shown = live.shown.get(person).into_iter().flatten();
            let key = text.trim();
            let hit = shown.filter(|choice| choice.key.eq_ignore_ascii_case(key));
            (hit.map(|choice| choice.press.token()).next(), live.session.place.clone())
        };
        let what = match pressed {
            Some(token) => What::Chose { person: person.clone(), place, token },
            None => What::Said { person: person.clone(), place, text: text.to_owned() },
        };
        self.answer(inbox, person, what).await
    }

    /// Hands in an event and shows the reply to the person who brought it.
    async fn answer(&self, inbox: &Inbox, person: &PersonId, what: What) -> anyhow::Result<()> {
        let Some(Response { message, drawing }) = self.hand_in(inbox, what).await? else {
            return Ok(());
        };
        // What it set off comes first, so that a question stands at the end of its block.
        if let Some(stage) = self.stage() {
            stage.settle().await?;
        }
        lock(&self.state).shown.insert(person.clone(), message.choices());
        self.print(&self.style.message(&message, drawing.as_deref()));
        if let Message::Form(form) = message {
            self.set_form(Some(form)).await?;
            self.say_words(&ConsoleForm { word: "how" });
        }
        Ok(())
    }

    async fn hand_in(&self, inbox: &Inbox, what: What) -> anyhow::Result<Option<Response>> {
        let id = EventId(format!("console:{:032x}", u128::from_be_bytes(crate::random::bytes())));
        if let What::Said { person, .. } | What::Chose { person, .. } = &what {
            lock(&self.state).latest.insert(person.clone(), id.clone());
        }
        let event = Incoming { id, sent: self.clock.now(), what };
        Ok(inbox.hand_in(event).await?)
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
