//! Servers that are like Slack and are not Slack: they say less, and know less.

use serde_json::{Map, Value, json};

use super::deliver::Kind;
use super::state::State;

/// What kind of server this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kin {
    /// Slack, as it is documented.
    #[default]
    Slack,
    /// One that leaves out whatever may be left out, and knows the fewest methods with which
    /// anybody can be asked anything: no forms, no home, no replies, no files.
    Bare,
    /// One made to try apps out: every envelope goes to every socket, and again; presses on the
    /// home view name no view; forms tell only what was touched; a changed modal is another one.
    Workshop,
}

/// The methods that the barest server knows.
const FEWEST: [&str; 4] =
    ["auth.test", "apps.connections.open", "chat.postMessage", "conversations.members"];

/// The first letters of methods that workshops know.
const COMMON: [&str; 5] = ["auth.", "apps.", "chat.", "conversations.", "views."];

impl Kin {
    /// Whether it knows a method.
    pub fn knows(self, method: &str) -> bool {
        match self {
            Self::Slack => true,
            Self::Bare => FEWEST.contains(&method),
            Self::Workshop => {
                COMMON.iter().any(|start| method.starts_with(start)) || method == "users.info"
            }
        }
    }

    /// An answer of the Web API as this server gives it.
    pub fn answer(self, answer: Value) -> Value {
        match self {
            Self::Bare => {
                only(&answer, &["ok", "error", "url", "user_id", "channel", "ts", "members"])
            }
            _ => answer,
        }
    }

    /// The first words over a socket.
    pub fn hello(self, hello: Value) -> Value {
        if self == Self::Bare { only(&hello, &["type"]) } else { hello }
    }

    /// An envelope as this server sends it.
    pub fn envelope(self, envelope: Value) -> Value {
        match self {
            Self::Bare => only(&envelope, &["envelope_id", "type", "payload"]),
            _ => envelope,
        }
    }

    /// What happened, as this server tells it.
    pub fn told(self, kind: Kind, payload: &Value) -> Value {
        match (self, kind) {
            (Self::Bare, Kind::Event) => only(payload, &["type", "event"]),
            (Self::Bare, Kind::Command) => only(payload, &["text", "user_id", "channel_id"]),
            (Self::Bare, Kind::Interactive) => bare_press(payload),
            (Self::Workshop, Kind::Interactive) => workshop_press(payload),
            (Self::Slack | Self::Workshop, _) => payload.clone(),
        }
    }
}

impl State {
    /// The name of a modal after it was changed: workshops make another one of it.
    pub fn name_after_change(&mut self, id: &str) -> String {
        if self.kin == Kin::Workshop { self.fresh("V") } else { id.to_owned() }
    }
}

/// The fields of these names, where they are there.
fn only(object: &Value, names: &[&str]) -> Value {
    let there = |name: &&&str| object.get(**name).is_some();
    let kept = names.iter().filter(there).map(|name| ((*name).to_owned(), object[*name].clone()));
    Value::Object(kept.collect::<Map<String, Value>>())
}

/// Who, where, and what: no trigger, no way to answer, no message.
fn bare_press(payload: &Value) -> Value {
    let actions = payload["actions"].as_array().cloned().unwrap_or_default();
    let actions: Vec<Value> =
        actions.iter().map(|it| only(it, &["type", "action_id", "value"])).collect();
    json!({
        "type": payload["type"], "user": only(&payload["user"], &["id"]),
        "channel": only(&payload["channel"], &["id"]), "actions": actions,
    })
}

fn workshop_press(payload: &Value) -> Value {
    let mut told = payload.clone();
    if payload["view"]["type"] == "home" {
        told["container"] = json!({"type": "message", "channel_id": "", "is_ephemeral": false});
        told["channel"] = json!({"id": "", "name": ""});
        told["view"] = Value::Null;
    }
    if payload["type"] == "view_submission" {
        untouched_is_empty(&mut told["view"]);
    }
    if payload["container"]["is_ephemeral"] == true {
        told["container"]["is_ephemeral"] = json!(false);
        told["message"] = json!({"type": "message", "subtype": "ephemeral"});
    }
    told
}

/// What stands as it stood at first was not touched, and is told of as empty.
fn untouched_is_empty(view: &mut Value) {
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    for block in blocks {
        let (id, element) = (block["block_id"].as_str().unwrap_or_default(), &block["element"]);
        let Some(values) = view["state"]["values"][id].as_object_mut() else { continue };
        for value in values.values_mut() {
            let first = [
                ("value", "initial_value"),
                ("selected_option", "initial_option"),
                ("selected_options", "initial_options"),
                ("selected_users", "initial_users"),
            ];
            for (name, initial) in first {
                if element.get(initial).is_some_and(|initial| value[name] == *initial) {
                    value[name] = Value::Null;
                }
            }
        }
    }
}
