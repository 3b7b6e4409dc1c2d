//! A whole engine in memory with a clock that stands still, and a platform that notes its posts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use maturity_bot::app::Courier;
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::ids::{EventId, PersonId, PlaceId, QuestionId, RoundId, TeamId};
use maturity_bot::domain::message::{Destination, Message, MessageRef, Press};
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::{Engine, Rules, TeamPlan};
use maturity_bot::platform::{
    Facts, Inbox, Incoming, Parcel, PlaceChange, Platform, PostError, Profile, Reply, Sighting,
    Stop, What,
};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::store::tx::Tx;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;

/// The platform of the tests.
#[derive(Default)]
pub struct Chat {
    pub members: Mutex<BTreeMap<PlaceId, Vec<Profile>>>,
    pub posts: Mutex<Vec<(Destination, Message)>>,
    pub updates: Mutex<Vec<(MessageRef, Message)>>,
    pub fails: Mutex<Option<PostError>>,
    /// What happens to messages that hold these words.
    pub spites: Mutex<Option<(&'static str, PostError)>>,
    /// What can be seen of messages that may have arrived, where anything can.
    pub sees: Mutex<Option<Sighting>>,
    /// Places that cannot be reached, and why.
    pub dead: Mutex<BTreeMap<PlaceId, String>>,
    /// How often people were looked up in each place.
    pub looked: Mutex<BTreeMap<PlaceId, usize>>,
    /// What happens while the next look-up is under way.
    pub meanwhile: Mutex<Option<(Arc<Engine>, Incoming)>>,
}

impl Chat {
    fn reach(&self, place: &PlaceId) -> Result<(), PostError> {
        let cause = self.dead.lock().unwrap().get(place).cloned();
        cause.map_or(Ok(()), |cause| Err(PostError::DeadTarget(cause)))
    }

    /// From now on look-ups find what an event told of.
    fn happens(&self, what: &What) {
        match what {
            What::PlaceChanged { place, change: PlaceChange::Gone } => {
                self.dead.lock().unwrap().insert(place.clone(), "gone".to_owned());
            }
            What::Left { place, person } => {
                let mut members = self.members.lock().unwrap();
                members.get_mut(place).unwrap().retain(|member| member.id != *person);
            }
            other => panic!("nobody looks {other:?} up"),
        }
    }
}

#[async_trait]
impl Platform for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let Parcel { to, message, .. } = *parcel;
        if let Some(error) = self.fails.lock().unwrap().clone() {
            return Err(error);
        }
        if let Destination::Place(place) = to {
            self.reach(place)?;
        }
        match self.spites.lock().unwrap().clone() {
            Some((words, error)) if message.body().contains(words) => return Err(error),
            _ => {}
        }
        let mut posts = self.posts.lock().unwrap();
        posts.push((to.clone(), message.clone()));
        Ok(MessageRef(posts.len().to_string()))
    }

    async fn sight(&self, _: &Parcel<'_>) -> Result<Sighting, PostError> {
        Ok(self.sees.lock().unwrap().clone().unwrap_or(Sighting::Unseen))
    }

    async fn update(&self, of: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        if let Destination::Place(place) = parcel.to {
            self.reach(place)?;
        }
        self.updates.lock().unwrap().push((of.clone(), parcel.message.clone()));
        Ok(())
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        if let Some(error) = self.fails.lock().unwrap().clone() {
            return Err(error);
        }
        *self.looked.lock().unwrap().entry(place.clone()).or_default() += 1;
        let found = self.reach(place);
        let members = self.members.lock().unwrap().get(place).cloned().unwrap_or_default();
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some((engine, event)) = meanwhile {
            self.happens(&event.what);
            engine.handle(&event).await.unwrap();
        }
        found.map(|()| members)
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(profile(person))
    }
}

/// An engine with its chat.
pub struct House {
    pub kv: Arc<MemoryKv>,
    pub engine: Arc<Engine>,
    pub clock: Clock,
    pub chat: Arc<Chat>,
    pub courier: Courier,
    events: Mutex<u64>,
}

impl House {
    pub fn new() -> Self {
        Self::with(Content::embedded().unwrap())
    }

    /// A house at ten in the morning of a Monday.
    pub fn with(content: Content) -> Self {
        Self::under(content, Rules::default())
    }

    /// The same under rules of one's own.
    pub fn under(content: Content, rules: Rules) -> Self {
        Self::keyed(content, rules, Keyring::in_memory())
    }

    /// The same with keys that may lie on a disk.
    pub fn keyed(content: Content, rules: Rules, keyring: Keyring) -> Self {
        let kv = Arc::new(MemoryKv::new());
        let clock = Clock::fixed(at("2026-11-02T10:00:00Z"));
        let engine = Arc::new(Engine::new(
            Arc::clone(&kv) as _,
            keyring,
            Arc::new(Text::embedded()),
            content,
            clock.clone(),
            rules,
        ));
        let chat = Arc::new(Chat::default());
        let courier = Courier::new(Arc::clone(&engine), vec![Arc::clone(&chat) as _]);
        Self { kv, engine, clock, chat, courier, events: Mutex::new(0) }
    }

