//! Small questions about presses, forms and what becomes of them.

use super::ack::Ack;
use crate::domain::message::{Message, Press};

/// The token, asking for a form where it asks for questions one by one: Slack has forms.
#[must_use]
pub fn as_form(token: &str) -> String {
    match Press::read(token) {
        Some(Press::Ask(round)) => Press::Page(round, 0).token(),
        _ => token.to_owned(),
    }
}

/// The token, asking for questions one by one where it asks for a form of them; `None` where no
/// words stand for the form.
#[must_use]
pub fn one_by_one(token: &str) -> Option<String> {
    match Press::read(token)? {
        Press::Ask(round) | Press::Page(round, _) => Some(Press::Ask(round).token()),
        _ => None,
    }
}

/// Whether pressing it brings a form, so that a modal can be opened before the form is there.
#[must_use]
pub fn brings_form(token: &str) -> bool {
    matches!(Press::read(token), Some(Press::Ask(_) | Press::Page(..)))
}

/// Whether an answer can be pressed on a message.
#[must_use]
pub fn asks(message: &Message) -> bool {
    message.choices().iter().any(|choice| matches!(choice.press, Press::Answer(..)))
}

/// Whether a form came back with something wrong in it.
#[must_use]
pub fn complains(message: &Message) -> bool {
    matches!(message, Message::Form(form) if form.fields.iter().any(|it| it.error.is_some()))
}

/// Whether an acknowledgement shows what is wrong with a form; the same values are then looked at
/// afresh when they are sent again.
#[must_use]
pub fn is_complaint(ack: &Ack) -> bool {
    matches!(ack, Ack::Says(says) if says["response_action"] == "errors")
}
