//! The profile as a radar: level rings, the target as a dashed outline, the scores as an area.

use kuva::render::render::TextAnchor;

use super::canvas::{Canvas, HEIGHT, Point, Type, WIDTH, around};
use super::fit::{clean, drawn_width, wrap_drawn};
use super::palette::{Ink, Mark, PREVIOUS, SCORE, Style, TARGET};
use super::plain::{ProfileChart, shown_target};
use crate::domain::level::{TOP_LEVEL, shown};

const MIDDLE: Point = (WIDTH / 2.0, 320.0);
const RADIUS: f64 = 172.0;
const LABEL_SIZE: u32 = 19;
const LINE_HEIGHT: f64 = 25.0;

pub(super) fn draw(chart: &ProfileChart) -> Canvas {
    let mut canvas = Canvas::new();
    canvas.heading(&chart.title, &chart.subtitle);
    grid(&mut canvas, chart);
    surface(&mut canvas, &chart.scores());
    if let Some(earlier) = chart.earlier() {
        outline(&mut canvas, &earlier, PREVIOUS);
    }
    outline(&mut canvas, &chart.targets(), TARGET);
    outline(&mut canvas, &chart.scores(), SCORE);
    ring_numbers(&mut canvas, chart);
    for at in 0..chart.axes.len() {
        label(&mut canvas, chart, at);
    }
    legend(&mut canvas, chart);
    canvas
}

/// The points at `distance` from the middle, one on each axis.
fn ring(axes: usize, distance: f64) -> Vec<Point> {
    around(MIDDLE, distance, u32::try_from(axes).unwrap_or(u32::MAX), 0.0)
}

fn distance(score: f64) -> f64 {
    score / f64::from(TOP_LEVEL) * RADIUS
}

/// One ring per level, and a spoke per axis: dotted where nothing may be shown on it.
fn grid(canvas: &mut Canvas, chart: &ProfileChart) {
    let plain = Style { ink: Ink::Grid, mark: Mark::Disc, width: 1.2, dash: "" };
    for level in 1..=TOP_LEVEL {
        let mut points = ring(chart.axes.len(), distance(f64::from(level)));
        points.extend(points.first().copied());
        canvas.line(&points, plain);
    }
    for (end, score) in ring(chart.axes.len(), RADIUS).into_iter().zip(chart.scores()) {
        let dash = if score.is_some() { "" } else { "3,6" };
        let ink = if score.is_some() { Ink::Grid } else { Ink::Quiet };
        canvas.line(&[MIDDLE, end], Style { ink, dash, ..plain });
    }
}

/// Where the values lie, one place per axis.
fn places(values: &[Option<f64>]) -> Vec<Option<Point>> {
    let place = |(at, value): (usize, &Option<f64>)| {
        value.and_then(|value| ring(values.len(), distance(value)).get(at).copied())
    };
    values.iter().enumerate().map(place).collect()
}

/// Neighbours on the radar that both have a place, once around.
fn sides(places: &[Option<Point>]) -> Vec<(Point, Point)> {
    let next = places.iter().cycle().skip(1);
    places.iter().zip(next).filter_map(|(from, to)| Some(((*from)?, (*to)?))).collect()
}

/// Lines between neighbours that are both known, and a mark on every value.
fn outline(canvas: &mut Canvas, values: &[Option<f64>], style: Style) {
    let places = places(values);
    for (from, to) in sides(&places) {
        canvas.line(&[from, to], style);
    }
    for place in places.into_iter().flatten() {
        canvas.mark(place, style, 7.0);
    }
}

/// The area of the scores. With an axis missing there is none: whatever shape it took, it would
/// claim a score there.
fn surface(canvas: &mut Canvas, scores: &[Option<f64>]) {
    let known: Option<Vec<Point>> = places(scores).into_iter().collect();
    if let Some(corners) = known {
        canvas.area(&corners, SCORE.ink, 0.18);
    }
}

/// The levels 1 to 5, in the middle of the side after the first axis, out of the values' way.
fn ring_numbers(canvas: &mut Canvas, chart: &ProfileChart) {
    let look = Type { size: 14, bold: false, ink: Ink::Quiet, anchor: TextAnchor::Middle };
    for level in 1..=TOP_LEVEL {
        let corners = ring(chart.axes.len(), distance(f64::from(level)));
        let (Some(from), Some(to)) = (corners.first(), corners.get(1)) else { return };
        let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        canvas.area(&around((x, y), 9.0, 8, 22.5), Ink::Paper, 0.8);
        canvas.text((x, y + 5.0), look, &level.to_string());
    }
}

/// One line of an axis's label.
enum LabelLine {
    Words {
        text: String,
        bold: bool,
        ink: Ink,
    },
    /// Figures behind their marks, and words without one.
    Figures(Vec<(Option<Style>, String)>),
}

