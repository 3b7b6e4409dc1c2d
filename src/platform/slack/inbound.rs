//! What Slack sends, read into what happened. Fields that are missing or unknown never fail: what
//! can still be understood is done.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use serde_json::Value;

use super::ids::place;
use super::modals::{self, Luggage};
use super::mrkdwn;
use crate::clock::Instant;
use crate::domain::ids::{EventId, PlaceId};
use crate::domain::message::Press;

/// One thing that happened, with an id that a repetition bears again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The id of the event.
    pub id: EventId,
    /// When Slack says it happened; `None` where it does not say.
    pub sent: Option<Instant>,
    /// What happened.
    pub heard: Heard,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A slash command.
    Command(Command),
    /// A button.
    Pressed(Pressed),
    /// A modal was sent.
    Submitted(Submitted),
    /// Somebody opened the home view.
    Home(String),
    /// Somebody, or the bot, came into a channel.
    Joined {
        /// The channel.
        channel: String,
        /// Who came.
        user: String,
        /// Who brought them.
        inviter: Option<String>,
    },
    /// Somebody, or the bot, left a channel.
    Left {
        /// The channel.
        channel: String,
        /// Who left; `None` for the bot itself.
        user: Option<String>,
    },
    /// A channel was archived or deleted.
    Gone(String),
    /// A channel was taken out of the archive.
    Back(String),
    /// Other organisations came into a channel, or left it.
    Shared(String),
    /// A channel has another id.
    Moved(String, String),
    /// The workspace took the app, or its tokens, away.
    Removed(String),
    /// Nothing the bot needs to know.
    Nothing,
}

/// `/maturity …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Who typed it.
    pub user: String,
    /// Where; `None` in a direct conversation.
    pub place: Option<PlaceId>,
    /// The words behind the command.
    pub words: String,
    /// How to answer.
    pub reach: Reach,
}

/// A button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// Who pressed it.
    pub user: String,
    /// What it means, as a token of [`Press`].
    pub token: String,
    /// What it stands on.
    pub surface: Surface,
    /// How to answer.
    pub reach: Reach,
}

/// What a button stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A message.
    Message {
        /// Its channel.
        channel: String,
        /// Whether only its person sees it.
        private: bool,
        /// Whether a question stands on it.
        asks: bool,
    },
    /// A modal, with what was filled in so far.
    Modal(Submitted),
    /// The home view.
    Home,
}

/// A modal as it was sent, or as it stood when something on it was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Who filled it in.
    pub user: String,
    /// The modal.
    pub view: String,
    /// What it carried along.
    pub luggage: Luggage,
    /// What was filled in.
    pub values: BTreeMap<String, String>,
    /// The id that sending exactly this has.
    pub id: EventId,
}

/// The ways to answer that came with an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Answers here are seen by the person alone.
    pub response_url: Option<String>,
    /// Opens one modal within three seconds.
    pub trigger: Option<String>,
    /// The thread that the answer belongs to.
    pub thread: Option<String>,
}

/// Reads an event of the Events API.
#[must_use]
pub fn event(payload: &Value) -> Arrival {
    let event = &payload["event"];
    let at = payload["event_time"].as_i64().and_then(|at| DateTime::from_timestamp(at, 0));
    let id = match text(payload, "event_id") {
        // Without an id of its own an event is known by when it was and everything it says.
        "" if at.is_some() || event["event_ts"].is_string() => {
            digest(&format!("{}{event}", payload["event_time"]))
        }
        id => mark(&[id]),
    };
    Arrival { id: EventId(format!("slack:{id}")), sent: at, heard: event_heard(event) }.known()
}

