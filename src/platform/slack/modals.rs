//! Forms as modals ("Modals", "View payloads"), and what people filled in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::blocks::{plain, plain_words, prose, small_print};
use super::ids::person;
use super::limits;
use super::translate::{body_and_choices, sections, within};
use crate::domain::ids::PlaceId;
use crate::domain::message::{Entry, Field, Form, Input, Message};

/// What a modal carries along and does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Luggage {
    /// The form's name; empty where there is nothing to send.
    #[serde(default)]
    pub form: String,
    /// Where the form was asked for.
    #[serde(default)]
    pub place: Option<PlaceId>,
    /// A digest of what the fields held at first.
    #[serde(default)]
    pub was: String,
    /// Whether it was opened from the home view, which then shows what changed.
    #[serde(default)]
    pub home: bool,
}

impl Luggage {
    /// What a view of ours carries; nothing where it is none of ours.
    #[must_use]
    pub fn of(view: &Value) -> Self {
        let text = view["private_metadata"].as_str().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// The words around a form that are not the form's own.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The title of a modal that is no form.
    pub title: String,
    /// What stands on the button that closes it.
    pub close: String,
    /// What is said where not all of it fits.
    pub more: String,
}

/// A message as a modal.
#[must_use]
pub fn view(message: &Message, frame: &Frame, mut luggage: Luggage) -> Value {
    match message {
        Message::Form(form) => {
            luggage.form.clone_from(&form.name);
            luggage.was = digest(&initial(form));
            form_view(form, frame, &luggage)
        }
        other => {
            luggage.form.clear();
            luggage.was.clear();
            words_view(other, frame, &luggage)
        }
    }
}

fn form_view(form: &Form, frame: &Frame, luggage: &Luggage) -> Value {
    let mut blocks = prose(&form.body, limits::VIEW_TEXT / 4);
    for field in &form.fields {
        blocks.extend(field_blocks(field));
    }
    blocks.extend(super::blocks::side_choices(&form.choices));
    let mut view = framed(&form.title, frame, blocks, luggage);
    view["submit"] = plain(&form.submit, limits::VIEW_WORDS);
    view
}

fn words_view(message: &Message, frame: &Frame, luggage: &Luggage) -> Value {
    let blocks = match message {
        Message::Overview(parts) => {
            sections(parts, limits::VIEW_TEXT, limits::VIEW_BLOCKS, &frame.more)
        }
        other => body_and_choices(&other.body(), &other.choices(), limits::VIEW_TEXT),
    };
    framed(&frame.title, frame, blocks, luggage)
}

fn framed(title: &str, frame: &Frame, blocks: Vec<Value>, luggage: &Luggage) -> Value {
    let mut blocks = within(blocks, limits::VIEW_BLOCKS);
    if blocks.is_empty() {
        blocks = prose("…", limits::SECTION_TEXT);
    }
    json!({
        "type": "modal",
        "callback_id": "form",
        "title": plain(title, limits::VIEW_WORDS),
        "close": plain(&frame.close, limits::VIEW_WORDS),
        "private_metadata": carried(luggage),
        "blocks": blocks,
    })
}

/// The luggage as text. A form's name is the engine's and short; were it not, the form would come
/// back without it rather than not be shown at all.
fn carried(luggage: &Luggage) -> String {
    let text = serde_json::to_string(luggage).unwrap_or_default();
    if limits::size(&text) <= limits::METADATA { text } else { String::new() }
}

/// The name of the one element in each field's block.
const ELEMENT: &str = "value";

fn field_blocks(field: &Field) -> Vec<Value> {
    let mut blocks = Vec::new();
    let element = match &field.input {
        Input::Line => text_input(field, None),
        Input::Paragraph(longest) => text_input(field, Some(*longest)),
        Input::People => people_picker(field),
        Input::One(entries) | Input::Many(entries) => {
            blocks.extend(anchors(entries));
            chooser(field, entries)
        }
    };
    // A hint stands below its own question; above it would look like a note to the one before.
    let mut input = json!({
        "type": "input",
        "block_id": block_id(&field.name),
        "label": plain(&field.label, limits::INPUT_TEXT),
        "element": element,
        "optional": field.optional,
    });
    if !field.help.trim().is_empty() {
        input["hint"] = plain(&field.help, limits::INPUT_TEXT);
    }
    blocks.push(input);
    if let Some(error) = &field.error {
        blocks.push(small_print(&format!("**{error}**")));
    }
    blocks
}

/// The name of a field's block.
#[must_use]
pub fn block_id(field: &str) -> String {
    limits::cut(field, limits::NAME)
}

/// A line, or a paragraph of at most `longest` characters, which Slack holds people to.
fn text_input(field: &Field, longest: Option<usize>) -> Value {
    let mut element = json!({
        "type": "plain_text_input",
        "action_id": ELEMENT,
        "multiline": longest.is_some(),
    });
    if let Some(longest) = longest {
        // A view whose first value is longer than it may be is refused as a whole.
        let most = longest.max(limits::size(&field.value)).clamp(1, limits::INPUT_VALUE);
        element["max_length"] = most.into();
    }
    if !field.value.is_empty() {
        element["initial_value"] = limits::cut(&field.value, limits::INPUT_VALUE).into();
    }
    element
}

/// A menu of the workspace's people.
fn people_picker(field: &Field) -> Value {
    let mut element = json!({ "type": "multi_users_select", "action_id": ELEMENT });
    let held: Vec<&str> =
        field.value.split_whitespace().filter_map(|id| id.strip_prefix("slack:")).collect();
    if !held.is_empty() {
        element["initial_users"] = json!(held);
    }
    element
}

/// Entries too long to stand beside their button, in full above it.
fn anchors(entries: &[Entry]) -> Vec<Value> {
    if !is_long(entries) {
        return Vec::new();
    }
    let line = |(number, entry): (usize, &Entry)| headed(number, &entry.label);
    let lines: Vec<String> = (1..).zip(entries).map(line).collect();
    prose(&lines.join("\n"), limits::VIEW_TEXT / 4)
}

/// A label behind its number, unless it begins with one of its own.
fn headed(number: usize, label: &str) -> String {
    if label.starts_with(|c: char| c.is_ascii_digit()) {
        return label.to_owned();
    }
    format!("{number}  {label}")
}

/// Whether some entry does not fit beside its button, even with a description below.
fn is_long(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| limits::split(&entry.label, limits::OPTION_TEXT).len() > 2)
}

