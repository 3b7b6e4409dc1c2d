//! The manifest: what Slack's schema takes, with the scopes that the bot uses and no other.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::double::bot::{Way, says};
use crate::double::judges;
use crate::double::person::Fill;
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

fn manifest(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(["slack", "manifest"])
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_saphyr::from_str(&String::from_utf8_lossy(&output.stdout)).expect("YAML or JSON")
}

/// Every path that Slack's manifest may have among those the bot could use ("App manifest
/// reference"), with the most characters of a text, or 0 where it is none.
const SCHEMA: &[(&str, usize)] = &[
    ("_metadata.major_version", 0),
    ("_metadata.minor_version", 0),
    ("display_information.name", 35),
    ("display_information.description", 140),
    ("display_information.long_description", 4000),
    ("display_information.background_color", 7),
    ("features.app_home.home_tab_enabled", 0),
    ("features.app_home.messages_tab_enabled", 0),
    ("features.app_home.messages_tab_read_only_enabled", 0),
    ("features.bot_user.display_name", 80),
    ("features.bot_user.always_online", 0),
    ("features.slash_commands[].command", 32),
    ("features.slash_commands[].description", 2000),
    ("features.slash_commands[].usage_hint", 1000),
    ("features.slash_commands[].should_escape", 0),
    ("features.slash_commands[].url", 3000),
    ("oauth_config.scopes.bot[]", 100),
    ("oauth_config.scopes.bot_optional[]", 100),
    ("settings.interactivity.is_enabled", 0),
    ("settings.interactivity.request_url", 3000),
    ("settings.event_subscriptions.bot_events[]", 100),
    ("settings.event_subscriptions.request_url", 3000),
    ("settings.socket_mode_enabled", 0),
    ("settings.org_deploy_enabled", 0),
    ("settings.token_rotation_enabled", 0),
    ("settings.is_mcp_enabled", 0),
];

/// All leaves of a value with their paths.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{dot}{name}"), found);
            }
        }
        Value::Array(list) => list.iter().for_each(|it| leaves(it, &format!("{path}[]"), found)),
        leaf => found.push((path.to_owned(), leaf.clone())),
    }
}

fn texts(value: &Value) -> BTreeSet<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn v20_the_manifest_holds_nothing_that_slack_does_not_know() {
    for arguments in [&[][..], &["--http", "https://bot.example.org"]] {
        let manifest = manifest(arguments);
        let mut found = Vec::new();
        leaves(&manifest, "", &mut found);
        for (path, value) in &found {
            let known = SCHEMA.iter().find(|(known, _)| known == path);
            let Some((_, most)) = known else { panic!("no such field: {path}") };
            match value.as_str() {
                Some(text) => {
                    let length = text.chars().count();
                    assert!((1..=*most).contains(&length), "{path} has {length} characters");
                }
                None => assert_eq!(*most, 0, "{path} is no text"),
            }
        }
        let at = |path: &str| manifest.pointer(path).cloned().unwrap_or_default();
        assert_eq!(at("/features/app_home/messages_tab_enabled"), true, "or messages bounce");
        let read_only = at("/features/app_home/messages_tab_read_only_enabled");
        assert_eq!(read_only, false, "or /maturity cannot be typed in the messages tab");
        assert_eq!(at("/features/app_home/home_tab_enabled"), true);
        assert_eq!(at("/settings/interactivity/is_enabled"), true);
        let http = !arguments.is_empty();
        assert_eq!(at("/settings/socket_mode_enabled"), !http);
        assert_eq!(at("/settings/interactivity/request_url").is_string(), http);
        assert_eq!(at("/settings/event_subscriptions/request_url").is_string(), http);
        assert_eq!(at("/features/slash_commands/0/url").is_string(), http);
        let command = at("/features/slash_commands/0/command");
        assert_eq!(command, "/maturity");
        assert!(
            at("/settings/event_subscriptions/bot_events")
                .as_array()
                .is_some_and(|it| it.len() > 5)
        );
    }
}