fn event_heard(event: &Value) -> Heard {
    let channel = id_of(&event["channel"]).to_owned();
    let user = id_of(&event["user"]).to_owned();
    match text(event, "type") {
        "app_home_opened" if event["tab"] != "messages" => Heard::Home(user),
        "member_joined_channel" => {
            Heard::Joined { channel, user, inviter: filled(event, "inviter") }
        }
        "member_left_channel" => Heard::Left { channel, user: Some(user) },
        "channel_left" | "group_left" => Heard::Left { channel, user: None },
        "channel_archive" | "channel_deleted" | "group_archive" | "group_deleted" => {
            Heard::Gone(channel)
        }
        "channel_unarchive" | "group_unarchive" => Heard::Back(channel),
        "channel_shared" | "channel_unshared" => Heard::Shared(channel),
        "channel_id_changed" => {
            let id = |name: &str| text(event, name).to_owned();
            Heard::Moved(id("old_channel_id"), id("new_channel_id"))
        }
        "app_uninstalled" => Heard::Removed("app_uninstalled".to_owned()),
        "tokens_revoked" if event["tokens"]["bot"].as_array().is_some_and(|it| !it.is_empty()) => {
            Heard::Removed("token_revoked".to_owned())
        }
        _ => Heard::Nothing,
    }
}

/// Reads a slash command ("Enabling interactivity with slash commands").
#[must_use]
pub fn command(payload: &Value) -> Arrival {
    let user = text(payload, "user_id").to_owned();
    let response_url = digest(text(payload, "response_url"));
    let id = EventId(format!("slack:{}", mark(&[text(payload, "trigger_id"), &response_url])));
    let words = mrkdwn::unescape(text(payload, "text"));
    let direct = text(payload, "channel_name") == "directmessage";
    let place = shared_place(text(payload, "channel_id")).filter(|_| !direct);
    let heard = Heard::Command(Command { user, place, words, reach: reach(payload) });
    Arrival { id, sent: None, heard }.known()
}

/// Reads what came of a button or a modal ("Interaction payloads").
#[must_use]
pub fn interaction(payload: &Value) -> Arrival {
    let user = id_of(&payload["user"]);
    match text(payload, "type") {
        "view_submission" => {
            let sent = submitted(user, payload);
            Arrival { id: sent.id.clone(), sent: None, heard: Heard::Submitted(sent) }.known()
        }
        "block_actions" => pressed(payload, user),
        _ => Arrival { id: EventId("slack:".to_owned()), sent: None, heard: Heard::Nothing },
    }
}

fn pressed(payload: &Value, user: &str) -> Arrival {
    let action = &payload["actions"][0];
    let container = &payload["container"];
    let place = [text(container, "channel_id"), text(container, "message_ts")];
    let [channel, message] = place;
    let view = text(&payload["view"], "id");
    let (name, at) = (text(action, "action_id"), text(action, "action_ts"));
    let response_url = digest(text(payload, "response_url"));
    let mark = mark(&[at, text(payload, "trigger_id"), &response_url]);
    let id = EventId(format!("slack:{channel}/{message}{view}/{name}/{mark}/{user}"));
    let token = text(action, "value");
    let is_button = match text(action, "type") {
        "" => !token.is_empty(),
        kind => kind == "button",
    };
    let heard = if is_button {
        Heard::Pressed(Pressed {
            user: user.to_owned(),
            token: token.to_owned(),
            surface: surface(payload, user),
            reach: reach(payload),
        })
    } else {
        Heard::Nothing
    };
    Arrival { id, sent: moment(at), heard }.known()
}

fn surface(payload: &Value, user: &str) -> Surface {
    let (view, container) = (&payload["view"], &payload["container"]);
    match text(view, "type") {
        "home" => return Surface::Home,
        "modal" => return Surface::Modal(submitted(user, payload)),
        _ if view["id"].is_string() => return Surface::Modal(submitted(user, payload)),
        _ => {}
    }
    let channel = match id_of(&payload["channel"]) {
        "" => text(container, "channel_id"),
        id => id,
    };
    // What stands neither in a view nor in a channel can only be the home view.
    if channel.is_empty() {
        return Surface::Home;
    }
    let message = &payload["message"];
    let hidden = container["is_ephemeral"] == true || message["subtype"] == "ephemeral";
    let private = hidden || channel.starts_with('D');
    Surface::Message { channel: channel.to_owned(), private, asks: asks(&message["blocks"]) }
}

