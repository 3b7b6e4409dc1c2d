//! What a chart shows: plain numbers, and the words around them.

use crate::domain::level::{TOP_LEVEL, shown};

/// Where a team stands: a radar with one axis per pillar, from level 0 in the middle to 5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileChart {
    /// The heading.
    pub title: String,
    /// A second, smaller line under the heading; may be empty.
    pub subtitle: String,
    /// The axes, clockwise from the top.
    pub axes: Vec<Axis>,
    /// The legend's word for the scores.
    pub legend_score: String,
    /// The legend's word for the targets.
    pub legend_target: String,
    /// What stands in the place of a score that is `None`.
    pub not_enough: String,
    /// The scores of the round before, in the order of `axes`, if they are to be shown.
    pub previous: Option<Vec<Option<f64>>>,
    /// The legend's word for the scores of the round before.
    pub legend_previous: String,
    /// What the picture says, in words, for those who cannot see it.
    pub alt: String,
}

/// One axis of a [`ProfileChart`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The name of the pillar.
    pub label: String,
    /// Its score, 0 to 5, or `None` where too few have answered.
    pub score: Option<f64>,
    /// The score the team aims at, 0 to 5.
    pub target: f64,
}

/// How a team moves: one line per pillar over its rounds, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrendChart {
    /// The heading.
    pub title: String,
    /// A second, smaller line under the heading; may be empty.
    pub subtitle: String,
    /// A short name for each round, such as its date.
    pub rounds: Vec<String>,
    /// The lines, in pillar order.
    pub lines: Vec<Line>,
    /// What the horizontal axis counts; may be empty.
    pub axis_rounds: String,
    /// What the vertical axis measures; may be empty.
    pub axis_scores: String,
    /// What a gap in a line means.
    pub not_enough: String,
    /// What the picture says, in words, for those who cannot see it.
    pub alt: String,
}

/// One line of a [`TrendChart`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The name of the pillar.
    pub label: String,
    /// Its score in each round, 0 to 5, or `None` where too few had answered.
    pub scores: Vec<Option<f64>>,
}

impl ProfileChart {
    pub(super) fn with_words(&self, change: impl Fn(&str) -> String) -> Self {
        let axis = |axis: &Axis| Axis { label: change(&axis.label), ..*axis };
        Self {
            title: change(&self.title),
            subtitle: change(&self.subtitle),
            axes: self.axes.iter().map(axis).collect(),
            legend_score: change(&self.legend_score),
            legend_target: change(&self.legend_target),
            not_enough: change(&self.not_enough),
            previous: self.previous.clone(),
            legend_previous: change(&self.legend_previous),
            alt: change(&self.alt),
        }
    }

    pub(super) fn scores(&self) -> Vec<Option<f64>> {
        self.axes.iter().map(|axis| drawable(axis.score)).collect()
    }

    pub(super) fn targets(&self) -> Vec<Option<f64>> {
        self.axes.iter().map(|axis| drawable(Some(axis.target))).collect()
    }

    /// One entry per axis, if the round before is to be shown at all.
    pub(super) fn earlier(&self) -> Option<Vec<Option<f64>>> {
        let previous = self.previous.as_ref()?;
        Some((0..self.axes.len()).map(|at| drawable(previous.get(at).copied()?)).collect())
    }
}

impl TrendChart {
    pub(super) fn with_words(&self, change: impl Fn(&str) -> String) -> Self {
        let line = |line: &Line| Line { label: change(&line.label), scores: line.scores.clone() };
        Self {
            title: change(&self.title),
            subtitle: change(&self.subtitle),
            rounds: self.rounds.iter().map(|name| change(name)).collect(),
            lines: self.lines.iter().map(line).collect(),
            axis_rounds: change(&self.axis_rounds),
            axis_scores: change(&self.axis_scores),
            not_enough: change(&self.not_enough),
            alt: change(&self.alt),
        }
    }

    /// The scores of `line`, one entry per round.
    pub(super) fn scores(&self, line: &Line) -> Vec<Option<f64>> {
        (0..self.rounds.len()).map(|at| drawable(line.scores.get(at).copied()?)).collect()
    }

    pub(super) fn has_gaps(&self) -> bool {
        self.lines.iter().any(|line| self.scores(line).contains(&None))
    }
}

/// A score within the scale; what is no number counts as missing.
fn drawable(score: Option<f64>) -> Option<f64> {
    score.filter(|value| value.is_finite()).map(|value| value.clamp(0.0, f64::from(TOP_LEVEL)))
}

/// A target as people read it: whole levels without a fraction.
pub(super) fn shown_target(target: Option<f64>) -> String {
    target.map_or_else(|| "–".to_owned(), |value| shown(value).trim_end_matches(".0").to_owned())
}
