//! The arguments of a call, decoded and held against what the method takes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// How an argument is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A string.
    Text,
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// JSON, written out in a form.
    Json,
}

/// What any method takes and most do without.
const EVERYWHERE: [&str; 2] = ["token", "team_id"];

/// The arguments by name.
#[derive(Clone, Debug, Default)]
pub struct Args(pub Map<String, Value>);

/// Why a call is refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Slack's word.
    pub error: String,
    /// What the answer says beside it.
    pub messages: Vec<String>,
}

/// What a method answers.
pub type Answer = Result<Value, Refusal>;

/// Refuses with Slack's word for it.
pub fn refuse<T>(error: &str) -> Result<T, Refusal> {
    Err(Refusal { error: error.to_owned(), messages: Vec::new() })
}

impl Args {
    /// Decodes what was sent. Unknown names are refused: Slack ignores most, and a misspelt
    /// argument then has no effect.
    pub fn read(sent: BTreeMap<String, Value>, known: &[(&str, Arg)]) -> Result<Self, Refusal> {
        let mut args = Map::new();
        for (name, value) in sent {
            if EVERYWHERE.contains(&name.as_str()) {
                continue;
            }
            let Some((_, kind)) = known.iter().find(|(it, _)| *it == name) else {
                let messages = vec![format!("[ERROR] unknown argument: {name}")];
                return Err(Refusal { error: "invalid_arguments".into(), messages });
            };
            let Some(value) = decode(value, *kind) else {
                let error =
                    if name == "blocks" { "invalid_blocks_format" } else { "invalid_arguments" };
                return Err(Refusal {
                    error: error.into(),
                    messages: vec![format!("[ERROR] {name} is not of its type")],
                });
            };
            args.insert(name, value);
        }
        Ok(Self(args))
    }

    /// A text; empty if it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A flag; false if it is not there.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    /// A value; null if it is not there.
    pub fn json(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

fn decode(value: Value, kind: Arg) -> Option<Value> {
    let Value::String(text) = value else {
        return match kind {
            Arg::Text => value.is_number().then(|| Value::String(value.to_string())),
            Arg::Flag => value.is_boolean().then_some(value),
            Arg::Number => value.is_i64().then_some(value),
            Arg::Json => Some(value),
        };
    };
    match kind {
        Arg::Text => Some(Value::String(text)),
        Arg::Flag => match text.as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Arg::Number => text.parse::<i64>().ok().map(Value::from),
        Arg::Json => serde_json::from_str(&text).ok(),
    }
}

/// Adds the fields of one object to another.
pub fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}
