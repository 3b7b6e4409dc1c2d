//! The figures of one round, as they are stored and shown.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{QuestionId, TopicId};
use crate::domain::level::{Pillar, reaches};

/// The figures of one round. Targets may change later, so it holds neither target nor gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundResult {
    /// The minimum group the figures were made under.
    pub m: usize,
    /// The round's team members.
    pub members: usize,
    /// People who gave any answer, published or not.
    pub participants: usize,
    /// Participants among the members, 0 to 1.
    pub participation: f64,
    /// How far participation carries.
    pub confidence: Confidence,
    /// Questions with published answers, in bank order.
    pub questions: Vec<QuestionResult>,
    /// Topics that have a score, in bank order.
    pub topics: Vec<TopicResult>,
    /// Score of each dimension, in the order of [`Dimension::ALL`](crate::domain::level::Dimension::ALL); `None` is suppressed.
    pub dimensions: [Option<f64>; 4],
    /// The pillars, in pillar order.
    pub pillars: [PillarResult; 4],
    /// The whole; `None` when no pillar is displayable.
    pub overall: Option<Overall>,
    /// The displayable pillar with the lowest score, the earlier one where equal.
    pub weakest: Option<Pillar>,
    /// What stands out: `NobodyKnows` first, in pillar order, then `Disagreement` in bank order.
    pub findings: Vec<Finding>,
}

/// The figures of one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionResult {
    /// The question.
    pub id: QuestionId,
    /// The version that was asked.
    pub version: u32,
    /// The pillar it is scored in.
    pub pillar: Pillar,
    /// People who gave a score.
    pub respondents: usize,
    /// People who said that they do not know.
    pub dont_know: usize,
    /// Median score, 0 to 5; `None` when the question does not count.
    pub score: Option<f64>,
    /// Mean distance between two people's scores, 0 to 5; needs three scores.
    pub disagreement: Option<f64>,
}

/// The score of one topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicResult {
    /// The topic.
    pub id: TopicId,
    /// Its pillar.
    pub pillar: Pillar,
    /// Weighted mean over its counting questions, 0 to 5.
    pub score: f64,
}

/// The figures of one pillar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PillarResult {
    /// Weighted mean over its counting questions, 0 to 5; `None` is suppressed.
    pub score: Option<f64>,
    /// People with a score in a counting question.
    pub respondents: usize,
    /// Respondents among the members, 0 to 1.
    pub participation: f64,
    /// How far participation carries.
    pub confidence: Confidence,
    /// Share of "don't know" among the answers, 0 to 1; `None` is suppressed.
    pub dont_know_share: Option<f64>,
}

/// The whole over the displayable pillars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overall {
    /// The lowest level of a pillar.
    pub level: u8,
    /// The plain mean of the pillars' scores, 0 to 5.
    pub score: f64,
    /// Whether all four pillars are in it.
    pub complete: bool,
}

/// How far a participation carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// At least 0.7.
    High,
    /// At least 0.4.
    Medium,
    /// Less.
    Low,
}

/// Something that stands out in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// At least 0.4 of a pillar's answers are "don't know", even if its score is suppressed.
    NobodyKnows(Pillar),
    /// The scores of a question lie 1.5 or more apart on average.
    Disagreement(QuestionId),
}

impl Confidence {
    /// The confidence that goes with a participation from 0 to 1.
    #[must_use]
    pub fn of(participation: f64) -> Self {
        match participation {
            share if reaches(share, 0.7) => Self::High,
            share if reaches(share, 0.4) => Self::Medium,
            _ => Self::Low,
        }
    }

    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl RoundResult {
    /// The figures of one pillar.
    #[must_use]
    pub fn pillar(&self, pillar: Pillar) -> &PillarResult {
        &self.pillars[pillar.index()]
    }

    /// The score of a topic, if it has one.
    #[must_use]
    pub fn topic(&self, id: &TopicId) -> Option<f64> {
        self.topics.iter().find(|topic| &topic.id == id).map(|topic| topic.score)
    }
}
