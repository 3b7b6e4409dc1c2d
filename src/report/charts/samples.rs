//! Charts that the tests draw, and a way to look at them all.

use super::{Axis, Chart, Line, ProfileChart, TrendChart};

const NAMES: [&str; 4] = ["Skills", "Structure", "Tooling", "Processes"];
const LONG: [&str; 4] = [
    "Skills of the whole team & its neighbour",
    "Zuständigkeiten <und> \"Aufgaben\" $x^2$ ab",
    "工具和自动化的成熟度评估与改进计划以及团队的能力",
    "Processes 🚀👩‍🚀 and incident reviews, всегда",
];

pub(super) fn profile(scores: [Option<f64>; 4]) -> ProfileChart {
    let targets = [4.0, 3.0, 3.5, 3.0];
    let axis = |at: usize| Axis { label: NAMES[at].into(), score: scores[at], target: targets[at] };
    ProfileChart {
        title: "Platform team".into(),
        subtitle: "12 September · 7 of 9 answered".into(),
        axes: (0..4).map(axis).collect(),
        legend_score: "this round".into(),
        legend_target: "target".into(),
        not_enough: "not enough answers".into(),
        previous: None,
        legend_previous: "round before".into(),
        alt: "Skills 2.2, structure 3.1".into(),
    }
}

pub(super) fn trend(rounds: usize) -> TrendChart {
    let score = |line: usize, round: usize| {
        let climb = [0.22, 0.1, 0.0, 0.15][line] * f64::from(u32::try_from(round).unwrap_or(0));
        Some([1.2, 2.4, 2.0, 1.2][line] + climb).filter(|_| (line, round) != (3, 2))
    };
    let months = ["Jan", "Mar", "May", "Jul", "Sep", "Nov"];
    let line = |at: usize| Line {
        label: NAMES[at].into(),
        scores: (0..rounds).map(|round| score(at, round)).collect(),
    };
    TrendChart {
        title: "Platform team".into(),
        subtitle: "the last rounds".into(),
        rounds: (0..rounds).map(|at| format!("{} {}", 3 + at, months[at % 6])).collect(),
        lines: (0..4).map(line).collect(),
        axis_rounds: "round closed".into(),
        axis_scores: "level".into(),
        not_enough: "gap: not enough answers".into(),
        alt: "Skills rise".into(),
    }
}

/// Every case worth looking at, by name; [`draw_all`] writes their pictures to files.
pub(super) fn all() -> Vec<(&'static str, Chart)> {
    let scored = [Some(2.2), Some(3.1), Some(1.4), Some(2.8)];
    let mut long = profile([Some(2.2), None, Some(4.4), Some(2.8)]);
    long.title = "The team with a very long name <&> 🚀 indeed".into();
    long.previous = Some(vec![Some(1.0), Some(2.0), None, Some(3.0)]);
    let mut long_trend = trend(7);
    for (at, label) in LONG.iter().enumerate() {
        long.axes[at].label = (*label).into();
        long_trend.lines[at].label = (*label).into();
    }
    let mut before = profile(scored);
    before.previous = Some(vec![Some(1.6), Some(3.1), None, Some(3.3)]);
    let mut same = trend(6);
    for line in &mut same.lines {
        line.scores = vec![Some(2.0), Some(2.0), Some(2.5), Some(3.0), Some(3.0), Some(3.0)];
    }
    let mut hidden = trend(5);
    hidden.lines.iter_mut().for_each(|line| line.scores = vec![None; 5]);
    let mut edges = trend(4);
    for (line, score) in edges.lines.iter_mut().zip([0.0, 0.0, 5.0, 5.0]) {
        line.scores = vec![Some(score); 4];
    }
    vec![
        ("scored", Chart::Profile(profile(scored))),
        ("before", Chart::Profile(before)),
        ("one_missing", Chart::Profile(profile([scored[0], scored[1], None, scored[3]]))),
        ("two_missing", Chart::Profile(profile([None, scored[1], None, scored[3]]))),
        ("all_missing", Chart::Profile(profile([None; 4]))),
        ("zero", Chart::Profile(profile([Some(0.0); 4]))),
        ("five", Chart::Profile(profile([Some(5.0); 4]))),
        ("long", Chart::Profile(long)),
        ("trend_one", Chart::Trend(trend(1))),
        ("trend_six", Chart::Trend(trend(6))),
        ("trend_twelve", Chart::Trend(trend(12))),
        ("trend_same", Chart::Trend(same)),
        ("trend_edges", Chart::Trend(edges)),
        ("trend_missing", Chart::Trend(hidden)),
        ("trend_forty", Chart::Trend(trend(40))),
        ("trend_long", Chart::Trend(long_trend)),
    ]
}

/// Run this by name, with `CHARTS` set to a folder, after changing how a chart is drawn.
#[test]
#[ignore = "for the eye, not for the machine"]
fn draw_all() {
    let folder = std::path::PathBuf::from(std::env::var("CHARTS").expect("set CHARTS to a folder"));
    for (name, chart) in all() {
        std::fs::write(folder.join(format!("{name}.png")), chart.png().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.svg")), chart.svg()).unwrap();
        for width in [60, 80, 100] {
            let text = chart.terminal(width, width == 80);
            std::fs::write(folder.join(format!("{name}.{width}.txt")), text).unwrap();
        }
    }
}
