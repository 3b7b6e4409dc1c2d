//! Events, after "The Events API": sent again until they are acknowledged.

use std::time::Duration;

use serde_json::{Value, json};

use super::deliver::{Kind, Outcome};
use super::{Double, pause};

impl Double {
    /// Wraps what happened as Slack does.
    pub fn wrapped(&self, event: &Value) -> Value {
        let now = self.now();
        self.with(|state| {
            let mut event = event.clone();
            event["event_ts"] = json!(state.fresh_ts());
            let id = state.fresh("Ev");
            let place = &state.workspace;
            json!({
                "token": "unused", "team_id": place.team, "context_team_id": place.team,
                "context_enterprise_id": null, "api_app_id": place.app, "event": event,
                "type": "event_callback", "event_id": id, "event_time": now / 1000,
                "authorizations": [{
                    "enterprise_id": null, "team_id": place.team, "user_id": place.bot_user,
                    "is_bot": true, "is_enterprise_install": false,
                }],
                "is_ext_shared_channel": false, "event_context": "4-double",
            })
        })
    }

    /// Something happens: sent until it is acknowledged, after these pauses.
    pub async fn happens_with(&self, event: &Value, pauses: &[Duration]) -> Outcome {
        let wrapped = self.wrapped(event);
        let mut outcome = self.deliver(Kind::Event, &wrapped, false, None).await;
        for (attempt, span) in (1..).zip(pauses) {
            if outcome.is_acked() {
                break;
            }
            pause(*span).await;
            let reason = if outcome == Outcome::Late { "timeout" } else { "http_error" };
            outcome = self.deliver(Kind::Event, &wrapped, false, Some((attempt, reason))).await;
        }
        outcome
    }

    /// Something happens, with pauses short enough for a test.
    pub async fn happens(&self, event: &Value) -> Outcome {
        self.happens_with(event, &[Duration::ZERO, Duration::from_millis(300)]).await
    }

    /// Somebody comes into a channel.
    pub async fn joins(&self, user: &str, channel: &str) -> Outcome {
        let event = self.with(|state| {
            let found = state.workspace.channel_mut(channel).expect("a channel");
            found.members.insert(user.to_owned());
            let kind = if found.private { "G" } else { "C" };
            json!({
                "type": "member_joined_channel", "user": user, "channel": channel,
                "channel_type": kind, "team": "T0TEAM",
            })
        });
        self.happens(&event).await
    }

    /// Somebody leaves a channel.
    pub async fn leaves(&self, user: &str, channel: &str) -> Outcome {
        let event = self.with(|state| {
            let found = state.workspace.channel_mut(channel).expect("a channel");
            found.members.remove(user);
            let kind = if found.private { "G" } else { "C" };
            json!({
                "type": "member_left_channel", "user": user, "channel": channel,
                "channel_type": kind, "team": "T0TEAM",
            })
        });
        self.happens(&event).await
    }

    /// A channel is archived.
    pub async fn archives(&self, channel: &str) -> Outcome {
        let event = self.with(|state| {
            let found = state.workspace.channel_mut(channel).expect("a channel");
            found.archived = true;
            let kind = if found.private { "group_archive" } else { "channel_archive" };
            json!({"type": kind, "channel": channel, "user": "U0ANN"})
        });
        self.happens(&event).await
    }
}
