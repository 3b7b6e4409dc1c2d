//! Who hears what: every command, said by everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maturity_bot::domain::command::TABLE;
use maturity_bot::domain::message::{Message, Press};
use maturity_bot::domain::team::Scheduled;
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;

use super::house::{House, calm, said, words};

const TEAM: [&str; 4] = ["Annabelle", "Bartholomew", "Cassandra", "Demetrius"];

/// Every verb in the form of its example and bare, and some that ask for more.
fn commands() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = TABLE
        .iter()
        .flat_map(|entry| entry.aliases.iter().copied().chain([entry.name, entry.example]))
        .map(ToOwned::to_owned)
        .collect();
    let more = [
        "report vault",
        "report vault skills",
        "report skills",
        "why skills",
        "why skills.kubernetes",
        "why processes",
        "who skills",
        "team vault",
        "team list",
        "team minimum 2",
        "team early on",
        "team lead add Bartholomew",
        "team lead remove Annabelle",
        "schedule off",
        "mode open",
        "action take 1",
        "action dismiss 1",
        "champion nominate Annabelle for skills",
        "champion nominate Nobody for skills",
        "target skills 5",
        "start pulse",
        "extend 1 day",
        "forget me",
        "help why",
        "help all",
        "me",
        "publish",
    ];
    all.extend(more.map(ToOwned::to_owned));
    all
}

/// A team with results, remarks, a champion and a candidate.
async fn vault() -> House {
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::in_memory());
    house.team("vault", &TEAM, calm()).await;
    house.say(TEAM[0], "/maturity start quick").await;
    for (name, level) in TEAM.iter().zip(["1", "1", "2", "2"]) {
        house.say(name, "answer").await;
        for _ in 0..8 {
            if house.say(name, level).await.contains("could not read") {
                house.say(name, "partly").await;
            }
        }
        house.say(name, "comment Zanzibar").await;
    }
    house.say(TEAM[1], "/maturity champion volunteer tooling").await;
    house.say(TEAM[0], "/maturity champion nominate Demetrius for skills").await;
    house.say(TEAM[1], "/maturity champion nominate Demetrius for skills").await;
    house.say(TEAM[0], "/maturity close").await;
    house
}

