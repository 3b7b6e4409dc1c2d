//! A team: who it is, how it wants to be asked, and what it aims for.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::courtesy::Quiet;
use super::cron::CronExpr;
use super::ids::{PersonId, PlaceId, TeamId};
use super::level::Pillar;
use super::selection::PulseState;

/// How a team's answers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One key per round, destroyed at closing: nothing joins a person to an answer afterwards.
    Anonymous,
    /// One key per person and team: a person's own trend is possible.
    Pseudonymous,
    /// The team answers in front of each other.
    Open,
}

impl Mode {
    /// The word used in commands, files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Pseudonymous => "pseudonymous",
            Self::Open => "open",
        }
    }
}

/// A team as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Its number, minted once.
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// Its one channel or room.
    pub place: PlaceId,
    /// The name of its entry in the config file; such a team is not changed in chat.
    pub config_id: Option<String>,
    /// While paused, no schedule fires and nothing goes to the team's place; the words say why.
    /// People may go on answering in private.
    pub paused: Option<String>,
    /// Who sees reports and runs rounds.
    pub leads: Vec<PersonId>,
    /// How it wants to be asked.
    pub settings: Settings,
    /// The number of its latest round, 0 before the first.
    pub rounds: u32,
    /// The number of the round that is planned or open.
    pub current: Option<u32>,
    /// When the list of members was last looked up; `None` where that is still to come, and nothing
    /// goes to the place before.
    pub roster_at: Option<DateTime<Utc>>,
    /// Where the pulse rotation stands.
    pub pulse: PulseState,
    /// The latest scheduled time that was honoured or noted as skipped; none up to it fires again,
    /// also when the clock goes back or the schedule changes.
    pub accounted: Option<DateTime<Utc>>,
    /// What fires next, at most one instant of each kind.
    pub wakes: Vec<(Wake, DateTime<Utc>)>,
}

/// A team's wishes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The team's time zone; its schedules are read in it.
    pub zone: Tz,
    /// How answers are kept.
    pub mode: Mode,
    /// The configured minimum group; `model.md`, section 3.
    pub min_respondents: u32,
    /// A team of one or two sees figures all the same.
    pub small_team: bool,
    /// Whether an open round shows figures early.
    pub early: bool,
    /// Target level of each pillar, in pillar order, 0 to 5.
    pub targets: [u8; 4],
    /// When nobody is written to.
    pub quiet: Quiet,
    /// Which preset is asked when.
    pub schedules: Vec<Scheduled>,
    /// When the weekly digest is posted.
    pub digest: Option<CronExpr>,
    /// When the trend summary is posted.
    pub trend: Option<CronExpr>,
}

/// A preset and the times at which it is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The preset's name.
    pub preset: String,
    /// The times, in the team's zone.
    pub times: CronExpr,
}

/// What a team can be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Wake {
    /// The deadline of the open round.
    Close,
    /// Time to open or ask by the schedule with this index.
    Schedule(u8),
    /// A reminder to those who have not answered.
    Nudge,
    /// The weekly digest.
    Digest,
    /// The trend summary.
    Trend,
    /// A champion's term ends.
    Terms,
}

impl Settings {
    /// The target of one pillar.
    #[must_use]
    pub fn target(&self, pillar: Pillar) -> u8 {
        self.targets[pillar.index()]
    }
}

impl Team {
    /// Whether this person leads the team.
    #[must_use]
    pub fn is_lead(&self, person: &PersonId) -> bool {
        self.leads.contains(person)
    }

    /// When the team is woken for `wake`.
    #[must_use]
    pub fn wake_at(&self, wake: Wake) -> Option<DateTime<Utc>> {
        self.wakes.iter().find(|(kind, _)| *kind == wake).map(|(_, at)| *at)
    }
}

impl Settings {
    /// What holds for a team that wished for nothing else: pseudonymous, three people at least,
    /// a digest on Mondays at nine and a trend summary on the first Monday of the month.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            zone: Tz::UTC,
            mode: Mode::Pseudonymous,
            min_respondents: 3,
            small_team: false,
            early: false,
            targets: [4; 4],
            quiet: Quiet::default(),
            schedules: Vec::new(),
            digest: CronExpr::parse("0 9 * * MON").ok(),
            trend: CronExpr::parse("0 9 * * MON#1").ok(),
        }
    }
}
