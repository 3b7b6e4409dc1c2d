//! maturity-bot asks engineering teams well-made questions where they talk, keeps every answer
//! safe and private, and tells them how mature their operations are and what to do next.
//!
//! The house, from the top: `main` → [`cli`] → [`app`] → [`engine`] → [`report`] → [`config`],
//! [`platform`], [`store`], [`text`] → [`domain`] and [`clock`]. Imports run downwards only, and
//! `tests/layering.rs` fails when one does not. `docs/ARCHITECTURE.md` walks through it.

// The SDK for Matrix nests its futures deeply.
#![recursion_limit = "256"]

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod ops;
pub mod platform;
pub mod random;
pub mod report;
pub mod store;
pub mod text;