/// Whether an answer can be pressed on some blocks.
fn asks(blocks: &Value) -> bool {
    let elements = |block: &Value| block["elements"].as_array().cloned().unwrap_or_default();
    let buttons = blocks.as_array().into_iter().flatten().flat_map(elements);
    let tokens = buttons.filter_map(|it| it["value"].as_str().and_then(Press::read));
    tokens.into_iter().any(|press| matches!(press, Press::Answer(..)))
}

fn submitted(user: &str, payload: &Value) -> Submitted {
    let view = &payload["view"];
    let values = modals::values(view);
    let (view_id, hash) = (text(view, "id"), text(view, "hash"));
    let known = mark(&[view_id, text(payload, "trigger_id")]);
    // The values are part of it: what was refused and is sent again corrected is another event.
    let id = EventId(format!("slack:{known}/{hash}/{}", modals::digest(&values)));
    let luggage = Luggage::of(view);
    Submitted { user: user.to_owned(), view: view_id.to_owned(), luggage, values, id }
}

fn reach(payload: &Value) -> Reach {
    Reach {
        response_url: filled(payload, "response_url"),
        trigger: filled(payload, "trigger_id"),
        thread: filled(&payload["container"], "thread_ts"),
    }
}

/// The channel as a place of a team; a direct conversation is none.
#[must_use]
pub fn shared_place(channel: &str) -> Option<PlaceId> {
    (!channel.is_empty() && !channel.starts_with('D')).then(|| place(channel))
}

/// The first of some marks that is there. Without any, what happened is taken for another thing
/// each time it comes: done twice is better than not done the second time it was meant.
fn mark(marks: &[&str]) -> String {
    let known = marks.iter().find(|mark| !mark.is_empty());
    known.map_or_else(|| format!("{:016x}", crate::random::number()), |mark| (*mark).to_owned())
}

/// A digest of a text that is too long or too secret to be an id; empty for an empty one.
fn digest(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    modals::digest(&BTreeMap::from([("text".to_owned(), text.to_owned())]))
}

/// The id of somebody or something that stands there as an object or, now and then, as an id.
fn id_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| text(value, "id"))
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_default()
}

fn filled(object: &Value, name: &str) -> Option<String> {
    Some(text(object, name)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// A moment as Slack writes it in messages and actions: seconds and microseconds.
fn moment(ts: &str) -> Option<Instant> {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, ""));
    let at = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
    let micros = format!("{rest:0<6}").get(..6).and_then(|it| it.parse().ok()).unwrap_or(0);
    Some(at + TimeDelta::microseconds(micros))
}

impl Arrival {
    /// Lets go of what names nobody: it cannot be handled.
    fn known(self) -> Self {
        let nameless = match &self.heard {
            Heard::Joined { user, channel, .. } => user.is_empty() || channel.is_empty(),
            Heard::Removed(_) => false,
            _ => self.lane().is_empty(),
        };
        Self { heard: if nameless { Heard::Nothing } else { self.heard }, ..self }
    }

    /// Whose events are handled one after the other with this one.
    #[must_use]
    pub fn lane(&self) -> &str {
        match &self.heard {
            Heard::Command(command) => &command.user,
            Heard::Pressed(pressed) => &pressed.user,
            Heard::Submitted(sent) => &sent.user,
            Heard::Home(user) => user,
            Heard::Joined { channel, .. }
            | Heard::Left { channel, .. }
            | Heard::Gone(channel)
            | Heard::Back(channel)
            | Heard::Shared(channel)
            | Heard::Moved(channel, _) => channel,
            Heard::Removed(_) | Heard::Nothing => "",
        }
    }
}

#[cfg(test)]
mod tests;