#[test]
fn v20_scopes_that_read_what_people_write_are_asked_for_only_on_request() {
    let scopes = manifest(&[])["oauth_config"]["scopes"].clone();
    for scope in &texts(&scopes["bot"]) {
        assert!(!scope.contains("history") && !scope.contains("email"), "{scope}");
    }
    assert!(scopes.as_object().is_some_and(|map: &Map<String, Value>| !map.contains_key("user")));
}

#[test]
fn v20_each_wish_asks_for_its_scopes_and_says_why() {
    let scopes = |arguments: &[&str]| texts(&manifest(arguments)["oauth_config"]["scopes"]["bot"]);
    let least = scopes(&[]);
    let more = |arguments: &[&str]| -> BTreeSet<String> {
        scopes(arguments).difference(&least).cloned().collect()
    };
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(more(&["--dnd"]), named(&["dnd:read"]));
    let history: BTreeSet<String> = named(&["channels:history", "groups:history", "im:history"]);
    assert_eq!(more(&["--history"]), history);
    let both: BTreeSet<String> = more(&["--history", "--dnd", "--http", "https://a.example"]);
    assert_eq!(both.len(), 4);
    let told = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(["slack", "manifest", "--dnd", "--history"])
        .output()
        .expect("the binary starts");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let lines: Vec<&str> = told.lines().collect();
    for scope in least.iter().chain(&both) {
        let at =
            lines.iter().position(|line| line.contains(&format!("\"{scope}\""))).expect("there");
        assert!(lines[at - 1].trim_start().starts_with("# "), "{scope}: why?");
    }
}

/// What the manifests ask for, for the judge of the whole run: it knows what was needed.
#[test]
fn v20_the_scopes_are_written_down_for_the_judge() {
    let scopes = |arguments: &[&str]| texts(&manifest(arguments)["oauth_config"]["scopes"]["bot"]);
    let (asked, known) = (scopes(&[]), scopes(&["--dnd", "--history"]));
    judges::write_scopes(&json!({"asked": asked, "known": known}));
}

#[tokio::test(flavor = "multi_thread")]
async fn v20_the_scopes_of_the_manifest_are_those_that_a_whole_round_needs() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("secret", &["Ann", "Bob", "Cem"]).private = true;
    });
    let secret = "\n[[team]]\nid = \"secret\"\nname = \"Secret\"\nplace = \"slack:C0SECRET\"\nleads = [\"slack:U0ANN\"]\n";
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}{secret}")).await;
    let post = office.starts_round("quick").await;
    for name in ["Ann", "Bob", "Cem"] {
        let person = office.opens_form(name, &post).await;
        person.fills("1. ", Fill::First);
        person.submits().await;
    }
    let dia = office.person("Dia");
    dia.awaits(&dia.direct(), "[I don't know]").await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    assert!(ann.types("C0SECRET", "/maturity start quick").await.is_acked());
    ann.awaits("C0SECRET", "[Answer]").await;
    office
        .double
        .until("the chart", |state| state.files.values().any(|it| it.complete).then_some(()))
        .await;
    let needed: BTreeSet<String> = office.double.with(|state| {
        let calls = state.journal.iter().filter(|it| it.outcome == "ok");
        calls.flat_map(|it| it.scopes.clone()).chain(["commands".to_owned()]).collect()
    });
    let scopes = manifest(&[])["oauth_config"]["scopes"].clone();
    let (all, optional) = (texts(&scopes["bot"]), texts(&scopes["bot_optional"]));
    assert!(optional.is_subset(&all), "what may be left out is asked for too: {all:?}");
    // The workspace granted what is not optional, and that was enough.
    assert_eq!(all.difference(&optional).cloned().collect::<BTreeSet<_>>(), needed);
}

