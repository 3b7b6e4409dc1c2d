//! The assessment and its rules: pure values and functions.
//!
//! Nothing in here does IO, waits, reads a clock, draws a random number, or imports anything of
//! ours from outside this module. It knows no chat platform, no file and no time of day but what
//! it is handed.

pub mod access;
pub mod actions;
pub mod answer;
pub mod bank;
pub mod calendar;
pub mod champions;
pub mod command;
pub mod courtesy;
pub mod cron;
pub mod ids;
pub mod level;
pub mod message;
pub mod outgoing;
pub mod person;
pub mod publication;
pub mod role;
pub mod round;
pub mod schedule;
pub mod scoring;
pub mod selection;
pub mod team;
pub mod trend;
pub mod typed_time;

#[cfg(test)]
pub(crate) mod sample;
