//! Who the bot is in its workspace, and what it was granted.

use std::collections::BTreeSet;

use super::api::{Api, IDENTITY};
use super::failure::CallError;

/// The bot as Slack knows it (`auth.test`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The bot's own user.
    pub user: String,
    /// The workspace.
    pub team: String,
    /// The organisation the workspace belongs to, on Enterprise Grid.
    pub enterprise: Option<String>,
    /// What the bot was granted; `None` where Slack does not tell.
    pub scopes: Option<BTreeSet<String>>,
}

impl Identity {
    /// Asks Slack.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn ask(api: &Api) -> Result<Self, CallError> {
        let answer = api.ask(IDENTITY, &[]).await?;
        let text = |name: &str| answer.body[name].as_str().map(ToOwned::to_owned);
        Ok(Self {
            user: text("user_id").unwrap_or_default(),
            team: text("team_id").unwrap_or_default(),
            enterprise: text("enterprise_id"),
            scopes: answer.scopes.map(|scopes| scopes.into_iter().collect()),
        })
    }

    /// Whether a scope was granted for certain.
    #[must_use]
    pub fn surely_may(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_some_and(|scopes| scopes.contains(scope))
    }
}
