//! Who is at the terminal: its people, rooms, and who speaks.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Form;
use crate::platform::Profile;

/// The terminal's own small state, kept from run to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Who speaks; nobody before the first line.
    pub speaker: Option<PersonId>,
    /// The name of whoever speaks first without saying who.
    pub default_name: String,
    /// The room that new people join.
    pub home: PlaceId,
    /// The room the speaker is in; `None` in private with the bot.
    pub place: Option<PlaceId>,
    /// Everybody known.
    pub residents: Vec<Resident>,
    /// How far the clock was moved, in milliseconds.
    pub offset: i64,
    /// The form being filled in.
    pub form: Option<Form>,
}

/// A person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Who.
    pub id: PersonId,
    /// The name people read.
    pub name: String,
    /// Their own time zone, where the config gives one.
    pub zone: Option<Tz>,
    /// The rooms they are in.
    pub places: Vec<PlaceId>,
}

impl Session {
    /// Nobody yet, around one room.
    #[must_use]
    pub fn new(home: PlaceId, default_name: String) -> Self {
        Self {
            speaker: None,
            default_name,
            home,
            place: None,
            residents: Vec::new(),
            offset: 0,
            form: None,
        }
    }

    /// The person of this name, or of the id made from it.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Resident> {
        let id = id_of(name);
        self.residents.iter().find(|it| it.name.eq_ignore_ascii_case(name) || it.id == id)
    }

    /// Whether a person is in the room that new people join.
    #[must_use]
    pub fn is_at_home(&self, id: &PersonId) -> bool {
        self.residents.iter().any(|it| it.id == *id && it.places.contains(&self.home))
    }

    /// The name people read for a person.
    #[must_use]
    pub fn name_of(&self, id: &PersonId) -> String {
        let known = self.residents.iter().find(|it| it.id == *id);
        known.map_or_else(|| id.bare().to_owned(), |it| it.name.clone())
    }
}

impl Resident {
    /// Somebody of this name, in a room or in none.
    #[must_use]
    pub fn new(name: &str, place: Option<PlaceId>) -> Self {
        Self {
            id: id_of(name),
            name: name.to_owned(),
            zone: None,
            places: place.into_iter().collect(),
        }
    }

    /// As the bot sees them.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            id: self.id.clone(),
            name: self.name.clone(),
            zone: self.zone,
            outside: false,
            groups: None,
        }
    }
}

fn id_of(name: &str) -> PersonId {
    PersonId(format!("console:{}", name.to_lowercase().replace(char::is_whitespace, "-")))
}
