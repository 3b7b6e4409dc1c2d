//! People and channels: who is in a place, and who is never asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::api::Api;
use super::failure::CallError;
use super::groups::{Belonging, Groups};
use super::identity::Identity;
use super::ids::person;
use crate::clock::{Clock, Instant};
use crate::domain::ids::PlaceId;
use crate::platform::{PostError, Profile};

/// How long a profile is good for; Slack is not told to send changes, there are too many.
const FRESH: TimeDelta = TimeDelta::minutes(30);
/// How many members a page of a channel may have.
const PAGE: &str = "200";
/// How many strangers are asked for one by one.
const FEW: usize = 40;
/// How many people a page of the list of all may have, and how many pages are read at most.
const LIST_PAGE: &str = "500";
const LIST_PAGES: usize = 20;
/// The user that is Slack itself.
const SLACKBOT: &str = "USLACKBOT";

/// Who is asked besides the members of the workspace.
#[derive(Clone, Copy, Debug)]
pub struct Welcome {
    /// Guests of the workspace.
    pub guests: bool,
    /// Teams in channels that other organisations share.
    pub shared_channels: bool,
}

/// Slack's people, asked for and remembered for a while.
pub struct People {
    api: Arc<Api>,
    clock: Clock,
    welcome: Welcome,
    identity: OnceLock<Identity>,
    groups: Groups,
    known: Mutex<BTreeMap<String, (Instant, Profile)>>,
}

impl People {
    /// Nobody is known yet.
    #[must_use]
    pub fn new(api: Arc<Api>, clock: Clock, welcome: Welcome) -> Self {
        let groups = Groups::new(Arc::clone(&api), clock.clone());
        Self { api, clock, welcome, identity: OnceLock::new(), groups, known: Mutex::default() }
    }

