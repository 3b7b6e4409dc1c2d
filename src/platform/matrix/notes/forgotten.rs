//! What is noted of a person beside what they are shown, and how all of it is forgotten.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::Notes;
use crate::clock::Instant;
use crate::domain::ids::PersonId;

/// How long a vote in private still finds its poll, and a change its message: twice as long as any
/// round is open.
const KEPT: TimeDelta = TimeDelta::weeks(26);

impl Notes {
    /// Lists what was noted of an event in a direct room, and drops what is old of that.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn list(&self, room: &str, name: &str, now: Instant) -> anyhow::Result<()> {
        let _keeping = self.keeping.lock().await;
        let mut names = self.listed(room).await?;
        names.insert(name.to_owned(), now);
        let is_old = |since: &Instant| now - *since > KEPT;
        for (old, _) in names.iter().filter(|(_, since)| is_old(since)) {
            self.drop(old).await?;
        }
        names.retain(|_, since| !is_old(since));
        self.keep(&list_of(room), &names).await
    }

    /// The polls for which somebody was asked to vote once more: the latest one of each room.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn asked(&self, person: &PersonId) -> anyhow::Result<BTreeMap<String, String>> {
        Ok(self.recall(&asked_of(person)).await?.unwrap_or_default())
    }

    /// Somebody was asked to vote once more, when this was the latest poll of a room.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn note_asked(
        &self,
        person: &PersonId,
        room: &str,
        poll: &str,
    ) -> anyhow::Result<()> {
        let _keeping = self.keeping.lock().await;
        let mut asked = self.asked(person).await?;
        asked.insert(room.to_owned(), poll.to_owned());
        self.keep(&asked_of(person), &asked).await
    }

    /// Forgets what a person was shown, and was asked. Their direct room stays known, as the
    /// homeserver knows it too.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn forget(&self, person: &PersonId) -> anyhow::Result<()> {
        let _keeping = self.keeping.lock().await;
        self.live().shown.remove(person);
        for name in [format!("shown {person}"), format!("form {person}"), asked_of(person)] {
            self.drop(&name).await?;
        }
        let Some(room) = self.direct(person) else { return Ok(()) };
        for name in self.listed(&room).await?.keys() {
            self.drop(name).await?;
        }
        self.drop(&list_of(&room)).await
    }

    async fn listed(&self, room: &str) -> anyhow::Result<BTreeMap<String, Instant>> {
        Ok(self.recall(&list_of(room)).await?.unwrap_or_default())
    }
}

fn list_of(room: &str) -> String {
    format!("list {room}")
}

fn asked_of(person: &PersonId) -> String {
    format!("asked {person}")
}

#[cfg(test)]
mod tests {
    use matrix_sdk::Client;

    use super::super::InForm;
    use super::*;
    use crate::domain::message::Form;

    async fn notes() -> Notes {
        let client = Client::builder().homeserver_url("http://localhost:1");
        Notes::open(client.build().await.unwrap()).await.unwrap()
    }

    /// Everything that can be noted of a person; gives the names it lies under.
    async fn note(notes: &Notes, person: &PersonId, room: &str) -> Vec<String> {
        let form = Form {
            name: "setup".to_owned(),
            title: String::new(),
            body: String::new(),
            fields: Vec::new(),
            submit: String::new(),
            choices: Vec::new(),
        };
        let poll = format!("poll in {room}");
        notes.set_direct(person, room).await.unwrap();
        notes.show(person, vec![("1".to_owned(), "answer".to_owned())]);
        notes.keep_shown(person).await.unwrap();
        let form = InForm { form, place: None, ended_by: None };
        notes.set_form(person, &form).await.unwrap();
        notes.keep(&poll, &1).await.unwrap();
        notes.list(room, &poll, Instant::UNIX_EPOCH).await.unwrap();
        notes.note_asked(person, "!team:x", "$poll").await.unwrap();
        vec![
            format!("shown {person}"),
            format!("form {person}"),
            format!("asked {person}"),
            format!("list {room}"),
            poll,
        ]
    }

    async fn lies(notes: &Notes, name: &str) -> bool {
        notes.recall::<serde_json::Value>(name).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn nothing_is_left_of_who_is_forgotten_and_everything_of_others() {
        let notes = notes().await;
        let (ann, ben) = (PersonId::from("matrix:@ann:x"), PersonId::from("matrix:@ben:x"));
        let anns = note(&notes, &ann, "!anns:x").await;
        let bens = note(&notes, &ben, "!bens:x").await;
        notes.forget(&ann).await.unwrap();
        for name in anns {
            assert!(!lies(&notes, &name).await, "{name}");
        }
        for name in bens {
            assert!(lies(&notes, &name).await, "{name}");
        }
        assert_eq!(notes.shown(&ann).await.unwrap(), []);
    }

    #[tokio::test]
    async fn what_is_about_rounds_long_over_is_not_kept() {
        let notes = notes().await;
        let at = |weeks| Instant::UNIX_EPOCH + TimeDelta::weeks(weeks);
        for (poll, weeks) in [("old", 0), ("new", 26), ("newer", 27)] {
            notes.keep(poll, &1).await.unwrap();
            notes.list("!r:x", poll, at(weeks)).await.unwrap();
        }
        assert!(!lies(&notes, "old").await && lies(&notes, "new").await);
    }
}
