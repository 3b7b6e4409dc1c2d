//! What waits to be delivered, and work that is done in steps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{PersonId, PlaceId, RoundId, TeamId};
use super::message::{Destination, Message, MessageRef};

/// One thing for a platform to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutRow {
    /// What to do.
    pub errand: Errand,
    /// Why; decides whether it is still wanted when its time comes.
    pub purpose: Purpose,
    /// Not to be done before.
    pub not_before: DateTime<Utc>,
    /// Pointless after.
    pub expires: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it was handed over without an answer that tells whether it arrived.
    pub doubts: u32,
    /// It was handed to the platform, and no answer has been stored yet.
    pub sending: bool,
}

impl OutRow {
    /// A row that was not tried yet.
    #[must_use]
    pub fn new(
        errand: Errand,
        purpose: Purpose,
        not_before: DateTime<Utc>,
        expires: Option<DateTime<Utc>>,
    ) -> Self {
        Self { errand, purpose, not_before, expires, attempts: 0, doubts: 0, sending: false }
    }
}

/// What can go wrong with a row; each is counted by day and team, without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Its time was over before it could go out.
    Expired,
    /// What the person did, or the round's end, made it pointless.
    Unwanted,
    /// A newer one of the same round took its place.
    Replaced,
    /// The destination cannot be reached.
    DeadTarget,
    /// The platform refused the message itself.
    Refused,
    /// It was handed over twice, and nobody knows whether it arrived.
    Unanswered,
    /// The platform could not take it for a day.
    Failing,
    /// It was handed over again without knowing whether it had arrived.
    Repeated,
}

impl Mishap {
    /// The name it is counted by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Unwanted => "unwanted",
            Self::Replaced => "replaced",
            Self::DeadTarget => "dead target",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Failing => "failing",
            Self::Repeated => "repeated",
        }
    }

    /// Whether the row is gone by it.
    #[must_use]
    pub fn ends_the_row(self) -> bool {
        self != Self::Repeated
    }
}

/// What a platform can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// Deliver a message.
    Say(Destination, Message),
    /// Find out who is in a place.
    LookUp(PlaceId),
    /// Put another message in place of one delivered before.
    Update(Destination, MessageRef, Message),
}

/// What the lanes of look-ups begin with.
const LOOK_UP: &str = "look-up";

/// Whether only look-ups go along a lane. They say nothing, so no pace holds them back.
#[must_use]
pub fn is_look_up(lane: &str) -> bool {
    lane.strip_prefix(LOOK_UP).is_some_and(|rest| rest.starts_with(' '))
}

impl Errand {
    /// The platform that does it.
    #[must_use]
    pub fn platform(&self) -> &str {
        match self {
            Self::Say(to, _) | Self::Update(to, ..) => to.platform(),
            Self::LookUp(place) => place.platform(),
        }
    }

    /// Whether it waits its turn behind the rows in front of it. In a place, one that waits holds
    /// back those behind it; a person's rows and look-ups have times of their own.
    #[must_use]
    pub fn keeps_order(&self) -> bool {
        use Destination::Person;
        !matches!(self, Self::Say(Person(_), _) | Self::Update(Person(_), ..) | Self::LookUp(_))
    }

    /// The text that keeps rows of one destination together and in order.
    #[must_use]
    pub fn lane(&self) -> String {
        match self {
            Self::Say(to, _) | Self::Update(to, ..) => to.lane(),
            Self::LookUp(place) => format!("{LOOK_UP} {place}"),
        }
    }
}

/// Why something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The post that opens a round.
    Opening(RoundId),
    /// A person's questions of a round.
    Question(RoundId),
    /// A reminder of a round.
    Nudge(RoundId),
    /// The summary of a round.
    Closing(RoundId),
    /// News about a round: extended, cancelled.
    News(RoundId),
    /// The weekly digest.
    Digest(TeamId),
    /// The trend summary.
    Trend(TeamId),
    /// Something about champions.
    Champion(TeamId),
    /// Something the operator or a lead has to know.
    Notice(TeamId),
    /// A look-up.
    LookUp(TeamId),
}

impl Purpose {
    /// The team it is about.
    #[must_use]
    pub fn team(self) -> TeamId {
        match self {
            Self::Opening(round)
            | Self::Question(round)
            | Self::Nudge(round)
            | Self::Closing(round)
            | Self::News(round) => round.team,
            Self::Digest(team)
            | Self::Trend(team)
            | Self::Champion(team)
            | Self::Notice(team)
            | Self::LookUp(team) => team,
        }
    }

    /// A short name for lists and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening(_) => "opening",
            Self::Question(_) => "questions",
            Self::Nudge(_) => "reminder",
            Self::Closing(_) => "summary",
            Self::News(_) => "news",
            Self::Digest(_) => "digest",
            Self::Trend(_) => "trend",
            Self::Champion(_) => "champion",
            Self::Notice(_) => "notice",
            Self::LookUp(_) => "look-up",
        }
    }
}

/// Work on many people, done a few at a time so that no commit grows large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What to do.
    pub kind: JobKind,
    /// The last person it was done for.
    pub after: Option<PersonId>,
    /// Who needs nothing of it, because they were told already.
    pub except: Option<PersonId>,
}

/// The kinds of work done in steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    /// Put the questions of a round before everyone in it.
    Ask(RoundId),
    /// Remind those who have not finished.
    Nudge(RoundId),
    /// Remove what an ended round needs no more.
    Sweep(RoundId),
    /// Say on the posts of an ended round that it is over.
    Retire(RoundId),
}

impl JobKind {
    /// The round it is about.
    #[must_use]
    pub fn round(&self) -> RoundId {
        let (Self::Ask(round) | Self::Nudge(round) | Self::Sweep(round) | Self::Retire(round)) =
            self;
        *round
    }
}

/// What became of a next action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionLife {
    /// Where it stands.
    pub state: ActionState,
    /// Who said so.
    pub by: PersonId,
    /// The team's latest closed round at that time, 0 before the first.
    pub after_round: u32,
}

/// Where an action stands; one that nobody touched has no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionState {
    /// Somebody works on it.
    Taken,
    /// It was done.
    Done,
    /// The team does not want it.
    Dismissed,
}

/// A scheduled time that was not honoured, and is not made up for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedSlot {
    /// Which schedule, in words for the lead's status.
    pub what: String,
    /// Why.
    pub reason: String,
    /// The first time passed over; the key bears the last one.
    pub first: DateTime<Utc>,
    /// How many times were passed over, at most 1000.
    pub count: u16,
}
