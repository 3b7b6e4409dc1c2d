//! `[slack]`: the tokens, and the way that Slack reaches the bot.

use std::net::SocketAddr;

use super::reading::{Section, Wrong};
use super::secret::{self, Secret};
use super::values;

/// The keys of `[slack]`.
pub const KEYS: &[&str] = &[
    "enabled",
    "bot_token",
    "bot_token_env",
    "bot_token_file",
    "app_token",
    "app_token_env",
    "app_token_file",
    "signing_secret",
    "signing_secret_env",
    "signing_secret_file",
    "previous_signing_secret",
    "previous_signing_secret_env",
    "previous_signing_secret_file",
    "listen",
    "api_url",
    "guests",
    "shared_channels",
];

const BOT: secret::Keys = ["bot_token", "bot_token_env", "bot_token_file"];
const APP: secret::Keys = ["app_token", "app_token_env", "app_token_file"];
const SIGNING: secret::Keys = ["signing_secret", "signing_secret_env", "signing_secret_file"];
const PREVIOUS: secret::Keys =
    ["previous_signing_secret", "previous_signing_secret_env", "previous_signing_secret_file"];

/// Where Slack's Web API is.
pub const API_URL: &str = "https://slack.com/api/";
/// The variable that names another place, as other tools for Slack read it.
const API_VARIABLE: &str = "SLACK_API_URL";
/// Where the bot listens in HTTP mode.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// How the bot takes part in a Slack workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slack {
    /// The bot token, `xoxb-…`.
    pub bot_token: Secret,
    /// How Slack reaches the bot.
    pub way: Way,
    /// The address of the Web API, ending in a slash.
    pub api_url: String,
    /// Whether guests of the workspace are asked as well.
    pub guests: bool,
    /// Whether channels shared with other organisations may have a team.
    pub shared_channels: bool,
}

/// How Slack reaches the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over sockets that the bot opens with its app-level token, `xapp-…`.
    Sockets(Secret),
    /// Over requests that Slack signs.
    Http {
        /// The signing secrets that hold: the present one, and perhaps the one before.
        secrets: Vec<Secret>,
        /// Where the bot listens.
        listen: SocketAddr,
    },
}

/// Reads `[slack]`; `None` where it is not enabled.
pub fn read(top: &Section<'_>) -> Option<Slack> {
    let section = top.table("slack", KEYS);
    if !section.get("enabled", values::flag).unwrap_or(false) {
        return None;
    }
    if !cfg!(feature = "slack") {
        let mend = "use a binary that was built with the feature `slack`, or set it to false";
        section.wrong(
            "enabled",
            section.at("enabled").unwrap_or_default(),
            Wrong::new("is true, and this binary knows no Slack", mend),
        );
    }
    let api_url = api_url(&section);
    let slacks_own = api_url == API_URL;
    let start = |start| if slacks_own { start } else { "" };
    Some(Slack {
        bot_token: token(&section, BOT, "SLACK_BOT_TOKEN", start("xoxb-")),
        way: way(&section, start("xapp-")),
        api_url,
        guests: section.get("guests", values::flag).unwrap_or(false),
        shared_channels: section.get("shared_channels", values::flag).unwrap_or(false),
    })
}

/// Where the Web API is: as the file says, else the environment, else Slack's own.
fn api_url(section: &Section<'_>) -> String {
    let given = std::env::var(API_VARIABLE).ok().filter(|it| !it.trim().is_empty());
    let given = given.filter(|_| !section.has("api_url"));
    let of_variable = given.and_then(|given| match with_slash(given.trim()) {
        Ok(address) => Some(address),
        Err(wrong) => {
            section.wrong(
                "api_url",
                section.at("enabled").unwrap_or_default(),
                Wrong { what: format!("comes from {API_VARIABLE} and {}", wrong.what), ..wrong },
            );
            None
        }
    });
    let of_file = section.get("api_url", address);
    of_file.or(of_variable).unwrap_or_else(|| API_URL.to_owned())
}

/// HTTP where a signing secret is given, sockets otherwise.
fn way(section: &Section<'_>, start: &str) -> Way {
    let listen = section.get("listen", socket_address).unwrap_or(LISTEN);
    if !SIGNING.iter().any(|key| section.has(key)) {
        return Way::Sockets(token(section, APP, "SLACK_APP_TOKEN", start));
    }
    let secrets = [secret::read(section, SIGNING), secret::read(section, PREVIOUS)];
    Way::Http { secrets: secrets.into_iter().flatten().collect(), listen }
}

/// A token by its keys or, where none is given, from the usual variable.
fn token(section: &Section<'_>, keys: secret::Keys, variable: &str, start: &str) -> Secret {
    let at = keys.iter().find_map(|key| section.at(key)).or_else(|| section.at("enabled"));
    let at = at.unwrap_or_default();
    let mend = format!("set the variable {variable}, or name a file as `{}`", keys[2]);
    let given = keys.iter().any(|key| section.has(key));
    let found = if given { secret::read(section, keys) } else { secret::of_variable(variable) };
    match found {
        Some(token) if token.reveal().starts_with(start) => return token,
        Some(_) => {
            let what = format!("is no token of the right kind, which begins with {start}");
            section.wrong(keys[0], at, Wrong::new(what, "docs/SLACK.md says where each is found"));
        }
        None if !given => section.wrong(keys[0], at, Wrong::new("is missing", mend)),
        None => {}
    }
    Secret::new("")
}

/// A web address that paths can be added to.
fn address(value: &toml::de::DeValue<'_>) -> Result<String, Wrong> {
    with_slash(&values::text(value)?)
}

fn with_slash(address: &str) -> Result<String, Wrong> {
    let known = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    if !known {
        return Err(Wrong::new(format!("is `{address}`"), "begin it with https:// or http://"));
    }
    Ok(format!("{}/", address.trim_end_matches('/')))
}

fn socket_address(value: &toml::de::DeValue<'_>) -> Result<SocketAddr, Wrong> {
    let heard = values::text(value)?;
    let mend = "write an address and a port, such as `127.0.0.1:8080`";
    heard.parse().map_err(|_| Wrong::new(format!("is `{heard}`"), mend))
}
