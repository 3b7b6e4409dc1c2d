//! A platform that notes what it is asked to post, and posts nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;

use crate::clock::{Clock, Instant};
use crate::config::Config;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Destination, MessageRef};
use crate::domain::outgoing::Purpose;
use crate::domain::team::Team;
use crate::platform::{Inbox, Parcel, Platform, PostError, Profile, Stop};
use crate::store::keys::readable;
use crate::store::kv::StoreError;
use crate::store::memory::MemoryKv;
use crate::store::tx::Tx;

/// One message that would have been sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When.
    pub at: Instant,
    /// The zone of its team.
    pub zone: Tz,
    /// Whom or where, as people write it.
    pub to: String,
    /// What kind of message.
    pub what: &'static str,
    /// The preset of its round, if it is about one.
    pub preset: String,
    /// The name of its team.
    pub team: String,
}

/// Stands in for one platform.
pub struct Recorder {
    name: &'static str,
    /// Who is where, as the config file says.
    places: BTreeMap<PlaceId, Vec<Profile>>,
    kv: Arc<MemoryKv>,
    clock: Clock,
    sent: Mutex<Vec<Sent>>,
}

impl Recorder {
    /// A stand-in for the platform of this name.
    pub fn new(name: &'static str, config: &Config, kv: Arc<MemoryKv>, clock: Clock) -> Self {
        let profile = |member: &crate::config::Member| Profile {
            id: member.id.clone(),
            name: member.name.clone(),
            zone: member.zone,
            outside: false,
            groups: None,
        };
        let teams = config.teams.iter();
        let places = teams
            .map(|team| (team.place.clone(), team.members.iter().map(profile).collect()))
            .collect();
        Self { name, places, kv, clock, sent: Mutex::default() }
    }

    /// Everything it was asked to post.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, to: &Destination, key: &str) -> Result<(), StoreError> {
        let tx = Tx::new(self.kv.as_ref());
        let rows = tx.outbox()?;
        let purpose = rows.iter().find(|(row, _)| readable(row) == key).map(|(_, row)| row.purpose);
        let Some(purpose) = purpose else { return Ok(()) };
        let Some(team) = tx.team(purpose.team())? else { return Ok(()) };
        let sent = Sent {
            at: self.clock.now(),
            zone: team.settings.zone,
            to: addressee(&tx, &team, to)?,
            what: purpose.name(),
            preset: preset(&tx, purpose)?,
            team: team.name,
        };
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        Ok(())
    }

    /// Who is in a place that the config file does not name, as was last known.
    fn stored(&self, place: &PlaceId) -> Result<Vec<Profile>, StoreError> {
        let tx = Tx::new(self.kv.as_ref());
        let team: Option<Team> = tx.team_at(place)?;
        let mut profiles = Vec::new();
        for id in team.map_or(Ok(Vec::new()), |team| tx.members(team.id))? {
            profiles.extend(tx.person(&id)?.map(|person| Profile {
                id: person.id,
                name: person.name,
                zone: person.zone,
                outside: person.outside,
                groups: None,
            }));
        }
        Ok(profiles)
    }
}

/// A chat knows its places by ids that tell people nothing; only in a terminal they are names.
fn addressee(tx: &Tx<'_>, team: &Team, to: &Destination) -> Result<String, StoreError> {
    Ok(match to {
        Destination::Place(place) | Destination::Thread(place, _)
            if place.platform() != "console" =>
        {
            format!("channel of {}", team.name)
        }
        Destination::Place(place) | Destination::Thread(place, _) => {
            format!("#{}", place.bare())
        }
        Destination::Person(person) => tx.name_of(person)?,
    })
}

fn preset(tx: &Tx<'_>, purpose: Purpose) -> Result<String, StoreError> {
    let (Purpose::Opening(round)
    | Purpose::Question(round)
    | Purpose::Nudge(round)
    | Purpose::Closing(round)
    | Purpose::News(round)) = purpose
    else {
        return Ok(String::new());
    };
    Ok(tx.round(round)?.map(|round| round.preset).unwrap_or_default())
}

fn unreadable(error: &StoreError) -> PostError {
    PostError::OurBug(error.to_string())
}

#[async_trait]
impl Platform for Recorder {
    fn name(&self) -> &str {
        self.name
    }

    async fn run(&self, _: Inbox, _: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.note(parcel.to, parcel.key).map_err(|error| unreadable(&error))?;
        Ok(MessageRef(parcel.key.to_owned()))
    }

    async fn update(&self, _: &MessageRef, _: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        match self.places.get(place) {
            Some(members) => Ok(members.clone()),
            None => self.stored(place).map_err(|error| unreadable(&error)),
        }
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        let mut known = self.places.values().flatten();
        let found = known.find(|profile| profile.id == *person).cloned();
        found.ok_or_else(|| PostError::DeadTarget(format!("{person} is in no team")))
    }
}
