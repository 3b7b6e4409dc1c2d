//! A homeserver with people: what they do, as verbs.

use std::path::Path;

use serde_json::{Value, json};

use crate::bot;
use crate::humans::Humans;
use crate::synapse::{Database, Limits, Synapse};

/// A homeserver and the people on it.
pub struct World {
    /// The homeserver.
    pub synapse: Synapse,
    /// The people.
    pub humans: Humans,
    folder: tempfile::TempDir,
}

/// One of the people.
#[derive(Clone, Copy)]
pub struct Person<'w> {
    world: &'w World,
    name: &'w str,
}

/// An event as a client shows it.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Who sent it.
    pub from: String,
    /// Its type, once decrypted.
    #[serde(rename = "type")]
    pub kind: String,
    /// When the homeserver took it, in milliseconds since 1970.
    pub sent: i64,
    /// The plain words.
    pub body: Option<String>,
    /// Which event it is a new version of.
    pub replaces: Option<String>,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// The colour of the shield beside it: `none` warns of nothing.
    pub shield: Option<String>,
    /// Everything in it.
    pub content: Value,
}

impl Event {
    /// The plain words, empty where there are none.
    pub fn words(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}

/// What somebody waits for in a room.
#[derive(Clone, Debug, Default)]
pub struct Wanted(Value);

impl Wanted {
    /// Any event.
    pub fn any() -> Self {
        Self(json!({}))
    }

    /// With these words in it.
    pub fn words(words: &str) -> Self {
        Self(json!({"contains": [words]}))
    }

    /// Of this type.
    pub fn kind(mut self, kind: &str) -> Self {
        self.0["type"] = kind.into();
        self
    }

    /// Of this sender.
    pub fn from(mut self, user: &str) -> Self {
        self.0["from"] = user.into();
        self
    }

    /// In the thread below this event.
    pub fn thread(mut self, root: &str) -> Self {
        self.0["thread"] = root.into();
        self
    }

    /// A new version of this event.
    pub fn replaces(mut self, event: &str) -> Self {
        self.0["of"] = event.into();
        self
    }

    /// Within these milliseconds; usually within a minute and a half.
    pub fn within(mut self, ms: u64) -> Self {
        self.0["ms"] = ms.into();
        self
    }
}

impl World {
    /// A homeserver with an account for the bot, and without people.
    pub fn new(database: Database, limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let synapse = Synapse::start(&folder.path().join("homeserver"), database, limits);
        let humans = Humans::start(&synapse.url());
        let world = Self { synapse, humans, folder };
        world.account(bot::NAME);
        world
    }

    /// One that forgets, and lets people do what they like.
    pub fn quick() -> Self {
        Self::new(Database::Memory, Limits::None)
    }

    /// A folder that goes with the world.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new person with a client.
    pub fn person<'w>(&'w self, name: &'w str) -> Person<'w> {
        self.enter(name, &json!({}))
    }

    /// The same, who neither reads nor writes to devices that their owner did not sign.
    pub fn careful_person<'w>(&'w self, name: &'w str) -> Person<'w> {
        self.enter(name, &json!({"signed_only": true}))
    }

    /// A new account that nobody uses yet.
    pub fn account<'w>(&'w self, name: &'w str) -> Person<'w> {
        self.enter(name, &json!({"account": true}))
    }

    fn enter<'w>(&'w self, name: &'w str, how: &Value) -> Person<'w> {
        let person = Person { world: self, name };
        person.does("enter", how.clone());
        person
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => panic!("{other} is no text"),
    }
}

fn event(value: Value) -> Event {
    serde_json::from_value(value).expect("an event")
}

impl Person<'_> {
    /// The name of the account.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Does something that must succeed.
    pub fn does(&self, verb: &str, arguments: Value) -> Value {
        let done = self.world.humans.try_to(self.name, verb, arguments);
        done.unwrap_or_else(|error| panic!("{} cannot {verb}: {error}", self.name))
    }

    /// Sends a request of their own to the homeserver.
    pub fn asks(&self, method: &str, path: &str, body: &Value) -> Value {
        self.does("ask", json!({"method": method, "path": path, "body": body}))
    }

    /// Makes an encrypted room with these people invited.
    pub fn creates_room(&self, name: &str, invite: &[&str]) -> String {
        let invite: Vec<String> = invite.iter().map(|name| user(name)).collect();
        text(self.does("create_room", json!({"name": name, "invite": invite})))
    }

    /// The same in a room of a given version of the specification's room rules.
    pub fn creates_room_of_version(&self, version: &str, name: &str, invite: &[&str]) -> String {
        let invite: Vec<String> = invite.iter().map(|name| user(name)).collect();
        let wanted = json!({"name": name, "invite": invite, "version": version});
        text(self.does("create_room", wanted))
    }

    /// Makes a room without encryption, as `createRoom` of the client-server API describes it.
    pub fn creates_plain_room(&self, wanted: &Value) -> String {
        let made = self.asks("POST", "/_matrix/client/v3/createRoom", wanted);
        made["room_id"].as_str().expect("a room").to_owned()
    }

