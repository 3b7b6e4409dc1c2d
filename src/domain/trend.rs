//! How the pillars move from round to round (`model.md`, section 6).

use serde::{Deserialize, Serialize};

use super::level::{Pillar, reaches};
use super::scoring::{RoundResult, median};

const MOVED: f64 = 0.3;
const ROUNDS_FOR_A_SLOPE: usize = 4;

/// The way a pillar went since the round before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// By 0.3 or more upwards.
    Up,
    /// By less either way.
    Flat,
    /// By 0.3 or more downwards.
    Down,
}

/// One pillar in one round of the series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The pillar's score, 0 to 5; `None` is suppressed.
    pub score: Option<f64>,
    /// Whether no question of the pillar changed its version since the round before; the first
    /// round has nothing to be compared with.
    pub comparable: bool,
    /// Score minus that of the round before, where both are displayable and comparable.
    pub delta: Option<f64>,
    /// The way of the delta.
    pub direction: Option<Direction>,
}

/// One pillar over the whole series, oldest round first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PillarTrend {
    /// One point per round of the series, suppressed or not.
    pub points: Vec<Point>,
    /// Levels per round, robust against single outliers (Theil–Sen); from four displayable rounds.
    pub slope: Option<f64>,
}

impl Direction {
    /// The direction of a difference between two scores.
    #[must_use]
    pub fn of(delta: f64) -> Self {
        match delta {
            up if reaches(up, MOVED) => Self::Up,
            down if reaches(-down, MOVED) => Self::Down,
            _ => Self::Flat,
        }
    }

    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Flat => "flat",
            Self::Down => "down",
        }
    }
}

/// The rounds a trend is made of: the closed ones with the preset of the last closed one.
///
/// `closed_preset` gives the preset of a closed round and `None` for any other; `rounds` and the
/// result are oldest first.
pub fn series<T>(rounds: &[T], closed_preset: impl Fn(&T) -> Option<&str>) -> Vec<&T> {
    let Some(last) = rounds.iter().rev().find_map(&closed_preset) else { return Vec::new() };
    rounds.iter().filter(|round| closed_preset(round) == Some(last)).collect()
}

/// The trend of each pillar over the rounds of a [`series`], in pillar order.
#[must_use]
pub fn trend(rounds: &[&RoundResult]) -> [PillarTrend; 4] {
    Pillar::ALL.map(|pillar| {
        let points: Vec<Point> = (0..rounds.len())
            .map(|at| point(at.checked_sub(1).map(|before| rounds[before]), rounds[at], pillar))
            .collect();
        let scores: Vec<Option<f64>> = points.iter().map(|point| point.score).collect();
        PillarTrend { points, slope: slope(&scores) }
    })
}

fn point(before: Option<&RoundResult>, round: &RoundResult, pillar: Pillar) -> Point {
    let score = round.pillar(pillar).score;
    let comparable = before.is_some_and(|before| comparable(before, round, pillar));
    let earlier = before.filter(|_| comparable).and_then(|before| before.pillar(pillar).score);
    let delta = score.zip(earlier).map(|(score, earlier)| score - earlier);
    Point { score, comparable, delta, direction: delta.map(Direction::of) }
}

/// Whether the questions that two rounds share in a pillar were asked in the same version.
#[must_use]
pub fn comparable(before: &RoundResult, round: &RoundResult, pillar: Pillar) -> bool {
    let mut own = round.questions.iter().filter(|question| question.pillar == pillar);
    own.all(|now| {
        let then = before.questions.iter().find(|then| then.id == now.id);
        then.is_none_or(|then| then.version == now.version)
    })
}

/// Median slope over all pairs of displayable rounds; suppressed rounds keep their number.
fn slope(scores: &[Option<f64>]) -> Option<f64> {
    let shown: Vec<(f64, f64)> = (0_u32..)
        .zip(scores)
        .filter_map(|(number, score)| Some((f64::from(number), (*score)?)))
        .collect();
    if shown.len() < ROUNDS_FOR_A_SLOPE {
        return None;
    }
    let steepness = |(index, (i, s_i)): (usize, &(f64, f64))| {
        let (i, s_i) = (*i, *s_i);
        shown[index + 1..].iter().map(move |(j, s_j)| (s_j - s_i) / (j - i)).collect::<Vec<_>>()
    };
    median(&mut shown.iter().enumerate().flat_map(steepness).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::answer::Value;
    use crate::domain::ids::Pseudonym;
    use crate::domain::publication::Answers;
    use crate::domain::scoring::score_round;

    #[rstest]
    #[case(0.3, Direction::Up)]
    #[case(2.3 - 2.0, Direction::Up)]
    #[case(0.299_999, Direction::Flat)]
    #[case(-0.3, Direction::Down)]
    #[case(2.0 - 2.3, Direction::Down)]
    #[case(0.0, Direction::Flat)]
    fn a_step_of_three_tenths_is_a_move(#[case] delta: f64, #[case] direction: Direction) {
        assert_eq!(Direction::of(delta), direction);
    }

    #[test]
    fn suppressed_rounds_keep_their_number_in_the_slope() {
        let slope = slope(&[Some(1.5), Some(2.0), None, Some(3.0), Some(3.0)]).unwrap();
        assert!((slope - 0.4375).abs() < 1e-12);
        assert_eq!(super::slope(&[Some(1.0), None, Some(2.0), None, Some(3.0)]), None);
    }

    #[test]
    fn a_changed_version_starts_anew() {
        let mut bank = crate::domain::sample::bank();
        let answers: Answers =
            (0..3).map(|person| (Pseudonym([person; 8]), Value::Level(2))).collect();
        let published =
            ["skills.a-level", "tooling.a-level"].map(|id| (id.into(), answers.clone())).into();
        let before = score_round(&bank, &published, 3, 3, 3);
        bank.questions[0].version = 2;
        let after = score_round(&bank, &published, 3, 3, 3);
        let [skills, _, tooling, _] = trend(&[&before, &after]);
        assert_eq!((skills.points[1].comparable, skills.points[1].delta), (false, None));
        assert_eq!((tooling.points[1].comparable, tooling.points[1].delta), (true, Some(0.0)));
        assert_eq!(tooling.points[1].direction, Some(Direction::Flat));
        assert!(!tooling.points[0].comparable);
    }

    #[test]
    fn the_series_follows_the_preset_of_the_last_closed_round() {
        let rounds =
            [("full", true), ("quick", true), ("full", true), ("quick", false), ("full", false)];
        let chosen = series(&rounds, |(preset, closed)| closed.then_some(*preset));
        assert_eq!(chosen, [&rounds[0], &rounds[2]]);
        assert!(series(&rounds[3..], |(preset, closed)| closed.then_some(*preset)).is_empty());
    }
}
