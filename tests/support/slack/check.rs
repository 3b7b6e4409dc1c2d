//! What Slack refuses in blocks and views, after "Reference: blocks", "block elements",
//! "composition objects" and "views" of its documentation.

mod composition;
mod elements;
mod layout;
mod shape;

use std::collections::BTreeSet;

use serde_json::Value;

pub use shape::Found;

/// The most blocks in a message.
pub const MESSAGE_BLOCKS: usize = 50;
/// The most blocks in a modal or home view.
const VIEW_BLOCKS: usize = 100;
/// A view larger than this is refused as a whole.
const VIEW_BYTES: usize = 250_000;

/// Everything wrong with the blocks of a message, each with where it is.
pub fn message_blocks(blocks: &Value) -> Found {
    let mut found = Found::default();
    blocks_of(blocks, MESSAGE_BLOCKS, "/blocks", &mut found);
    found
}

/// Everything wrong with a view.
pub fn view(view: &Value) -> Found {
    let mut found = Found::default();
    let Some(fields) = shape::view_fields(view) else {
        found.say("/view/type", "must be modal or home");
        return found;
    };
    shape::check(view, "/view", fields, &mut found);
    blocks_of(&view["blocks"], VIEW_BLOCKS, "/view/blocks", &mut found);
    let inputs = view["blocks"].as_array().into_iter().flatten().any(|it| it["type"] == "input");
    if view["type"] == "modal" && inputs && view.get("submit").is_none() {
        found.say("/view/submit", "is needed where there is an input");
    }
    if view.to_string().len() > VIEW_BYTES {
        found.say("/view", "is larger than 250 kB");
    }
    if focused(view) > 1 {
        found.say("/view", "has more than one element with focus_on_load");
    }
    found
}

fn blocks_of(blocks: &Value, most: usize, at: &str, found: &mut Found) {
    let Some(list) = blocks.as_array() else {
        return found.say(at, "must be a list");
    };
    if list.len() > most {
        found.say(at, &format!("no more than {most} items allowed"));
    }
    let mut ids = BTreeSet::new();
    for (number, block) in list.iter().enumerate() {
        let at = format!("{at}/{number}");
        layout::check(block, &at, found);
        if block["block_id"].as_str().is_some_and(|id| !ids.insert(id)) {
            found.say(&at, "has a block_id that stands there already");
        }
    }
}

fn focused(value: &Value) -> usize {
    match value {
        Value::Object(map) => {
            let own = usize::from(map.get("focus_on_load") == Some(&Value::Bool(true)));
            own + map.values().map(focused).sum::<usize>()
        }
        Value::Array(list) => list.iter().map(focused).sum(),
        _ => 0,
    }
}
