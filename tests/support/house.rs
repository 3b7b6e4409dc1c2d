//! An engine with a clock that stands still and a chat that writes down what it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use chrono_tz::Tz;
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::domain::calendar::{Calendar, Workdays};
use maturity_bot::domain::courtesy::Quiet;
use maturity_bot::domain::ids::{EventId, PersonId, PlaceId, RoundId, TeamId};
use maturity_bot::domain::message::{Destination, Message, MessageRef};
use maturity_bot::domain::round::Round;
use maturity_bot::domain::team::{Settings, Team};
use maturity_bot::engine::{Engine, Rules, TeamPlan};
use maturity_bot::platform::{
    Facts, Inbox, Incoming, Parcel, Platform, PostError, Profile, Stop, What,
};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::Kv;
use maturity_bot::store::tx::Tx;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;

/// Something the bot posted by itself.
#[derive(Clone, Debug)]
pub struct Post {
    /// When.
    pub at: Instant,
    /// To whom or where: `Ann`, or `#room`.
    pub to: String,
    /// The words.
    pub body: String,
}

/// A chat without people but those written down here.
pub struct Chat {
    clock: Clock,
    posts: Mutex<Vec<Post>>,
    members: Mutex<BTreeMap<PlaceId, BTreeSet<String>>>,
}

/// Everything a test needs.
pub struct House {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Its time.
    pub clock: Clock,
    /// Its store.
    pub kv: Arc<dyn Kv>,
    /// Its chat.
    pub chat: Chat,
    events: Mutex<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A moment in UTC, as `2026-11-02 10:00`.
pub fn at(text: &str) -> Instant {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M");
    local.expect("a date and time").and_utc()
}

/// A person's id.
pub fn id(name: &str) -> PersonId {
    PersonId(format!("chat:{}", name.to_lowercase()))
}

/// A room's id.
pub fn room(name: &str) -> PlaceId {
    PlaceId(format!("chat:{name}"))
}

/// Settings that disturb at any hour and post no digests, so that a test sees only what it wants.
pub fn calm() -> Settings {
    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let workdays = Workdays::new([Mon, Tue, Wed, Thu, Fri, Sat, Sun]).expect("seven");
    let midnight = chrono::NaiveTime::MIN;
    let calendar = Calendar { workdays, holidays: BTreeSet::new() };
    let quiet = Quiet { from: midnight, to: midnight, calendar };
    Settings { zone: Tz::UTC, quiet, digest: None, trend: None, ..Settings::usual() }
}

/// A made-up person.
pub fn profile(name: &str) -> Profile {
    Profile { id: id(name), name: name.to_owned(), zone: None, outside: false, groups: None }
}

impl House {
    /// A house over a store, at 10:00 on Monday, 2 November 2026.
    pub fn over(kv: Arc<dyn Kv>, keyring: Keyring) -> Self {
        Self::with(kv, keyring, Content::embedded().expect("sound"), at("2026-11-02 10:00"))
    }

    /// The same with content and a time of one's own.
    pub fn with(kv: Arc<dyn Kv>, keyring: Keyring, content: Content, start: Instant) -> Self {
        let clock = Clock::fixed(start);
        let rules = Rules { admins: vec![id("Root")], ..Rules::default() };
        let text = Arc::new(Text::embedded());
        let engine = Engine::new(Arc::clone(&kv), keyring, text, content, clock.clone(), rules);
        let chat =
            Chat { clock: clock.clone(), posts: Mutex::default(), members: Mutex::default() };
        Self { engine: Arc::new(engine), clock, kv, chat, events: Mutex::new(0) }
    }

    /// A team of these people, led by the first.
    pub async fn team(&self, name: &str, people: &[&str], settings: Settings) -> TeamId {
        let plan = TeamPlan {
            config_id: None,
            name: name.to_owned(),
            place: room(name),
            leads: vec![id(people[0])],
            settings,
        };
        let team = self.engine.make_team(&plan).await.expect("a store that works");
        let names = people.iter().map(|name| (*name).to_owned()).collect();
        lock(&self.chat.members).insert(room(name), names);
        let members = people.iter().map(|name| profile(name)).collect();
        self.happens(What::Facts(Facts::Members { place: room(name), members })).await;
        team
    }

    /// An event under an id of its own.
    pub async fn happens(&self, what: What) -> Option<Message> {
        let number = {
            let mut events = lock(&self.events);
            *events += 1;
            *events
        };
        self.event(&format!("event {number}"), what).await
    }

