//! What is right and wrong with the bot's place in a workspace, for `maturity-bot doctor`.

use std::sync::Arc;

use serde_json::json;

use super::api::{Answer, Api, IDENTITY};
use super::failure::CallError;
use super::scopes::{OPTIONAL, REQUIRED, Scope};
use super::shapes;
use crate::clock::Clock;
use crate::config::{self, Way};
use crate::domain::ids::PlaceId;

/// How far apart Slack's clock and ours may be before it matters, in seconds.
const SKEW: i64 = 5;
/// How far apart they may be before requests are refused as replays, in seconds.
const FATAL_SKEW: i64 = 240;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Fine(String),
    /// Something works less well than it could.
    Note(String),
    /// Something does not work; says the mend.
    Wrong(String),
}

/// Looks at tokens, scopes, clock and channels; with `online`, has Slack judge every shape of
/// message and view.
///
/// # Errors
///
/// A system without usable certificates.
pub async fn checkup(
    settings: &config::Slack,
    places: &[PlaceId],
    online: bool,
    clock: Clock,
) -> anyhow::Result<Vec<Finding>> {
    let token = settings.bot_token.clone();
    let api = Arc::new(Api::new(&settings.api_url, token, clock.clone())?);
    let identity = match api.ask(IDENTITY, &[]).await {
        Ok(identity) => identity,
        Err(error) => return Ok(vec![no_bot(&error)]),
    };
    let text = |name: &str| identity.body[name].as_str().unwrap_or("unknown").to_owned();
    let mut found =
        vec![Finding::Fine(format!("bot token: user {} of {}", text("user_id"), text("team")))];
    if settings.api_url != config::SLACK_API_URL {
        found.push(Finding::Note(format!("api_url: {}, not Slack's own", settings.api_url)));
        found.extend(lacking(&api).await);
    }
    found.extend(scopes(&identity));
    found.extend(clock_skew(&identity, &clock, &settings.way));
    found.push(way(&api, &settings.way).await);
    for place in places {
        found.push(channel(&api, place, settings.shared_channels).await);
    }
    if online {
        found.extend(judged(&api).await);
    }
    Ok(found)
}

/// Methods that another server than Slack's own may not have, and what is done without each. Called
/// without arguments, they do nothing.
const DISPENSABLE: [(&str, &str); 5] = [
    ("views.open", "questions are asked one by one, by buttons; teams are made by words"),
    ("views.publish", "there is no home view"),
    ("files.getUploadURLExternal", "results come in words alone"),
    ("users.info", "people are named by their ids, and guests cannot be told from members"),
    ("conversations.info", "archived and shared channels are not noticed"),
];

/// What this server cannot do.
async fn lacking(api: &Arc<Api>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (method, without) in DISPENSABLE {
        let asked = api.call(method, &[]).await;
        if asked.is_err_and(|error| error.is_unknown()) {
            found.push(Finding::Note(format!("{method}: not known there; {without}")));
        }
    }
    found
}

fn no_bot(error: &CallError) -> Finding {
    if error.is_unknown() {
        return Finding::Wrong(
            "bot token: there is no Web API at api_url; it ends in /api/, as in \
             https://slack.com/api/"
                .to_owned(),
        );
    }
    if error.code().is_none() {
        return Finding::Wrong(format!(
            "bot token: not looked at, since {error}; see whether the Web API can be reached from \
             here: the network, a proxy, api_url"
        ));
    }
    Finding::Wrong(format!(
        "bot token: {error}; put in the Bot User OAuth Token (xoxb-…) from api.slack.com/apps \
         under Install App"
    ))
}

