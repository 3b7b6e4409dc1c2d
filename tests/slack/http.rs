//! Requests instead of sockets: who may send them, and what they are answered.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::double::bot::{SECRET, Way};
use crate::double::faults::Fault;
use crate::double::signing::signature;
use crate::team::{CHANNEL, Office};

/// Sends a request signed as given; gives its status and body.
async fn send(
    office: &Office,
    secret: &str,
    skew: i64,
    signed: &str,
    body: &str,
) -> (StatusCode, String) {
    let url = office.double.with(|state| state.urls.clone()).expect("HTTP").events;
    let timestamp = (office.double.now() / 1000 + skew).to_string();
    let request = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("x-slack-signature", signature(secret, &timestamp, signed))
        .header("x-slack-request-timestamp", timestamp)
        .body(body.to_owned());
    let response = request.send().await.expect("an answer");
    (response.status(), response.text().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn v8_only_what_slack_signed_lately_is_taken() {
    let office = Office::open(Way::Http).await;
    let body = json!({"type": "url_verification", "challenge": "3eZbrw1aB10F"}).to_string();
    let (status, answer) = send(&office, SECRET, 0, &body, &body).await;
    assert_eq!(status, StatusCode::OK);
    let said = serde_json::from_str::<Value>(&answer);
    let echoed =
        said.map_or(answer.clone(), |it| it["challenge"].as_str().unwrap_or_default().into());
    assert_eq!(echoed, "3eZbrw1aB10F");
    let altered = body.replace("3eZ", "4eZ");
    for (what, secret, skew, signed, sent) in [
        ("another secret", "other", 0, &body, &body),
        ("no secret", "", 0, &body, &body),
        ("an old one", SECRET, -301, &body, &body),
        ("one from the future", SECRET, 330, &body, &body),
        ("an altered one", SECRET, 0, &body, &altered),
    ] {
        let (status, answer) = send(&office, secret, skew, signed, sent).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}: {answer}");
        assert!(!answer.contains("eZbrw"), "{what}: {answer}");
    }
    let url = office.double.with(|state| state.urls.clone()).expect("HTTP").events;
    let bare = reqwest::Client::new().post(url).body(body).send().await.expect("an answer");
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED, "no signature at all");
}

/// Slack asks for a sign of life while the app is being made, whether or not the bot got through to
/// Slack by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_answered_before_the_bot_reached_slack() {
    let mut office = Office::open(Way::Http).await;
    office.bot.die();
    office.double.with(|state| state.faults.plan("auth.test", Fault::Status(503), 1000));
    office.bot.again().await;
    let body = json!({"type": "url_verification", "challenge": "3eZbrw1aB10F"}).to_string();
    let (status, answer) = send(&office, SECRET, 0, &body, &body).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer.contains("3eZbrw1aB10F"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_acknowledged_without_effect() {
    let office = Office::open(Way::Http).await;
    let ann = office.person("Ann");
    let event = office.double.wrapped(&json!({
        "type": "member_joined_channel", "user": "U0ZOE", "channel": CHANNEL,
        "channel_type": "C", "team": "T0TEAM",
    }));
    for retry in [None, Some((1, "http_timeout")), Some((2, "http_error"))] {
        let kind = crate::double::deliver::Kind::Event;
        assert!(office.double.deliver(kind, &event, false, retry).await.is_acked());
    }
    assert!(ann.types(CHANNEL, "/maturity help").await.is_acked());
    office.assert_well_behaved();
}
