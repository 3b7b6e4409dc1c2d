//! Names of things, each a type of its own so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A person on one platform, as `platform:id`. People are not joined across platforms.
    PersonId
);
text_id!(
    /// A channel or room on one platform, as `platform:id`.
    PlaceId
);
text_id!(
    /// A platform's name for one event; the same event delivered twice bears the same id.
    EventId
);
text_id!(
    /// A question of the bank, such as `skills.linux`.
    QuestionId
);
text_id!(
    /// A topic of the bank, such as `skills.foundations`.
    TopicId
);
text_id!(
    /// An action of the bank, such as `skills.foundations.shared-lab`.
    ActionId
);

macro_rules! on_a_platform {
    ($name:ident) => {
        impl $name {
            /// The platform's name in front of the colon.
            #[must_use]
            pub fn platform(&self) -> &str {
                self.0.split(':').next().unwrap_or_default()
            }

            /// The platform's own id behind the colon.
            #[must_use]
            pub fn bare(&self) -> &str {
                self.0.split_once(':').map_or(&self.0, |(_, rest)| rest)
            }
        }
    };
}

on_a_platform!(PersonId);
on_a_platform!(PlaceId);

/// A team, numbered once when it is made; names and places may change, the number never does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct TeamId(pub u32);

impl fmt::Display for TeamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A round of one team; a team's rounds are numbered 1, 2, 3 … in the order they were planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoundId {
    /// The team that holds the round.
    pub team: TeamId,
    /// The round's number within its team, from 1.
    pub number: u32,
}

impl fmt::Display for RoundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.team, self.number)
    }
}

/// Stands for a person beside their answers: a keyed hash, or a fresh label once withdrawn.
///
/// Only the key, kept outside the store, joins it to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pseudonym(pub [u8; 8]);