/// The name of an axis with its values, outside the radar.
fn label(canvas: &mut Canvas, chart: &ProfileChart, at: usize) {
    let ends = ring(chart.axes.len(), RADIUS + 15.0);
    let Some(end) = ends.get(at).copied() else { return };
    let (anchor, room) = side(end.0);
    let lines = label_lines(chart, at, room);
    let height = LINE_HEIGHT * f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    let top = match anchor {
        TextAnchor::Middle if end.1 < MIDDLE.1 => end.1 - height,
        TextAnchor::Middle => end.1,
        TextAnchor::Start | TextAnchor::End => end.1 - height / 2.0,
    };
    let mut baseline = top + LINE_HEIGHT - 7.0;
    for line in lines {
        match line {
            LabelLine::Words { text, bold, ink } => {
                let look = Type { size: LABEL_SIZE, bold, ink, anchor };
                canvas.text((end.0, baseline), look, &text);
            }
            LabelLine::Figures(entries) => figures(canvas, (end.0, baseline), anchor, &entries),
        }
        baseline += LINE_HEIGHT;
    }
}

/// Figures in a row, each behind its mark; words stand without one.
fn figures(
    canvas: &mut Canvas,
    at: Point,
    anchor: TextAnchor,
    entries: &[(Option<Style>, String)],
) {
    const GAP: f64 = 14.0;
    let widths: Vec<f64> = entries.iter().map(|(style, text)| entry_width(*style, text)).collect();
    let total = widths.iter().map(|width| width + GAP).sum::<f64>() - GAP;
    let mut x = match anchor {
        TextAnchor::Start => at.0,
        TextAnchor::Middle => at.0 - total / 2.0,
        TextAnchor::End => at.0 - total,
    };
    for ((style, text), width) in entries.iter().zip(widths) {
        let ink = if style.is_some() { Ink::Text } else { Ink::Quiet };
        let look = Type { size: LABEL_SIZE, bold: false, ink, anchor: TextAnchor::Start };
        if let Some(style) = style {
            canvas.mark((x + 8.0, at.1 - 7.0), *style, 6.0);
        }
        canvas.text((x + mark_width(*style), at.1), look, text);
        x += width + GAP;
    }
}

fn mark_width(style: Option<Style>) -> f64 {
    if style.is_some() { 21.0 } else { 0.0 }
}

/// About how wide an entry is; most letters are narrower than the cautious estimate of `fit`.
fn entry_width(style: Option<Style>, text: &str) -> f64 {
    mark_width(style) + 0.9 * drawn_width(text, LABEL_SIZE)
}

/// How a label at `x` is set, and how wide it may be.
fn side(x: f64) -> (TextAnchor, f64) {
    if (x - MIDDLE.0).abs() < RADIUS / 4.0 {
        (TextAnchor::Middle, WIDTH - 60.0)
    } else if x > MIDDLE.0 {
        (TextAnchor::Start, WIDTH - 8.0 - x)
    } else {
        (TextAnchor::End, x - 8.0)
    }
}

/// The lines of a label: its name, why there is no score if there is none, and the figures. Above
/// and below the radar there is width but no height, so the first and the second take one line.
fn label_lines(chart: &ProfileChart, at: usize, room: f64) -> Vec<LabelLine> {
    let wide = room > WIDTH / 2.0;
    let of = |values: Vec<Option<f64>>| values.get(at).copied().flatten();
    let wrapped = |text: &str, room, most| wrap_drawn(&clean(text), LABEL_SIZE, room, most);
    let name = chart.axes.get(at).map_or("", |axis| axis.label.as_str());
    let name = wrapped(name, room, if wide { 1 } else { 3 }).into_iter();
    let mut lines: Vec<_> =
        name.map(|text| LabelLine::Words { text, bold: true, ink: Ink::Text }).collect();
    let mut entries = Vec::new();
    match of(chart.scores()) {
        Some(score) => entries.push((Some(SCORE), shown(score))),
        None if wide => {
            entries.push((None, wrapped(&chart.not_enough, WIDTH / 2.0, 1).concat()));
        }
        None => {
            let words = wrapped(&chart.not_enough, room, 2).into_iter();
            lines.extend(words.map(|text| LabelLine::Words { text, bold: false, ink: Ink::Quiet }));
        }
    }
    entries.push((Some(TARGET), shown_target(of(chart.targets()))));
    entries.extend(chart.earlier().and_then(of).map(|value| (Some(PREVIOUS), shown(value))));
    lines.push(LabelLine::Figures(entries));
    lines
}

/// What the marks mean, centred at the foot.
fn legend(canvas: &mut Canvas, chart: &ProfileChart) {
    let mut entries = vec![(SCORE, &chart.legend_score), (TARGET, &chart.legend_target)];
    if chart.previous.is_some() {
        entries.push((PREVIOUS, &chart.legend_previous));
    }
    let look = Type { size: 17, bold: false, ink: Ink::Text, anchor: TextAnchor::Start };
    let room = if entries.len() == 2 { 300.0 } else { 180.0 };
    let words = |text: &str| wrap_drawn(&clean(text), look.size, room, 1).concat();
    let entries: Vec<_> = entries.into_iter().map(|(style, text)| (style, words(text))).collect();
    let total: f64 = entries.iter().map(|(_, text)| 70.0 + drawn_width(text, look.size)).sum();
    let (mut x, y) = (WIDTH / 2.0 - total / 2.0 + 12.0, HEIGHT - 14.0);
    for (style, text) in entries {
        canvas.sample((x, y - 6.0), style, 36.0);
        canvas.text((x + 46.0, y), look, &text);
        x += 70.0 + drawn_width(&text, look.size);
    }
}
