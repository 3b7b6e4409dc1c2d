//! The profile for a terminal: a small radar, and below it one bar per axis with the figures.

use unicode_width::UnicodeWidthStr;

use super::braille::{Dot, Dots, straight};
use super::fit::{clean, cut_columns, wrap_columns};
use super::plain::{ProfileChart, shown_target};
use super::terminal::{Role, Row, heading, side_by_side};
use crate::domain::level::{TOP_LEVEL, shown};

/// Columns that the figures behind a bar take at most.
const FIGURES: usize = 20;
/// Columns of the shortest bar: two for each level.
const LEAST_CELLS: usize = 10;

pub(super) fn rows(chart: &ProfileChart, width: usize) -> Vec<Row> {
    let mut rows = heading(&chart.title, &chart.subtitle, width);
    rows.extend(radar(chart, width));
    rows.push(Row::default());
    rows.extend(bars(chart, width));
    rows.push(Row::default());
    rows.extend(legend(chart, width));
    rows
}

/// The radar with the names of the axes around it.
fn radar(chart: &ProfileChart, width: usize) -> Vec<Row> {
    let height = if width < 70 { 13 } else { 17 };
    let field = Field { rows: height, columns: height * 2, axes: chart.axes.len() };
    let gutter = (width - field.columns) / 2 - 2;
    let (mut above, mut below) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (vec![String::new(); height], vec![String::new(); height]);
    for (at, axis) in chart.axes.iter().enumerate() {
        let name = clean(&axis.label);
        let (side, row) = field.side(at);
        match side {
            Side::Above => above.push(cut_columns(&name, width)),
            Side::Below => below.push(cut_columns(&name, width)),
            Side::Left => write_beside(&mut left, row, &wrap_columns(&name, gutter, 3)),
            Side::Right => write_beside(&mut right, row, &wrap_columns(&name, gutter, 3)),
        }
    }
    let centred = |name| Row::of(Role::Heading, name).centred(width);
    let mut rows: Vec<Row> = above.into_iter().map(centred).collect();
    for ((dots, left), right) in field.draw(chart).into_iter().zip(left).zip(right) {
        let left = Row::of(Role::Heading, left).right(gutter).then(Role::Plain, "  ");
        rows.push(left.join(dots).then(Role::Plain, "  ").then(Role::Heading, right));
    }
    rows.extend(below.into_iter().map(centred));
    rows
}

/// Writes the lines of a name around `row`.
fn write_beside(column: &mut [String], row: usize, lines: &[String]) {
    let first = row.saturating_sub(lines.len() / 2);
    for (place, line) in column.iter_mut().skip(first).zip(lines) {
        place.clone_from(line);
    }
}

/// On which side of the radar a name stands.
enum Side {
    Above,
    Below,
    Left,
    Right,
}

/// The field of dots a radar is drawn on.
struct Field {
    rows: usize,
    columns: usize,
    axes: usize,
}

impl Field {
    /// The dot for `score` on axis `at`.
    #[expect(clippy::cast_possible_truncation, reason = "a field is far smaller than an i32")]
    fn place(&self, at: usize, score: f64) -> Dot {
        let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let middle = number(self.columns) - 1.0;
        let angle = std::f64::consts::TAU * number(at) / number(self.axes.max(1));
        let reach = score / f64::from(TOP_LEVEL) * (middle - 0.5);
        let x = (middle + reach * angle.sin()).round() as i32;
        (x, (middle - reach * angle.cos()).round() as i32)
    }

    /// Where the name of axis `at` stands, and on which row.
    fn side(&self, at: usize) -> (Side, usize) {
        let (x, y) = self.place(at, f64::from(TOP_LEVEL));
        let row = usize::try_from(y / 4).unwrap_or(0).min(self.rows - 1);
        let side = match x - i32::try_from(self.columns).unwrap_or(0) {
            -4..=4 if row < self.rows / 2 => Side::Above,
            -4..=4 => Side::Below,
            5.. => Side::Right,
            _ => Side::Left,
        };
        (side, row)
    }