    /// The bot itself; asked for once.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn identity(&self) -> Result<&Identity, CallError> {
        if let Some(known) = self.identity.get() {
            return Ok(known);
        }
        let asked = Identity::ask(&self.api).await?;
        Ok(self.identity.get_or_init(|| asked))
    }

    /// Whether a profile was read not long ago.
    #[must_use]
    pub fn knows(&self, user: &str) -> bool {
        self.remembered(user).is_some()
    }

    /// The profile of a user.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn profile(&self, user: &str) -> Result<Profile, CallError> {
        if let Some(known) = self.remembered(user) {
            return Ok(known);
        }
        let identity = self.identity().await?;
        let profile = match self.api.call("users.info", &[("user", user.to_owned())]).await {
            Ok(body) => profile(&named(&body["user"], user), identity, self.welcome.guests),
            Err(error) if error.is_unknown() => return self.listed(user).await,
            Err(error) => return Err(error),
        };
        self.remember(user, &profile);
        Ok(profile)
    }

    /// The profile of a user where people can be told of by the list of all alone, or not at all.
    async fn listed(&self, user: &str) -> Result<Profile, CallError> {
        match self.read_list(&BTreeSet::from([user])).await {
            Err(error) if !error.is_unknown() => return Err(error),
            _ => {}
        }
        if let Some(known) = self.remembered(user) {
            return Ok(known);
        }
        let bare = named(&Value::Null, user);
        let profile = profile(&bare, self.identity().await?, self.welcome.guests);
        self.remember(user, &profile);
        Ok(profile)
    }

    /// Everybody in a channel, with the groups they belong to.
    ///
    /// # Errors
    ///
    /// See [`PostError`]; a channel that is archived, or shared where that is not allowed, is a
    /// dead target.
    pub async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        let channel = place.bare();
        self.usable(channel).await?;
        let users = self.users_in(channel).await?;
        self.meet_many(&users).await?;
        let groups = self.groups.of_all(self.identity().await?).await;
        let mut members = Vec::with_capacity(users.len());
        for user in users {
            let mut profile = match self.profile(&user).await {
                Ok(profile) => profile,
                // Whoever is not shown to the bot is nobody it could ask.
                Err(error) if is_hidden(&error) => continue,
                Err(error) => return Err(error.into()),
            };
            let own = |all: &Belonging| all.get(&user).cloned().unwrap_or_default();
            profile.groups = groups.as_deref().map(own);
            members.push(profile);
        }
        Ok(members)
    }

    /// Refuses a channel that can have no team.
    async fn usable(&self, channel: &str) -> Result<(), PostError> {
        let fields = [("channel", channel.to_owned())];
        let info = match self.api.call("conversations.info", &fields).await {
            // Where nothing is told of channels, none is archived or shared.
            Err(error) if error.is_unknown() => return Ok(()),
            info => info?,
        };
        let is = |flag: &str| info["channel"][flag] == true;
        if is("is_archived") {
            return Err(PostError::DeadTarget("is_archived".to_owned()));
        }
        // Whoever may read a public channel may not write there yet.
        if info["channel"]["is_member"] == false {
            return Err(PostError::DeadTarget("not_in_channel".to_owned()));
        }
        let shared = is("is_ext_shared") || is("is_pending_ext_shared");
        if shared && !self.welcome.shared_channels {
            let cause = "the channel is shared with another organisation";
            return Err(PostError::DeadTarget(cause.to_owned()));
        }
        Ok(())
    }

    /// Reads the profiles of many people by the list of all, where that takes fewer calls than
    /// asking for one after the other. Whoever is not on the list is asked for afterwards.
    async fn meet_many(&self, users: &[String]) -> Result<(), CallError> {
        let wanted: BTreeSet<&str> =
            users.iter().map(String::as_str).filter(|user| !self.knows(user)).collect();
        if wanted.len() <= FEW {
            return Ok(());
        }
        match self.read_list(&wanted).await {
            Err(error) if error.is_unknown() => Ok(()),
            read => read,
        }
    }

    /// Reads the list of all people until everybody wanted was on it.
    async fn read_list(&self, wanted: &BTreeSet<&str>) -> Result<(), CallError> {
        let identity = self.identity().await?;
        let mut cursor = String::new();
        for _ in 0..LIST_PAGES {
            let fields = [("limit", LIST_PAGE.to_owned()), ("cursor", cursor)];
            let page = self.api.call("users.list", &fields).await?;
            for user in page["members"].as_array().into_iter().flatten() {
                if let Some(id) = user["id"].as_str().filter(|id| wanted.contains(id)) {
                    self.remember(id, &profile(user, identity, self.welcome.guests));
                }
            }
            cursor = next_page(&page).unwrap_or_default();
            if cursor.is_empty() || wanted.iter().all(|user| self.knows(user)) {
                break;
            }
        }
        Ok(())
    }

    async fn users_in(&self, channel: &str) -> Result<Vec<String>, CallError> {
        let mut users = Vec::new();
        let mut cursor = String::new();
        loop {
            let fields = [
                ("channel", channel.to_owned()),
                ("limit", PAGE.to_owned()),
                ("cursor", cursor.clone()),
            ];
            let page = self.api.call("conversations.members", &fields).await?;
            let found = page["members"].as_array().into_iter().flatten();
            users.extend(found.filter_map(Value::as_str).map(ToOwned::to_owned));
            match next_page(&page) {
                Some(next) if next != cursor => cursor = next,
                _ => return Ok(users),
            }
        }
    }

    fn remembered(&self, user: &str) -> Option<Profile> {
        let known = self.known();
        let (read, profile) = known.get(user)?;
        (self.clock.now() - *read < FRESH).then(|| profile.clone())
    }

    fn remember(&self, user: &str, profile: &Profile) {
        self.known().insert(user.to_owned(), (self.clock.now(), profile.clone()));
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (Instant, Profile)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a user is none, or one that Slack does not show to the bot ("users.info").
#[must_use]
pub fn is_hidden(error: &CallError) -> bool {
    matches!(error.code(), Some("user_not_found" | "user_not_visible"))
}

/// Where the next page of a list begins, where there is one ("Pagination").
fn next_page(page: &Value) -> Option<String> {
    let next = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default();
    (!next.is_empty()).then(|| next.to_owned())
}

/// A user object with an id, where it came without one.
fn named(user: &Value, id: &str) -> Value {
    let mut user = if user.is_object() { user.clone() } else { Value::Object(Map::new()) };
    if !user["id"].is_string() {
        user["id"] = id.into();
    }
    user
}

/// What a user object tells ("User object").
fn profile(user: &Value, identity: &Identity, guests: bool) -> Profile {
    let id = user["id"].as_str().unwrap_or_default();
    Profile {
        id: person(id),
        name: name(user, id),
        zone: user["tz"].as_str().and_then(|zone| zone.parse().ok()),
        outside: is_outside(user, id, identity, guests),
        groups: None,
    }
}

/// The name people see, which each may choose.
fn name(user: &Value, id: &str) -> String {
    let profile = &user["profile"];
    let names =
        [&profile["display_name"], &profile["real_name"], &user["real_name"], &user["name"]];
    let mut names = names.into_iter().filter_map(Value::as_str).map(str::trim);
    names.find(|name| !name.is_empty()).unwrap_or(id).to_owned()
}

fn is_outside(user: &Value, id: &str, identity: &Identity, guests: bool) -> bool {
    let is = |flag: &str| user[flag] == true;
    let machine = is("is_bot") || is("is_workflow_bot") || id == SLACKBOT || id == identity.user;
    let guest = is("is_restricted") || is("is_ultra_restricted");
    let home = user["team_id"]
        .as_str()
        .is_none_or(|team| team == identity.team || identity.team.is_empty());
    let enterprise = user["enterprise_user"]["enterprise_id"].as_str();
    let sister = enterprise.is_some() && enterprise == identity.enterprise.as_deref();
    let stranger = is("is_stranger") || !(home || sister);
    machine || is("deleted") || stranger || (guest && !guests)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::super::ids::place;
    use super::super::testing::{Answer, Slack};
    use super::*;

    fn identity() -> Identity {
        let (user, team) = ("UBOT".to_owned(), "T1".to_owned());
        Identity { user, team, enterprise: Some("E1".to_owned()), scopes: None }
    }

    #[rstest]
    #[case(json!({"id": "U1", "team_id": "T1"}), false)]
    #[case(json!({"id": "U1"}), false)]
    #[case(json!({"id": "U1", "team_id": "T1", "is_bot": true}), true)]
    #[case(json!({"id": "U1", "team_id": "T1", "deleted": true}), true)]
    #[case(json!({"id": "U1", "team_id": "T1", "is_restricted": true}), true)]
    #[case(json!({"id": "U1", "team_id": "T1", "is_ultra_restricted": true}), true)]
    #[case(json!({"id": "U1", "team_id": "T2"}), true)]
    #[case(json!({"id": "U1", "team_id": "T1", "is_stranger": true}), true)]
    #[case(json!({"id": "W1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}), false)]
    #[case(json!({"id": "W1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}), true)]
    #[case(json!({"id": "USLACKBOT", "team_id": "T1"}), true)]
    #[case(json!({"id": "UBOT", "team_id": "T1"}), true)]
    fn machines_guests_and_strangers_are_outside(#[case] user: Value, #[case] outside: bool) {
        assert_eq!(profile(&user, &identity(), false).outside, outside);
    }

    #[test]
    fn guests_may_be_made_welcome_and_nobody_else() {
        let guest = json!({"id": "U1", "team_id": "T1", "is_restricted": true});
        assert!(!profile(&guest, &identity(), true).outside);
        let gone = json!({"id": "U1", "is_restricted": true, "deleted": true});
        assert!(profile(&gone, &identity(), true).outside);
    }

    /// A stranger in a shared channel may be hidden; the others there have a team all the same.
    #[tokio::test]
    async fn whoever_is_hidden_from_the_bot_keeps_nobody_else_from_having_a_team() {
        for hidden in ["user_not_found", "user_not_visible"] {
            let slack = match hidden {
                "user_not_found" => Slack::start(|method| told(method, NOT_FOUND)).await,
                _ => Slack::start(|method| told(method, NOT_VISIBLE)).await,
            };
            let clock = Clock::system();
            let welcome = Welcome { guests: false, shared_channels: true };
            let people = People::new(slack.api(&clock), clock, welcome);
            assert_eq!(people.members(&place("C1")).await, Ok(Vec::new()), "{hidden}");
        }
    }

    const NOT_FOUND: &str = r#"{"ok":false,"error":"user_not_found"}"#;
    const NOT_VISIBLE: &str = r#"{"ok":false,"error":"user_not_visible"}"#;

    fn told(method: &str, of_people: &'static str) -> Answer {
        match method {
            "users.info" => (200, None, of_people),
            "conversations.members" => (200, None, r#"{"ok":true,"members":["U1","U2"]}"#),
            _ => (200, None, r#"{"ok":true,"user_id":"UBOT","team_id":"T1"}"#),
        }
    }

    #[test]
    fn where_the_bot_does_not_know_its_workspace_nobody_is_a_stranger() {
        let unknown = Identity { team: String::new(), enterprise: None, ..identity() };
        assert!(!profile(&json!({"id": "U1", "team_id": "T1"}), &unknown, false).outside);
    }

    #[test]
    fn a_profile_has_the_chosen_name_and_the_zone() {
        let user = json!({"id": "U1", "name": "ann", "real_name": "Ann Lee", "tz": "Asia/Tokyo",
            "profile": {"display_name": " ", "real_name": "Ann L"}});
        let read = profile(&user, &identity(), false);
        assert_eq!((read.name.as_str(), read.zone), ("Ann L", Some(chrono_tz::Asia::Tokyo)));
        let odd = profile(&json!({"id": "U2", "tz": "Mars/Olympus"}), &identity(), false);
        assert_eq!((odd.name.as_str(), odd.zone), ("U2", None));
    }
}
