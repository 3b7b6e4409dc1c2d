//! The trend as a line plot over the rounds, with the lines named at the right.

use kuva::render::render::TextAnchor;

use super::canvas::{Canvas, HEIGHT, Point, Type, WIDTH};
use super::fit::{clean, cut, drawn_width, wrap_drawn};
use super::palette::{Ink, Mark, Style, line as line_style};
use super::plain::TrendChart;
use crate::domain::level::{TOP_LEVEL, shown};

const LEFT: f64 = 72.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 130.0;
const BOTTOM: f64 = 508.0;
/// Lines closer than this, in units, are drawn side by side.
const APART: f64 = 5.0;

pub(super) fn draw(chart: &TrendChart) -> Canvas {
    let mut canvas = Canvas::new();
    canvas.heading(&chart.title, &chart.subtitle);
    levels(&mut canvas, chart);
    rounds(&mut canvas, chart);
    let places = places(chart);
    for (at, places) in places.iter().enumerate() {
        stretches(&mut canvas, places, line_style(at));
    }
    for (at, places) in places.iter().enumerate() {
        for place in places.iter().flatten() {
            canvas.mark(*place, line_style(at), mark_radius(chart));
        }
    }
    legend(&mut canvas, chart);
    gap_note(&mut canvas, chart);
    canvas
}

fn mark_radius(chart: &TrendChart) -> f64 {
    if chart.rounds.len() > 24 { 4.5 } else { 6.5 }
}

fn height(score: f64) -> f64 {
    BOTTOM - score / f64::from(TOP_LEVEL) * (BOTTOM - TOP)
}

/// Where round `at` of `count` stands; a single one in the middle.
fn across(at: usize, count: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let share = if count < 2 { 0.5 } else { number(at) / number(count - 1) };
    LEFT + 24.0 + share * (RIGHT - LEFT - 48.0)
}

/// A line and a number for every level, and what they measure.
fn levels(canvas: &mut Canvas, chart: &TrendChart) {
    let quiet = Type { size: 16, bold: false, ink: Ink::Quiet, anchor: TextAnchor::End };
    for level in 0..=TOP_LEVEL {
        let y = height(f64::from(level));
        let ink = if level == 0 { Ink::Quiet } else { Ink::Grid };
        let style = Style { ink, mark: Mark::Disc, width: 1.2, dash: "" };
        canvas.line(&[(LEFT, y), (RIGHT, y)], style);
        canvas.text((LEFT - 12.0, y + 6.0), quiet, &level.to_string());
    }
    let words = wrap_drawn(&clean(&chart.axis_scores), quiet.size, RIGHT - 30.0, 1).concat();
    canvas.text((30.0, TOP - 20.0), Type { anchor: TextAnchor::Start, ..quiet }, &words);
}

/// The names of the rounds: all of them, or every second, third… so that none overlap; the
/// newest is always named.
fn rounds(canvas: &mut Canvas, chart: &TrendChart) {
    let look = Type { size: 15, bold: false, ink: Ink::Quiet, anchor: TextAnchor::Middle };
    let names: Vec<String> = chart.rounds.iter().map(|name| clean(name)).collect();
    let names: Vec<String> =
        names.iter().map(|n| cut(n, &|t: &str| drawn_width(t, look.size) <= 110.0)).collect();
    let widest = names.iter().map(|n| drawn_width(n, look.size)).fold(1.0, f64::max) + 4.0;
    let step = across(1, names.len()) - across(0, names.len());
    let mut every = 1;
    while names.len() > 1 && step * f64::from(every) < widest {
        every += 1;
    }
    let every = usize::try_from(every).unwrap_or(1);
    for (at, name) in names.iter().enumerate() {
        let x = across(at, names.len());
        let tick = Style { ink: Ink::Quiet, mark: Mark::Disc, width: 1.2, dash: "" };
        canvas.line(&[(x, BOTTOM), (x, BOTTOM + 6.0)], tick);
        if (names.len() - 1 - at).is_multiple_of(every) {
            canvas.text((x, BOTTOM + 24.0), look, name);
        }
    }
    let words = wrap_drawn(&clean(&chart.axis_rounds), 16, RIGHT - LEFT, 1).concat();
    let middle = f64::midpoint(LEFT, RIGHT);
    canvas.text((middle, BOTTOM + 48.0), Type { size: 16, ..look }, &words);
}

