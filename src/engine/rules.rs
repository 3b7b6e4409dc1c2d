//! What holds for all teams.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::domain::ids::PersonId;
use crate::domain::team::Settings;

/// Who sees what a person answers in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// Nobody: a press reaches the bot alone.
    Hidden,
    /// Everybody there, so only teams that answer openly are asked.
    Seen,
}

/// What holds for all teams.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What stands in front of a command in the bot's own words, such as `/maturity`.
    pub prefix: String,
    /// Who looks after teams and delivery, on any platform.
    pub admins: Vec<PersonId>,
    /// Groups of a platform whose members lead every team of a place in which they belong to it,
    /// such as the moderators of a room.
    pub leading_groups: Vec<PersonId>,
    /// The platforms on which questions can be answered in a place, by name.
    pub in_place: BTreeMap<String, InPlace>,
    /// The platforms on which people may be from outside, by name: nobody makes a team there
    /// before it is known who they are.
    pub guests_on: BTreeSet<String>,
    /// How late a scheduled question or digest may still be sent, in hours.
    pub grace_hours: u32,
    /// How long after a message whose arrival is not known it is sent once more, in seconds.
    pub second_try_seconds: u32,
    /// Whether members may make a team of their channel.
    pub open_setup: bool,
    /// How a team that is made in chat wants to be asked, where whoever makes it says nothing else.
    pub defaults: Settings,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            prefix: "/maturity".to_owned(),
            admins: Vec::new(),
            leading_groups: Vec::new(),
            in_place: BTreeMap::new(),
            guests_on: BTreeSet::new(),
            grace_hours: 24,
            second_try_seconds: 300,
            open_setup: true,
            defaults: Settings::usual(),
        }
    }
}

impl Rules {
    /// How late a scheduled question or digest may still be sent.
    #[must_use]
    pub fn grace(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.grace_hours))
    }

    /// How long after a message whose arrival is not known it is sent once more.
    #[must_use]
    pub fn second_try(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.second_try_seconds))
    }
}
