//! Blocks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Field, Found, Kind, check as hold};

const ID: Field = ("block_id", false, Kind::Str(255));
const PRESSABLE: &[&str] = &[
    "button",
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
    "overflow",
    "datepicker",
    "timepicker",
    "users_select",
    "multi_users_select",
    "conversations_select",
];
const BESIDE: &[&str] = &[
    "button",
    "image",
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
    "overflow",
    "datepicker",
    "timepicker",
    "users_select",
    "multi_users_select",
    "conversations_select",
];
const FILLABLE: &[&str] = &[
    "plain_text_input",
    "number_input",
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    "users_select",
    "multi_users_select",
    "conversations_select",
];

const SECTION: &[Field] = &[
    ID,
    ("text", false, Kind::Text(3000)),
    ("fields", false, Kind::Texts(2000)),
    ("accessory", false, Kind::One(BESIDE)),
    ("expand", false, Kind::Flag),
];
const ACTIONS: &[Field] = &[ID, ("elements", true, Kind::Many(PRESSABLE, 25))];
const CONTEXT: &[Field] = &[ID, ("elements", true, Kind::Context)];
const HEADER: &[Field] = &[ID, ("text", true, Kind::Plain(150))];
const DIVIDER: &[Field] = &[ID];
const IMAGE: &[Field] = &[
    ID,
    ("alt_text", true, Kind::Str(2000)),
    ("image_url", false, Kind::Str(3000)),
    ("slack_file", false, Kind::Any),
    ("title", false, Kind::Plain(2000)),
];
const INPUT: &[Field] = &[
    ID,
    ("label", true, Kind::Plain(2000)),
    ("element", true, Kind::One(FILLABLE)),
    ("dispatch_action", false, Kind::Flag),
    ("hint", false, Kind::Plain(2000)),
    ("optional", false, Kind::Flag),
];
const MARKDOWN: &[Field] = &[ID, ("text", true, Kind::Str(12_000))];

fn fields(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "section" => SECTION,
        "actions" => ACTIONS,
        "context" => CONTEXT,
        "header" => HEADER,
        "divider" => DIVIDER,
        "image" => IMAGE,
        "input" => INPUT,
        "markdown" => MARKDOWN,
        _ => return None,
    })
}

/// A block with everything in it.
pub fn check(block: &Value, at: &str, found: &mut Found) {
    let kind = block["type"].as_str().unwrap_or_default();
    let Some(fields) = fields(kind) else {
        return found.say(at, &format!("unsupported type: {kind}"));
    };
    hold(block, at, fields, found);
    if kind == "section" && block.get("text").is_none() && block.get("fields").is_none() {
        found.say(at, "needs text or fields");
    }
    let mut ids = BTreeSet::new();
    for element in block["elements"].as_array().into_iter().flatten() {
        if element["action_id"].as_str().is_some_and(|id| !ids.insert(id)) {
            found.say(at, "has an action_id that stands there already");
        }
    }
}
