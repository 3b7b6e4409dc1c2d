//! What every chart promises, whatever it shows.

use proptest::prelude::*;
use rstest::rstest;
use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use super::samples::{all, profile, trend};
use super::{Axis, Chart, Line, ProfileChart, TrendChart};

/// The sample of that name.
fn sample(name: &str) -> Chart {
    all().into_iter().find(|(known, _)| *known == name).expect("a sample of that name").1
}

#[rstest]
#[case("before")]
#[case("one_missing")]
#[case("long")]
#[case("trend_six")]
#[case("trend_same")]
fn pictures_stay_as_they_were(#[case] name: &str) {
    insta::assert_snapshot!(format!("svg_{name}"), sample(name).svg());
}

#[rstest]
#[case("before", 60)]
#[case("one_missing", 60)]
#[case("one_missing", 100)]
#[case("long", 60)]
#[case("trend_twelve", 60)]
#[case("trend_same", 60)]
#[case("trend_missing", 80)]
fn terminal_drawings_stay_as_they_were(#[case] name: &str, #[case] width: usize) {
    let drawing = sample(name).terminal(width, false);
    insta::assert_snapshot!(format!("terminal_{name}_{width}"), drawing);
}

#[test]
fn every_sample_keeps_to_its_width() {
    for (name, chart) in all() {
        for width in [40, 60, 80, 100] {
            let widest = chart.terminal(width, false).lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(width), "{name} takes {widest:?} of {width} columns");
        }
    }
}

#[test]
fn a_png_has_its_size_and_is_not_blank() {
    let blank = Canvas::new().png().unwrap();
    for chart in [sample("long"), sample("trend_long")] {
        let png = chart.png().unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(png[16..24], [0, 0, 4, 176, 0, 0, 3, 132], "1200 by 900 pixels");
        assert!(png.len() > 3 * blank.len(), "{} bytes, blank {}", png.len(), blank.len());
        assert_eq!(png, chart.png().unwrap());
    }
}

#[test]
fn a_missing_score_is_named_and_has_no_mark() {
    let marks = |chart: ProfileChart| Chart::Profile(chart).svg().matches("<circle").count();
    let some = Some(2.0);
    assert_eq!(marks(profile([some; 4])), marks(profile([some, some, None, some])) + 2);
    let svg = Chart::Profile(profile([Some(2.0), Some(2.0), None, Some(2.0)])).svg();
    assert!(svg.contains("not enough answers"));
    assert!(!svg.contains(r#"cx="400" cy="320""#), "a mark stands on zero");
    assert!(!svg.contains(r#"opacity="0.18""#), "an area claims a score");
}

#[test]
fn what_is_no_number_counts_as_missing() {
    let strange = Chart::Profile(profile([Some(f64::NAN), Some(f64::INFINITY), None, None]));
    assert_eq!(strange.svg(), sample("all_missing").svg());
}

#[test]
fn a_gap_breaks_the_line_and_is_explained() {
    assert!(!Chart::Trend(trend(2)).svg().contains("gap: not enough answers"));
    for drawing in [Chart::Trend(trend(6)).svg(), Chart::Trend(trend(6)).terminal(60, false)] {
        assert!(drawing.contains("gap: not enough answers"));
    }
}

#[test]
fn colour_changes_nothing_but_the_paint() {
    for (name, chart) in all() {
        let plain = chart.terminal(80, false);
        assert!(!plain.contains('\u{1b}'), "{name}");
        let painted = chart.terminal(80, true);
        let after_code = |part: &str| part.split_once('m').map(|(_, text)| text.to_owned());
        let mut parts = painted.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let bare: String = std::iter::once(first).chain(parts.filter_map(after_code)).collect();
        let trimmed: String = bare.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
        assert_eq!(trimmed, plain, "{name}");
        assert!(painted.len() > plain.len(), "{name}");
    }
}

#[test]
fn words_are_escaped_and_dollars_are_no_mathematics() {
    let mut chart = profile([Some(1.0); 4]);
    chart.title = r#"<script>"&'$\frac{1}{2}$</script>"#.into();
    chart.alt = chart.title.clone();
    let svg = Chart::Profile(chart).svg();
    assert!(!svg.contains("<script"));
    assert!(svg.contains("&lt;script&gt;&quot;&amp;&apos;$\\frac{1}{2}$&lt;/script&gt;"));
    assert!(svg.contains(r#"aria-label="&lt;script&gt;&quot;&amp;'"#));
}

fn score() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), (0.0..=5.0).prop_map(Some), any::<f64>().prop_map(Some)]
}

fn axis() -> impl Strategy<Value = Axis> {
    (any::<String>(), score(), any::<f64>()).prop_map(|(label, score, target)| Axis {
        label,
        score,
        target,
    })
}

fn line() -> impl Strategy<Value = Line> {
    (any::<String>(), proptest::collection::vec(score(), 0..20))
        .prop_map(|(label, scores)| Line { label, scores })
}

fn any_profile() -> impl Strategy<Value = Chart> {
    let scores = proptest::option::of(proptest::collection::vec(score(), 0..6));
    (any::<[String; 4]>(), proptest::collection::vec(axis(), 0..6), scores).prop_map(
        |([title, subtitle, not_enough, alt], axes, previous)| {
            let words = profile([None; 4]);
            Chart::Profile(ProfileChart {
                title,
                subtitle,
                axes,
                not_enough,
                previous,
                alt,
                ..words
            })
        },
    )
}

fn any_trend() -> impl Strategy<Value = Chart> {
    let rounds = proptest::collection::vec(any::<String>(), 0..20);
    (any::<[String; 4]>(), rounds, proptest::collection::vec(line(), 0..6)).prop_map(
        |([title, axis_scores, not_enough, alt], rounds, lines)| {
            let words = trend(0);
            Chart::Trend(TrendChart { title, rounds, lines, axis_scores, not_enough, alt, ..words })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_can_be_drawn(chart in prop_oneof![any_profile(), any_trend()], width in 0..120_usize) {
        let svg = chart.svg();
        prop_assert_eq!(&svg, &chart.svg());
        prop_assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
        prop_assert!(svg.chars().all(|c| c == '\n' || !c.is_control()));
        let text = chart.terminal(width, false);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(text.lines().all(|line| line.width() <= width.clamp(40, 100)), "{}", text);
    }
}
