use rstest::rstest;
use serde_json::json;

use super::*;

fn heard(event: &Value) -> Heard {
    super::event(&json!({ "event_id": "Ev1", "event": event })).heard
}

fn joined(user: &str, inviter: Option<&str>) -> Heard {
    let inviter = inviter.map(ToOwned::to_owned);
    Heard::Joined { channel: "C1".to_owned(), user: user.to_owned(), inviter }
}

#[rstest]
#[case(json!({"type": "app_home_opened", "user": "U1", "tab": "home"}), Heard::Home("U1".into()))]
#[case(json!({"type": "app_home_opened", "user": "U1", "tab": "messages"}), Heard::Nothing)]
#[case(json!({"type": "member_joined_channel", "user": "U1", "channel": "C1"}), joined("U1", None))]
#[case(
    json!({"type": "member_joined_channel", "user": "U1", "channel": "C1", "inviter": "U2"}),
    joined("U1", Some("U2"))
)]
#[case(json!({"type": "channel_archive", "channel": "C1", "user": "U1"}), Heard::Gone("C1".into()))]
#[case(json!({"type": "group_archive", "channel": "C1"}), Heard::Gone("C1".into()))]
#[case(json!({"type": "channel_unarchive", "channel": "C1"}), Heard::Back("C1".into()))]
#[case(
    json!({"type": "channel_shared", "connected_team_id": "E1", "channel": "C1"}),
    Heard::Shared("C1".into())
)]
#[case(
    json!({"type": "channel_unshared", "previously_connected_team_id": "E1", "channel": "C1",
        "is_ext_shared": false}),
    Heard::Shared("C1".into())
)]
#[case(
    json!({"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}),
    Heard::Nothing
)]
#[case(
    json!({"type": "channel_id_changed", "old_channel_id": "G1", "new_channel_id": "C1"}),
    Heard::Moved("G1".into(), "C1".into())
)]
#[case(json!({"type": "app_uninstalled"}), Heard::Removed("app_uninstalled".into()))]
#[case(
    json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}),
    Heard::Removed("token_revoked".into())
)]
#[case(json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}), Heard::Nothing)]
#[case(json!({"type": "of_tomorrow", "channel": 7}), Heard::Nothing)]
#[case(json!({"type": "member_joined_channel", "channel": "C1"}), Heard::Nothing)]
#[case(json!({"type": "app_home_opened", "tab": "home"}), Heard::Nothing)]
#[case(Value::Null, Heard::Nothing)]
fn events_are_read_and_unknown_ones_let_go(#[case] event: Value, #[case] expected: Heard) {
    assert_eq!(heard(&event), expected);
}

#[test]
fn an_event_is_known_by_its_own_id() {
    let once = json!({ "event_id": "Ev7", "event_time": 1_700_000_000, "event": {} });
    let arrival = event(&once);
    assert_eq!(arrival.id.as_str(), "slack:Ev7");
    assert_eq!(arrival.sent, DateTime::from_timestamp(1_700_000_000, 0));
    let nameless =
        |kind: &str, at: &str| event(&json!({ "event": { "type": kind, "event_ts": at } })).id;
    assert_eq!(nameless("a", "1.2"), nameless("a", "1.2"));
    assert_ne!(nameless("a", "1.2"), nameless("b", "1.2"));
    assert_ne!(nameless("a", "1.2"), nameless("a", "1.3"));
    let timeless = || event(&json!({ "event": { "type": "app_home_opened" } })).id;
    assert_ne!(timeless(), timeless(), "it may well happen twice");
}

#[test]
fn a_command_keeps_its_words_and_its_place() {
    let typed = json!({
        "command": "/maturity", "text": "nominate <@U2|ben> for tooling", "user_id": "U1",
        "channel_id": "C1", "trigger_id": "1.2.3", "response_url": "https://hooks/1",
    });
    let arrival = command(&typed);
    assert_eq!(arrival.id.as_str(), "slack:1.2.3");
    let Heard::Command(command) = arrival.heard else { panic!("a command") };
    assert_eq!(command.words, "nominate @U2 for tooling");
    assert_eq!(command.place, Some("slack:C1".into()));
    assert_eq!(command.reach.response_url.as_deref(), Some("https://hooks/1"));
}

fn press(container: &Value, channel: &str) -> Value {
    json!({
        "type": "block_actions", "user": { "id": "U1" }, "trigger_id": "1.2",
        "response_url": "https://hooks/1", "container": container, "channel": { "id": channel },
        "message": { "ts": "5.6", "blocks": [
            { "type": "actions", "elements": [{ "value": "answer 1.1 skills.linux 0" }] },
        ] },
        "actions": [{ "type": "button", "action_id": "press-0", "action_ts": "1700000000.250000",
            "value": "answer 1.1 skills.linux 0" }],
    })
}