    /// The dots of the lines between neighbours that both have a value.
    fn outline(&self, values: &[Option<f64>]) -> Vec<Dot> {
        let mut dots = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let next = (at + 1) % values.len();
            dots.extend(value.map(|value| self.place(at, value)));
            if let (Some(from), Some(to)) = (value, values[next]) {
                dots.extend(straight(self.place(at, *from), self.place(next, to)));
            }
        }
        dots
    }

    /// The rim and the levels in faint dots, the scores as an area, the target as a line.
    fn draw(&self, chart: &ProfileChart) -> Vec<Row> {
        let mut dots = Dots::new(self.columns, self.rows);
        let rim = self.outline(&vec![Some(f64::from(TOP_LEVEL)); self.axes]);
        for dot in rim.into_iter().step_by(3) {
            dots.set(dot, Role::Faint);
        }
        for at in 0..self.axes {
            for level in 0..=TOP_LEVEL {
                dots.set(self.place(at, f64::from(level)), Role::Faint);
            }
        }
        self.fill(&mut dots, &chart.scores());
        for (x, y) in self.outline(&chart.targets()) {
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                dots.clear((x + dx, y + dy));
            }
        }
        for dot in self.outline(&chart.targets()) {
            dots.set(dot, Role::Target);
        }
        self.marks(&mut dots, &chart.targets(), "◇", Role::Target);
        self.marks(&mut dots, &chart.scores(), "●", Role::Score);
        dots.rows()
    }

    /// A mark on every value.
    fn marks(&self, dots: &mut Dots, values: &[Option<f64>], mark: &'static str, role: Role) {
        for (at, value) in values.iter().enumerate() {
            if let Some(value) = value {
                dots.mark(self.place(at, *value), mark, role);
            }
        }
    }

    /// Draws the scores: as an area made of ever larger outlines, or, with an axis missing, as a
    /// thick line, since any area would claim a score there.
    fn fill(&self, dots: &mut Dots, scores: &[Option<f64>]) {
        let least = if scores.contains(&None) { 94 } else { 0 };
        for share in least..=100_u8 {
            let scale = f64::from(share) / 100.0;
            let smaller: Vec<_> = scores.iter().map(|score| score.map(|s| s * scale)).collect();
            for dot in self.outline(&smaller) {
                dots.set(dot, Role::Score);
            }
        }
    }
}

/// One bar per axis; long names stand on a line of their own.
fn bars(chart: &ProfileChart, width: usize) -> Vec<Row> {
    let names: Vec<String> =
        chart.axes.iter().map(|axis| cut_columns(&clean(&axis.label), width)).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let beside = longest <= width / 4 && longest + 2 + LEAST_CELLS + FIGURES <= width;
    let room = width - if beside { longest + 2 } else { 2 };
    let cells = (room.saturating_sub(FIGURES) / 5 * 5).clamp(LEAST_CELLS, 40);
    let mut rows = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let name = Row::of(Role::Heading, name);
        let start = if beside {
            name.fill(longest + 2)
        } else {
            rows.push(name);
            Row::of(Role::Plain, "  ")
        };
        rows.push(start.join(bar(chart, at, cells)));
    }
    rows
}

/// The bar of axis `at` and its figures.
fn bar(chart: &ProfileChart, at: usize, cells: usize) -> Row {
    let target = chart.targets().get(at).copied().flatten();
    let before = chart.earlier().and_then(|all| all.get(at).copied().flatten());
    let row = if let Some(score) = chart.scores().get(at).copied().flatten() {
        meter(score, target, cells).then(Role::Score, format!(" ● {}", shown(score)))
    } else {
        let words = cut_columns(&clean(&chart.not_enough), cells + 6);
        Row::of(Role::Faint, words).fill(cells + 6)
    };
    let row = row.then(Role::Target, format!("  ◇ {:<3}", shown_target(target)));
    match before {
        Some(before) => row.then(Role::Previous, format!("  ○ {}", shown(before))),
        None => row,
    }
}

/// A bar of `cells` for the scale from 0 to 5, with the target marked on it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scores lie between 0 and 5, and a bar is at most 40 cells long"
)]
fn meter(score: f64, target: Option<f64>, cells: usize) -> Row {
    let number = f64::from(u32::try_from(cells).unwrap_or(u32::MAX));
    let reached = |score: f64| score / f64::from(TOP_LEVEL) * number;
    let full = reached(score).round() as usize;
    let aim = target.map(|target| (reached(target).round() as usize).clamp(1, cells) - 1);
    let mut row = Row::default();
    for cell in 0..cells {
        row = match (cell < full, aim == Some(cell)) {
            (_, true) => row.then(Role::Target, "◇"),
            (true, _) => row.then(Role::Score, "█"),
            (false, _) => row.then(Role::Faint, "░"),
        };
    }
    row
}

/// What the marks mean.
fn legend(chart: &ProfileChart, width: usize) -> Vec<Row> {
    let mut entries =
        vec![(Role::Score, "●", &chart.legend_score), (Role::Target, "◇", &chart.legend_target)];
    if chart.previous.is_some() {
        entries.push((Role::Previous, "○", &chart.legend_previous));
    }
    let entries = entries.into_iter().map(|(role, mark, words)| {
        Row::of(role, mark).then(Role::Plain, format!(" {}", cut_columns(&clean(words), width - 2)))
    });
    side_by_side(entries, width)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::terminal::paint;
    use super::*;

    #[rstest]
    #[case(0.0, None, "░░░░░░░░░░\n")]
    #[case(2.5, None, "█████░░░░░\n")]
    #[case(5.0, Some(4.0), "███████◇██\n")]
    #[case(1.0, Some(0.0), "◇█░░░░░░░░\n")]
    fn bars_show_score_and_target(
        #[case] score: f64,
        #[case] target: Option<f64>,
        #[case] bar: &str,
    ) {
        assert_eq!(paint(&[meter(score, target, 10)], false), bar);
    }
}
