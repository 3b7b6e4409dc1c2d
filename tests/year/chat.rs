//! A chat in which nothing is lost: who is in which room, and what everybody was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::{PersonId, PlaceId, RoundId};
use maturity_bot::domain::message::{Destination, Message, MessageRef, Press};
use maturity_bot::platform::{Inbox, Parcel, Platform, PostError, Profile, Stop};

use crate::time::Instant;

/// Something the bot posted, or put in the place of an earlier post.
#[derive(Clone, Debug)]
pub struct Post {
    pub at: Instant,
    pub to: Destination,
    pub message: Message,
    pub key: String,
    /// The key of the post that it takes the place of.
    pub replaces: Option<String>,
}

impl Post {
    /// The round whose question it puts, or whose questions it offers.
    pub fn asks(&self) -> Option<RoundId> {
        self.message.choices().iter().find_map(|choice| match &choice.press {
            Press::Answer(round, ..) | Press::Ask(round) => Some(*round),
            _ => None,
        })
    }

    pub fn is_question(&self) -> bool {
        let body = self.message.body();
        let answers = |press: &Press| matches!(press, Press::Answer(..));
        self.message.choices().iter().any(|choice| answers(&choice.press))
            || body.contains(" asks how you work:**")
            || body.contains("This week's question")
    }
}

#[derive(Default)]
struct State {
    rooms: BTreeMap<PlaceId, BTreeSet<PersonId>>,
    known: BTreeMap<PersonId, (Option<Tz>, bool)>,
    posts: Vec<Post>,
    keys: BTreeSet<String>,
    /// Rooms that are archived.
    gone: BTreeSet<PlaceId>,
    /// Rooms whose people were looked up since this was asked last.
    looked: Vec<PlaceId>,
}

impl State {
    fn reach(&self, to: &Destination) -> Result<(), PostError> {
        let Destination::Place(place) = to else { return Ok(()) };
        let is_gone = self.gone.contains(place);
        if is_gone { Err(PostError::DeadTarget("gone".to_owned())) } else { Ok(()) }
    }
}

pub struct Chat {
    clock: Clock,
    state: Mutex<State>,
}

pub fn person_id(number: usize) -> PersonId {
    PersonId(format!("chat:p{number}"))
}

pub fn name_of(number: usize) -> String {
    format!("P{number}")
}

pub fn number_of(id: &PersonId) -> usize {
    id.bare()[1..].parse().expect("one of ours")
}

pub fn room_id(team: usize) -> PlaceId {
    PlaceId(format!("chat:room{team}"))
}

impl Chat {
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn enter(&self, team: usize, person: usize, zone: Option<Tz>, outside: bool) {
        let mut state = self.state();
        state.rooms.entry(room_id(team)).or_default().insert(person_id(person));
        state.known.insert(person_id(person), (zone, outside));
    }

    pub fn leave(&self, team: usize, person: usize) {
        self.state().rooms.entry(room_id(team)).or_default().remove(&person_id(person));
    }

    /// A room is archived, or comes back.
    pub fn archive(&self, team: usize, gone: bool) {
        let mut state = self.state();
        if gone {
            state.gone.insert(room_id(team));
        } else {
            state.gone.remove(&room_id(team));
        }
    }

    /// The rooms whose people were looked up since this was asked last.
    pub fn looked(&self) -> Vec<PlaceId> {
        std::mem::take(&mut self.state().looked)
    }

    pub fn profile_of(&self, person: usize) -> Profile {
        let id = person_id(person);
        let (zone, outside) = self.state().known.get(&id).copied().unwrap_or_default();
        Profile { id, name: name_of(person), zone, outside, groups: None }
    }

    /// What was posted since this was asked last.
    pub fn posts(&self) -> Vec<Post> {
        std::mem::take(&mut self.state().posts)
    }

    fn note(&self, parcel: &Parcel<'_>, replaces: Option<String>) -> Result<(), PostError> {
        let mut state = self.state();
        state.reach(parcel.to)?;
        // A repeated key is the same message, which this chat shows once.
        if state.keys.insert(parcel.key.to_owned()) {
            let (to, message) = (parcel.to.clone(), parcel.message.clone());
            let (at, key) = (self.clock.now(), parcel.key.to_owned());
            state.posts.push(Post { at, to, message, key, replaces });
        }
        Ok(())
    }
}

#[async_trait]
impl Platform for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    fn knows_repeats(&self) -> bool {
        true
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.note(parcel, None)?;
        Ok(MessageRef(parcel.key.to_owned()))
    }

    async fn update(&self, reference: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        self.note(parcel, Some(reference.0.clone()))
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        let members = {
            let mut state = self.state();
            state.reach(&Destination::Place(place.clone()))?;
            state.looked.push(place.clone());
            state.rooms.get(place).cloned().unwrap_or_default()
        };
        Ok(members.iter().map(|id| self.profile_of(number_of(id))).collect())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(self.profile_of(number_of(person)))
    }
}
