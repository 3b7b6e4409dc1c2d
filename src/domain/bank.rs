//! The question bank: pillars, their topics, questions and actions, validated once.

use serde::{Deserialize, Serialize};

use super::ids::{ActionId, QuestionId, TopicId};
use super::level::{Dimension, Pillar};

pub mod defects;

/// All questions and actions a round can draw on, in bank order: pillar order, then file order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bank {
    /// Title of each pillar, in pillar order.
    pub titles: [String; 4],
    /// All topics, in bank order.
    pub topics: Vec<Topic>,
    /// All questions, in bank order.
    pub questions: Vec<Question>,
    /// All actions, in bank order.
    pub actions: Vec<Action>,
}

/// A subject within a pillar; its questions are scored together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// The topic's id, `pillar.name`.
    pub id: TopicId,
    /// The pillar it belongs to.
    pub pillar: Pillar,
    /// What people read.
    pub title: String,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The question's id, `pillar.name`.
    pub id: QuestionId,
    /// The author's version of its meaning, from 1; a higher one starts a new trend.
    pub version: u32,
    /// The topic it is scored in.
    pub topic: TopicId,
    /// The pillar of its topic.
    pub pillar: Pillar,
    /// The readiness dimension it is scored in.
    pub dimension: Dimension,
    /// What an answer looks like, with the options where there are some.
    pub kind: Kind,
    /// How much it counts beside the others, at least 1; never used for text questions.
    pub weight: u32,
    /// The question as people read it.
    pub text: String,
    /// Why it is asked, one sentence.
    pub why: String,
}

/// What an answer to a question looks like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// One of six options, numbered 0 to 5 as the levels.
    Level(Vec<String>),
    /// Yes, partly or no.
    YesNo,
    /// Any number of the options.
    Checklist(Vec<String>),
    /// Words; gives no score.
    Text,
}

impl Kind {
    /// The options, empty where the kind has none.
    #[must_use]
    pub fn options(&self) -> &[String] {
        match self {
            Self::Level(options) | Self::Checklist(options) => options,
            Self::YesNo | Self::Text => &[],
        }
    }

    /// The name used in bank files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Level(_) => "level",
            Self::YesNo => "yesno",
            Self::Checklist(_) => "checklist",
            Self::Text => "text",
        }
    }

    /// Whether answers give a score.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        !matches!(self, Self::Text)
    }
}

/// Something a team can do to reach the next level of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// The action's id, `pillar.topic.name`.
    pub id: ActionId,
    /// The topic it improves.
    pub topic: TopicId,
    /// The pillar of its topic.
    pub pillar: Pillar,
    /// The topic levels at which it is the next thing to do.
    pub from: Vec<u8>,
    /// What to do.
    pub title: String,
    /// How to begin within a week.
    pub first_step: String,
    /// How much work it is.
    pub effort: Effort,
    /// Actions to settle before, in the order they are tried.
    pub requires: Vec<ActionId>,
}

/// How much work an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effort {
    /// Days.
    S,
    /// Weeks.
    M,
    /// Months.
    L,
}

impl Effort {
    /// What a priority is multiplied by (`model.md`, section 7): small things come first.
    #[must_use]
    pub fn factor(self) -> f64 {
        match self {
            Self::S => 1.0,
            Self::M => 0.8,
            Self::L => 0.5,
        }
    }
}

impl Bank {
    /// The question with this id.
    #[must_use]
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| &question.id == id)
    }

    /// The topic with this id.
    #[must_use]
    pub fn topic(&self, id: &TopicId) -> Option<&Topic> {
        self.topics.iter().find(|topic| &topic.id == id)
    }

    /// The action with this id.
    #[must_use]
    pub fn action(&self, id: &ActionId) -> Option<&Action> {
        self.actions.iter().find(|action| &action.id == id)
    }

    /// The title people read for a pillar.
    #[must_use]
    pub fn title(&self, pillar: Pillar) -> &str {
        &self.titles[pillar.index()]
    }

    /// Sum of the weights of a topic's scored questions, answered or not.
    #[must_use]
    pub fn weight_of(&self, topic: &TopicId) -> u64 {
        let scored = |question: &&Question| &question.topic == topic && question.kind.is_scored();
        self.questions.iter().filter(scored).map(|question| u64::from(question.weight)).sum()
    }

    /// The action a topic offers at a level, if it has one.
    #[must_use]
    pub fn offer(&self, topic: &TopicId, level: u8) -> Option<&Action> {
        self.actions.iter().find(|action| &action.topic == topic && action.from.contains(&level))
    }

    /// Questions of `newer` whose words changed since `older` though their version did not, in the
    /// order of `newer`; their author should say whether the meaning changed with them.
    #[must_use]
    pub fn reworded(older: &Self, newer: &Self) -> Vec<QuestionId> {
        let same_version_other_words = |now: &&Question| {
            older.question(&now.id).is_some_and(|then| {
                then.version == now.version && (then.text != now.text || then.kind != now.kind)
            })
        };
        newer.questions.iter().filter(same_version_other_words).map(|now| now.id.clone()).collect()
    }
}
