//! Slack's rate limits: kept to, and obeyed when they bite all the same.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::double::Double;
use crate::double::bot::Way;
use crate::double::faults::Fault;
use crate::double::journal::Entry;
use crate::double::state::{Note, State};
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

/// What may not have arrived is sent once more before long.
const SOON: &str = "second_try_seconds = 1\n";

/// When messages were posted, by channel, those refused left out.
fn posts(double: &Double) -> BTreeMap<String, Vec<i64>> {
    let mut posts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    double.with(|state| {
        let posted = |it: &&Entry| it.method == "chat.postMessage" && it.outcome == "ok";
        for entry in state.journal.iter().filter(posted) {
            let channel = entry.params["channel"].as_str().unwrap_or_default().to_owned();
            posts.entry(channel).or_default().push(entry.at);
        }
    });
    posts
}

#[tokio::test(flavor = "multi_thread")]
async fn v9_posts_to_one_channel_are_a_second_apart_and_channels_do_not_wait_for_each_other() {
    let double = workspace().await;
    let mut config = CALM.to_owned();
    let names: Vec<String> = (0..20).map(|number| format!("room{number}")).collect();
    double.with(|state| {
        state.faults.per_channel = true;
        for name in &names {
            state.workspace.add_channel(name, &["Ann", "Bob"]);
        }
    });
    for name in &names {
        let id = format!("C0{}", name.to_uppercase());
        let _ = write!(
            config,
            "\n[[team]]\nid = \"{name}\"\nplace = \"slack:{id}\"\nleads = [\"slack:U0ANN\"]\nmin_respondents = 2\n"
        );
    }
    let office = Office::with(double, Way::Sockets, &config).await;
    let ann = office.person("Ann");
    for name in &names {
        let channel = format!("C0{}", name.to_uppercase());
        assert!(ann.types(&channel, "/maturity start quick").await.is_acked());
    }
    // Two more posts to one of them: its round is cancelled, and another opened.
    ann.awaits("C0ROOM0", "[Answer]").await;
    assert!(ann.types("C0ROOM0", "/maturity cancel yes").await.is_acked());
    assert!(ann.types("C0ROOM0", "/maturity start quick").await.is_acked());
    office
        .double
        .until("all posts", |state| {
            let shared = |note: &&Note| note.only.is_none() && note.channel.starts_with("C0ROOM");
            (state.notes.iter().filter(shared).count() >= 22).then_some(())
        })
        .await;
    let posts = posts(&office.double);
    for (channel, times) in &posts {
        let gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| *gap >= 980), "{channel}: {gaps:?}");
    }
    let first = |name: &String| posts[&format!("C0{}", name.to_uppercase())][0];
    let (from, to) = (names.iter().map(first).min(), names.iter().map(first).max());
    let span = to.expect("some") - from.expect("some");
    assert!(span < 15_000, "20 channels took {span} ms");
    let refused = office
        .double
        .with(|state| state.journal.iter().filter(|it| it.outcome == "ratelimited").count());
    assert_eq!(refused, 0, "calls that Slack had to refuse");
}