fn chooser(field: &Field, entries: &[Entry]) -> Value {
    let (long, menu) = (is_long(entries), entries.len() > limits::RADIO_OPTIONS);
    let usable = |entry: &&Entry| (1..=limits::OPTION_VALUE).contains(&limits::size(&entry.value));
    let all: Vec<(&Entry, Value)> = (1..)
        .zip(entries)
        .filter(|(_, entry)| usable(entry))
        .map(|(number, entry)| (entry, option(entry, long.then_some(number))))
        .take(limits::SELECT_OPTIONS)
        .collect();
    let options: Vec<&Value> = all.iter().map(|(_, option)| option).collect();
    let many = matches!(field.input, Input::Many(_));
    let kind = match (many, menu) {
        (false, false) => "radio_buttons",
        (false, true) => "static_select",
        (true, false) => "checkboxes",
        (true, true) => "multi_static_select",
    };
    let mut element = json!({ "type": kind, "action_id": ELEMENT, "options": options });
    let held: Vec<&str> = field.value.split_whitespace().collect();
    let is_held = |value: &str| if many { held.contains(&value) } else { field.value == value };
    let chosen: Vec<&Value> =
        all.iter().filter(|(entry, _)| is_held(&entry.value)).map(|(_, it)| it).collect();
    match (many, chosen.first()) {
        (true, Some(_)) => element["initial_options"] = json!(chosen),
        (false, Some(one)) => element["initial_option"] = json!(one),
        (_, None) => {}
    }
    element
}

/// An option: the label in full, in two parts, or the beginning of it behind its number.
fn option(entry: &Entry, number: Option<usize>) -> Value {
    let parts = limits::split(&entry.label, limits::OPTION_TEXT);
    let words = match number {
        Some(number) => headed(number, &entry.label),
        None => parts.first().cloned().unwrap_or_default(),
    };
    let mut option = json!({ "text": plain(&words, limits::OPTION_TEXT), "value": entry.value });
    if let (None, Some(rest)) = (number, parts.get(1)) {
        option["description"] = plain(rest, limits::OPTION_TEXT);
    }
    option
}

/// What the fields of a form hold at first.
fn initial(form: &Form) -> BTreeMap<String, String> {
    let value = |field: &Field| (block_id(&field.name), field.value.clone());
    form.fields.iter().map(value).collect()
}

/// What people filled in, from `view.state.values`; a field left empty holds an empty text.
///
/// Slack tells of every field. Where one is not told of, or is empty and must not be, nobody
/// touched it, and it holds what it held at first.
#[must_use]
pub fn values(view: &Value) -> BTreeMap<String, String> {
    let blocks = view["state"]["values"].as_object();
    let value = |(block, elements): (&String, &Value)| {
        let element = elements.as_object()?.values().next()?;
        Some((block.clone(), filled(element)))
    };
    let mut values: BTreeMap<String, String> =
        blocks.into_iter().flatten().filter_map(value).collect();
    for block in view["blocks"].as_array().into_iter().flatten() {
        let Some(name) = block["block_id"].as_str().filter(|_| block["type"] == "input") else {
            continue;
        };
        // Radio buttons cannot be cleared once one is chosen.
        let radio = block["element"]["type"] == "radio_buttons";
        let may_be_empty = block["optional"] == true && !radio;
        if values.get(name).is_none_or(|value| value.trim().is_empty() && !may_be_empty) {
            values.insert(name.to_owned(), at_first(&block["element"]));
        }
    }
    values
}

/// What an element of ours held when it was shown.
fn at_first(element: &Value) -> String {
    filled(&json!({
        "value": element["initial_value"],
        "selected_option": element["initial_option"],
        "selected_users": element["initial_users"],
        "selected_options": element["initial_options"],
    }))
}

fn filled(element: &Value) -> String {
    if let Some(text) = element["value"].as_str() {
        return text.to_owned();
    }
    if let Some(value) = element["selected_option"]["value"].as_str() {
        return value.to_owned();
    }
    if let Some(users) = element["selected_users"].as_array() {
        let ids = users.iter().filter_map(Value::as_str).map(|user| person(user).0);
        return ids.collect::<Vec<_>>().join(" ");
    }
    let chosen = element["selected_options"].as_array().into_iter().flatten();
    let chosen: Vec<&str> = chosen.filter_map(|option| option["value"].as_str()).collect();
    chosen.join(" ")
}

/// A short digest of values, the same for the same values.
#[must_use]
pub fn digest(values: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in values {
        for part in [name, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    let bytes = hash.finalize();
    let first = bytes.iter().take(8).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    format!("{first:016x}")
}

/// The complaints of a form that came back, by block; empty where there are none.
#[must_use]
pub fn complaints(form: &Form) -> BTreeMap<String, String> {
    let complaint = |field: &Field| {
        let error = field.error.as_ref()?;
        Some((block_id(&field.name), plain_words(error, limits::INPUT_TEXT)))
    };
    form.fields.iter().filter_map(complaint).collect()
}

#[cfg(test)]
mod tests;
