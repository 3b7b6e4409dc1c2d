//! A person, as far as the bot needs to know one.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::{PersonId, RoundId};

/// A person as stored: wishes and whereabouts, nothing about answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The name people read.
    pub name: String,
    /// Their own time zone, where the platform knows it.
    pub zone: Option<Tz>,
    /// A machine, a guest or somebody from outside: never asked.
    pub outside: bool,
    /// Not here until then.
    pub away_until: Option<DateTime<Utc>>,
    /// Wants no direct messages until then.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Wants no direct messages at all.
    pub stopped: bool,
    /// The local day of the latest direct message that the person did not ask for.
    pub last_unasked: Option<NaiveDate>,
    /// The round whose questions are in front of the person.
    pub facing: Option<RoundId>,
    /// Rounds that were open when the person asked to be forgotten; they answer in none of them.
    pub sits_out: Vec<RoundId>,
}

impl Person {
    /// Somebody of whom only the name is known.
    #[must_use]
    pub fn new(id: PersonId, name: String) -> Self {
        Self {
            id,
            name,
            zone: None,
            outside: false,
            away_until: None,
            snoozed_until: None,
            stopped: false,
            last_unasked: None,
            facing: None,
            sits_out: Vec::new(),
        }
    }
}
