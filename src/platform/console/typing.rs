//! What is typed: words, answers to a form, and steps of whoever sits at the keyboard.

use super::super::{Inbox, Incoming, Response, What};
use super::line::{self, Line};
use super::session::Resident;
use super::{Console, lock};
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::{Form, Message};
use crate::text::words::{
    ConsoleBadLine, ConsoleForm, ConsoleNow, ConsoleSpeaker, ConsoleTo, When,
};

impl Console {
    /// Takes one line, and shows what comes of it.
    pub(super) async fn one(&self, inbox: &Inbox, typed: &str) -> anyhow::Result<()> {
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
    pub(super) async fn say(
        &self,
        inbox: &Inbox,
        person: &PersonId,
        text: &str,
    ) -> anyhow::Result<()> {
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
    pub(super) async fn answer(
        &self,
        inbox: &Inbox,
        person: &PersonId,
        what: What,
    ) -> anyhow::Result<()> {
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