/// Names each scope that is missing, and what does not work without it.
fn scopes(identity: &Answer) -> Vec<Finding> {
    let Some(granted) = &identity.scopes else {
        return vec![Finding::Note("scopes: Slack does not tell which were granted".to_owned())];
    };
    let missing = |scope: &&Scope| !granted.iter().any(|it| it == scope.name);
    let lacking = REQUIRED.iter().filter(missing).map(|scope| {
        let mend = "add it under OAuth & Permissions and install the app again";
        Finding::Wrong(format!(
            "scope {}: missing, needed for {}; {mend}",
            scope.name, scope.reason
        ))
    });
    let less = OPTIONAL.iter().filter(missing).map(|scope| {
        Finding::Note(format!("scope {}: not granted; it is for {}", scope.name, scope.reason))
    });
    let found: Vec<Finding> = lacking.chain(less).collect();
    if found.is_empty() { vec![Finding::Fine("scopes: all granted".to_owned())] } else { found }
}

fn clock_skew(identity: &Answer, clock: &Clock, way: &Way) -> Option<Finding> {
    let skew = (clock.now() - identity.date?).num_seconds();
    let told =
        format!("clock: {} s {} Slack's", skew.abs(), if skew < 0 { "behind" } else { "ahead of" });
    Some(match (skew.abs(), way) {
        (0..=SKEW, _) => Finding::Fine("clock: as Slack's".to_owned()),
        (FATAL_SKEW.., Way::Http { .. }) => {
            Finding::Wrong(format!("{told}; requests are refused as replays, so set it right"))
        }
        _ => Finding::Note(format!("{told}; let the machine keep its time by NTP")),
    })
}

/// The token of Socket Mode, or what HTTP mode needs.
async fn way(api: &Arc<Api>, way: &Way) -> Finding {
    match way {
        Way::Sockets(token) => match api.call_as(token, "apps.connections.open", &[]).await {
            Ok(_) => Finding::Fine("app token: Socket Mode can be reached".to_owned()),
            Err(error) => Finding::Wrong(format!(
                "app token: {error}; make an app-level token (xapp-…) with connections:write \
                     under Basic Information, and switch Socket Mode on"
            )),
        },
        Way::Http { listen, .. } => Finding::Fine(format!(
            "HTTP mode: listens at {listen}; Slack says under Event Subscriptions whether it gets through"
        )),
    }
}

async fn channel(api: &Arc<Api>, place: &PlaceId, shared_allowed: bool) -> Finding {
    let channel = place.bare();
    let wrong = |what: &str| Finding::Wrong(format!("channel {channel}: {what}"));
    let invite = "invite the bot there with /invite @maturity";
    let fields = [("channel", channel.to_owned())];
    let info = match api.call("conversations.info", &fields).await {
        Ok(info) => info,
        Err(error) if error.is_unknown() => json!({}),
        Err(error) if error.code() == Some("channel_not_found") => {
            return wrong(&format!("is not there, or private without the bot; {invite}"));
        }
        Err(error) => return wrong(&error.to_string()),
    };
    let is = |flag: &str| info["channel"][flag] == true;
    if is("is_archived") {
        return wrong("is archived; take it out of the archive, or name another one");
    }
    if (is("is_ext_shared") || is("is_pending_ext_shared")) && !shared_allowed {
        return wrong(
            "is shared with another organisation; set shared_channels = true in [slack], or name \
             another one",
        );
    }
    if info["channel"]["is_member"] == false {
        return wrong(&format!("the bot is no member; {invite}"));
    }
    if api.call("conversations.members", &fields).await.is_err_and(|error| error.is_unknown()) {
        return wrong("this Slack does not tell who is in it, so nobody can be asked");
    }
    Finding::Fine(format!("channel {channel}: the bot is there"))
}

/// What Slack says of each shape of message and view.
async fn judged(api: &Arc<Api>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, argument, payload) in shapes::all() {
        let fields = [(argument, payload.to_string())];
        found.push(match api.call("blocks.validate", &fields).await {
            Ok(_) => Finding::Fine(format!("{name}: Slack would show it")),
            Err(error) if error.is_unknown() => {
                let told = "shapes: this Slack does not judge them (blocks.validate)";
                return vec![Finding::Note(told.to_owned())];
            }
            Err(error) => Finding::Wrong(format!("{name}: {error}; please report this")),
        });
    }
    found
}
