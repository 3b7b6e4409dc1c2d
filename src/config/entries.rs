//! What a config file decides, once it is read.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;

use super::matrix::Matrix;
use super::names::{CONSOLE, LogFormat, MATRIX, SLACK};
use super::slack::Slack;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::team::Settings;

/// What the operator decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the store and the keys are kept.
    pub data_dir: PathBuf,
    /// A folder laid out as `prompts/`; without it, the built-in words and questions.
    pub prompts_dir: Option<PathBuf>,
    /// How late a scheduled question or digest may still be sent, in hours, 1 to 168.
    pub grace_hours: u32,
    /// How long after a message whose arrival is not known it is sent once more, in seconds, 1 to
    /// 3600.
    pub second_try_seconds: u32,
    /// Who looks after teams and delivery.
    pub admins: Vec<PersonId>,
    /// Whether members may make a team of their channel.
    pub open_setup: bool,
    /// Memory for the store's cache, in MiB.
    pub cache_mb: u64,
    /// What is logged, and how.
    pub log: Log,
    /// Where an operator's tools ask how the bot is, as host and port; nowhere by default.
    pub ops: Option<SocketAddr>,
    /// Whether the terminal is one of the platforms.
    pub console: bool,
    /// How the bot takes part in Slack, where it does.
    pub slack: Option<Slack>,
    /// How Matrix takes part, if it does.
    pub matrix: Option<Matrix>,
    /// How a team wants to be asked that says nothing else.
    pub defaults: Settings,
    /// The teams, in the order of the file.
    pub teams: Vec<TeamEntry>,
}

/// What is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// The least important kind of line that is written.
    pub level: tracing::Level,
    /// How a line looks.
    pub format: LogFormat,
}

/// One team of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamEntry {
    /// The name of the entry; it stays when the team's name changes.
    pub id: String,
    /// What people call the team.
    pub name: String,
    /// Its channel or room.
    pub place: PlaceId,
    /// Who is in it, for the terminal; other platforms know that themselves.
    pub members: Vec<Member>,
    /// Who sees reports and runs rounds.
    pub leads: Vec<PersonId>,
    /// How it wants to be asked.
    pub settings: Settings,
}

/// A person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: PersonId,
    /// The name people read.
    pub name: String,
    /// Their own time zone, where it is not the team's.
    pub zone: Option<Tz>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            prompts_dir: None,
            grace_hours: 24,
            second_try_seconds: 300,
            admins: Vec::new(),
            open_setup: true,
            cache_mb: 64,
            log: Log { level: tracing::Level::INFO, format: LogFormat::Text },
            ops: None,
            console: false,
            slack: None,
            matrix: None,
            defaults: Settings::usual(),
            teams: Vec::new(),
        }
    }
}

impl Config {
    /// The names of the platforms that take part, as they stand in front of ids.
    #[must_use]
    pub fn platforms(&self) -> Vec<&'static str> {
        let all = [
            (CONSOLE, self.console),
            (MATRIX, self.matrix.is_some()),
            (SLACK, self.slack.is_some()),
        ];
        all.into_iter().filter(|(_, takes_part)| *takes_part).map(|(name, _)| name).collect()
    }
}
