//! Pillars, dimensions and levels, and the comparisons every score is subject to.

use serde::{Deserialize, Serialize};

/// The four pillars, in the order used for every tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pillar {
    /// What people know and can do.
    Skills,
    /// Who does what, with what time.
    Structure,
    /// What runs, and what it does by itself.
    Tooling,
    /// How work is done.
    Processes,
}

impl Pillar {
    /// All four, in pillar order.
    pub const ALL: [Self; 4] = [Self::Skills, Self::Structure, Self::Tooling, Self::Processes];

    /// The name used in ids, files and commands.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Skills => "skills",
            Self::Structure => "structure",
            Self::Tooling => "tooling",
            Self::Processes => "processes",
        }
    }

    /// The pillar of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pillar| pillar.name() == name)
    }

    /// The pillar's place in [`Pillar::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// The four readiness dimensions, a second cut through the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// What the person answering can do.
    Personal,
    /// Who does what, with what time.
    Organizational,
    /// How software is built, set up and moved.
    Application,
    /// What runs, and what it does by itself.
    Technology,
}

impl Dimension {
    /// All four, in the order of the model.
    pub const ALL: [Self; 4] =
        [Self::Personal, Self::Organizational, Self::Application, Self::Technology];

    /// The name used in bank files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Organizational => "organizational",
            Self::Application => "application",
            Self::Technology => "technology",
        }
    }

    /// The dimension of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// The dimension's place in [`Dimension::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// The highest level; scores run from 0 to this.
pub const TOP_LEVEL: u8 = 5;

/// Two scores closer than this are the same score (`model.md`, section 8).
pub const TOLERANCE: f64 = 1e-9;

/// Whether `score` has reached `threshold`, within [`TOLERANCE`].
#[must_use]
pub fn reaches(score: f64, threshold: f64) -> bool {
    score >= threshold - TOLERANCE
}

/// The level of a score from 0 to 5: the score without its fraction, within [`TOLERANCE`].
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to 0..=5 before it is narrowed"
)]
pub fn level_of(score: f64) -> u8 {
    (score + TOLERANCE).floor().clamp(0.0, f64::from(TOP_LEVEL)) as u8
}

/// A score as people read it: one decimal, cut off rather than rounded, so that it never seems to
/// have reached a level that it has not.
#[must_use]
pub fn shown(score: f64) -> String {
    format!("{:.1}", ((score * 10.0) + TOLERANCE * 10.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_cut_off_not_rounded() {
        assert_eq!(shown(2.96), "2.9");
        assert_eq!(shown(3.0), "3.0");
        assert_eq!(shown(2.999_999_999_9), "3.0");
        assert_eq!(level_of(2.999_999_999_9), 3);
        assert_eq!(level_of(2.99), 2);
    }
}