/// Everything that must stay secret, in logs at the finest level, for a whole round.
#[tokio::test(flavor = "multi_thread")]
async fn v20_no_token_and_no_answer_stands_in_the_log_at_any_level() {
    for way in [Way::Sockets, Way::Http] {
        let double = workspace().await;
        let office = Office::with_level(double, way, "trace", &format!("{CALM}{ENTRY}")).await;
        let post = office.starts_round("quick").await;
        let bob = office.opens_form("Bob", &post).await;
        bob.fills("1. ", Fill::First);
        bob.fills("A remark", Fill::Text("A remark that is nobody's business"));
        bob.submits().await;
        let mark = bob.mark();
        assert!(bob.types(CHANNEL, "/maturity report nobodysbusiness").await.is_acked());
        bob.awaits_after(mark, CHANNEL, "").await;
        office.double.with(|state| {
            assert!(!state.logs.is_empty());
            let tickets = ["ticket0", "/respond/", "trigger.0"];
            let secrets = [
                "xoxb-",
                "xapp-",
                "a signing secret",
                "nobody's business",
                "nobodysbusiness",
                "v0=",
            ];
            for line in &state.logs {
                for secret in secrets.iter().chain(&tickets) {
                    assert!(!line.contains(secret), "{secret} stands in: {line}");
                }
            }
        });
    }
}

/// `doctor` in a workspace, with the channel of the team as it is there.
async fn doctor(double: &crate::double::Double) -> (bool, String) {
    says(double, &["doctor", "--online"], &format!("{CALM}{ENTRY}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn v20_doctor_is_content_where_all_is_well_and_slack_judges_every_shape() {
    let double = workspace().await;
    let (fine, words) = doctor(&double).await;
    assert!(fine, "{words}");
    assert!(!words.contains("xoxb-") && !words.contains("xapp-"), "{words}");
    let judged = double.with(|state| {
        let calls = state.journal.iter().filter(|it| it.method == "blocks.validate");
        calls.map(|it| it.outcome.clone()).collect::<Vec<_>>()
    });
    assert!(judged.len() >= 5 && judged.iter().all(|it| it == "ok"), "{judged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn v20_doctor_names_each_missing_scope_and_what_it_is_for() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.scopes.retain(|scope| scope != "files:write" && scope != "im:write");
    });
    let (fine, words) = doctor(&double).await;
    assert!(!fine);
    for (scope, feature) in [("files:write", "charts"), ("im:write", "writing to people")] {
        let line = words.lines().find(|line| line.contains(scope)).expect("named");
        assert!(line.starts_with("wrong") && line.contains(feature), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v20_doctor_tells_what_is_wrong_with_tokens_and_channels() {
    type Change = fn(&mut crate::double::workspace::Workspace);
    let changes: [(Change, &str); 5] = [
        (|it| it.revoked = Some("token_revoked"), "token_revoked"),
        (|it| it.bot_token = "xoxb-another".into(), "invalid_auth"),
        (|it| it.app_token = "xapp-another".into(), "app token"),
        (|it| it.channel_mut(CHANNEL).expect("there").archived = true, "archive"),
        (
            |it| {
                let bot = it.bot_user.clone();
                it.channel_mut(CHANNEL).expect("there").members.remove(&bot);
            },
            "/invite",
        ),
    ];
    for (change, told) in changes {
        let double = workspace().await;
        // The config is written with the tokens as they were.
        let config = format!("{CALM}{ENTRY}");
        let token = double.with(|state| state.workspace.bot_token.clone());
        double.with(|state| change(&mut state.workspace));
        double.with(|state| state.own_token = Some(token));
        let (fine, words) = says(&double, &["doctor"], &config).await;
        assert!(!fine, "{told}: {words}");
        let line = words.lines().find(|line| line.starts_with("wrong"));
        assert!(line.is_some_and(|line| line.contains(told)), "{told}: {words}");
    }
}
