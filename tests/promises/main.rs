//! The promises of the design, held at the engine: no process, no disk but where it matters, and a
//! clock that moves by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its store has failed")]

#[path = "../support/house.rs"]
mod house;

mod actions;
mod champions;
mod courtesy;
mod figures;
mod once;
mod privacy;
mod roles;
mod rounds;
mod schedules;
