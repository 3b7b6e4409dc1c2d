//! Small records that only the store needs.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ActionId, PersonId, Pseudonym, RoundId, TeamId};
use crate::domain::message::{Destination, MessageRef};
use crate::domain::publication::Answers;
use crate::domain::team::Wake;

/// A number or name that another record is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRef(pub TeamId);

/// Something exists; its key says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark;

/// The groups of the platform that a member of a team belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups(pub Vec<PersonId>);

/// The actions that a team was shown, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering(pub Vec<ActionId>);

/// An event was handled; its key says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// On which day, counted from 1970.
    pub day: u32,
}

/// A piece of something that may outgrow one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece(pub Vec<u8>);

/// How often something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally(pub u32);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// For whom.
    pub team: TeamId,
    /// What for.
    pub wake: Wake,
}

/// A key to destroy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shred {
    /// The key of an anonymous round.
    Round(RoundId),
    /// The key of a person in a team.
    Person(TeamId, PersonId),
}

/// A message that a place shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Where.
    pub to: Destination,
    /// The platform's name for it.
    pub reference: MessageRef,
}

/// The published answers to one question of an open round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published(pub Vec<(Pseudonym, crate::domain::answer::Value)>);

impl Published {
    /// As the publication rule wants them.
    #[must_use]
    pub fn answers(self) -> Answers {
        self.0.into_iter().collect()
    }

    /// From what the publication rule gave.
    #[must_use]
    pub fn of(answers: &Answers) -> Self {
        Self(answers.iter().map(|(who, what)| (*who, what.clone())).collect())
    }
}
