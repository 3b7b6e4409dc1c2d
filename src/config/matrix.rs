//! The section `[matrix]`: which account the bot has, and whose rooms it comes to.

use toml::de::DeValue;

use super::reading::{Section, Wrong};
use super::values;

/// The keys of `[matrix]`.
pub const KEYS: &[&str] = &["enabled", "homeserver", "user", "invites", "unlimited", "polls"];

/// What the operator decided about Matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// The address of the homeserver, or the name of the server that leads to it.
    pub homeserver: String,
    /// The bot's own user id, such as `@maturity:example.org`.
    pub user: String,
    /// Users and servers whose invitations are accepted.
    pub invites: Vec<String>,
    /// Whether the homeserver lets the bot send without its usual limits.
    pub unlimited: bool,
    /// Whether questions in direct rooms come as polls too.
    pub polls: bool,
}

/// Reads the section; `None` where Matrix takes no part.
pub fn read(top: &Section<'_>) -> Option<Matrix> {
    let section = top.table("matrix", KEYS);
    let homeserver = section.get("homeserver", values::text);
    let user = section.get("user", user_id);
    let invites = section.list("invites", guest);
    let unlimited = section.get("unlimited", values::flag).unwrap_or(false);
    let polls = section.get("polls", values::flag).unwrap_or(false);
    if section.get("enabled", values::flag) != Some(true) {
        return None;
    }
    let at = section.at("enabled").unwrap_or_default();
    if cfg!(not(feature = "matrix")) {
        let mend = "use a binary that was built with the feature `matrix`";
        section.wrong("enabled", at, Wrong::new("needs a part that was not built in", mend));
    }
    let missing = |key: &str, mend: &str| {
        if !section.has(key) {
            section.wrong(key, at, Wrong::new("is missing", mend));
        }
    };
    missing("homeserver", "write the homeserver, such as `homeserver = \"https://matrix.org\"`");
    missing("user", "write the bot's own user id, such as `user = \"@maturity:example.org\"`");
    let (homeserver, user) = (homeserver?, user?);
    let own = user.split_once(':').map(|(_, server)| server.to_owned());
    let invites = if section.has("invites") {
        invites.into_iter().map(|(_, guest)| guest).collect()
    } else {
        own.into_iter().collect()
    };
    Some(Matrix { homeserver, user, invites, unlimited, polls })
}

fn user_id(value: &DeValue<'_>) -> Result<String, Wrong> {
    let id = values::text(value)?;
    let whole = id.strip_prefix('@').and_then(|rest| rest.split_once(':'));
    if whole.is_some_and(|(name, server)| !name.is_empty() && is_server(server)) {
        return Ok(id);
    }
    let mend = "write the whole user id, such as `@maturity:example.org`";
    Err(Wrong::new(format!("is `{id}`"), mend))
}

/// Somebody whose invitations are accepted: a user, or everybody of a server.
fn guest(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = values::text(value)?;
    if text.starts_with('@') { user_id(value) } else { server(text) }
}

fn server(text: String) -> Result<String, Wrong> {
    if is_server(&text) {
        return Ok(text);
    }
    let mend = "write user ids such as `@ann:example.org`, or servers such as `example.org`";
    Err(Wrong::new(format!("has `{text}`"), mend))
}

fn is_server(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    !text.is_empty() && text.chars().all(fits)
}
