//! Buttons, menus and fields.

use serde_json::Value;

use super::composition::{all_options, options_of};
use super::shape::{Field, Found, Kind, check as hold};

const BUTTON: &[Field] = &[
    ("text", true, Kind::Plain(75)),
    ("action_id", false, Kind::Str(255)),
    ("url", false, Kind::Str(3000)),
    ("value", false, Kind::Str(2000)),
    ("style", false, Kind::Word(&["primary", "danger"])),
    ("confirm", false, Kind::Confirm),
    ("accessibility_label", false, Kind::Str(75)),
];
const SELECT: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("placeholder", false, Kind::Plain(150)),
    ("options", false, Kind::Choices(100)),
    ("option_groups", false, Kind::Groups),
    ("initial_option", false, Kind::Choice),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
];
const MULTI: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("placeholder", false, Kind::Plain(150)),
    ("options", false, Kind::Choices(100)),
    ("option_groups", false, Kind::Groups),
    ("initial_options", false, Kind::Choices(100)),
    ("max_selected_items", false, Kind::Number(1, 100)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
];
const RADIO: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("options", true, Kind::Choices(10)),
    ("initial_option", false, Kind::Choice),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
];
const CHECKBOXES: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("options", true, Kind::Choices(10)),
    ("initial_options", false, Kind::Choices(10)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
];
const OVERFLOW: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("options", true, Kind::Choices(5)),
    ("confirm", false, Kind::Confirm),
];
const TEXT_INPUT: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_value", false, Kind::Str(3000)),
    ("multiline", false, Kind::Flag),
    ("min_length", false, Kind::Number(0, 3000)),
    ("max_length", false, Kind::Number(1, 3000)),
    ("dispatch_action_config", false, Kind::Any),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const NUMBER_INPUT: &[Field] = &[
    ("is_decimal_allowed", true, Kind::Flag),
    ("action_id", false, Kind::Str(255)),
    ("initial_value", false, Kind::Str(3000)),
    ("min_value", false, Kind::Str(3000)),
    ("max_value", false, Kind::Str(3000)),
    ("dispatch_action_config", false, Kind::Any),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const DATE: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_date", false, Kind::Str(10)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const TIME: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_time", false, Kind::Str(5)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
    ("timezone", false, Kind::Str(100)),
];
const USERS: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_user", false, Kind::Str(20)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const MULTI_USERS: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_users", false, Kind::Ids),
    ("max_selected_items", false, Kind::Number(1, 100)),
    ("confirm", false, Kind::Confirm),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const CONVERSATIONS: &[Field] = &[
    ("action_id", false, Kind::Str(255)),
    ("initial_conversation", false, Kind::Str(20)),
    ("default_to_current_conversation", false, Kind::Flag),
    ("confirm", false, Kind::Confirm),
    ("response_url_enabled", false, Kind::Flag),
    ("filter", false, Kind::Any),
    ("focus_on_load", false, Kind::Flag),
    ("placeholder", false, Kind::Plain(150)),
];
const IMAGE: &[Field] = &[
    ("alt_text", true, Kind::Str(2000)),
    ("image_url", false, Kind::Str(3000)),
    ("slack_file", false, Kind::Any),
];

fn fields(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "button" => BUTTON,
        "static_select" => SELECT,
        "multi_static_select" => MULTI,
        "radio_buttons" => RADIO,
        "checkboxes" => CHECKBOXES,
        "overflow" => OVERFLOW,
        "plain_text_input" => TEXT_INPUT,
        "number_input" => NUMBER_INPUT,
        "datepicker" => DATE,
        "timepicker" => TIME,
        "users_select" => USERS,
        "multi_users_select" => MULTI_USERS,
        "conversations_select" => CONVERSATIONS,
        "image" => IMAGE,
        _ => return None,
    })
}

/// An element, which must be of one of the types its block takes.
pub fn check(element: &Value, at: &str, types: &[&str], found: &mut Found) {
    let kind = element["type"].as_str().unwrap_or_default();
    let Some(fields) = fields(kind).filter(|_| types.contains(&kind)) else {
        return found.say(at, &format!("unsupported type: {kind}"));
    };
    hold(element, at, fields, found);
    options_of(element, at, found);
    let given = |name| usize::from(element.get(name).is_some());
    if kind.ends_with("static_select") && given("options") + given("option_groups") != 1 {
        found.say(at, "needs either options or option_groups");
    }
    if all_options(element).len() > 100 {
        found.say(at, "has more than 100 options");
    }
    if kind == "image" && given("image_url") + given("slack_file") != 1 {
        found.say(at, "needs either image_url or slack_file");
    }
    if let (Some(least), Some(most)) =
        (element["min_length"].as_i64(), element["max_length"].as_i64())
        && least > most
    {
        found.say(at, "has a min_length above its max_length");
    }
}
