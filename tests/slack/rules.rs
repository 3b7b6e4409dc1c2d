//! Our Slack keeps Slack's own rules: what lives how long, how often, for whom.

use chrono::TimeDelta;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::double::Double;
use crate::double::faults::Fault;
use crate::team::workspace;

async fn call(double: &Double, method: &str, params: &[(&str, &str)]) -> Value {
    ask(double, method, "xoxb-1-double", params).await
}

async fn ask(double: &Double, method: &str, token: &str, params: &[(&str, &str)]) -> Value {
    let request = reqwest::Client::new().post(format!("{}{method}", double.api()));
    let response = request.bearer_auth(token).form(params).send().await.expect("an answer");
    response.json().await.expect("JSON")
}

fn modal() -> String {
    let title = json!({"type": "plain_text", "text": "A modal"});
    json!({"type": "modal", "title": title, "blocks": [{"type": "divider"}]}).to_string()
}

/// A trigger and a response address, as a command hands them out.
async fn command(double: &Double) -> (String, String) {
    double.person("Ann").types("C0PAYMENTS", "/maturity").await;
    double.with(|state| {
        let trigger = state.triggers.keys().last().expect("one").clone();
        (trigger, format!("{}/respond/{}", double.base, state.last_hook()))
    })
}

#[tokio::test]
async fn a_trigger_lives_three_seconds_and_opens_one_view() {
    let double = workspace().await;
    let open = async |trigger: &str| {
        let answer =
            call(&double, "views.open", &[("trigger_id", trigger), ("view", &modal())]).await;
        answer["error"].as_str().unwrap_or("ok").to_owned()
    };
    let (trigger, _) = command(&double).await;
    assert_eq!(open(&trigger).await, "ok");
    assert_eq!(open(&trigger).await, "exchanged_trigger_id");
    let (trigger, _) = command(&double).await;
    double.clock.advance(TimeDelta::milliseconds(3_100));
    assert_eq!(open(&trigger).await, "expired_trigger_id");
    assert_eq!(open("made up").await, "invalid_trigger_id");
}

#[tokio::test]
async fn a_response_address_takes_five_answers_within_half_an_hour() {
    let double = workspace().await;
    let respond = async |url: &str| {
        let body = json!({"text": "words"});
        let request = reqwest::Client::new().post(url).json(&body);
        request.send().await.expect("an answer").status().is_success()
    };
    let (_, url) = command(&double).await;
    for _ in 0..5 {
        assert!(respond(&url).await);
    }
    assert!(!respond(&url).await);
    let (_, url) = command(&double).await;
    double.clock.advance(TimeDelta::minutes(31));
    assert!(!respond(&url).await);
}

#[tokio::test]
async fn a_socket_address_opens_one_socket_and_an_app_has_ten() {
    let double = workspace().await;
    let mut sockets = Vec::new();
    let open = async || {
        let answer = ask(&double, "apps.connections.open", "xapp-1-double", &[]).await;
        answer["url"].as_str().expect("an address").to_owned()
    };
    for _ in 0..11 {
        let url = open().await;
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a socket");
        let first = socket.next().await.expect("a word").expect("a word");
        let first: Value = serde_json::from_str(first.to_text().expect("text")).expect("JSON");
        sockets.push((socket, first));
        assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "used twice");
    }
    assert_eq!(sockets[9].1["num_connections"], 10);
    assert_eq!(sockets[10].1["reason"], "too_many_websockets");
    let refused = ask(&double, "apps.connections.open", "xoxb-1-double", &[]).await;
    assert_eq!(refused["error"], "not_allowed_token_type");
}

