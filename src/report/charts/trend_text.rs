//! The trend as a line plot for a terminal, with the same marks as in the picture.

use unicode_width::UnicodeWidthStr;

use super::braille::{Dot, Dots, straight};
use super::fit::{clean, cut_columns};
use super::plain::TrendChart;
use super::terminal::{Role, Row, heading, side_by_side};
use crate::domain::level::{TOP_LEVEL, shown};

/// Rows of letters from one level to the next.
const ROWS_PER_LEVEL: usize = 3;
/// Columns taken by the numbers of the levels and their axis.
const AXIS: usize = 3;

pub(super) fn rows(chart: &TrendChart, width: usize) -> Vec<Row> {
    let plot = Plot::new(chart, width);
    let mut rows = heading(&chart.title, &chart.subtitle, width);
    let cut = |words: &str| cut_columns(&clean(words), width);
    if !chart.axis_scores.is_empty() {
        rows.push(Row::of(Role::Faint, cut(&chart.axis_scores)));
    }
    rows.extend(plot.draw(chart));
    rows.push(plot.round_names(chart));
    rows.push(Row::default());
    rows.extend(legend(chart, width));
    if chart.has_gaps() {
        rows.push(Row::of(Role::Faint, cut(&chart.not_enough)));
    }
    rows
}

/// The mark of the line in place `at`, as in the picture.
fn mark(at: usize) -> &'static str {
    const MARKS: [&str; 6] = ["●", "■", "▲", "◆", "○", "×"];
    MARKS[at % MARKS.len()]
}

/// How the rounds are laid out.
struct Plot {
    /// Columns for each round: enough for the marks of all lines side by side.
    cell: usize,
    /// The first round that still fits; the newest always do.
    first: usize,
    /// How many rounds are shown.
    count: usize,
}

impl Plot {
    fn new(chart: &TrendChart, width: usize) -> Self {
        let (room, rounds) = (width - AXIS - 1, chart.rounds.len());
        let least = chart.lines.len().clamp(3, 6) + 1;
        let cell = (room / rounds.max(1)).clamp(least, 10);
        let count = rounds.min(room / cell);
        Self { cell, first: rounds - count, count }
    }

    /// The dot of `score` in the shown round `at`: in the middle of its letter from left to
    /// right, and level 0 in the middle of the lowest row.
    #[expect(clippy::cast_possible_truncation, reason = "a plot is far smaller than an i32")]
    fn place(&self, at: usize, score: f64) -> Dot {
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let dots_per_level = 4 * number(ROWS_PER_LEVEL);
        let lowest = dots_per_level * i32::from(TOP_LEVEL) + 2;
        let up = (score * f64::from(dots_per_level)).round() as i32;
        (number(2 * (at * self.cell + self.cell / 2)), lowest - up)
    }

    /// The plot with its axis at the left and below.
    fn draw(&self, chart: &TrendChart) -> Vec<Row> {
        let height = ROWS_PER_LEVEL * usize::from(TOP_LEVEL) + 1;
        let mut dots = Dots::new((self.count * self.cell).max(1), height);
        let scores: Vec<Vec<_>> = chart.lines.iter().map(|line| chart.scores(line)).collect();
        for (line, scores) in scores.iter().enumerate() {
            self.stretches(&mut dots, &scores[self.first..], Role::Line(line));
        }
        for at in 0..self.count {
            let here: Vec<_> = scores.iter().map(|scores| scores[self.first + at]).collect();
            self.marks(&mut dots, at, &here);
        }
        let axis = |(row, dots): (usize, Row)| {
            let number = usize::from(TOP_LEVEL) - row / ROWS_PER_LEVEL;
            let start = match row % ROWS_PER_LEVEL {
                0 => format!("{number} ┤"),
                _ => "  │".to_owned(),
            };
            Row::of(Role::Faint, start).join(dots)
        };
        let mut rows: Vec<Row> = dots.rows().into_iter().enumerate().map(axis).collect();
        rows.push(Row::of(Role::Faint, format!("  └{}", "─".repeat(self.count * self.cell))));
        rows
    }

    /// The line between rounds that both have a score.
    fn stretches(&self, dots: &mut Dots, scores: &[Option<f64>], role: Role) {
        for (at, pair) in scores.windows(2).enumerate() {
            if let [Some(from), Some(to)] = pair {
                for dot in straight(self.place(at, *from), self.place(at + 1, *to)) {
                    dots.set(dot, role);
                }
            }
        }
    }

    /// The marks of one round; those that fall on one row stand side by side, in order.
    fn marks(&self, dots: &mut Dots, at: usize, scores: &[Option<f64>]) {
        let places: Vec<_> = scores.iter().map(|s| s.map(|s| self.place(at, s))).collect();
        for (line, place) in places.iter().enumerate() {
            let Some((x, y)) = *place else { continue };
            let same_row =
                |other: &&Option<Dot>| other.is_some_and(|(_, there)| there / 4 == y / 4);
            let count = |places: &[Option<Dot>]| {
                i32::try_from(places.iter().filter(same_row).count()).unwrap_or(0)
            };
            let shift = count(&places[..line]) - (count(&places) - 1) / 2;
            dots.mark((x + 2 * shift, y), mark(line), Role::Line(line));
        }
    }

    /// The names of the rounds under their marks, as many as fit without touching, from the
    /// newest.
    fn round_names(&self, chart: &TrendChart) -> Row {
        let mut names: Vec<(usize, String)> = Vec::new();
        for (at, name) in chart.rounds[self.first..].iter().enumerate().rev() {
            let name = cut_columns(&clean(name), 10);
            let middle = AXIS + at * self.cell + self.cell / 2;
            let start = (middle + 1).saturating_sub(name.width().div_ceil(2)).max(AXIS);
            let start = start.min((AXIS + self.count * self.cell + 1).saturating_sub(name.width()));
            if names.last().is_none_or(|(next, _)| start + name.width() < *next) {
                names.push((start, name));
            }
        }
        let set = |row: Row, (at, name): (usize, String)| row.fill(at).then(Role::Faint, name);
        names.into_iter().rev().fold(Row::default(), set)
    }
}

/// What the marks mean, each line with its newest score.
fn legend(chart: &TrendChart, width: usize) -> Vec<Row> {
    let entries = chart.lines.iter().enumerate().map(|(at, line)| {
        let newest = chart.scores(line).last().copied().flatten();
        let newest = newest.map_or_else(|| "–".to_owned(), shown);
        let name = cut_columns(&clean(&line.label), width - 6);
        Row::of(Role::Line(at), mark(at))
            .then(Role::Plain, format!(" {name} "))
            .then(Role::Heading, newest)
    });
    side_by_side(entries, width)
}
