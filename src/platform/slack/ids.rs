//! Slack's ids as the rest of the bot knows them.

use crate::domain::ids::{PersonId, PlaceId};

/// A user, or a group of users, as the rest of the bot names them.
#[must_use]
pub fn person(user: &str) -> PersonId {
    PersonId(format!("slack:{user}"))
}

/// A channel as the rest of the bot names it.
#[must_use]
pub fn place(channel: &str) -> PlaceId {
    PlaceId(format!("slack:{channel}"))
}
