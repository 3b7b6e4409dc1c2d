//! Nothing is lost and nothing is done twice: acknowledgements, repetitions, sockets that go.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::bot::Way;
use crate::double::deliver::{Kind, Outcome};
use crate::double::faults::Fault;
use crate::double::links::Frame;
use crate::double::person::{Fill, Sent};
use crate::double::{Double, pause};
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

/// How long everything took to be acknowledged, in milliseconds, the longest first.
fn delays(double: &Double) -> Vec<i64> {
    let mut delays: Vec<i64> = double.with(|state| {
        state.delivered.iter().map(|it| it.acked.map_or(i64::MAX, |at| at - it.sent)).collect()
    });
    delays.sort_unstable_by(|a, b| b.cmp(a));
    delays
}

/// The first questions of the page on top, as their labels.
fn first_labels(page: &str) -> Vec<String> {
    let numbered =
        |line: &&str| line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
    page.lines().filter(numbered).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_slow_work_delays_no_acknowledgement() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    office.double.with(|state| {
        for method in ["views.open", "views.publish", "chat.postMessage", "users.info"] {
            state.faults.plan(method, Fault::Stall(Duration::from_secs(10)), 3);
        }
    });
    let (ann, bob) = (office.person("Ann"), office.person("Bob"));
    assert!(ann.presses(&post, "Answer").await.is_acked());
    assert!(ann.opens_home().await.is_acked());
    assert!(bob.types(CHANNEL, "/maturity help").await.is_acked());
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    let longest = delays(&office.double)[0];
    assert!(longest < 500, "{longest} ms");
    // Who somebody is who came is waited for a moment, and learned later.
    assert!(office.double.joins("U0ZOE", CHANNEL).await.is_acked());
    let longest = delays(&office.double)[0];
    assert!(longest < 2_000, "{longest} ms");
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_an_acknowledged_answer_is_there_after_a_kill() {
    let mut office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    for (number, name) in ["Bob", "Cem", "Dia"].into_iter().enumerate() {
        let person = office.opens_form(name, &post).await;
        let labels = first_labels(&person.modal().expect("a modal"));
        for label in &labels[..=number] {
            person.fills(label, Fill::One("I don't know"));
        }
        let payload = person.submission().expect("complete");
        let outcome = office.double.deliver(Kind::Interactive, &payload, true, None).await;
        office.bot.die();
        assert!(outcome.is_acked(), "{outcome:?}");
        office.bot.again().await;
        let told = office.answered(name).await;
        assert!(told.contains(&format!("{} of 8 answered", number + 1)), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_what_dies_unacknowledged_can_be_sent_again() {
    let mut office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let bob = office.opens_form("Bob", &post).await;
    let label = first_labels(&bob.modal().expect("a modal")).remove(0);
    bob.fills(&label, Fill::One("I don't know"));
    office.double.with(|state| state.patience = Some(Duration::from_millis(300)));
    for _ in 0..3 {
        // Whether it got through or not, the next attempt finds the form as it was.
        let (payload, double) = (bob.submission().expect("complete"), office.double.clone());
        let sent =
            tokio::spawn(
                async move { double.deliver(Kind::Interactive, &payload, true, None).await },
            );
        office.bot.die();
        sent.await.expect("sent");
        office.bot.again().await;
    }
    office.double.with(|state| state.patience = None);
    assert_eq!(bob.submits().await, Sent::Changed);
    let told = office.answered("Bob").await;
    assert!(told.contains("1 of 8 answered"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn v3_the_same_event_three_times_has_one_effect() {
    let mut office = Office::open(Way::Sockets).await;
    let (ann, double) = (office.person("Ann"), office.double.clone());
    double.until("two sockets", |state| (state.links.open().len() >= 2).then_some(())).await;
    office.starts_round("quick").await;
    let direct = office.person("Bob");
    let question = direct.awaits(&direct.direct(), "[I don't know]").await;
    let click = direct.pressing(&(&question).into(), "I don't know");
    for _ in 0..2 {
        let outcome = double.deliver(Kind::Interactive, &click, false, None).await;
        assert!(outcome.is_acked(), "{outcome:?}");
    }
    office.restart().await;
    assert!(double.deliver(Kind::Interactive, &click, false, None).await.is_acked());
    let told = office.answered("Bob").await;
    assert!(told.contains("1 of 8 answered"), "{told}");

    let event = double.wrapped(&json!({
        "type": "app_home_opened", "user": ann.id, "channel": ann.direct(), "tab": "home",
    }));
    for _ in 0..3 {
        assert!(double.deliver(Kind::Event, &event, false, Some((1, "timeout"))).await.is_acked());
    }
    ann.awaits_home("Payments").await;
    let links: std::collections::BTreeSet<Option<u32>> =
        double.with(|state| state.delivered.iter().rev().take(3).map(|it| it.link).collect());
    assert_eq!(links.len(), 2, "over both sockets");
    // The same click again showed no second receipt.
    let receipts =
        direct.sees(&direct.direct()).iter().filter(|it| it.screen().contains("(1 of 8)")).count();
    assert!(receipts <= 1, "{receipts}");
    office.assert_well_behaved();
}

/// Over six minutes of real time where that is wished for, and else as fast as it goes: the bot
/// remembers by what it heard and not by when.
#[tokio::test(flavor = "multi_thread")]
async fn torture_v3_the_same_click_over_six_minutes_and_a_restart_is_one_answer() {
    let wished = std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some();
    let pauses = [0, 60, 300].map(|span| Duration::from_secs(if wished { span } else { 0 }));
    let mut office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let (bob, double) = (office.person("Bob"), office.double.clone());
    let question = bob.awaits(&bob.direct(), "[I don't know]").await;
    let click = bob.pressing(&(&question).into(), "I don't know");
    for (number, span) in pauses.into_iter().enumerate() {
        pause(span).await;
        assert!(double.deliver(Kind::Interactive, &click, false, None).await.is_acked());
        if number == 1 {
            office.restart().await;
        }
    }
    let told = office.answered("Bob").await;
    assert!(told.contains("1 of 8 answered"), "{told}");
    let receipts = bob.sees(&bob.direct());
    let receipts = receipts.iter().filter(|it| it.screen().contains("(1 of 8)")).count();
    assert!(receipts <= 1, "{receipts}");
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v4_a_successor_says_hello_before_the_old_socket_goes() {
    for reason in ["warning", "refresh_requested"] {
        let office = Office::open(Way::Sockets).await;
        let double = office.double.clone();
        double.until("two sockets", |state| (state.links.open().len() == 2).then_some(())).await;
        double.with(|state| state.links.warn(0, reason));
        let old = |state: &crate::double::state::State| state.links.all[&0].closed;
        let successor = double
            .until("a successor", |state| state.links.all.get(&2).map(|it| (it.opened, old(state))))
            .await;
        assert!(successor.1.is_none_or(|at| at >= successor.0), "a gap after {reason}");
        for name in ["Ann", "Bob", "Cem", "Dia"] {
            assert!(office.person(name).types(CHANNEL, "/maturity help").await.is_acked());
        }
        // Slack closes what it has warned, if the app has not.
        double.with(|state| state.links.send(0, Frame::Close));
        double.until("the farewell", |state| old(state)).await;
        let (ann, mark) = (office.person("Ann"), office.person("Ann").mark());
        assert!(ann.types(CHANNEL, "/maturity help").await.is_acked());
        ann.awaits_after(mark, CHANNEL, "report").await;
        office.assert_well_behaved();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v5_a_cut_socket_is_replaced() {
    let office = Office::open(Way::Sockets).await;
    let double = office.double.clone();
    double.until("two sockets", |state| (state.links.open().len() == 2).then_some(())).await;
    double.with(|state| state.links.send(0, Frame::Cut));
    double.until("a successor", |state| state.links.all.get(&2).map(|_| ())).await;
    assert!(office.person("Ann").types(CHANNEL, "/maturity help").await.is_acked());
}

/// In real time, up to half a minute: only when it is wished for. `platform/slack/link/tests.rs`
/// has the same with shorter times.
#[tokio::test(flavor = "multi_thread")]
async fn torture_v5_a_silent_socket_is_replaced_within_thirty_seconds() {
    if std::env::var_os("MATURITY_TORTURE_ROUNDS").is_none() {
        return;
    }
    let office = Office::open(Way::Sockets).await;
    let double = office.double.clone();
    double.until("two sockets", |state| (state.links.open().len() == 2).then_some(())).await;
    double.with(|state| state.links.send(0, Frame::Silence));
    let replaced =
        double.within(Duration::from_secs(30), |state| state.links.all.get(&2).map(|_| ())).await;
    assert!(replaced.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_a_refused_token_is_tried_once_and_said_clearly() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.app_token = "xapp-another".into();
        // The bot must be reached by nobody, so a first socket is not waited for.
        state.expects_no_link = true;
    });
    let mut office = Office::with(double.clone(), Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let error = double
        .until("an error", |state| {
            state
                .logs
                .iter()
                .find(|line| line.contains("ERROR") && line.contains("invalid_auth"))
                .cloned()
        })
        .await;
    assert!(error.contains("token"), "{error}");
    assert!(double.within(Duration::from_millis(700), |_| None::<()>).await.is_none());
    let opened = attempts(&double);
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert!(office.bot.lives(), "the rest of the bot goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_a_slack_that_is_down_is_asked_less_and_less_often() {
    let double = workspace().await;
    double.with(|state| state.faults.plan("apps.connections.open", Fault::Status(503), 5));
    let _office = Office::with(double.clone(), Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let at = attempts(&double);
    // One try alone, then those of both sockets, each waiting longer each time.
    assert!(at.len() >= 6, "{at:?}");
    assert!(at[1] - at[0] >= 500 && at[5] - at[0] >= 1_900, "{at:?}");
    assert!(at.windows(3).all(|three| three[2] - three[0] >= 400), "{at:?}");
}

/// When a socket was asked for.
fn attempts(double: &Double) -> Vec<i64> {
    double.with(|state| {
        let asked = state.journal.iter().filter(|it| it.method == "apps.connections.open");
        asked.map(|it| it.at).collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn v7_what_is_not_known_is_acknowledged_and_harms_nothing() {
    let mut office = Office::open(Way::Sockets).await;
    let odd = [
        (
            "events_api",
            json!({"event_id": "Ev1", "event": {"type": "moon_rose", "secret": "s3cret"}}),
        ),
        ("events_api", json!({"event": {"type": "member_joined_channel", "secret": "s3cret"}})),
        ("events_api", json!({"event": {"type": "channel_rename", "channel": null}})),
        ("interactive", json!({"type": "shortcut", "token": "s3cret"})),
        ("interactive", json!({"type": "block_actions", "actions": []})),
        ("interactive", json!({"type": "view_submission", "view": {}})),
        ("slash_commands", json!({"command": "/maturity"})),
        ("weather_report", json!({"sunny": true, "secret": "s3cret"})),
        ("events_api", Value::Null),
    ];
    for (kind, payload) in odd {
        let acked = office.double.odd_envelope(kind, &payload).await;
        assert!(acked, "{kind} {payload}");
    }
    assert!(office.person("Ann").types(CHANNEL, "/maturity help").await.is_acked());
    assert!(office.bot.lives());
    office.double.with(|state| {
        let told = state.logs.iter().find(|line| line.contains("s3cret"));
        assert_eq!(told, None);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_down_misses_no_event() {
    let mut office = Office::open(Way::Sockets).await;
    let double = office.double.clone();
    let event = json!({
        "type": "app_home_opened", "user": "U0ANN", "channel": office.person("Ann").direct(),
        "tab": "home",
    });
    office.bot.die();
    let again = tokio::spawn(async move {
        let pauses = [Duration::from_millis(300); 20];
        double.happens_with(&event, &pauses).await
    });
    office.bot.again().await;
    assert!(matches!(again.await.expect("sent"), Outcome::Acked(_)));
    office.person("Ann").awaits_home("Payments").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_socket_mode_that_is_switched_off_is_said_once_with_the_mend() {
    let double = workspace().await;
    double.with(|state| (state.links.disabled, state.expects_no_link) = (true, true));
    let mut office = Office::with(double.clone(), Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let error = double
        .until("an error", |state| {
            let mut lines = state.logs.iter();
            lines.find(|it| it.contains("ERROR") && it.contains("Socket Mode")).cloned()
        })
        .await;
    assert!(error.contains("switch it on"), "{error}");
    assert_eq!(attempts(&double).len(), 1);
    assert!(office.bot.lives(), "the rest of the bot goes on");
}
