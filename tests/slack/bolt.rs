//! Slack's own framework, Bolt for Python as it comes, takes our Slack for the real one.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::double::deliver::Urls;
use crate::double::person::{Fill, Sent, Spot};
use crate::double::{Double, judges};

/// A running app of Bolt's, ended with the test.
struct App(Child, #[expect(dead_code, reason = "it goes on writing there")] Lines);

type Lines = BufReader<ChildStdout>;

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the app; gives it with the first line it says.
async fn start(double: &Double, mode: &'static str) -> (App, String) {
    let api = double.api();
    let started = tokio::task::spawn_blocking(move || {
        let script = judges::sources().join("bolt_app.py");
        let mut command = judges::python();
        command.arg(script).args([mode, &api]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        output.read_line(&mut line).expect("text");
        (App(child, output), line.trim().to_owned())
    });
    started.await.expect("it started")
}

async fn workspace() -> Double {
    let double = Double::start().await;
    double.with(|state| {
        state.workspace.add_people(&["Ann"], "Europe/Berlin");
        state.workspace.add_channel("pay", &["Ann"]);
    });
    double
}

/// Everything a person can do reaches the app and comes back.
async fn everything(double: &Double) {
    let (ann, channel) = (double.person("Ann"), "C0PAY");
    assert!(ann.types(channel, "/maturity report 7").await.is_acked());
    ann.awaits(channel, "At once.").await;
    let answer = ann.awaits(channel, "Answer").await;
    assert_eq!(answer.only.as_deref(), Some("U0ANN"), "a response is private");

    ann.awaits_modal("Which level?").await;
    assert_eq!(ann.submits().await, Sent::Incomplete(vec!["Which level?".into()]));
    ann.fills("Which level?", Fill::One("low"));
    let errors = Sent::Errors(serde_json::json!({"level": "Higher."}));
    assert_eq!(ann.submits().await, errors);
    ann.fills("Which level?", Fill::One("high"));
    ann.fills("A remark", Fill::Text("<&> as typed"));
    assert_eq!(ann.submits().await, Sent::Closed);
    assert_eq!(ann.modal(), None);
    ann.awaits(&ann.direct(), "high: ").await;

    assert!(ann.presses(&Spot::from(&answer), "Answer").await.is_acked());
    ann.awaits(channel, "U0ANN pressed seven").await;

    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("Home of U0ANN").await;
    double.with(|state| assert_eq!(state.violations, Vec::<String>::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_hears_everything_over_sockets() {
    let double = workspace().await;
    let (_app, said) = start(&double, "socket").await;
    assert_eq!(said, "connected");
    double.until("a socket", |state| state.links.open().first().copied()).await;
    everything(&double).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_hears_everything_over_http_and_accepts_its_signature() {
    let double = workspace().await;
    let (_app, port) = start(&double, "http").await;
    let url = format!("http://127.0.0.1:{port}/slack/events");
    double.with(|state| {
        state.urls = Some(Urls {
            events: url.clone(),
            interactive: url.clone(),
            commands: url,
            secret: "a secret".into(),
        });
    });
    everything(&double).await;
}