    /// Replaces a room by a new one of the same kind, encrypted again; gives the new one.
    pub fn upgrades(&self, room: &str) -> String {
        text(self.does("upgrade", json!({"room": room})))
    }

    /// Opens an encrypted conversation with somebody, and waits until they are in it.
    pub fn opens_direct_room(&self, with: &str) -> String {
        let room = self.does("create_room", json!({"invite": [user(with)], "direct": true}));
        let room = text(room);
        self.sees_in(&room, with);
        room
    }

    /// Enters a room they may enter.
    pub fn joins(&self, room: &str) {
        self.does("join", json!({"room": room}));
    }

    /// Waits for an invitation and enters; gives the room.
    pub fn accepts_invitation_of(&self, from: &str) -> String {
        let room = text(self.does("invited", json!({"from": user(from)})));
        self.joins(&room);
        room
    }

    /// Waits until somebody is in a room.
    pub fn sees_in(&self, room: &str, who: &str) {
        self.sees_in_within(room, who, 90_000);
    }

    /// The same, with milliseconds to do it in.
    pub fn sees_in_within(&self, room: &str, who: &str, ms: u64) {
        let user = user(who);
        self.does("member", json!({"room": room, "user": user, "membership": "join", "ms": ms}));
    }

    /// Waits until somebody is not in a room, or not any more.
    pub fn sees_gone_from(&self, room: &str, who: &str) {
        self.does("member", json!({"room": room, "user": user(who), "membership": "leave"}));
    }

    /// Writes several messages, one after the other; gives the events.
    pub fn says_all(&self, room: &str, texts: &[String]) -> Vec<String> {
        let ids = self.does("say_all", json!({"room": room, "texts": texts}));
        ids.as_array().expect("a list").iter().cloned().map(text).collect()
    }

    /// The devices of somebody as this person's client knows them, and whether their owner
    /// signed each.
    pub fn devices_of(&self, user: &str) -> Vec<(String, bool)> {
        let devices = self.does("devices", json!({"user": user}));
        let device = |it: &Value| (text(it["id"].clone()), it["signed"] == true);
        devices.as_array().expect("a list").iter().map(device).collect()
    }

    /// Writes; gives the event.
    pub fn says(&self, room: &str, words: &str) -> String {
        text(self.does("say", json!({"room": room, "text": words})))
    }

    /// Writes into a thread; gives the event.
    pub fn says_in_thread(&self, room: &str, thread: &str, words: &str) -> String {
        text(self.does("say", json!({"room": room, "text": words, "thread": thread})))
    }

    /// Changes an earlier message.
    pub fn edits(&self, room: &str, event: &str, words: &str) -> String {
        text(self.does("edit", json!({"room": room, "event": event, "text": words})))
    }

    /// Takes an event back.
    pub fn redacts(&self, room: &str, event: &str) -> String {
        text(self.does("redact", json!({"room": room, "event": event})))
    }

    /// Puts a reaction on an event; gives the reaction.
    pub fn reacts(&self, room: &str, event: &str, key: &str) -> String {
        text(self.does("react", json!({"room": room, "event": event, "key": key})))
    }

    /// Votes in a poll; gives the vote.
    pub fn votes(&self, room: &str, poll: &str, answers: &[&str]) -> String {
        text(self.does("vote", json!({"room": room, "poll": poll, "answers": answers})))
    }

    /// Writes with a new key from now on.
    pub fn forgets_key(&self, room: &str) {
        self.does("forget_key", json!({"room": room}));
    }

    /// Compares emoji with somebody in a room, and waits until they count as verified.
    pub fn verifies(&self, room: &str, who: &str) {
        self.does("verify", json!({"room": room, "user": user(who)}));
    }

    /// Fetches the picture of an event and decrypts it.
    pub fn fetches_picture(&self, room: &str, event: &str) -> Vec<u8> {
        let encoded = text(self.does("picture", json!({"room": room, "event": event})));
        let bytes = (0..encoded.len()).step_by(2);
        let byte = |at: usize| u8::from_str_radix(&encoded[at..at + 2], 16).expect("hexadecimal");
        bytes.map(byte).collect()
    }

    /// Waits for the next event that fits; what came before it counts as read.
    pub fn hears(&self, room: &str, wanted: Wanted) -> Event {
        let Wanted(mut wanted) = wanted;
        wanted["room"] = room.into();
        event(self.does("next", wanted))
    }

    /// Everything their client was shown of a room, in order, once all of it is decrypted.
    ///
    /// # Panics
    ///
    /// When something in it never is.
    pub fn saw(&self, room: &str) -> Vec<Event> {
        let seen = self.does("all", json!({"room": room}));
        seen["events"].as_array().expect("a list").iter().cloned().map(event).collect()
    }
}

/// The full id of somebody.
pub fn user(name: &str) -> String {
    format!("@{name}:localhost")
}
