//! What is filled into a view, and how it comes back: "view.state.values".

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::blocks;
use super::views::View;

/// Where a value stands: its block and its action.
pub type Place = (String, String);

/// The name under which an element's value comes back, and what it is when nothing is chosen.
fn shape(kind: &str) -> Option<(&'static str, Value)> {
    Some(match kind {
        "plain_text_input" | "number_input" => ("value", Value::Null),
        "static_select" | "radio_buttons" => ("selected_option", Value::Null),
        "multi_static_select" | "checkboxes" => ("selected_options", json!([])),
        "users_select" => ("selected_user", Value::Null),
        "multi_users_select" => ("selected_users", json!([])),
        "conversations_select" => ("selected_conversation", Value::Null),
        "datepicker" => ("selected_date", Value::Null),
        "timepicker" => ("selected_time", Value::Null),
        _ => return None,
    })
}

/// What stands in the elements at first.
pub fn initial(given: &Value) -> BTreeMap<Place, Value> {
    let mut filled = BTreeMap::new();
    for (block, element) in blocks::elements(given) {
        let Some((_, empty)) = element["type"].as_str().and_then(shape) else { continue };
        let names = element.as_object().into_iter().flatten();
        let mut first = names.filter(|(name, _)| name.starts_with("initial_")).map(|(_, it)| it);
        let value = first.next().cloned().unwrap_or(empty);
        let action = element["action_id"].as_str().unwrap_or_default().to_owned();
        filled.insert((block, action), value);
    }
    filled
}

/// Whether what was chosen in an element can still be chosen.
pub fn still_fits(given: &Value, place: &Place, value: &Value) -> bool {
    let elements = blocks::elements(given);
    let element = elements
        .iter()
        .find(|(block, element)| *block == place.0 && element["action_id"] == json!(place.1));
    element.is_some_and(|(_, element)| {
        let options = element["options"].as_array();
        let chosen = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        value.is_null()
            || options.is_none_or(|options| chosen.iter().all(|one| options.contains(one)))
    })
}

/// `state.values`: every element that holds something or could.
pub fn values(view: &View) -> Value {
    let mut values: Map<String, Value> = Map::new();
    for (block, element) in blocks::elements(&view.body["blocks"]) {
        let kind = element["type"].as_str().unwrap_or_default();
        let Some((name, _)) = shape(kind) else { continue };
        let action = element["action_id"].as_str().unwrap_or_default();
        let value = view.filled.get(&(block.clone(), action.to_owned())).cloned();
        let entry = values.entry(block).or_insert_with(|| json!({}));
        entry[action] = json!({"type": kind, name: value.unwrap_or_default()});
    }
    Value::Object(values)
}

/// `state.values` of a message.
pub fn values_of_message(given: &Value) -> Value {
    let mut values: Map<String, Value> = Map::new();
    for ((block, action), value) in initial(given) {
        let kind = blocks::elements(given)
            .into_iter()
            .find(|(id, element)| *id == block && element["action_id"] == json!(action))
            .map(|(_, element)| element["type"].as_str().unwrap_or_default().to_owned())
            .unwrap_or_default();
        let Some((name, _)) = shape(&kind) else { continue };
        let entry = values.entry(block).or_insert_with(|| json!({}));
        entry[&action] = json!({"type": kind, name: value});
    }
    Value::Object(values)
}

/// The labels of inputs that must not stay empty and are, as Slack's own client checks before it
/// sends anything.
pub fn missing(view: &View) -> Vec<String> {
    let mut labels = Vec::new();
    for block in view.body["blocks"].as_array().into_iter().flatten() {
        if block["type"] != "input" || block["optional"] == json!(true) {
            continue;
        }
        let place = (
            block["block_id"].as_str().unwrap_or_default().to_owned(),
            block["element"]["action_id"].as_str().unwrap_or_default().to_owned(),
        );
        let value = view.filled.get(&place).cloned().unwrap_or_default();
        if value.is_null() || value == json!("") || value == json!([]) {
            labels.push(block["label"]["text"].as_str().unwrap_or_default().to_owned());
        }
    }
    labels
}