    /// A team whose first member leads it; the platform knows its members.
    pub async fn team(&self, place: &str, members: usize, settings: Settings) -> TeamId {
        let people: Vec<Profile> = (0..members).map(|number| profile(&person(number))).collect();
        self.chat.members.lock().unwrap().insert(place.into(), people);
        let plan = TeamPlan {
            config_id: None,
            name: place.trim_start_matches("chat:").to_owned(),
            place: place.into(),
            leads: vec![person(0)],
            settings,
        };
        let team = self.engine.make_team(&plan).await.unwrap();
        self.settle().await;
        team
    }

    /// Another life of the bot over the same store; gives who delivers for it.
    pub fn begins_anew(&self) -> Courier {
        let engine = Arc::new(Engine::new(
            Arc::clone(&self.kv) as _,
            Keyring::in_memory(),
            Arc::new(Text::embedded()),
            Content::embedded().unwrap(),
            self.clock.clone(),
            Rules::default(),
        ));
        Courier::new(engine, vec![Arc::clone(&self.chat) as _])
    }

    pub async fn settle(&self) {
        self.courier.settle().await.unwrap();
    }

    pub async fn later(&self, span: TimeDelta) {
        self.clock.advance(span);
        self.settle().await;
    }

    /// Time passes from one thing that is due to the next.
    pub async fn live_through(&self, span: TimeDelta) {
        let end = self.clock.now() + span;
        while let Some(due) = self.courier.next_due().unwrap().filter(|due| *due <= end) {
            self.clock.set(due.max(self.clock.now() + TimeDelta::milliseconds(1)));
            self.settle().await;
        }
        self.clock.set(end);
        self.settle().await;
    }

    pub fn event(&self, what: What) -> Incoming {
        let mut events = self.events.lock().unwrap();
        *events += 1;
        Incoming { id: EventId(format!("event {events}")), sent: self.clock.now(), what }
    }

    pub async fn handle(&self, what: What) -> Reply {
        self.engine.handle(&self.event(what)).await.unwrap()
    }

    /// What a person hears who says something in private.
    pub async fn say(&self, who: usize, text: &str) -> String {
        let what = What::Said { person: person(who), place: None, text: text.to_owned() };
        self.handle(what).await.map(|message| message.body()).unwrap_or_default()
    }

    /// What a person hears who says something in a place.
    pub async fn say_in(&self, place: &str, who: usize, text: &str) -> String {
        let what =
            What::Said { person: person(who), place: Some(place.into()), text: text.to_owned() };
        self.handle(what).await.map(|message| message.body()).unwrap_or_default()
    }

    /// What a person hears who presses an answer.
    pub async fn press(&self, who: usize, round: RoundId, question: &str, reply: &str) -> String {
        let token = Press::Answer(round, QuestionId::from(question), reply.to_owned()).token();
        let what = What::Chose { person: person(who), place: None, token };
        self.handle(what).await.map(|message| message.body()).unwrap_or_default()
    }

    /// What a place was told since the posts were asked for last; the rest is forgotten.
    pub fn told(&self, place: &str) -> Vec<String> {
        let to = Destination::Place(place.into());
        let posts = self.posts().into_iter().filter(|it| it.0 == to);
        posts.map(|(_, message)| message.body()).collect()
    }

    pub fn posts(&self) -> Vec<(Destination, Message)> {
        std::mem::take(&mut self.chat.posts.lock().unwrap())
    }

    pub fn tx(&self) -> Tx<'_> {
        Tx::new(self.kv.as_ref())
    }

    pub fn round(&self, team: TeamId) -> maturity_bot::domain::round::Round {
        self.tx().rounds(team).unwrap().pop().unwrap()
    }
}

/// Settings under which nobody is ever disturbed, so that everything goes out at once.
pub fn always() -> Settings {
    let midnight = chrono::NaiveTime::MIN;
    let quiet = Quiet { from: midnight, to: midnight, ..Quiet::default() };
    Settings { quiet, digest: None, trend: None, ..Settings::usual() }
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn person(number: usize) -> PersonId {
    PersonId(format!("chat:person-{number:04}"))
}

pub fn profile(id: &PersonId) -> Profile {
    let name = id.as_str().trim_start_matches("chat:").to_owned();
    Profile { id: id.clone(), name, zone: None, outside: false, groups: None }
}

pub fn members(place: &str, numbers: impl Iterator<Item = usize>) -> What {
    let members = numbers.map(|number| profile(&person(number))).collect();
    What::Facts(Facts::Members { place: place.into(), members })
}