    /// An event under a given id, sent now.
    pub async fn event(&self, event: &str, what: What) -> Option<Message> {
        self.sent(event, self.clock.now(), what).await
    }

    /// An event that was sent at another time than it comes in.
    pub async fn sent(&self, event: &str, sent: Instant, what: What) -> Option<Message> {
        let event = Incoming { id: EventId::from(event), sent, what };
        self.engine.handle(&event).await.expect("a store that works")
    }

    /// A person says something in private; gives the reply, and lets deliveries go out.
    pub async fn say(&self, name: &str, text: &str) -> String {
        let what = said(name, text);
        let reply = self.happens(what).await.map(|message| words(&message)).unwrap_or_default();
        self.settle().await;
        reply
    }

    /// The same for several lines.
    pub async fn says(&self, name: &str, lines: &[&str]) {
        for line in lines {
            self.say(name, line).await;
        }
    }

    /// Somebody comes into a room.
    pub async fn joins(&self, name: &str, team: &str) {
        let mut members = lock(&self.chat.members).clone();
        members.entry(room(team)).or_default().insert(name.to_owned());
        *lock(&self.chat.members) = members;
        self.happens(What::Joined { place: room(team), profile: profile(name) }).await;
    }

    /// Somebody leaves a room.
    pub async fn leaves(&self, name: &str, team: &str) {
        lock(&self.chat.members).entry(room(team)).or_default().remove(name);
        self.happens(What::Left { place: room(team), person: id(name) }).await;
        self.settle().await;
    }

    /// Does and delivers everything that is due.
    pub async fn settle(&self) {
        loop {
            self.engine.tick().await.expect("a store that works");
            let mut sent = false;
            for key in self.engine.due_rows(self.chat.name()).expect("works") {
                sent |= self.engine.deliver(&self.chat, &key).await.expect("works").is_some();
            }
            if !sent {
                return;
            }
        }
    }

    /// Moves the clock on, stopping wherever something is due.
    pub async fn later(&self, span: TimeDelta) {
        let target = self.clock.now() + span;
        loop {
            self.settle().await;
            let now = self.clock.now();
            let delivery = self.engine.next_delivery(&[self.chat.name()]).expect("works");
            let wake = self.engine.next_wake().expect("works");
            let next = wake.into_iter().chain(delivery).min().filter(|next| *next <= target);
            let Some(next) = next else { break };
            self.clock.set(next.max(now + TimeDelta::seconds(1)).min(target));
        }
        self.clock.set(target);
        self.settle().await;
    }

    /// Moves the clock as if the bot had been down all the while.
    pub async fn sleeps(&self, span: TimeDelta) {
        self.clock.advance(span);
        self.settle().await;
    }

    /// What was posted since this was asked last.
    pub fn posts(&self) -> Vec<Post> {
        std::mem::take(&mut lock(&self.chat.posts))
    }

    /// What was posted to one of them since this was asked last; the rest is forgotten.
    pub fn posts_to(&self, to: &str) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.to == to).collect()
    }

    /// The store as it is now.
    pub fn look(&self) -> Tx<'_> {
        Tx::new(self.kv.as_ref())
    }

    /// A team as it is stored.
    pub fn team_of(&self, team: TeamId) -> Team {
        self.look().team(team).expect("readable").expect("there")
    }

    /// A round as it is stored.
    pub fn round(&self, team: TeamId, number: u32) -> Round {
        let id = RoundId { team, number };
        self.look().round(id).expect("readable").expect("there")
    }
}

/// Words said in private.
pub fn said(name: &str, text: &str) -> What {
    What::Said { person: id(name), place: None, text: text.to_owned() }
}

/// The words of a message, its choices and all.
pub fn words(message: &Message) -> String {
    let choices: Vec<String> = message.choices().into_iter().map(|choice| choice.label).collect();
    format!("{}\n{}", message.body(), choices.join("\n"))
}

#[async_trait::async_trait]
impl Platform for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let Parcel { to, message, .. } = *parcel;
        let to = match to {
            Destination::Person(person) => person.as_str().trim_start_matches("chat:").to_owned(),
            Destination::Place(place) | Destination::Thread(place, _) => {
                place.as_str().replacen("chat:", "#", 1)
            }
        };
        lock(&self.posts).push(Post { at: self.clock.now(), to, body: message.body() });
        Ok(MessageRef(String::new()))
    }

    async fn update(&self, _: &MessageRef, _: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        let members = lock(&self.members);
        Ok(members.get(place).into_iter().flatten().map(|name| profile(name)).collect())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(profile(person.as_str().trim_start_matches("chat:")))
    }
}
