//! The app manifest, from which a workspace makes the app ("App manifest reference").

use std::fmt::Write;

use super::scopes::{HISTORY, OPTIONAL, QUIET, REQUIRED, Scope};

/// What an operator may choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The address that Slack calls, without a slash at its end; sockets without one.
    pub http: Option<String>,
    /// Whether a message whose answer was lost is looked for, rather than posted again.
    pub history: bool,
    /// Whether people's do-not-disturb is respected to the minute.
    pub quiet: bool,
}

/// The events the bot listens to. Nothing that people write is among them.
const EVENTS: [&str; 16] = [
    "app_home_opened",
    "app_uninstalled",
    "tokens_revoked",
    "member_joined_channel",
    "member_left_channel",
    "channel_left",
    "channel_archive",
    "channel_unarchive",
    "channel_deleted",
    "channel_id_changed",
    "channel_shared",
    "channel_unshared",
    "group_left",
    "group_archive",
    "group_unarchive",
    "group_deleted",
];

/// The manifest as YAML, with a comment for each scope.
#[must_use]
pub fn manifest(wishes: &Wishes) -> String {
    let url = |end: &str, indent: &str| match &wishes.http {
        Some(base) => format!("{indent}request_url: \"{base}/slack/{end}\"\n"),
        None => String::new(),
    };
    let command = match &wishes.http {
        Some(base) => format!("      url: \"{base}/slack/commands\"\n"),
        None => String::new(),
    };
    // What may be left out is listed among the rest as well, or it is not asked for at all.
    let mut bot: Vec<Scope> = REQUIRED.into_iter().chain(OPTIONAL).collect();
    bot.extend(HISTORY.iter().filter(|_| wishes.history));
    bot.extend(QUIET.iter().filter(|_| wishes.quiet));
    let events: String = EVENTS.iter().flat_map(|event| ["      - ", event, "\n"]).collect();
    let (sockets, scopes, optional) = (wishes.http.is_none(), listed(&bot), listed(&OPTIONAL));
    let (on_interaction, on_event) = (url("interactions", "    "), url("events", "    "));
    format!(
        r##"# Paste this at https://api.slack.com/apps, "Create New App", "From a manifest".
display_information:
  name: Maturity
  description: Asks a team how it runs its platform, and shows how that moves.
  background_color: "#1f3a5f"
features:
  app_home:
    home_tab_enabled: true
    # Without it, direct messages to people fail.
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: maturity
    always_online: true
  slash_commands:
    - command: /maturity
      description: Answer, read the report, set up a team
      usage_hint: "report | answer | help"
      should_escape: true
{command}oauth_config:
  scopes:
    # Nothing that people write in channels is read.
    bot:
{scopes}    bot_optional:
{optional}settings:
  interactivity:
    is_enabled: true
{on_interaction}  event_subscriptions:
{on_event}    bot_events:
{events}  socket_mode_enabled: {sockets}
  org_deploy_enabled: false
  token_rotation_enabled: false
"##
    )
}

fn listed(scopes: &[Scope]) -> String {
    scopes.iter().fold(String::new(), |mut lines, scope| {
        // Writing to a text cannot fail.
        let _ = writeln!(lines, "      # {}\n      - \"{}\"", scope.reason, scope.name);
        lines
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn read(wishes: &Wishes) -> Value {
        serde_saphyr::from_str(&manifest(wishes)).unwrap()
    }

    fn listed_as<'a>(manifest: &'a Value, kind: &str) -> BTreeSet<&'a str> {
        let scopes = manifest["oauth_config"]["scopes"][kind].as_array().unwrap();
        scopes.iter().map(|scope| scope.as_str().unwrap()).collect()
    }

    fn scopes(manifest: &Value) -> BTreeSet<&str> {
        listed_as(manifest, "bot")
    }

    #[test]
    fn it_asks_for_the_least_unless_more_is_wished() {
        let least = read(&Wishes::default());
        let all = REQUIRED.iter().chain(&OPTIONAL);
        assert_eq!(scopes(&least), all.map(|scope| scope.name).collect());
        assert_eq!(least["settings"]["socket_mode_enabled"], true);
        let most = read(&Wishes { history: true, quiet: true, http: None });
        assert!(scopes(&most).is_superset(&BTreeSet::from(["im:history", "dnd:read"])));
    }

    /// "App manifest reference": optional scopes must also be listed in the corresponding fields.
    #[test]
    fn what_may_be_left_out_is_asked_for_too() {
        let https = Some("https://bot.example.org".to_owned());
        for flags in 0..8 {
            let http = https.clone().filter(|_| flags & 4 != 0);
            let wishes = Wishes { http, history: flags & 1 != 0, quiet: flags & 2 != 0 };
            let manifest = read(&wishes);
            let optional = listed_as(&manifest, "bot_optional");
            assert_eq!(optional, OPTIONAL.iter().map(|scope| scope.name).collect());
            assert!(scopes(&manifest).is_superset(&optional), "{wishes:?}");
        }
    }

    #[test]
    fn over_http_it_names_the_three_addresses() {
        let http = Some("https://bot.example.org".to_owned());
        let manifest = read(&Wishes { http, ..Wishes::default() });
        let settings = &manifest["settings"];
        assert_eq!(settings["socket_mode_enabled"], false);
        for (place, end) in [
            (&settings["event_subscriptions"]["request_url"], "events"),
            (&settings["interactivity"]["request_url"], "interactions"),
            (&manifest["features"]["slash_commands"][0]["url"], "commands"),
        ] {
            assert_eq!(place, &format!("https://bot.example.org/slack/{end}"));
        }
    }
}
