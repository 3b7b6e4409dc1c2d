use rstest::rstest;

use super::super::testing::{Answer, Slack};
use super::*;

fn clock() -> Clock {
    Clock::fixed(Instant::from_timestamp(1_800_000_000, 0).unwrap())
}

/// Answers by the end of the method's name.
fn answer(method: &str) -> Answer {
    match method {
        "auth.test" => (200, Some(("x-oauth-scopes", "chat:write, commands")), r#"{"ok":true}"#),
        "users.info" => (429, Some(("retry-after", "7")), ""),
        "views.open" => (200, None, r#"{"ok":false,"error":"expired_trigger_id"}"#),
        "views.update" => (503, None, ""),
        "chat.update" => (200, None, "<html>"),
        "chat.postMessage" => (200, None, r#"{"ok":false,"error":"internal_error"}"#),
        "team.info" => (404, None, "<html>"),
        "dnd.info" => (404, None, r#"{"ok":false,"error":"unknown_method"}"#),
        "files.info" => (501, None, ""),
        "users.list" => (401, None, r#"{"ok":false,"error":"invalid_auth"}"#),
        "users.conversations" => (403, None, ""),
        "usergroups.list" => (429, Some(("retry-after", "1.5")), ""),
        "dnd.endSnooze" => (429, Some(("retry-after", "9999999999999999")), ""),
        _ => (200, None, r#"{"ok":true}"#),
    }
}

#[rstest]
#[case("views.open", "views.open was refused: expired_trigger_id")]
#[case("users.info", "users.info may be called again in 7 s")]
#[case("views.update", "views.update failed within Slack: status 503")]
#[case("chat.postMessage", "chat.postMessage was not answered: internal_error")]
#[case("team.info", "team.info was refused: unknown_method")]
#[case("dnd.info", "dnd.info was refused: unknown_method")]
#[case("files.info", "files.info was refused: unknown_method")]
#[case("users.list", "users.list was refused: invalid_auth")]
#[case("users.conversations", "users.conversations failed within Slack: status 403")]
#[case("usergroups.list", "usergroups.list may be called again in 2 s")]
#[tokio::test]
async fn failures_are_told_apart(#[case] method: &'static str, #[case] told: &str) {
    let slack = Slack::start(answer).await;
    let error = slack.api(&clock()).call(method, &[]).await.unwrap_err();
    assert_eq!(error.to_string(), told);
}

#[tokio::test]
async fn what_cannot_be_read_may_have_arrived() {
    let slack = Slack::start(answer).await;
    let error = slack.api(&clock()).call("chat.update", &[]).await.unwrap_err();
    assert!(matches!(error, CallError::Unanswered { .. }), "{error}");
}

#[tokio::test]
async fn what_never_left_says_so_without_the_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let api = Api::new(&base, Secret::new("xoxb-1"), clock()).unwrap();
    let error = api.call("auth.test", &[]).await.unwrap_err();
    assert!(matches!(error, CallError::Unsent { .. }), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_pause_is_kept_for_its_method_and_for_no_other() {
    let slack = Slack::start(answer).await;
    let clock = clock();
    let api = slack.api(&clock);
    let wait = |error: CallError| match error {
        CallError::Limited { seconds, .. } => seconds,
        other => panic!("{other}"),
    };
    assert_eq!(wait(api.call("users.info", &[]).await.unwrap_err()), 7);
    clock.advance(TimeDelta::milliseconds(4_500));
    assert_eq!(wait(api.call("users.info", &[]).await.unwrap_err()), 3);
    assert!(api.call("conversations.info", &[]).await.is_ok());
    assert_eq!(slack.calls(), ["users.info", "conversations.info"], "it was not asked again");
    clock.advance(TimeDelta::seconds(3));
    assert_eq!(wait(api.call("users.info", &[]).await.unwrap_err()), 7);
    assert_eq!(slack.calls().len(), 3);
}

#[tokio::test]
async fn a_clock_set_back_stretches_no_pause_and_none_is_longer_than_a_day() {
    let slack = Slack::start(answer).await;
    let clock = clock();
    let api = slack.api(&clock);
    assert!(api.call("users.info", &[]).await.is_err());
    clock.advance(TimeDelta::hours(-1));
    let left = |method| api.pause_left(method).num_seconds();
    assert_eq!(left("users.info"), 7);
    clock.advance(TimeDelta::seconds(8));
    assert!(left("users.info") < 0, "it is over");
    assert!(api.call("dnd.endSnooze", &[]).await.is_err());
    assert_eq!(left("dnd.endSnooze"), 86_400);
}

#[tokio::test]
async fn a_barred_app_calls_nothing() {
    let slack = Slack::start(answer).await;
    let api = slack.api(&clock());
    api.bar("token_revoked");
    let error = api.call("auth.test", &[]).await.unwrap_err();
    assert!(error.is_dead_install(), "{error}");
    assert!(slack.calls().is_empty());
}

#[tokio::test]
async fn scopes_come_with_the_answer() {
    let slack = Slack::start(answer).await;
    let answer = slack.api(&clock()).ask("auth.test", &[]).await.unwrap();
    assert_eq!(answer.scopes.unwrap(), ["chat:write", "commands"]);
    assert!(answer.date.is_some());
}

#[tokio::test]
async fn what_slack_does_not_know_is_remembered() {
    let slack = Slack::start(answer).await;
    let api = slack.api(&clock());
    assert!(!api.lacks("team.info"));
    assert!(api.call("team.info", &[]).await.unwrap_err().is_unknown());
    assert!(api.lacks("team.info") && !api.lacks("dnd.info"));
}

#[tokio::test]
async fn what_slack_did_not_know_is_asked_for_again_after_an_hour_and_known_once_it_answers() {
    static KNOWN: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let slack = Slack::start(|_| {
        let known = KNOWN.load(std::sync::atomic::Ordering::SeqCst);
        if known { (200, None, r#"{"ok":true}"#) } else { (404, None, "<html>") }
    })
    .await;
    let clock = clock();
    let api = slack.api(&clock);
    assert!(api.call("views.open", &[]).await.unwrap_err().is_unknown());
    clock.advance(TimeDelta::minutes(59));
    assert!(api.lacks("views.open"));
    clock.advance(TimeDelta::minutes(2));
    assert!(!api.lacks("views.open"), "it is tried again");
    assert!(api.call("views.open", &[]).await.is_err() && api.lacks("views.open"));
    KNOWN.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(api.call("views.open", &[]).await.is_ok() && !api.lacks("views.open"));
}

/// A proxy in front of Slack's own address answers like this, Slack never.
#[tokio::test]
async fn a_page_that_is_not_slacks_says_nothing_of_slacks_methods() {
    let slack = Slack::start(answer).await;
    let mut api = Api::new(SLACK_API_URL, Secret::new("xoxb-1"), clock()).unwrap();
    api.client = reqwest::Client::builder()
        .proxy(reqwest::Proxy::all(&slack.base).unwrap())
        .build()
        .unwrap();
    // Through the proxy the address stays Slack's own; plain, so that the proxy may answer.
    for (method, status) in [("team.info", 404), ("files.info", 501)] {
        let request = api.client.post(format!("http://slack.invalid/{method}"));
        let error = api.send(method, request).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{method} failed within Slack: status {status}"));
        assert!(!error.is_unknown() && error.code().is_none());
    }
}

#[tokio::test]
async fn a_reply_that_is_not_taken_is_told_from_one_that_is() {
    let slack = Slack::start(answer).await;
    let api = slack.api(&clock());
    let body = serde_json::json!({});
    let at = |end: &str| format!("{}{end}", slack.base);
    assert!(api.respond(&at("anything"), &body).await.is_ok());
    let error = api.respond(&at("views.open"), &body).await.unwrap_err();
    assert_eq!(error.code(), Some("expired_trigger_id"));
    let error = api.respond("/no/address", &body).await.unwrap_err();
    assert_eq!(error.code(), Some("no_address"));
}
