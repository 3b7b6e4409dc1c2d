//! Response addresses, after "Handling user interaction": five uses within thirty minutes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::journal::Entry;
use super::state::{Note, State as Slack};
use super::{Double, blocks, check};

/// How often one can be used.
const USES: u32 = 5;
/// How long one lives, in milliseconds.
const LIFE: i64 = 30 * 60 * 1000;
/// What may stand in a response.
const FIELDS: [&str; 8] = [
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
];

/// An address that was given out.
#[derive(Clone, Debug)]
pub struct Hook {
    pub user: String,
    pub channel: String,
    /// The message that was pressed.
    pub original: Option<String>,
    pub at: i64,
    pub uses: u32,
}

/// Takes a response.
pub async fn take(
    State(double): State<Double>,
    Path(id): Path<String>,
    body: Bytes,
) -> (StatusCode, String) {
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    double.with(|state| {
        let result = state.use_hook(&id, &value);
        let outcome = result.as_ref().map_or_else(Clone::clone, |()| "ok".to_owned());
        state.journal.push(Entry {
            at: state.now,
            method: "response_url".into(),
            params: value.clone(),
            outcome,
            scopes: Vec::new(),
        });
        match result {
            Ok(()) => (StatusCode::OK, "ok".to_owned()),
            Err(error) => (StatusCode::NOT_FOUND, json!({"ok": false, "error": error}).to_string()),
        }
    })
}

impl Slack {
    /// A new address for what somebody did somewhere.
    pub fn hook(&mut self, user: &str, channel: &str, original: Option<String>) -> String {
        let id = self.fresh("R");
        let (user, channel, at) = (user.to_owned(), channel.to_owned(), self.now);
        self.hooks.insert(id.clone(), Hook { user, channel, original, at, uses: 0 });
        id
    }

    fn use_hook(&mut self, id: &str, body: &Value) -> Result<(), String> {
        let now = self.now;
        let Some(hook) = self.hooks.get_mut(id) else { return Err("no_such_url".into()) };
        if now - hook.at > LIFE {
            return Err("expired_url".into());
        }
        if hook.uses >= USES {
            return Err("used_url".into());
        }
        hook.uses += 1;
        let hook = hook.clone();
        self.respond(&hook, body)
    }

    /// Does what a response says, or what stands in the acknowledgement of a command.
    pub fn respond(&mut self, hook: &Hook, body: &Value) -> Result<(), String> {
        let Some(map) = body.as_object() else { return Err("invalid_payload".into()) };
        if let Some(name) = map.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            self.violations.push(format!("a response with the unknown field {name}"));
            return Err("invalid_payload".into());
        }
        if body["delete_original"] == json!(true) {
            self.notes.retain(|note| Some(&note.ts) != hook.original.as_ref());
            return Ok(());
        }
        let text = body["text"].as_str().unwrap_or_default().to_owned();
        if text.is_empty() && body["blocks"].as_array().is_none_or(Vec::is_empty) {
            return Err("no_text".into());
        }
        if text.chars().count() > 40_000 {
            return Err("msg_too_long".into());
        }
        let given = body.get("blocks").cloned().unwrap_or_else(|| json!([]));
        let found = check::message_blocks(&given).0;
        if !found.is_empty() {
            self.violations.push(format!("a response with invalid blocks: {found:?}"));
            return Err("invalid_blocks".into());
        }
        let blocks = blocks::with_ids(&given, self);
        self.answer(hook, body, text, blocks);
        Ok(())
    }

    fn answer(&mut self, hook: &Hook, body: &Value, text: String, blocks: Value) {
        let original = hook.original.clone().filter(|_| body["replace_original"] == json!(true));
        if let Some(note) = original.and_then(|ts| self.note(&hook.channel, &ts)) {
            (note.text, note.blocks) = (text, blocks);
            note.edits += 1;
            return;
        }
        let only = (body["response_type"] != "in_channel").then(|| hook.user.clone());
        let thread = body["thread_ts"].as_str().map(str::to_owned);
        let channel = hook.channel.clone();
        self.put(Note { channel, text, blocks, thread, only, ..Note::default() });
    }
}
