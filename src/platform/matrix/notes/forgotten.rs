//! What is noted of a person beside what they are shown.

use std::collections::BTreeMap;

use super::Notes;
use crate::domain::ids::PersonId;

impl Notes {
    /// Whether somebody is to be asked to vote once more in a room: once as long as this is its
    /// latest poll.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn asks_to_vote(
        &self,
        person: &PersonId,
        room: &str,
        poll: &str,
    ) -> anyhow::Result<bool> {
        let name = asked_of(person);
        let mut asked: BTreeMap<String, String> = self.recall(&name).await?.unwrap_or_default();
        if asked.insert(room.to_owned(), poll.to_owned()).as_deref() == Some(poll) {
            return Ok(false);
        }
        self.keep(&name, &asked).await.map(|()| true)
    }
}

fn asked_of(person: &PersonId) -> String {
    format!("asked {person}")
}
