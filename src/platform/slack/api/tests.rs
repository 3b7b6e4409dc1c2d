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
        _ => (200, None, r#"{"ok":true}"#),
    }
}

#[rstest]
#[case("views.open", "views.open was refused: expired_trigger_id")]
#[case("users.info", "users.info may be called again in 7 s")]
#[case("views.update", "views.update failed within Slack: status 503")]
#[case("chat.postMessage", "chat.postMessage failed within Slack: internal_error")]
#[case("team.info", "team.info was refused: unknown_method")]
#[case("dnd.info", "dnd.info was refused: unknown_method")]
#[case("files.info", "files.info was refused: unknown_method")]
#[case("users.list", "users.list was refused: invalid_auth")]
#[case("users.conversations", "users.conversations was refused: status_403")]
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
