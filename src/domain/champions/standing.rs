//! How far each candidacy of a team has come, and who is champion.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outcome::Refusal;
use crate::domain::ids::PersonId;
use crate::domain::level::Pillar;

/// Nobody is champion of more pillars than this at once.
pub const MOST_PILLARS: usize = 2;

/// Everybody who is, may become or lately declined to be a champion of one team. Those who accepted
/// stand in the order in which they did; there is at most one entry for a person and pillar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Champions(pub Vec<Candidacy>);

/// One person's standing in one pillar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidacy {
    /// Who it is.
    pub person: PersonId,
    /// Of which pillar.
    pub pillar: Pillar,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a candidacy has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Named by too few people; the person knows nothing of it.
    Nominated {
        /// Who named them, each once, never shown to anybody.
        by: Vec<PersonId>,
        /// When the first did.
        since: DateTime<Utc>,
    },
    /// Asked in private, no answer yet.
    Asked {
        /// When.
        since: DateTime<Utc>,
    },
    /// Champion.
    Accepted {
        /// When the term ends.
        term_ends: DateTime<Utc>,
        /// Whether there will be another.
        renewal: Renewal,
    },
    /// Would rather not, gave it up or left the question open.
    Declined {
        /// Not asked again before this.
        until: DateTime<Utc>,
    },
}

/// Whether a champion goes on for another term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renewal {
    /// The end is not near; nobody asked.
    NotDue,
    /// Asked, no answer yet.
    Asked,
    /// The person would rather not; nobody is told before the term ends.
    Declined,
}

impl Champions {
    /// The champions of a pillar, in the order in which they accepted.
    pub fn of(&self, pillar: Pillar) -> impl Iterator<Item = &PersonId> {
        let accepted = self.0.iter().filter(|c| c.is_accepted());
        accepted.filter(move |c| c.pillar == pillar).map(|c| &c.person)
    }

    /// Who owns the pillar's actions: the first who accepted.
    #[must_use]
    pub fn owner(&self, pillar: Pillar) -> Option<&PersonId> {
        self.of(pillar).next()
    }

    /// The pillars of which the person is champion.
    #[must_use]
    pub fn held_by(&self, person: &PersonId) -> Vec<Pillar> {
        self.0.iter().filter(|c| &c.person == person && c.is_accepted()).map(|c| c.pillar).collect()
    }

    /// The pillars about which the person was asked and has not answered, for the first term or
    /// another one; what `accept` and `decline` mean without a pillar.
    #[must_use]
    pub fn asked_of(&self, person: &PersonId) -> Vec<Pillar> {
        self.0.iter().filter(|c| &c.person == person && c.is_open()).map(|c| c.pillar).collect()
    }

    /// Whether the person would rather not, or gave it up, not long ago.
    #[must_use]
    pub fn has_declined(&self, person: &PersonId, pillar: Pillar) -> bool {
        matches!(self.stage(person, pillar), Some(Stage::Declined { .. }))
    }

    pub(super) fn stage(&self, person: &PersonId, pillar: Pillar) -> Option<&Stage> {
        self.0.iter().find(|c| c.is(person, pillar)).map(|c| &c.stage)
    }

    /// The champions with the entry changed where it stands, or added at the end.
    pub(super) fn with(&self, person: &PersonId, pillar: Pillar, stage: Stage) -> Self {
        let mut after = self.clone();
        match after.0.iter_mut().find(|c| c.is(person, pillar)) {
            Some(entry) => entry.stage = stage,
            None => after.0.push(Candidacy { person: person.clone(), pillar, stage }),
        }
        after
    }

    pub(super) fn without(&self, person: &PersonId, pillar: Pillar) -> Self {
        Self(self.0.iter().filter(|c| !c.is(person, pillar)).cloned().collect())
    }

    /// Whether the person may become champion of one more pillar.
    pub(super) fn room_for(&self, person: &PersonId, pillar: Pillar) -> Result<(), Refusal> {
        let held = self.held_by(person);
        if held.contains(&pillar) {
            Err(Refusal::AlreadyChampion)
        } else if held.len() >= MOST_PILLARS {
            Err(Refusal::CarriesEnough)
        } else {
            Ok(())
        }
    }
}

impl Candidacy {
    pub(super) fn is(&self, person: &PersonId, pillar: Pillar) -> bool {
        &self.person == person && self.pillar == pillar
    }

    fn is_accepted(&self) -> bool {
        matches!(self.stage, Stage::Accepted { .. })
    }

    fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Asked { .. } | Stage::Accepted { renewal: Renewal::Asked, .. })
    }
}
