//! The home view ("App Home").

use serde_json::{Value, json};

use super::limits;
use super::translate::{body_and_choices, sections, within};
use crate::domain::message::Message;

/// A message as somebody's home view.
#[must_use]
pub fn view(message: &Message) -> Value {
    let blocks = match message {
        Message::Overview(parts) => sections(parts, limits::VIEW_TEXT),
        other => body_and_choices(&other.body(), &other.choices(), limits::VIEW_TEXT),
    };
    json!({ "type": "home", "blocks": within(blocks, limits::VIEW_BLOCKS) })
}
