//! Tables of fields, and the walk over a value that holds it against one.

use serde_json::Value;

use super::{composition, elements};

/// What was found, each with a pointer to its place.
#[derive(Debug, Default)]
pub struct Found(pub Vec<String>);

impl Found {
    /// Notes something wrong.
    pub fn say(&mut self, at: &str, what: &str) {
        self.0.push(format!("[ERROR] {what} [json-pointer:{at}]"));
    }
}

/// What may stand in a field. Lengths are in characters.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A string, 1 to this long.
    Str(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A whole number between these.
    Number(i64, i64),
    /// A `plain_text` object, 1 to this long.
    Plain(usize),
    /// A `plain_text` or `mrkdwn` object, 1 to this long.
    Text(usize),
    /// Several of those, 1 to ten.
    Texts(usize),
    /// One option.
    Choice,
    /// Options, 1 to this many.
    Choices(usize),
    /// Groups of options.
    Groups,
    /// A confirmation dialogue.
    Confirm,
    /// An element of one of these types.
    One(&'static [&'static str]),
    /// Elements of these types, 1 to this many.
    Many(&'static [&'static str], usize),
    /// Pictures and texts, 1 to ten.
    Context,
    /// Ids, any number.
    Ids,
    /// Something that is not looked into here.
    Any,
}

/// A field: its name, whether it must be there, what may stand in it.
pub type Field = (&'static str, bool, Kind);

const MODAL: &[Field] = &[
    ("title", true, Kind::Plain(24)),
    ("blocks", true, Kind::Any),
    ("submit", false, Kind::Plain(24)),
    ("close", false, Kind::Plain(24)),
    ("private_metadata", false, Kind::Str(3000)),
    ("callback_id", false, Kind::Str(255)),
    ("clear_on_close", false, Kind::Flag),
    ("notify_on_close", false, Kind::Flag),
    ("external_id", false, Kind::Str(255)),
    ("submit_disabled", false, Kind::Flag),
];
const HOME: &[Field] = &[
    ("blocks", true, Kind::Any),
    ("private_metadata", false, Kind::Str(3000)),
    ("callback_id", false, Kind::Str(255)),
    ("external_id", false, Kind::Str(255)),
];

/// The fields of a view of its type.
pub fn view_fields(view: &Value) -> Option<&'static [Field]> {
    match view["type"].as_str()? {
        "modal" => Some(MODAL),
        "home" => Some(HOME),
        _ => None,
    }
}

/// Holds an object against a table; `type` may stand in each.
pub fn check(object: &Value, at: &str, fields: &[Field], found: &mut Found) {
    let Some(map) = object.as_object() else { return found.say(at, "must be an object") };
    for name in map.keys().filter(|name| *name != "type") {
        if !fields.iter().any(|(known, ..)| known == name) {
            found.say(&format!("{at}/{name}"), "is no field of this object");
        }
    }
    for (name, required, kind) in fields {
        match map.get(*name) {
            Some(value) => field(value, &format!("{at}/{name}"), *kind, found),
            None if *required => found.say(at, &format!("missing required field: {name}")),
            None => {}
        }
    }
}

fn field(value: &Value, at: &str, kind: Kind, found: &mut Found) {
    match kind {
        Kind::Str(most) => string(value, at, most, found),
        Kind::Word(words) => {
            if !value.as_str().is_some_and(|it| words.contains(&it)) {
                found.say(at, "is none of the words allowed here");
            }
        }
        Kind::Flag if !value.is_boolean() => found.say(at, "must be true or false"),
        Kind::Number(least, most) => {
            if !value.as_i64().is_some_and(|it| (least..=most).contains(&it)) {
                found.say(at, &format!("must be a number from {least} to {most}"));
            }
        }
        Kind::Plain(most) => composition::text(value, at, true, most, found),
        Kind::Text(most) => composition::text(value, at, false, most, found),
        Kind::Choice => composition::choice(value, at, found),
        Kind::Confirm => composition::confirm(value, at, found),
        Kind::One(types) => elements::check(value, at, types, found),
        Kind::Ids if !value.as_array().is_some_and(|it| it.iter().all(Value::is_string)) => {
            found.say(at, "must be a list of ids");
        }
        Kind::Texts(_) | Kind::Choices(_) | Kind::Groups | Kind::Many(..) | Kind::Context => {
            list(value, at, kind, found);
        }
        Kind::Flag | Kind::Ids | Kind::Any => {}
    }
}

fn list(value: &Value, at: &str, kind: Kind, found: &mut Found) {
    let most = match kind {
        Kind::Choices(most) | Kind::Many(_, most) => most,
        Kind::Groups => 100,
        _ => 10,
    };
    let Some(items) = value.as_array() else { return found.say(at, "must be a list") };
    if items.is_empty() || items.len() > most {
        found.say(at, &format!("must hold 1 to {most} items, and holds {}", items.len()));
    }
    for (number, item) in items.iter().enumerate() {
        let at = format!("{at}/{number}");
        match kind {
            Kind::Texts(most) => composition::text(item, &at, false, most, found),
            Kind::Choices(_) => composition::choice(item, &at, found),
            Kind::Groups => composition::group(item, &at, found),
            Kind::Context if item["type"] != "image" => {
                composition::text(item, &at, false, 3000, found);
            }
            Kind::Context => elements::check(item, &at, &["image"], found),
            Kind::Many(types, _) => elements::check(item, &at, types, found),
            _ => {}
        }
    }
}

/// A string of 1 to `most` characters.
pub fn string(value: &Value, at: &str, most: usize, found: &mut Found) {
    let Some(text) = value.as_str() else { return found.say(at, "must be a string") };
    let length = text.chars().count();
    if length == 0 {
        found.say(at, "must be more than 0 characters");
    } else if length > most {
        found.say(at, &format!("must be less than {} characters", most + 1));
    }
}