/// Says a command in a copy of the house, so that none changes what the next finds.
async fn ask(name: &str, command: &str) -> String {
    let house = vault().await;
    let reply = house.happens(said(name, &format!("/maturity {command}"))).await;
    reply.map(|message| words(&message)).unwrap_or_default()
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_team_whatever_they_say() {
    let house = vault().await;
    for command in commands() {
        let reply = house.happens(said("Mallory", &format!("/maturity {command}"))).await;
        let reply = reply.map(|message| words(&message)).unwrap_or_default();
        for secret in secrets().chain(["vault"]) {
            assert!(!reply.contains(secret), "`{command}` tells a stranger {secret}: {reply}");
        }
    }
    let known = house.say("Mallory", "/maturity report vault").await;
    let unknown = house.say("Mallory", "/maturity report nowhere").await;
    assert_eq!(known, unknown, "a refusal does not tell whether there is such a team");
}

#[tokio::test]
async fn an_admin_sees_teams_and_no_results() {
    let house = vault().await;
    for command in commands() {
        let reply = house.happens(said("Root", &format!("/maturity {command}"))).await;
        let reply = reply.map(|message| words(&message)).unwrap_or_default();
        for secret in secrets() {
            assert!(!reply.contains(secret), "`{command}` tells an admin {secret}: {reply}");
        }
    }
    assert!(house.say("Root", "/maturity team list").await.contains("vault"));
}

#[tokio::test]
async fn a_member_sees_the_summary_and_nothing_that_is_for_leads() {
    let house = vault().await;
    for command in commands().into_iter().filter(|it| !it.contains("lead")) {
        let reply = house.happens(said(TEAM[2], &format!("/maturity {command}"))).await;
        let reply = reply.map(|message| words(&message)).unwrap_or_default();
        let hidden =
            ["Zanzibar", "agreement high", "agreement mixed", "the median of", "Over 4 rounds"];
        for secret in hidden {
            assert!(!reply.contains(secret), "`{command}` tells a member {secret}: {reply}");
        }
        let of_rounds = command.starts_with("champion") || command.starts_with("nominate");
        assert!(of_rounds || !reply.contains("Demetrius"), "`{command}`: {reply}");
    }
    let team = house.team_of(maturity_bot::domain::ids::TeamId(1));
    assert_eq!(team.leads, [super::house::id(TEAM[0])], "no member makes themselves a lead");
    assert_eq!(team.rounds, 1, "or opens a round");
    assert_eq!(team.settings, calm(), "or changes a setting");
    let summary = house.say(TEAM[2], "/maturity report").await;
    assert!(summary.contains("level 1"), "{summary}");
}

#[tokio::test]
async fn a_lead_reads_remarks_and_explanations_but_no_names() {
    let report = ask(TEAM[0], "report").await;
    assert!(report.contains("Zanzibar"), "{report}");
    let why = ask(TEAM[0], "why skills.kubernetes").await;
    assert!(why.contains("the median of 4"), "{why}");
    for reply in [report, why] {
        assert!(!reply.contains("Cassandra") && !reply.contains("Demetrius"), "{reply}");
    }
    let who = ask(TEAM[0], "who").await;
    assert!(who.contains("Bartholomew") && !who.contains("Demetrius"), "{who}");
}

#[tokio::test]
async fn a_form_changes_what_its_command_may() {
    let house = vault().await;
    let team = maturity_bot::domain::ids::TeamId(1);
    let send = |name: &'static str, words: &str, values: &[(&str, &str)]| {
        house.happens(What::Submitted {
            person: super::house::id(name),
            place: None,
            form: Press::Tell(team, words.to_owned()).token(),
            values: values.iter().map(|(key, it)| ((*key).to_owned(), (*it).to_owned())).collect(),
        })
    };
    let levels = [("skills", "1"), ("structure", "2"), ("tooling", "3"), ("processes", "5")];
    let times = [("preset", "pulse"), ("rhythm", "weekly"), ("weekday", "TUE"), ("hour", "9")];

    send(TEAM[2], "target", &levels).await;
    send(TEAM[2], "schedule choose", &times).await;
    assert_eq!(house.team_of(team).settings, calm(), "a member sent it");

    let spoilt = send(TEAM[0], "target", &[("skills", "6"), ("tooling", "")]).await;
    let Some(Message::Form(form)) = spoilt else { panic!("no form: {spoilt:?}") };
    assert!(form.fields.iter().all(|field| field.error.is_some()), "{form:?}");
    send(TEAM[0], "target", &levels).await;
    assert_eq!(house.team_of(team).settings.targets, [1, 2, 3, 5]);

    send(TEAM[0], "schedule choose", &times).await;
    let schedules = house.team_of(team).settings.schedules;
    let read = |it: &Scheduled| format!("{} {}", it.preset, it.times.as_str());
    assert_eq!(schedules.iter().map(read).collect::<Vec<_>>(), ["pulse 0 9 * * TUE"]);
    // The form shows the plain choices again, and an expression where there are none for it.
    let shown = |form: Option<Message>| match form {
        Some(Message::Form(form)) => {
            form.fields.into_iter().map(|it| (it.name, it.value)).collect::<BTreeMap<_, _>>()
        }
        other => panic!("no form: {other:?}"),
    };
    let form = shown(house.happens(said(TEAM[0], "/maturity schedule choose")).await);
    assert!(times.iter().all(|(name, value)| form[*name] == **value), "{form:?}");
    house.say(TEAM[0], "/maturity schedule quick 30 16 * * FRI").await;
    let form = shown(house.happens(said(TEAM[0], "/maturity schedule choose")).await);
    assert_eq!(form["schedule"], "30 16 * * FRI");
}

/// What only the team knows: its people, its figures, its words.
fn secrets() -> impl Iterator<Item = &'static str> {
    TEAM.into_iter().chain(["Zanzibar", "1.5", "level 1", "Level 1", "not enough answers"])
}
