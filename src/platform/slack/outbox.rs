//! Messages that go out by themselves: to channels, threads and people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::api::Api;
use super::failure::CallError;
use super::files::Upload;
use super::people::People;
use super::pictures::{Pictures, drawn};
use super::translate::{self, Payload};
use crate::clock::Clock;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Destination, Message, MessageRef};
use crate::platform::{Drawing, Memory, Parcel, PostError, Sighting};

/// The type of the metadata that marks what the bot posted.
const MARK: &str = "maturity_outbox";
/// How many messages back a doubtful one is looked for.
const LOOKED_THROUGH: &str = "100";
/// After how many seconds, a day, a person's do-not-disturb is looked at again.
const LONGEST_REST: u64 = 86_400;
/// Scopes that let the bot see what it said in a channel, by the first letter of the channel.
const HISTORY: [(char, &str); 3] =
    [('C', "channels:history"), ('G', "groups:history"), ('D', "im:history")];

/// The way out.
pub struct Outbox {
    api: Arc<Api>,
    people: Arc<People>,
    memory: Arc<dyn Memory>,
    clock: Clock,
    /// What follows the words.
    pictures: Pictures,
    /// The direct channel of each person written to, as far as known in this life.
    direct: Mutex<BTreeMap<PersonId, String>>,
}

/// A place in Slack.
struct Target {
    channel: String,
    thread: Option<String>,
}

impl Outbox {
    /// A way out that remembers direct channels.
    #[must_use]
    pub fn new(api: Arc<Api>, people: Arc<People>, memory: Arc<dyn Memory>, clock: Clock) -> Self {
        let pictures = Pictures::new(Arc::clone(&api));
        Self { api, people, memory, clock, pictures, direct: Mutex::default() }
    }

    /// Waits until no picture is on its way.
    pub async fn quiet(&self) {
        self.pictures.done().await;
    }

