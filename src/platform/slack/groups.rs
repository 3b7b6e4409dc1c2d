//! User groups, and who belongs to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::Mutex;

use super::api::Api;
use super::failure::CallError;
use super::identity::Identity;
use super::ids::person;
use crate::clock::{Clock, Instant};
use crate::domain::ids::PersonId;

/// How long the list is good for: so long that many teams looked up together read it once.
const FRESH: TimeDelta = TimeDelta::minutes(5);
/// What the bot has to be granted.
const SCOPE: &str = "usergroups:read";

/// The groups of each user who is in one.
pub type Belonging = BTreeMap<String, Vec<PersonId>>;

/// The groups of the workspace, asked for and remembered for a while.
pub struct Groups {
    api: Arc<Api>,
    clock: Clock,
    known: Mutex<Option<(Instant, Arc<Belonging>)>>,
}

impl Groups {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(api: Arc<Api>, clock: Clock) -> Self {
        Self { api, clock, known: Mutex::default() }
    }

    /// The groups of all users; none where the bot was not granted to know. `None` where they could
    /// not be read now, which says nothing of who belongs to which.
    pub async fn of_all(&self, identity: &Identity) -> Option<Arc<Belonging>> {
        if !identity.surely_may(SCOPE) {
            return Some(Arc::default());
        }
        // Whoever looks at the same time waits here, and finds what this one read.
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((read, groups)) = known.as_ref()
            && (*read..*read + FRESH).contains(&now)
        {
            return Some(Arc::clone(groups));
        }
        match self.read().await {
            Ok(groups) => Some(Arc::clone(&known.insert((now, Arc::new(groups))).1)),
            Err(error) => {
                tracing::warn!(%error, "user groups could not be read; what was known of them holds");
                None
            }
        }
    }

    /// Reads all groups with their users in one call ("usergroups.list").
    async fn read(&self) -> Result<Belonging, CallError> {
        let fields = [("include_users", "true".to_owned())];
        let list = self.api.call("usergroups.list", &fields).await?;
        let mut groups = Belonging::new();
        for group in list["usergroups"].as_array().into_iter().flatten() {
            let Some(id) = group["id"].as_str() else { continue };
            let users = group["users"].as_array().into_iter().flatten();
            for user in users.filter_map(Value::as_str) {
                groups.entry(user.to_owned()).or_default().push(person(id));
            }
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::super::testing::Slack;
    use super::*;

    fn identity(scopes: &[&str]) -> Identity {
        let scopes: BTreeSet<String> = scopes.iter().map(|it| (*it).to_owned()).collect();
        let (user, team) = ("UBOT".to_owned(), "T1".to_owned());
        Identity { user, team, enterprise: None, scopes: Some(scopes) }
    }

    #[tokio::test]
    async fn all_groups_come_with_one_call_that_is_good_for_minutes_and_a_failure_is_none() {
        static WELL: AtomicBool = AtomicBool::new(true);
        const GROUPS: &str = r#"{"ok":true,"usergroups":[
            {"id":"S1","users":["U1","U2"]},{"id":"S2","users":["U1"]},{"id":"S3"}]}"#;
        const FAILURE: &str = r#"{"ok":false,"error":"plan_upgrade_required"}"#;
        let slack = Slack::start(|_| {
            (200, None, if WELL.load(Ordering::SeqCst) { GROUPS } else { FAILURE })
        })
        .await;
        let clock = Clock::fixed(Instant::from_timestamp(1_800_000_000, 0).unwrap());
        let groups = Groups::new(slack.api(&clock), clock.clone());
        assert_eq!(groups.of_all(&identity(&[])).await, Some(Arc::default()));
        assert!(slack.calls().is_empty(), "what was not granted is not asked for");
        let identity = identity(&[SCOPE]);
        for _ in 0..3 {
            let found = groups.of_all(&identity).await.unwrap();
            assert_eq!(found["U1"], [person("S1"), person("S2")]);
            assert_eq!((&found["U2"], found.len()), (&vec![person("S1")], 2));
        }
        assert_eq!(slack.calls(), ["usergroups.list"]);
        WELL.store(false, Ordering::SeqCst);
        clock.advance(FRESH);
        assert_eq!(groups.of_all(&identity).await, None);
    }
}