#[tokio::test]
async fn envelopes_go_to_one_socket_each_and_come_again_until_acknowledged() {
    let double = workspace().await;
    let answer = ask(&double, "apps.connections.open", "xapp-1-double", &[]).await;
    let url = answer["url"].as_str().expect("an address");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    let short = std::time::Duration::from_millis(200);
    double.with(|state| state.patience = Some(short));
    let channel = double.person("Ann").direct();
    let event = json!({
        "type": "app_home_opened", "user": "U0ANN", "channel": channel, "tab": "home",
    });
    let other = double.clone();
    let sent =
        tokio::spawn(async move { other.happens_with(&event, &[std::time::Duration::ZERO]).await });
    let mut attempts = Vec::new();
    while attempts.len() < 2 {
        let message = socket.next().await.expect("a word").expect("a word");
        let words: Value = match message.to_text().map(serde_json::from_str) {
            Ok(Ok(words)) => words,
            _ => continue,
        };
        if words["type"] == "events_api" {
            attempts.push(words);
        }
    }
    assert_eq!(
        (&attempts[0]["retry_attempt"], &attempts[1]["retry_attempt"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(attempts[0]["payload"]["event_id"], attempts[1]["payload"]["event_id"]);
    assert_ne!(attempts[0]["envelope_id"], attempts[1]["envelope_id"]);
    drop(socket);
    sent.await.expect("sent");
}

#[tokio::test]
async fn messages_go_where_the_bot_may_write_and_nowhere_else() {
    let double = workspace().await;
    double.with(|state| {
        let place = &mut state.workspace;
        place.add_channel("quiet", &["Ann"]).archived = true;
        place.add_channel("hidden", &["Ann"]).private = true;
        let bot = place.bot_user.clone();
        place.channel_mut("C0HIDDEN").expect("there").members.remove(&bot);
        place.add_channel("public", &["Ann"]).members.remove(&bot);
        place.user_mut("Zoe").deleted = true;
    });
    for (channel, error) in [
        ("C0PAYMENTS", "ok"),
        ("C0QUIET", "is_archived"),
        ("C0HIDDEN", "channel_not_found"),
        ("C0PUBLIC", "not_in_channel"),
        ("C0NOWHERE", "channel_not_found"),
        ("U0ANN", "ok"),
        ("U0ZOE", "user_disabled"),
    ] {
        let answer =
            call(&double, "chat.postMessage", &[("channel", channel), ("text", "x")]).await;
        assert_eq!(answer["error"].as_str().unwrap_or("ok"), error, "{channel}");
    }
    let answer =
        call(&double, "chat.postMessage", &[("channel", "C0PAYMENTS"), ("words", "x")]).await;
    assert_eq!(answer["error"], "invalid_arguments", "a misspelt argument");
    let answer = call(&double, "chat.shout", &[]).await;
    assert_eq!(
        (&answer["error"], &answer["req_method"]),
        (&json!("unknown_method"), &json!("chat.shout"))
    );
    let answer = call(&double, "usergroups.list", &[]).await;
    assert_eq!(answer["error"], "missing_scope");
    let answer = ask(&double, "auth.test", "xoxb-wrong", &[]).await;
    assert_eq!(answer["error"], "invalid_auth");
}

#[tokio::test]
async fn what_is_to_go_wrong_goes_wrong_as_often_as_planned() {
    let double = workspace().await;
    let post = async || {
        let request = reqwest::Client::new().post(format!("{}chat.postMessage", double.api()));
        let form = [("channel", "C0PAYMENTS"), ("text", "x")];
        let response = request.bearer_auth("xoxb-1-double").form(&form).send().await;
        match response {
            Ok(response) => (response.status().as_u16(), response.text().await.ok()),
            Err(_) => (0, None),
        }
    };
    double.with(|state| state.faults.plan("chat.postMessage", Fault::Lost, 1));
    assert_eq!(post().await.1, None, "no answer");
    assert_eq!(double.with(|state| state.notes.len()), 1, "but it was done");
    double.with(|state| state.faults.plan("chat.postMessage", Fault::Cut, 1));
    assert_eq!(post().await.1, None, "no answer");
    assert_eq!(double.with(|state| state.notes.len()), 1, "and nothing was done");
    double.with(|state| state.faults.plan("chat.postMessage", Fault::Limited(7), 1));
    assert_eq!(post().await.0, 429);
    double.clock.advance(TimeDelta::seconds(6));
    assert_eq!(post().await.0, 429, "too early");
    assert_eq!(double.with(|state| state.violations.len()), 1);
    double.clock.advance(TimeDelta::seconds(2));
    assert_eq!(post().await.0, 200);
    double.with(|state| state.faults.per_channel = true);
    assert_eq!((post().await.0, post().await.0), (200, 429), "one a second and channel");
}