    /// Posts the words of a parcel. Its picture follows by itself; where that fails, the words
    /// stand.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    pub async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.let_rest(parcel.to).await?;
        let target = self.target(parcel.to).await?;
        let payload = translate::message(parcel.message);
        // Nothing but the answer is waited for once the words are out.
        let picture = parcel.drawing.and_then(|drawing| drawn(parcel.message, drawing));
        let answer = match self.say(&target, &payload, Some(parcel.key)).await {
            Err(error) if is_stale(parcel.to, &error) => {
                self.forget(parcel.to).await;
                let fresh = self.target(parcel.to).await?;
                self.say(&fresh, &payload, Some(parcel.key)).await?
            }
            result => result?,
        };
        let channel = answer["channel"].as_str().unwrap_or(&target.channel);
        let ts = answer["ts"].as_str().or_else(|| answer["message"]["ts"].as_str());
        let ts = ts.unwrap_or_default();
        if let Some((alt, png)) = picture {
            let (channel, thread) = (channel.to_owned(), target.thread);
            self.pictures.send(Upload { channel, thread, alt, png });
        }
        Ok(MessageRef(format!("{channel}/{ts}")))
    }

    /// Replaces a message by another.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    pub async fn update(&self, message: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        let Some((channel, ts)) = message.0.split_once('/') else {
            return Err(PostError::OurBug("a reference without a channel".to_owned()));
        };
        // A message whose name was never told stays as it is.
        if ts.is_empty() {
            return Ok(());
        }
        let payload = translate::message(parcel.message);
        let fields = [
            ("channel", channel.to_owned()),
            ("ts", ts.to_owned()),
            ("text", payload.text),
            ("blocks", Value::from(payload.blocks).to_string()),
        ];
        match self.api.call("chat.update", &fields).await {
            Err(error) if error.is_unknown() => Ok(()),
            changed => Ok(changed.map(|_| ())?),
        }
    }

    /// Writes to a person as a reply.
    ///
    /// # Errors
    ///
    /// See [`PostError`].
    pub async fn whisper(&self, person: &PersonId, message: &Message) -> Result<(), PostError> {
        let target = self.target(&Destination::Person(person.clone())).await?;
        self.say(&target, &translate::message(message), None).await?;
        Ok(())
    }

    /// Sends a person a picture alone; its words reached them another way.
    pub async fn send_picture(&self, person: &PersonId, message: &Message, drawing: &dyn Drawing) {
        let Some((alt, png)) = drawn(message, drawing) else { return };
        match self.target(&Destination::Person(person.clone())).await {
            Ok(Target { channel, thread }) => {
                self.pictures.send(Upload { channel, thread, alt, png });
            }
            Err(error) => tracing::warn!(%error, "a picture was left out"),
        }
    }

    /// Says something to a channel without a mark.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn announce(&self, channel: &str, message: &Message) -> Result<(), CallError> {
        let target = Target { channel: channel.to_owned(), thread: None };
        self.say(&target, &translate::message(message), None).await.map(|_| ())
    }

    async fn say(
        &self,
        target: &Target,
        payload: &Payload,
        key: Option<&str>,
    ) -> Result<Value, CallError> {
        let mut fields = vec![
            ("channel", target.channel.clone()),
            ("text", payload.text.clone()),
            ("blocks", Value::from(payload.blocks.clone()).to_string()),
            ("unfurl_links", "false".to_owned()),
            ("unfurl_media", "false".to_owned()),
        ];
        fields.extend(target.thread.clone().map(|thread| ("thread_ts", thread)));
        if let Some(key) = key {
            let mark = json!({ "event_type": MARK, "event_payload": { "key": key } });
            fields.push(("metadata", mark.to_string()));
        }
        self.api.call("chat.postMessage", &fields).await
    }

    /// Waits for the end of a person's do-not-disturb, where the bot may know of it (`dnd.info`).
    async fn let_rest(&self, to: &Destination) -> Result<(), PostError> {
        let Destination::Person(person) = to else { return Ok(()) };
        if !self.people.identity().await?.surely_may("dnd:read") {
            return Ok(());
        }
        let user = [("user", person.bare().to_owned())];
        let Ok(rest) = self.api.call("dnd.info", &user).await else { return Ok(()) };
        let at = |name: &str| rest[name].as_i64().unwrap_or_default();
        let (from, to) = (at("next_dnd_start_ts"), at("next_dnd_end_ts"));
        let now = self.clock.now().timestamp();
        if rest["dnd_enabled"] != true || !(from..to).contains(&now) {
            return Ok(());
        }
        let cause = "the person does not want to be disturbed".to_owned();
        let rest = u64::try_from(to - now).ok().map(|rest| rest.min(LONGEST_REST));
        Err(PostError::Transient { cause, retry_after: rest })
    }

    /// Looks for a message that may have arrived, where the bot may read what it said.
    ///
    /// # Errors
    ///
    /// See [`PostError`]: it cannot be seen now, but may be later.
    pub async fn sight(&self, parcel: &Parcel<'_>) -> Result<Sighting, PostError> {
        let target = self.target(parcel.to).await?;
        let first = target.channel.chars().next();
        let scope = HISTORY.iter().find(|(letter, _)| Some(*letter) == first);
        let identity = self.people.identity().await?;
        if !scope.is_some_and(|(_, scope)| identity.surely_may(scope)) {
            return Ok(Sighting::Unseen);
        }
        let fields = [
            ("channel", target.channel.clone()),
            ("include_all_metadata", "true".to_owned()),
            ("limit", LOOKED_THROUGH.to_owned()),
        ];
        let page = match self.api.call("conversations.history", &fields).await {
            // It is not shown to the bot, and will not be.
            Err(error) if error.code().is_some() => return Ok(Sighting::Unseen),
            page => page?,
        };
        let is_it = |message: &&Value| {
            message["metadata"]["event_type"] == MARK
                && message["metadata"]["event_payload"]["key"] == parcel.key
        };
        let found = page["messages"].as_array().into_iter().flatten().find(is_it);
        Ok(match found.and_then(|found| found["ts"].as_str()) {
            Some(ts) => Sighting::There(MessageRef(format!("{}/{ts}", target.channel))),
            // It may be further back.
            None if page["has_more"] == true => Sighting::Unseen,
            None => Sighting::Missing,
        })
    }

    async fn target(&self, to: &Destination) -> Result<Target, CallError> {
        let channel = |place: &PlaceId| place.bare().to_owned();
        Ok(match to {
            Destination::Place(place) => Target { channel: channel(place), thread: None },
            Destination::Thread(place, message) => {
                let thread = message.0.rsplit('/').next().filter(|ts| !ts.is_empty());
                let thread = thread.map(ToOwned::to_owned);
                Target { channel: channel(place), thread }
            }
            Destination::Person(person) => {
                Target { channel: self.direct(person).await?, thread: None }
            }
        })
    }

    /// The direct channel of a person, opened once and remembered.
    async fn direct(&self, person: &PersonId) -> Result<String, CallError> {
        if let Some(known) = self.known().get(person) {
            return Ok(known.clone());
        }
        let name = format!("direct/{person}");
        if let Some(kept) = self.memory.recall(&name).and_then(|it| String::from_utf8(it).ok())
            && !kept.is_empty()
        {
            self.known().insert(person.clone(), kept.clone());
            return Ok(kept);
        }
        let method = "conversations.open";
        let users = [("users", person.bare().to_owned())];
        let opened = match self.api.call(method, &users).await {
            // A message to a person's id goes to the conversation with them ("chat.postMessage").
            Err(error) if error.is_unknown() => return Ok(person.bare().to_owned()),
            opened => opened?,
        };
        let channel = &opened["channel"];
        let channel = channel["id"].as_str().or_else(|| channel.as_str());
        let channel = channel.ok_or_else(|| CallError::Broken {
            method,
            cause: "an answer without a channel".to_owned(),
        })?;
        self.known().insert(person.clone(), channel.to_owned());
        if let Err(error) = self.memory.keep(&name, channel.as_bytes().to_vec()).await {
            tracing::warn!(%error, "a direct channel was not remembered");
        }
        Ok(channel.to_owned())
    }

    async fn forget(&self, to: &Destination) {
        let Destination::Person(person) = to else { return };
        self.known().remove(person);
        let _ = self.memory.keep(&format!("direct/{person}"), Vec::new()).await;
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<PersonId, String>> {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a remembered direct channel is gone, which says nothing about its person.
fn is_stale(to: &Destination, error: &CallError) -> bool {
    matches!(to, Destination::Person(_)) && error.code() == Some("channel_not_found")
}
