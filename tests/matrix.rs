//! The bot in encrypted rooms of a real homeserver, among people who use another client library.

#[path = "support/matrix/bot.rs"]
mod bot;
#[path = "support/matrix/gate.rs"]
mod gate;
#[path = "support/matrix/humans.rs"]
mod humans;
#[path = "support/matrix/inside.rs"]
mod inside;
#[path = "support/script.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod script;
#[path = "support/matrix/synapse.rs"]
mod synapse;
#[path = "support/terminal.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod terminal;
#[path = "support/matrix/world.rs"]
mod world;

#[path = "matrix/crowd.rs"]
mod crowd;
#[path = "matrix/downtime.rs"]
mod downtime;
#[path = "matrix/edits.rs"]
mod edits;
#[path = "matrix/forgotten.rs"]
mod forgotten;
#[path = "matrix/ground.rs"]
mod ground;
#[path = "matrix/hiccups.rs"]
mod hiccups;
#[path = "matrix/killed.rs"]
mod killed;
#[path = "matrix/limits.rs"]
mod limits;
#[path = "matrix/locked.rs"]
mod locked;
#[path = "matrix/open_round.rs"]
mod open_round;
#[path = "matrix/replaced.rs"]
mod replaced;
#[path = "matrix/roles.rs"]
mod roles;
#[path = "matrix/rooms.rs"]
mod rooms;
#[path = "matrix/rounds.rs"]
mod rounds;
#[path = "matrix/scene.rs"]
mod scene;
#[path = "matrix/session.rs"]
mod session;
#[path = "matrix/sign_in.rs"]
mod sign_in;
#[path = "matrix/storm.rs"]
mod storm;
#[path = "matrix/tokens.rs"]
mod tokens;