#[rstest]
#[case("C1", false, false)]
#[case("D1", false, true)]
#[case("C1", true, true)]
fn a_press_tells_what_it_stands_on(
    #[case] channel: &str,
    #[case] ephemeral: bool,
    #[case] alone: bool,
) {
    let container = json!({
        "type": "message", "channel_id": channel, "message_ts": "5.6", "is_ephemeral": ephemeral,
    });
    let arrival = interaction(&press(&container, channel));
    let at = DateTime::from_timestamp_millis(1_700_000_000_250);
    assert_eq!(arrival.sent, at);
    let Heard::Pressed(pressed) = arrival.heard else { panic!("a press") };
    let surface = Surface::Message { channel: channel.to_owned(), private: alone, asks: true };
    assert_eq!(pressed.surface, surface);
    assert_eq!(pressed.token, "answer 1.1 skills.linux 0");
}

#[test]
fn the_same_press_has_the_same_id_and_the_next_another() {
    let container = json!({ "type": "message", "channel_id": "C1", "message_ts": "5.6" });
    let (first, mut second) = (press(&container, "C1"), press(&container, "C1"));
    second["trigger_id"] = "9.9".into();
    assert_eq!(interaction(&first).id, interaction(&second).id);
    second["actions"][0]["action_ts"] = "1700000001.250000".into();
    assert_ne!(interaction(&first).id, interaction(&second).id);
}

/// Every mark that tells two presses apart may be missing, but for the last one there is.
#[test]
fn two_presses_are_told_apart_by_whatever_there_is() {
    let bare = |trigger: Option<&str>, url: Option<&str>| {
        let payload = json!({
            "type": "block_actions", "user": "U1", "channel": "C1", "trigger_id": trigger,
            "response_url": url,
            "actions": [{ "action_id": "press-0", "value": "answer 1.1 skills.linux 0" }],
        });
        let arrival = interaction(&payload);
        assert!(matches!(arrival.heard, Heard::Pressed(_)), "{arrival:?}");
        arrival.id
    };
    assert_eq!(bare(Some("1"), Some("a")), bare(Some("1"), Some("b")));
    assert_ne!(bare(Some("1"), None), bare(Some("2"), None));
    assert_eq!(bare(None, Some("a")), bare(None, Some("a")));
    assert_ne!(bare(None, Some("a")), bare(None, Some("b")));
    assert_ne!(bare(None, None), bare(None, None));
    let typed = |trigger: &str| command(&json!({ "user_id": "U1", "trigger_id": trigger })).id;
    assert_eq!(typed("1"), typed("1"));
    assert_ne!(typed(""), typed(""), "one command without a mark is not the next one");
}

/// A press on the home view, as servers send it that name no view.
#[test]
fn a_press_that_stands_nowhere_is_one_on_the_home_view() {
    let container = json!({ "type": "message", "channel_id": "", "message_ts": "" });
    let mut nowhere = press(&container, "");
    nowhere["message"] = Value::Null;
    let Heard::Pressed(pressed) = interaction(&nowhere).heard else { panic!("a press") };
    assert_eq!(pressed.surface, Surface::Home);
}

#[test]
fn a_message_can_tell_by_itself_that_one_person_alone_sees_it() {
    let mut hidden = press(&json!({ "type": "message", "message_ts": "5.6" }), "C1");
    hidden["message"]["subtype"] = "ephemeral".into();
    let Heard::Pressed(pressed) = interaction(&hidden).heard else { panic!("a press") };
    assert!(matches!(pressed.surface, Surface::Message { private: true, .. }), "{pressed:?}");
}

#[test]
fn a_command_in_a_direct_conversation_has_no_place() {
    let typed = json!({ "user_id": "U1", "channel_id": "X1", "channel_name": "directmessage" });
    let Heard::Command(command) = command(&typed).heard else { panic!("a command") };
    assert_eq!(command.place, None);
}

#[test]
fn choosing_in_a_menu_is_no_press() {
    let container = json!({ "type": "view", "view_id": "V1" });
    let mut chosen = press(&container, "C1");
    chosen["actions"][0]["type"] = "radio_buttons".into();
    assert_eq!(interaction(&chosen).heard, Heard::Nothing);
}

#[test]
fn a_form_sent_again_with_other_values_is_another_event() {
    let sent = |value: &str| {
        let values = json!({ "zone": { "value": { "type": "plain_text_input", "value": value } } });
        interaction(&json!({
            "type": "view_submission", "user": { "id": "U1" },
            "view": { "id": "V1", "hash": "h", "state": { "values": values },
                "private_metadata": "{\"form\":\"setup\",\"place\":\"slack:C1\"}" },
        }))
    };
    assert_eq!(sent("UTC").id, sent("UTC").id);
    assert_ne!(sent("UTC").id, sent("Mars").id);
    let Heard::Submitted(form) = sent("UTC").heard else { panic!("a form") };
    assert_eq!((form.luggage.form.as_str(), form.values["zone"].as_str()), ("setup", "UTC"));
    assert_eq!(form.luggage.place, Some("slack:C1".into()));
}

#[test]
fn what_is_unknown_is_let_go() {
    let nobodys = json!({ "type": "view_submission", "view": {} });
    for payload in [Value::Null, json!([]), json!({ "type": "shortcut" }), nobodys] {
        assert_eq!(interaction(&payload).heard, Heard::Nothing);
    }
    assert_eq!(interaction(&json!({ "type": "block_actions" })).heard, Heard::Nothing);
}
