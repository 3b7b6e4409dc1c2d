//! The pipeline: decide → commit → acknowledge → deliver.
//!
//! An event is decided on what the store holds and the time; the decision is committed as one
//! conditional batch, and decided again when something changed meanwhile. Only a committed event
//! is answered. Knows no chat platform.

pub mod decision;

mod actions;
mod agenda;
mod answers;
mod banks;
mod champion_news;
mod champions;
mod commands;
mod comments;
mod conversation;
mod damage;
mod delivery;
mod desks;
mod digests;
mod drawer;
mod endings;
mod event;
mod explanations;
mod figures;
mod handled;
mod handling;
mod holding;
mod home;
mod in_place;
mod introduction;
mod jobs;
mod lateness;
mod lines;
mod links;
mod look_ups;
mod membership;
mod nudges;
mod operator;
mod outbox;
mod overtaken;
mod pages;
mod pipeline;
mod privacy;
mod questions;
mod refusals;
mod remarks;
mod replies;
mod results;
mod reviews;
mod rotation;
mod rounds;
mod rules;
mod schedule_fields;
mod schedules;
mod settings;
mod settling;
mod setup;
mod setup_form;
mod sheet;
mod sittings;
mod speaker;
mod taking;
mod targets;
mod tour;
mod traces;
mod wakes;
mod wishes;
mod zones;

pub use delivery::Warden;
pub use drawer::Drawer;
pub use explanations::agreement;
pub use membership::{TeamPlan, reconcile};
pub use outbox::Turn;
pub use pipeline::Engine;
pub use rules::{InPlace, Rules};
pub use settling::{Outcome as DeliveryOutcome, pause};
pub use tour::Progress;
