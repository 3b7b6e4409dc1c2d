//! Changes of messages that are taken back: what the message said before counts again.

use matrix_sdk::ruma::OwnedEventId;

use super::batch::{Listener, read};
use super::listen::Item;
use super::raw::{Event, Heard};
use crate::platform::PostError;

impl Listener {
    /// Notes which message an event changes; once it is taken back, nothing tells that any more.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn note_change(&self, item: &Item) -> anyhow::Result<()> {
        let Heard::Changed { of, .. } = &item.heard else { return Ok(()) };
        if !item.direct {
            return Ok(());
        }
        let (name, room) = (name(&item.event.id), item.room.room_id().as_str());
        self.bot.notes.keep(&name, of).await?;
        self.bot.notes.list(room, &name, self.bot.clock.now()).await
    }

    /// What it means that an event is taken back: where it was a change, the message is changed once
    /// more. Nothing where the homeserver did not tell what the message says now.
    ///
    /// # Errors
    ///
    /// The bot stops, or a store failed.
    pub async fn restored(&self, item: &Item, taken: &str) -> anyhow::Result<Option<Item>> {
        let of: Option<String> = self.bot.notes.recall(&name(taken)).await?;
        let Some((of, id)) = of.and_then(|of| Some((of.clone(), OwnedEventId::try_from(of).ok()?)))
        else {
            return Ok(Some(item.clone()));
        };
        let event = match self.ask(Box::pin(item.room.event(&id, None))).await? {
            Ok(event) => read(&[event]).pop(),
            Err(PostError::DeadTarget(_)) => None,
            Err(error) => {
                tracing::warn!(%error, "what a message said before its change is not known yet");
                return Ok(None);
            }
        };
        let body = event.and_then(|event| words_now(&event, &self.bot.own));
        let heard = body.map_or_else(|| item.heard.clone(), |body| Heard::Changed { of, body });
        Ok(Some(Item { heard, ..item.clone() }))
    }
}

/// What a message says now: its own words, or those of its latest change that stands (client-server
/// API, "Server-side aggregation of m.replace relationships").
fn words_now(event: &Event, own: &str) -> Option<String> {
    let change = event.unsigned.pointer("/m.relations/m.replace").cloned();
    let change = change.and_then(|change| serde_json::from_value::<Event>(change).ok());
    match (change.and_then(|change| change.heard(own)), event.heard(own)?) {
        (Some(Heard::Changed { body, .. }), _) => Some(body),
        (_, Heard::Words(spoken)) => Some(spoken.body),
        _ => None,
    }
}

fn name(change: &str) -> String {
    format!("change {change}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_says_what_its_latest_change_says() {
        let mut event = json!({"type": "m.room.message", "event_id": "$a", "sender": "@ann:x",
            "content": {"msgtype": "m.text", "body": "2"}});
        let now = |event: &serde_json::Value| {
            words_now(&serde_json::from_value(event.clone()).unwrap(), "@bot:x")
        };
        assert_eq!(now(&event).as_deref(), Some("2"));
        event["unsigned"] = json!({"m.relations": {"m.replace": {
            "type": "m.room.message", "event_id": "$b", "sender": "@ann:x",
            "content": {"msgtype": "m.text", "body": "* 4", "m.new_content": {"body": "4"},
                        "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"}},
        }}});
        assert_eq!(now(&event).as_deref(), Some("4"));
        event["content"] = json!({});
        assert_eq!(now(&event), None, "it was taken back itself");
    }
}
