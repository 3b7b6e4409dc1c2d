//! Texts, options and confirmations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Field, Found, Kind, check, string};

const CONFIRM: &[Field] = &[
    ("title", true, Kind::Plain(100)),
    ("text", true, Kind::Text(300)),
    ("confirm", true, Kind::Plain(30)),
    ("deny", true, Kind::Plain(30)),
    ("style", false, Kind::Word(&["primary", "danger"])),
];
const CHOICE: &[Field] = &[
    ("text", true, Kind::Text(75)),
    ("value", true, Kind::Str(150)),
    ("description", false, Kind::Text(75)),
    ("url", false, Kind::Str(3000)),
];
const GROUP: &[Field] = &[("label", true, Kind::Plain(75)), ("options", true, Kind::Choices(100))];

/// A text object.
pub fn text(value: &Value, at: &str, plain: bool, most: usize, found: &mut Found) {
    let own: &[Field] = match value["type"].as_str() {
        Some("plain_text") => &[("text", true, Kind::Any), ("emoji", false, Kind::Flag)],
        Some("mrkdwn") if !plain => &[("text", true, Kind::Any), ("verbatim", false, Kind::Flag)],
        _ => return found.say(at, "is no text object of a type allowed here"),
    };
    check(value, at, own, found);
    string(&value["text"], &format!("{at}/text"), most, found);
}

/// An option of a menu.
pub fn choice(value: &Value, at: &str, found: &mut Found) {
    check(value, at, CHOICE, found);
}

/// A group of options.
pub fn group(value: &Value, at: &str, found: &mut Found) {
    check(value, at, GROUP, found);
}

/// A confirmation dialogue.
pub fn confirm(value: &Value, at: &str, found: &mut Found) {
    check(value, at, CONFIRM, found);
}

/// What holds between the options of an element: menus want plain text, values differ, and what
/// is chosen at first is one of them.
pub fn options_of(element: &Value, at: &str, found: &mut Found) {
    let options = all_options(element);
    let kind = element["type"].as_str().unwrap_or_default();
    let menu = kind.ends_with("select") || kind == "overflow";
    let mut values = BTreeSet::new();
    for option in &options {
        if menu && option["text"]["type"] != "plain_text" {
            found.say(at, "has an option whose text is not plain_text");
        }
        if menu && option.get("description").is_some_and(|it| it["type"] != "plain_text") {
            found.say(at, "has an option whose description is not plain_text");
        }
        if option.get("url").is_some() && kind != "overflow" {
            found.say(at, "has an option with a url, which only overflow menus take");
        }
        if !values.insert(option["value"].as_str().unwrap_or_default()) {
            found.say(at, "has two options of one value");
        }
    }
    let several = element["initial_options"].as_array().into_iter().flatten();
    for initial in element.get("initial_option").into_iter().chain(several) {
        if !options.contains(&initial) {
            found.say(at, "begins with an option that is not among its options");
        }
    }
}

/// All options of an element, those in groups too.
pub fn all_options(element: &Value) -> Vec<&Value> {
    let own = element["options"].as_array().into_iter().flatten();
    let groups = element["option_groups"].as_array().into_iter().flatten();
    own.chain(groups.flat_map(|group| group["options"].as_array().into_iter().flatten())).collect()
}
