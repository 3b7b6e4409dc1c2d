//! What the try-out's guide has to know.

use std::sync::Arc;

use super::decision::{Decided, Desk};
use super::pipeline::Engine;
use super::questions::Front;
use super::speaker::Speaker;
use crate::clock::Instant;
use crate::domain::ids::{EventId, PersonId, PlaceId, QuestionId, RoundId};
use crate::domain::round::State;
use crate::platform::{Incoming, Reply, What};
use crate::text::{Text, Words};

/// How many rows are dropped in one commit.
const MOST_OPS: usize = 50;

/// A person's open round, as far as a guide may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The round.
    pub round: RoundId,
    /// Its questions, in order.
    pub questions: Vec<QuestionId>,
    /// How many of them the person has neither answered nor skipped.
    pub left: usize,
}

impl Engine {
    /// How far a person has come in the open round in front of them.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub fn progress(&self, person: &PersonId) -> Decided<Option<Progress>> {
        let desk = self.desk();
        let speaker = Speaker::new(&desk, person, None)?;
        let front = Front::find(&desk, &speaker)?;
        Ok(front.map(|front| Progress {
            round: front.round.id,
            left: front.left(),
            questions: front.round.questions,
        }))
    }

    /// Whether the team of a place has no round open or planned, so that people may still join.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn is_between_rounds(&self, place: &PlaceId) -> Decided<bool> {
        Ok(self.desk().tx.team_at(place)?.is_none_or(|team| team.current.is_none()))
    }

    /// Whether the team of a place has nobody who leads it.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn is_leaderless(&self, place: &PlaceId) -> Decided<bool> {
        Ok(self.desk().tx.team_at(place)?.is_some_and(|team| team.leads.is_empty()))
    }

    /// How many rounds of the team of a place are closed.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn rounds_closed(&self, place: &PlaceId) -> Decided<usize> {
        let desk = self.desk();
        let Some(team) = desk.tx.team_at(place)? else { return Ok(0) };
        let rounds = desk.tx.rounds(team.id)?;
        Ok(rounds.iter().filter(|round| round.state == State::Closed).count())
    }

    /// Drops everything that waits for delivery; a try-out has no use for its made-up past.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn drop_letters(&self) -> Decided<()> {
        let drop = |desk: &Desk<'_>| {
            for (key, _) in desk.tx.outbox()?.into_iter().take(MOST_OPS) {
                desk.tx.delete(key);
                desk.again.set(true);
            }
            Ok(())
        };
        self.commit(drop).await
    }

    /// Words of the bot that answer nobody.
    #[must_use]
    pub fn say<W: Words>(&self, words: &W) -> String {
        self.text.say(words)
    }

    /// The loaded words.
    #[must_use]
    pub fn text(&self) -> Arc<Text> {
        Arc::clone(&self.text)
    }

    /// The time by the engine's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Lets a person say something without showing them the reply.
    ///
    /// # Errors
    ///
    /// A store or keyring that failed.
    pub async fn handle_as(&self, person: &PersonId, text: &str) -> Decided<Reply> {
        let id = EventId(format!("guide:{:016x}", crate::random::number()));
        let (person, text) = (person.clone(), text.to_owned());
        let what = What::Said { person, place: None, text };
        self.handle(&Incoming { id, sent: self.clock.now(), what }).await
    }
}
