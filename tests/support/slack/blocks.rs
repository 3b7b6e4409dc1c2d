//! Blocks as Slack keeps them: each with an id, and everything that can be pressed in them.

use serde_json::{Value, json};

use super::state::State;

/// Gives every block and element an id that has none.
pub fn with_ids(blocks: &Value, state: &mut State) -> Value {
    let mut blocks = blocks.clone();
    for block in blocks.as_array_mut().into_iter().flatten() {
        if block.get("block_id").is_none() {
            block["block_id"] = json!(state.fresh("b"));
        }
        for element in ["element", "accessory"] {
            if let Some(element) = block.get_mut(element) {
                name(element, state);
            }
        }
        if block["type"] == "actions" {
            for element in block["elements"].as_array_mut().into_iter().flatten() {
                name(element, state);
            }
        }
    }
    blocks
}

fn name(element: &mut Value, state: &mut State) {
    if element["type"] != "image" && element.get("action_id").is_none() {
        element["action_id"] = json!(state.fresh("a"));
    }
}

/// Everything in blocks that can be pressed or filled in: the block's id and the element.
pub fn elements(blocks: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for block in blocks.as_array().into_iter().flatten() {
        let id = block["block_id"].as_str().unwrap_or_default();
        let several = (block["type"] == "actions").then(|| block["elements"].as_array()).flatten();
        let own = [block.get("element"), block.get("accessory")].into_iter().flatten();
        let those = own.chain(several.into_iter().flatten());
        all.extend(those.filter(|it| it["type"] != "image").map(|it| (id.to_owned(), it.clone())));
    }
    all
}
