//! The bot in Slack: the real binary against a Slack of our own, which Slack's own client judges.

#[path = "support/slack/double.rs"]
mod double;

#[path = "slack/bolt.rs"]
mod bolt;
#[path = "slack/refusals.rs"]
mod refusals;

#[path = "support/report.rs"]
mod report;
#[path = "support/script.rs"]
mod script;

#[path = "slack/answering.rs"]
mod answering;
#[path = "slack/generated.rs"]
mod generated;
#[path = "slack/home.rs"]
mod home;
#[path = "slack/http.rs"]
mod http;
#[path = "slack/limits.rs"]
mod limits;
#[path = "slack/manifest.rs"]
mod manifest;
#[path = "slack/others.rs"]
mod others;
#[path = "slack/pages.rs"]
mod pages;
#[path = "slack/payloads.rs"]
mod payloads;
#[path = "slack/people.rs"]
mod people;
#[path = "slack/permissions.rs"]
mod permissions;
#[path = "slack/pictures.rs"]
mod pictures;
#[path = "slack/pulses.rs"]
mod pulses;
#[path = "slack/reliable.rs"]
mod reliable;
#[path = "slack/replies.rs"]
mod replies;
#[path = "slack/rounds.rs"]
mod rounds;
#[path = "slack/rules.rs"]
mod rules;
#[path = "slack/sharing.rs"]
mod sharing;
#[path = "slack/stopping.rs"]
mod stopping;
#[path = "slack/team.rs"]
mod team;
#[path = "slack/traffic.rs"]
mod traffic;
#[path = "slack/zones.rs"]
mod zones;
