//! A round: planned, open, then closed or cancelled, under terms that were frozen when it opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{PersonId, Pseudonym, QuestionId, RoundId};
use super::team::Mode;

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Waits for a fresh list of members.
    Planned,
    /// Takes answers.
    Open,
    /// Its result is final.
    Closed,
    /// Publishes nothing.
    Cancelled,
}

/// What people were promised before they answered; never changed afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How answers are kept.
    pub mode: Mode,
    /// The minimum group: no figure and no movement of a figure comes from fewer people.
    pub min_group: u32,
    /// Whether figures are shown while the round is open.
    pub early: bool,
}

/// A round as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Which round of which team.
    pub id: RoundId,
    /// The preset it asks.
    pub preset: String,
    /// Where it stands.
    pub state: State,
    /// The promise.
    pub terms: Terms,
    /// Names the stored bank that it asks.
    pub bank: u64,
    /// The questions asked so far, in the order they are asked.
    pub questions: Vec<QuestionId>,
    /// How many people were asked at opening; joiners who answer are added at closing.
    pub members: u32,
    /// Who started it, where a person did; they get their questions at once.
    pub starter: Option<PersonId>,
    /// How many reminders went out.
    pub nudges: u32,
    /// When it was planned.
    pub planned: DateTime<Utc>,
    /// When it opened.
    pub opened: Option<DateTime<Utc>>,
    /// When it closes by itself.
    pub closes: DateTime<Utc>,
    /// When it was closed or cancelled.
    pub ended: Option<DateTime<Utc>>,
}

impl Round {
    /// Whether it takes answers.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

/// One person's place in a round, kept under the pseudonym so that it joins nobody to anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// The question shown last and not yet answered.
    pub current: Option<QuestionId>,
    /// Answers and skips since the sitting began.
    pub taken: u32,
    /// The question answered last, for `undo`, `back` and comments.
    pub last: Option<QuestionId>,
    /// Questions the person does not want to be asked again in this round.
    pub skipped: Vec<QuestionId>,
}

/// One answer as it is stored under round, pseudonym and question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What holds now; `None` when it was taken back.
    pub value: Option<super::answer::Value>,
    /// What held before the last change, for `undo`.
    pub before: Option<super::answer::Value>,
    /// A remark for the leads, shown without a name.
    pub comment: Option<String>,
    /// A keyed digest of the event that brought it, so that an edit finds it.
    pub source: Pseudonym,
}

/// How many answers or skips make a sitting.
pub const SITTING: u32 = 5;
