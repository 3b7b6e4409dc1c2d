//! The engine over a store in memory: what only shows with many people, or when things go wrong.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

#[path = "engine/damage.rs"]
mod damage;
#[path = "engine/forgotten.rs"]
mod forgotten;
#[path = "engine/forms.rs"]
mod forms;
#[path = "engine/house.rs"]
mod house;
#[path = "engine/large.rs"]
mod large;
#[path = "engine/people.rs"]
mod people;
#[path = "engine/places.rs"]
mod places;
#[path = "engine/sitting.rs"]
mod sitting;
#[path = "engine/time.rs"]
mod time;
#[path = "engine/trouble.rs"]
mod trouble;
#[path = "engine/votes.rs"]
mod votes;
