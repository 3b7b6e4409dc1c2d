//! How long Slack waits for an acknowledgement under fifty presses a second: from us, with the
//! answer on disk, and from an app of Slack's own framework that stores nothing.
//!
//! `cargo bench --bench slack_ack [-- SECONDS]`

#[expect(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/support/slack/double.rs"]
mod double;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use double::bot::{Bot, Way};
use double::deliver::Kind;
use double::person::{Person, Spot};
use double::{Double, judges};
use serde_json::{Value, json};

const PEOPLE: [&str; 10] = ["Ann", "Bob", "Cem", "Dia", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jon"];
/// Time between two presses.
const APART: Duration = Duration::from_millis(20);
const CONFIG: &str = r#"
[log]
level = "error"
[defaults]
quiet = "off"
workdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
digest = "off"
trend = "off"
[[team]]
id = "payments"
name = "Payments"
place = "slack:C0PAYMENTS"
leads = ["slack:U0ANN"]
"#;

/// An app that ends with this program.
struct App(Child);

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() {
    let seconds = std::env::args().find_map(|it| it.parse::<u64>().ok()).unwrap_or(10);
    let presses = usize::try_from(seconds * 50).unwrap_or(500);
    println!("acknowledgements of {presses} presses, 50 a second, in ms");
    let ours = ours(presses).await;
    let bolt = bolt(presses).await;
    for (name, delays) in [("maturity-bot, answer on disk", &ours), ("Bolt, stores nothing", &bolt)]
    {
        println!(
            "{name:30} p50 {:4}  p99 {:4}  worst {:4}",
            at(delays, 50),
            at(delays, 99),
            at(delays, 100)
        );
    }
    for share in [50, 99] {
        let (ours, bolt) = (at(&ours, share), at(&bolt, share).max(1));
        println!("ratio at p{share}: {}.{:02}", ours / bolt, ours % bolt * 100 / bolt);
    }
}

/// The delay that this share of all, in percent, does not exceed.
fn at(sorted: &[i64], share: usize) -> i64 {
    sorted[(sorted.len() * share).div_ceil(100).clamp(1, sorted.len()) - 1]
}

async fn workspace() -> Double {
    let double = Double::start().await;
    double.with(|state| {
        state.workspace.add_people(&PEOPLE, "UTC");
        state.workspace.add_channel("payments", &PEOPLE);
    });
    double
}

/// What each person presses, in turn: two answers to one question, so that each changes something.
async fn ours(presses: usize) -> Vec<i64> {
    let (double, folder) = (workspace().await, tempfile::tempdir().expect("a folder"));
    let _bot = Bot::start(&double, folder.path(), Way::Sockets, ["", CONFIG]).await;
    double.person("Ann").types("C0PAYMENTS", "/maturity start quick").await;
    let mut payloads = Vec::new();
    for name in &PEOPLE[1..] {
        let person = double.person(name);
        let question = person.awaits(&person.direct(), "[I don't know]").await;
        let spot = Spot::from(&question);
        payloads.push((person.clone(), [person.pressing(&spot, "0"), person.pressing(&spot, "1")]));
    }
    press(&double, &payloads, presses).await
}

async fn bolt(presses: usize) -> Vec<i64> {
    let double = workspace().await;
    let api = double.api();
    let app = tokio::task::spawn_blocking(move || {
        let script = judges::sources().join("bolt_app.py");
        let mut command = judges::python();
        command.arg(script).args(["socket", &api]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("text");
        App(child)
    });
    let _app = app.await.expect("it started");
    double.until("a socket", |state| state.links.open().first().copied()).await;
    let mut payloads = Vec::new();
    for name in &PEOPLE[1..] {
        let person = double.person(name);
        assert!(person.types("C0PAYMENTS", "/maturity x").await.is_acked());
        let answer = person.awaits("C0PAYMENTS", "[Answer]").await;
        let press = person.pressing(&Spot::from(&answer), "Answer");
        payloads.push((person, [press.clone(), press]));
    }
    press(&double, &payloads, presses).await
}

/// Presses, evenly spread over time and people; gives the delays, the shortest first.
async fn press(double: &Double, payloads: &[(Person, [Value; 2])], presses: usize) -> Vec<i64> {
    let before = double.with(|state| state.delivered.len());
    let mut ticks = tokio::time::interval(APART);
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..presses {
        ticks.tick().await;
        let (person, kinds) = &payloads[number % payloads.len()];
        let mut payload = kinds[number / payloads.len() % 2].clone();
        double.with(|state| {
            let channel = payload["channel"]["id"].as_str().unwrap_or_default().to_owned();
            let hook = state.hook(&person.id, &channel, None);
            payload["response_url"] = json!(format!("{}/respond/{hook}", double.base));
            payload["actions"][0]["action_ts"] = json!(state.fresh_ts());
        });
        let double = double.clone();
        sent.spawn(async move { double.deliver(Kind::Interactive, &payload, false, None).await });
    }
    let outcomes = sent.join_all().await;
    assert!(outcomes.iter().all(double::deliver::Outcome::is_acked), "some came too late");
    let mut delays: Vec<i64> = double.with(|state| {
        let acked = state.delivered[before..].iter();
        acked.filter_map(|it| it.acked.map(|at| at - it.sent)).collect()
    });
    delays.sort_unstable();
    delays
}