/// Real seconds pass: two in the short form, Slack's seven where the long form is wished for.
#[tokio::test(flavor = "multi_thread")]
async fn torture_v10_a_pause_that_slack_wishes_is_kept_and_nothing_is_lost() {
    let long = std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some();
    let seconds = if long { 7 } else { 2 };
    let office = Office::with(workspace().await, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let double = &office.double;
    double.with(|state| {
        state.faults.plan_in(CHANNEL, "chat.postMessage", Fault::Limited(seconds), 1);
    });
    office.starts_round("quick").await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity cancel yes").await.is_acked());
    for_all_to_read(&office, "was cancelled. Nothing").await;
    let shared: Vec<String> = ann
        .sees(CHANNEL)
        .iter()
        .filter(|note| note.only.is_none())
        .map(|note| note.screen().lines().next().unwrap_or_default().to_owned())
        .collect();
    assert!(
        shared.len() == 2 && shared[1].contains("cancelled"),
        "in order, each once: {shared:?}"
    );
    let limited = double.with(|state| {
        let calls = state.journal.iter().filter(|it| it.method == "chat.postMessage");
        calls.map(|it| (it.at, it.outcome.clone())).collect::<Vec<_>>()
    });
    // What was on its way to somebody else at that moment is refused as well.
    let (bitten, _) = limited.iter().find(|(_, outcome)| outcome == "ratelimited").expect("bitten");
    let after = limited.iter().find(|(at, outcome)| at > bitten && outcome == "ok");
    let (after, _) = after.expect("it goes on");
    assert!(after - bitten >= seconds * 1000, "{limited:?}");
    // A call too early would stand among the violations.
    office.assert_well_behaved();
}

/// Waits for a message that everybody in the channel reads.
async fn for_all_to_read(office: &Office, words: &str) {
    let what = format!("“{words}” for all to read");
    let fits = |note: &&Note| note.only.is_none() && note.screen().contains(words);
    office.double.until(&what, |state| state.notes.iter().find(fits).map(|_| ())).await;
}

/// How often the round's post stands in the channel.
fn openings(office: &Office) -> usize {
    let seen = office.person("Ann").sees(CHANNEL);
    seen.iter().filter(|it| it.only.is_none() && it.screen().contains("Eight questions")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_whose_answer_is_lost_is_posted_twice_at_most_and_counted() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let ops = listener.local_addr().expect("bound");
    drop(listener);
    let config = format!("[ops]\nlisten = \"{ops}\"\n{CALM}{ENTRY}");
    let office = Office::with_top(workspace().await, Way::Sockets, SOON, &config).await;
    office.double.with(|state| state.faults.plan_in(CHANNEL, "chat.postMessage", Fault::Lost, 1));
    office.starts_round("quick").await;
    let again = |state: &State| {
        let posts = state.notes.iter().filter(|it| it.channel == CHANNEL && it.only.is_none());
        (posts.count() >= 2).then_some(())
    };
    office.double.until("the second try", again).await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity help").await.is_acked());
    // It is counted once the second answer came.
    let counted = async {
        let counted = |it: &&str| it.contains("kind=\"opening\",reason=\"repeated\"");
        loop {
            let page = reqwest::get(format!("http://{ops}/metrics")).await.expect("an answer");
            let page = page.text().await.expect("text");
            if let Some(line) = page.lines().find(counted) {
                return line.to_owned();
            }
        }
    };
    let counted = tokio::time::timeout(Duration::from_secs(30), counted).await.expect("counted");
    assert!(counted.ends_with(" 1"), "{counted}");
    assert!(ann.types(CHANNEL, "/maturity cancel yes").await.is_acked());
    for_all_to_read(&office, "was cancelled. Nothing").await;
    assert_eq!(openings(&office), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_history_scope_a_lost_answer_is_looked_up_and_nothing_is_posted_twice() {
    looks_before_it_posts_again(workspace().await, Fault::Lost).await;
}

/// While Slack does not show what was said, the message waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_slack_puts_off_is_taken_again_before_anything_is_posted_twice() {
    let double = workspace().await;
    double.with(|state| state.faults.plan("conversations.history", Fault::Limited(2), 1));
    looks_before_it_posts_again(double, Fault::Lost).await;
}

/// A gateway that gave up says nothing of what Slack did.
#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_ends_in_a_gateways_error_is_a_doubtful_one() {
    looks_before_it_posts_again(workspace().await, Fault::DoneThen(502)).await;
}

async fn looks_before_it_posts_again(double: Double, fault: Fault) {
    double.with(|state| state.workspace.scopes.insert("channels:history".into()));
    let config = format!("{CALM}{ENTRY}");
    let office = Office::with_top(double, Way::Sockets, SOON, &config).await;
    office.double.with(|state| state.faults.plan_in(CHANNEL, "chat.postMessage", fault, 1));
    office.starts_round("quick").await;
    let looked = |state: &State| {
        let mut calls = state.journal.iter().filter(|it| it.method == "conversations.history");
        calls.find(|it| it.outcome == "ok").map(|_| ())
    };
    office.double.until("a look at the channel", looked).await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity cancel yes").await.is_acked());
    for_all_to_read(&office, "was cancelled. Nothing").await;
    assert_eq!(openings(&office), 1);
}

/// Each round that ends has its posts changed, and those calls have a limit of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_changes_holds_no_message_up() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("other", &["Ann", "Bob", "Cem"]);
    });
    let other = "\n[[team]]\nid = \"other\"\nname = \"Other\"\nplace = \"slack:C0OTHER\"\nleads = [\"slack:U0ANN\"]\n";
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}{other}")).await;
    office.double.with(|state| state.faults.plan("chat.update", Fault::Limited(25), 1));
    office.starts_round("quick").await;
    // By the time that everybody has their question, the bot knows where the round's post stands.
    for name in ["Bob", "Cem", "Dia", "Eli"] {
        let person = office.person(name);
        person.awaits(&person.direct(), "[I don't know]").await;
    }
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity cancel yes").await.is_acked());
    let limited = |state: &State| {
        let mut calls = state.journal.iter();
        calls.find(|it| it.method == "chat.update" && it.outcome == "ratelimited").map(|_| ())
    };
    office.double.until("a change that Slack puts off", limited).await;
    assert!(ann.types("C0OTHER", "/maturity start quick").await.is_acked());
    let opened = |state: &State| {
        let mut notes = state.notes.iter();
        notes.find(|it| it.channel == "C0OTHER" && it.only.is_none()).map(|_| ())
    };
    let soon = office.double.within(std::time::Duration::from_secs(15), opened).await;
    assert_eq!(soon, Some(()), "the other channel waits for nothing");
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_could_not_be_opened_was_never_written_to() {
    let office = Office::open(Way::Sockets).await;
    office.double.with(|state| state.faults.plan("conversations.open", Fault::Cut, 8));
    office.starts_round("quick").await;
    for name in ["Bob", "Cem", "Dia", "Eli"] {
        let person = office.person(name);
        person.awaits(&person.direct(), "[I don't know]").await;
    }
    let doubted = office.double.with(|state| {
        state.logs.iter().filter(|line| line.contains("may be posted twice")).count()
    });
    assert_eq!(doubted, 0, "nothing was posted that could be posted again");
}
