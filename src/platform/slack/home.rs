//! The home view ("App Home").

use serde_json::{Value, json};

use super::limits;
use super::translate::{body_and_choices, sections, within};
use crate::domain::message::Message;

/// A message as somebody's home view; `more` says that not all of it fits.
#[must_use]
pub fn view(message: &Message, more: &str) -> Value {
    let blocks = match message {
        Message::Overview(parts) => sections(parts, limits::VIEW_TEXT, limits::VIEW_BLOCKS, more),
        other => body_and_choices(&other.body(), &other.choices(), limits::VIEW_TEXT),
    };
    json!({ "type": "home", "blocks": within(blocks, limits::VIEW_BLOCKS) })
}