/// Where each line stands in each round. Lines that meet are set side by side, in order, so that
/// none hides another.
fn places(chart: &TrendChart) -> Vec<Vec<Option<Point>>> {
    let scores: Vec<_> = chart.lines.iter().map(|line| chart.scores(line)).collect();
    let mut places: Vec<_> = scores.iter().map(|s| vec![None; s.len()]).collect();
    for round in 0..chart.rounds.len() {
        let x = across(round, chart.rounds.len());
        let here: Vec<_> = scores.iter().map(|s| s[round].map(height)).collect();
        for (line, y) in spread(&here).into_iter().enumerate() {
            places[line][round] = y.map(|y| (x, y));
        }
    }
    places
}

/// The heights with those that meet moved apart around their middle, the first line on top.
fn spread(heights: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> =
        heights.iter().enumerate().filter_map(|(line, y)| Some((line, (*y)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut spread = vec![None; heights.len()];
    for group in order.chunk_by(|a, b| b.1 - a.1 < APART) {
        let count = f64::from(u32::try_from(group.len()).unwrap_or(u32::MAX));
        let middle = group.iter().map(|(_, y)| y).sum::<f64>() / count;
        let mut y = middle - APART * (count - 1.0) / 2.0;
        for (line, _) in group {
            spread[*line] = Some(y);
            y += APART;
        }
    }
    spread
}

/// The parts of a line between its gaps.
fn stretches(canvas: &mut Canvas, places: &[Option<Point>], style: Style) {
    for part in places.split(Option::is_none) {
        let points: Vec<Point> = part.iter().flatten().copied().collect();
        if points.len() > 1 {
            canvas.line(&points, style);
        }
    }
}

/// The lines in their order, each with its style, its name and its newest score.
fn legend(canvas: &mut Canvas, chart: &TrendChart) {
    let look = Type { size: 16, bold: true, ink: Ink::Text, anchor: TextAnchor::Start };
    let (mark_x, text_x) = (RIGHT + 16.0, RIGHT + 64.0);
    let mut y = TOP + 6.0;
    for (at, line) in chart.lines.iter().enumerate() {
        canvas.sample((mark_x, y - 6.0), line_style(at), 40.0);
        for text in wrap_drawn(&clean(&line.label), look.size, WIDTH - 8.0 - text_x, 3) {
            canvas.text((text_x, y), look, &text);
            y += 22.0;
        }
        let newest = chart.scores(line).last().copied().flatten();
        let words = newest.map_or_else(|| "–".to_owned(), shown);
        canvas.text((text_x, y), Type { bold: false, ..look }, &words);
        y += 40.0;
    }
}

/// What a gap means, if there is one.
fn gap_note(canvas: &mut Canvas, chart: &TrendChart) {
    if !chart.has_gaps() {
        return;
    }
    let look = Type { size: 16, bold: false, ink: Ink::Quiet, anchor: TextAnchor::Start };
    let y = HEIGHT - 16.0;
    let style = Style { ink: Ink::Quiet, mark: Mark::Disc, width: 2.5, dash: "" };
    for x in [LEFT, LEFT + 38.0] {
        canvas.line(&[(x, y - 6.0), (x + 14.0, y - 6.0)], style);
    }
    for x in [LEFT + 14.0, LEFT + 38.0] {
        canvas.mark((x, y - 6.0), style, 5.0);
    }
    let words = wrap_drawn(&clean(&chart.not_enough), look.size, WIDTH - LEFT - 80.0, 1).concat();
    canvas.text((LEFT + 62.0, y), look, &words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_meet_are_set_side_by_side_and_others_stay() {
        let heights = [Some(200.0), Some(100.0), Some(200.0), None];
        assert_eq!(spread(&heights), [Some(197.5), Some(100.0), Some(202.5), None]);
    }
}
