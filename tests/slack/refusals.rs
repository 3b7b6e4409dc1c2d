//! Our Slack and the judges refuse what Slack refuses: no payload passes because nobody looked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::double::check;
use crate::double::journal::Entry;
use crate::double::judges::judge;

/// Good blocks, with everything the bot uses.
fn good() -> Value {
    let plain = |text: &str| json!({"type": "plain_text", "text": text, "emoji": true});
    let option = |text: &str| json!({"text": plain(text), "value": text});
    json!([
        {"type": "header", "block_id": "h", "text": plain("A heading")},
        {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "*Words*"}},
        {"type": "actions", "block_id": "a", "elements": [
            {"type": "button", "action_id": "one", "text": plain("One"), "value": "1",
             "style": "primary"},
            {"type": "button", "action_id": "two", "text": plain("Two"), "value": "2"},
            {"type": "static_select", "action_id": "menu", "placeholder": plain("Which?"),
             "options": [option("low"), option("high")], "initial_option": option("low")},
        ]},
        {"type": "input", "block_id": "i", "label": plain("A field"), "optional": true,
         "element": {"type": "radio_buttons", "action_id": "r", "options": [option("yes")]}},
        {"type": "context", "block_id": "c", "elements": [{"type": "mrkdwn", "text": "small"}]},
        {"type": "divider", "block_id": "d"},
    ])
}

type Change = fn(&mut Value);

/// Ways to spoil them. Those marked are beyond the judges and caught by our Slack alone.
#[expect(clippy::too_many_lines, reason = "a list")]
fn spoilt() -> BTreeMap<&'static str, (bool, Change)> {
    let mut all: BTreeMap<&'static str, (bool, Change)> = BTreeMap::new();
    all.insert("an unknown block", (true, |it| it[5]["type"] = json!("line")));
    all.insert("an unknown field", (true, |it| it[1]["colour"] = json!("red")));
    all.insert("a long heading", (true, |it| it[0]["text"]["text"] = json!("x".repeat(151))));
    all.insert("marks in a heading", (true, |it| it[0]["text"]["type"] = json!("mrkdwn")));
    all.insert("a long section", (true, |it| it[1]["text"]["text"] = json!("x".repeat(3001))));
    all.insert(
        "a long button",
        (true, |it| {
            it[2]["elements"][0]["text"]["text"] = json!("x".repeat(76));
        }),
    );
    all.insert(
        "a long value",
        (true, |it| {
            it[2]["elements"][0]["value"] = json!("x".repeat(2001));
        }),
    );
    all.insert(
        "a style of its own",
        (true, |it| {
            it[2]["elements"][0]["style"] = json!("green");
        }),
    );
    all.insert(
        "a long option",
        (true, |it| {
            it[2]["elements"][2]["options"][1]["text"]["text"] = json!("x".repeat(76));
        }),
    );
    all.insert("no options", (true, |it| it[2]["elements"][2]["options"] = json!([])));
    all.insert(
        "no label",
        (true, |it| {
            if let Some(block) = it[3].as_object_mut() {
                block.remove("label");
            }
        }),
    );
    all.insert(
        "too much context",
        (true, |it| {
            let one = it[4]["elements"][0].clone();
            it[4]["elements"] = json!(vec![one; 11]);
        }),
    );
    all.insert(
        "too many buttons",
        (true, |it| {
            let button = |n| {
                json!({"type": "button", "action_id": format!("b{n}"),
            "text": {"type": "plain_text", "text": "x"}})
            };
            it[2]["elements"] = (0..26).map(button).collect();
        }),
    );
    all.insert(
        "one action_id twice",
        (false, |it| {
            it[2]["elements"][1]["action_id"] = json!("one");
        }),
    );
    all.insert("one block_id twice", (false, |it| it[5]["block_id"] = json!("h")));
    all.insert("no text", (false, |it| it[1]["text"]["text"] = json!("")));
    all.insert(
        "a beginning that is no option",
        (false, |it| {
            it[2]["elements"][2]["initial_option"]["value"] = json!("middle");
        }),
    );
    all.insert(
        "an option without end",
        (false, |it| {
            it[2]["elements"][2]["options"][1]["value"] = json!("x".repeat(151));
        }),
    );
    all.insert(
        "too many blocks",
        (false, |it| {
            *it = (0..51).map(|n| json!({"type": "divider", "block_id": format!("{n}")})).collect();
        }),
    );
    all
}

fn entry(blocks: &Value) -> Entry {
    Entry {
        at: 0,
        method: "chat.postMessage".into(),
        params: json!({"channel": "C0PAY", "text": "words", "blocks": blocks}),
        outcome: "ok".into(),
        scopes: Vec::new(),
    }
}

#[test]
fn our_slack_takes_what_is_good_and_nothing_spoilt() {
    assert_eq!(check::message_blocks(&good()).0, Vec::<String>::new());
    for (name, (_, spoil)) in spoilt() {
        let mut blocks = good();
        spoil(&mut blocks);
        assert_ne!(check::message_blocks(&blocks).0, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_judges_take_what_is_good_and_nothing_spoilt() {
    let (fine, words) = judge(&[entry(&good())]);
    assert!(fine, "{words}");
    // All at once, since starting them takes longest; each of them must be named.
    let spoilt: Vec<_> = spoilt().into_iter().filter(|(_, (seen, _))| *seen).collect();
    let mut journal = Vec::new();
    for (number, (_, (_, spoil))) in spoilt.iter().enumerate() {
        let mut blocks = good();
        // A mark by which the verdict is found again.
        blocks[1]["block_id"] = json!(format!("spoilt-{number}-"));
        spoil(&mut blocks);
        journal.push(entry(&blocks));
    }
    let (fine, words) = judge(&journal);
    assert!(!fine);
    for (number, (name, _)) in spoilt.iter().enumerate() {
        // Two lines of types each, after two of imports.
        let line = |nth| format!("payloads.ts({},", 2 * number + nth);
        let marks = [format!("spoilt-{number}-"), line(3), line(4)];
        assert!(marks.iter().any(|mark| words.contains(mark)), "{name}: {words}");
    }
}
