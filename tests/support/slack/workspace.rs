//! People, channels and groups, and what the app was allowed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Somebody, or a machine.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags that Slack has")]
pub struct User {
    /// Such as `U0ANN`.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// Another name that they chose to be shown by.
    pub shown: Option<String>,
    /// The time zone of the profile.
    pub zone: String,
    /// Until when they do not want to be disturbed, in seconds.
    pub rests_until: Option<i64>,
    /// Left the workspace.
    pub deleted: bool,
    /// A machine.
    pub bot: bool,
    /// A guest of several channels.
    pub guest: bool,
    /// A guest of one channel.
    pub single_guest: bool,
    /// Somebody of another workspace.
    pub stranger: bool,
}

/// A channel or a direct conversation.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags that Slack has")]
pub struct Channel {
    /// Such as `C0PAY`; direct conversations begin with `D`.
    pub id: String,
    /// The name without its `#`.
    pub name: String,
    /// Seen by its members alone.
    pub private: bool,
    /// Closed.
    pub archived: bool,
    /// Shared with another organisation.
    pub shared: bool,
    /// About to be.
    pub pending_shared: bool,
    /// Who is in it, the bot too.
    pub members: BTreeSet<String>,
    /// The other person of a direct conversation.
    pub with: Option<String>,
}

/// A user group.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Such as `S0LEADS`.
    pub id: String,
    /// Its handle.
    pub handle: String,
    /// Who is in it.
    pub users: Vec<String>,
}

/// All of it. Tokens and ids are made up.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The workspace's id.
    pub team: String,
    /// The app's id.
    pub app: String,
    /// The bot as a user.
    pub bot_user: String,
    /// The bot as a bot.
    pub bot: String,
    /// The token for the Web API.
    pub bot_token: String,
    /// The token for sockets.
    pub app_token: String,
    /// The scopes granted.
    pub scopes: BTreeSet<String>,
    /// What is answered to everything instead, such as `token_revoked`.
    pub revoked: Option<&'static str>,
    /// Whether people may be written to directly.
    pub messages_tab: bool,
    /// Everybody.
    pub users: Vec<User>,
    /// All channels.
    pub channels: Vec<Channel>,
    /// All groups.
    pub groups: Vec<Group>,
}

/// What the app asks for at least.
pub const SCOPES: [&str; 7] = [
    "chat:write",
    "commands",
    "im:write",
    "files:write",
    "users:read",
    "channels:read",
    "groups:read",
];

impl Default for Workspace {
    fn default() -> Self {
        let bot =
            User { id: "U0BOT".into(), name: "maturity".into(), bot: true, ..User::default() };
        let slackbot = User { id: "USLACKBOT".into(), name: "slackbot".into(), ..User::default() };
        Self {
            team: "T0TEAM".into(),
            app: "A0APP".into(),
            bot_user: bot.id.clone(),
            bot: "B0BOT".into(),
            bot_token: "xoxb-1-double".into(),
            app_token: "xapp-1-double".into(),
            scopes: SCOPES.map(str::to_owned).into(),
            revoked: None,
            messages_tab: true,
            users: vec![bot, slackbot],
            channels: Vec::new(),
            groups: Vec::new(),
        }
    }
}

impl Workspace {
    /// Adds people of these names with ids such as `U0ANN`, in a zone.
    pub fn add_people(&mut self, names: &[&str], zone: &str) {
        for name in names {
            self.users.push(User {
                id: user_id(name),
                name: (*name).to_owned(),
                zone: zone.to_owned(),
                ..User::default()
            });
        }
    }

    /// Adds a public channel with these people and the bot in it; its id is such as `C0PAYMENTS`.
    pub fn add_channel(&mut self, name: &str, people: &[&str]) -> &mut Channel {
        let mut members: BTreeSet<String> = people.iter().map(|name| user_id(name)).collect();
        members.insert(self.bot_user.clone());
        let id = format!("C0{}", name.to_uppercase());
        self.channels.push(Channel { id, name: name.to_owned(), members, ..Channel::default() });
        let last = self.channels.len() - 1;
        &mut self.channels[last]
    }

    /// A user by id.
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// A user by name, who must be there.
    pub fn user_named(&self, name: &str) -> &User {
        self.users.iter().find(|user| user.name == name).expect("a person of this workspace")
    }

    /// A user to change.
    pub fn user_mut(&mut self, name: &str) -> &mut User {
        self.users.iter_mut().find(|user| user.name == name).expect("a person of this workspace")
    }

    /// A channel by id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// A channel to change.
    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// The direct conversation with somebody, made if it is not there.
    pub fn direct(&mut self, user: &str) -> String {
        let id = format!("D0{}", user.trim_start_matches("U0"));
        if self.channel(&id).is_none() {
            let members = [user.to_owned(), self.bot_user.clone()].into();
            let with = Some(user.to_owned());
            self.channels.push(Channel { id: id.clone(), members, with, ..Channel::default() });
        }
        id
    }
}

/// The id of a person of this name.
pub fn user_id(name: &str) -> String {
    format!("U0{}", name.to_uppercase())
}

/// A user as `users.info` tells of them.
pub fn user_json(user: &User, team: &str) -> Value {
    let mut json = json!({
        "id": user.id,
        "team_id": if user.stranger { "T0OTHER" } else { team },
        "name": user.name.to_lowercase(),
        "deleted": user.deleted,
        "profile": {
            "real_name": user.name, "real_name_normalized": user.name,
            "display_name": user.shown.as_ref().unwrap_or(&user.name),
            "display_name_normalized": user.name,
            "team": team,
        },
        "is_bot": user.bot,
        "is_app_user": false,
        "updated": 1_700_000_000,
    });
    if !user.deleted {
        let more = json!({
            "real_name": user.name, "tz": user.zone, "tz_label": user.zone, "tz_offset": 0,
            "is_admin": false, "is_owner": false, "is_primary_owner": false,
            "is_restricted": user.guest || user.single_guest,
            "is_ultra_restricted": user.single_guest,
            "is_email_confirmed": true, "color": "9f69e7",
        });
        super::args::merge(&mut json, more);
    }
    if user.stranger {
        super::args::merge(&mut json, json!({"is_stranger": true}));
    }
    json
}

/// A channel as `conversations.info` tells of it.
pub fn channel_json(channel: &Channel, bot: &str) -> Value {
    if let Some(user) = &channel.with {
        return json!({
            "id": channel.id, "created": 1_700_000_000, "is_im": true, "is_org_shared": false,
            "user": user, "is_user_deleted": false, "priority": 0, "is_archived": false,
        });
    }
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name,
        "is_channel": !channel.private, "is_group": channel.private, "is_im": false,
        "is_mpim": false, "is_private": channel.private, "created": 1_700_000_000,
        "creator": "U0ANN", "is_archived": channel.archived, "is_general": false, "unlinked": 0,
        "is_shared": channel.shared, "is_org_shared": false, "is_ext_shared": channel.shared,
        "is_pending_ext_shared": channel.pending_shared, "pending_shared": [],
        "is_member": channel.members.contains(bot), "context_team_id": "T0TEAM",
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": channel.members.len(),
    })
}
