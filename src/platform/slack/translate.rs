//! A message of ours as Slack shows it in a channel, a direct message or a reply.

use serde_json::Value;

use super::blocks;
use super::limits;
use super::mrkdwn;
use crate::domain::message::{Choice, Message, Section};

/// What Slack is told to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// What notifications and screen readers say.
    pub text: String,
    /// What stands on the page.
    pub blocks: Vec<Value>,
}

/// A message within all limits.
#[must_use]
pub fn message(message: &Message) -> Payload {
    let blocks = match message {
        Message::Overview(parts) => {
            sections(parts, limits::MESSAGE_TEXT, limits::MESSAGE_BLOCKS, "…")
        }
        other => body_and_choices(&other.body(), &other.choices(), limits::MESSAGE_TEXT),
    };
    let words = limits::cut(&mrkdwn::from_markdown(&message.body()), limits::FALLBACK_TEXT);
    let text = if words.trim().is_empty() { "…".to_owned() } else { words };
    Payload { text, blocks: within(blocks, limits::MESSAGE_BLOCKS) }
}

/// A long message as several, at most `most`, of which the last has what can be pressed; what is
/// beyond them is cut.
#[must_use]
pub fn parts(message: &Message, most: usize) -> Vec<Message> {
    let is_short = message.body().len() <= limits::PART_TEXT;
    if is_short || matches!(message, Message::Overview(_) | Message::Form(_)) {
        return vec![message.clone()];
    }
    let mut bodies = limits::split_bytes(&message.body(), limits::PART_TEXT);
    let before = bodies.len().min(most).saturating_sub(1);
    let rest = bodies.split_off(before).join("\n\n");
    let last = Message::Choices { body: rest, choices: message.choices() };
    bodies.into_iter().map(Message::Text).chain([last]).collect()
}

/// Words with things to press below them, with at most `most` bytes of words.
#[must_use]
pub fn body_and_choices(body: &str, choices: &[Choice], most: usize) -> Vec<Value> {
    let below = blocks::choices(choices, 0);
    let taken: usize = below.iter().map(|block| block.to_string().len() / 2).sum();
    let mut all = blocks::prose(body, most.saturating_sub(taken).max(most / 4));
    all.extend(below);
    all
}

/// The parts of a home view, one below the other: as many from the first on as fit into `room`
/// blocks, each whole, so that no button stands without its words; `more` says that others do not.
#[must_use]
pub fn sections(parts: &[Section], most: usize, room: usize, more: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut pressed = 0;
    for (number, part) in (1..).zip(parts) {
        let mut own = Vec::new();
        if !all.is_empty() {
            own.push(blocks::divider());
        }
        own.extend(blocks::prose(&part.body, most / parts.len().max(1)));
        own.extend(blocks::choices(&part.choices, pressed));
        // The last may fill the room; others leave a place for the word about the rest.
        let kept_free = usize::from(number < parts.len());
        if !all.is_empty() && all.len() + own.len() + kept_free > room {
            all.push(blocks::small_print(more));
            break;
        }
        all.extend(own);
        pressed += part.choices.len();
    }
    all
}

/// As many blocks as are allowed; what can be pressed stays rather than what is read.
#[must_use]
pub fn within(mut blocks: Vec<Value>, most: usize) -> Vec<Value> {
    while blocks.len() > most {
        let last_read = blocks.iter().rposition(|block| block["type"] != "actions");
        blocks.remove(last_read.unwrap_or(blocks.len() - 1));
    }
    blocks
}

#[cfg(test)]
mod tests;
