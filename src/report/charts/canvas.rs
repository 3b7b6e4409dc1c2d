//! A sheet of 800 by 600 units to draw on, and its two ways out: SVG and PNG.

use kuva::backend::raster::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, TextSpan};

use super::fit;
use super::palette::{Ink, Mark, Style};

/// A picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The picture was laid out, but its pixels could not be written as PNG.
    #[error("the chart could not be written as PNG ({reason}); the report is complete without it")]
    Png {
        /// What the drawing library says.
        reason: String,
    },
}

/// The sheet's width, in units.
pub(super) const WIDTH: f64 = 800.0;
/// The sheet's height, in units.
pub(super) const HEIGHT: f64 = 600.0;
/// Pixels per unit, so that a PNG is 1200 by 900.
const DENSITY: f32 = 1.5;
/// Fonts with the widths that [`fit`] assumes, in the order of preference.
const FONTS: &str = "DejaVu Sans, Verdana, Noto Sans, Arial, sans-serif";

/// A place on the sheet: to the right, and down.
pub(super) type Point = (f64, f64);

/// How a piece of text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) size: u32,
    pub(super) bold: bool,
    pub(super) ink: Ink,
    pub(super) anchor: TextAnchor,
}

/// What has been drawn so far.
pub(super) struct Canvas {
    scene: Scene,
}

impl Canvas {
    pub(super) fn new() -> Self {
        let mut scene = Scene::new(WIDTH, HEIGHT);
        scene.font_family = Some(FONTS.to_owned());
        Self { scene }
    }

    /// One line of text with its baseline at `at`. It is drawn letter by letter as it stands:
    /// a span, unlike a plain text, is never read as mathematics between dollar signs.
    pub(super) fn text(&mut self, at: Point, look: Type, content: &str) {
        let span = TextSpan { bold: look.bold, ..TextSpan::plain(fit::clean(content)) };
        self.scene.add(Primitive::RichText {
            x: snapped(at.0),
            y: snapped(at.1),
            spans: vec![span],
            size: look.size,
            anchor: look.anchor,
            color: Some(look.ink.colour()),
        });
    }

    /// A line through `points`.
    pub(super) fn line(&mut self, points: &[Point], style: Style) {
        self.scene.add(Primitive::PolyLine {
            points: points.iter().map(|(x, y)| (snapped(*x), snapped(*y))).collect(),
            stroke: style.ink.colour(),
            stroke_width: style.width,
            stroke_dasharray: (!style.dash.is_empty()).then(|| style.dash.to_owned()),
        });
    }

    /// The inside of a polygon, see-through to the degree of `opacity`.
    pub(super) fn area(&mut self, points: &[Point], ink: Ink, opacity: f64) {
        self.path(points, ink.colour(), (Color::None, 0.0), Some(opacity));
    }

    fn path(&mut self, points: &[Point], fill: Color, rim: (Color, f64), opacity: Option<f64>) {
        let steps: Vec<String> =
            points.iter().map(|(x, y)| format!("{} {}", snapped(*x), snapped(*y))).collect();
        self.scene.add(Primitive::Path(Box::new(PathData {
            d: format!("M {} Z", steps.join(" L ")),
            fill: Some(fill),
            stroke: rim.0,
            stroke_width: rim.1,
            opacity,
            stroke_dasharray: None,
        })));
    }

    /// The mark of `style` on `at`, `radius` units from its middle to its rim.
    pub(super) fn mark(&mut self, at: Point, style: Style, radius: f64) {
        let (ink, paper) = (style.ink.colour(), Ink::Paper.colour());
        let (solid, hollow) = ((ink.clone(), paper.clone(), 1.0), (paper, ink, 2.2));
        match style.mark {
            Mark::Disc => self.circle(at, radius, solid),
            Mark::Ring => self.circle(at, radius * 0.85, hollow),
            Mark::HollowDiamond => self.shape(&around(at, radius * 1.4, 4, 0.0), hollow),
            Mark::Diamond => self.shape(&around(at, radius * 1.3, 4, 0.0), solid),
            Mark::Square => self.shape(&around(at, radius * 1.25, 4, 45.0), solid),
            Mark::Triangle => self.shape(&around(at, radius * 1.35, 3, 0.0), solid),
            Mark::Cross => {
                let ends = around(at, radius * 1.2, 4, 45.0);
                let stroke = Style { dash: "", ..style };
                self.line(&[ends[0], ends[2]], stroke);
                self.line(&[ends[1], ends[3]], stroke);
            }
        }
    }

    /// A polygon filled with the first colour, rimmed with the second in that width.
    fn shape(&mut self, corners: &[Point], (fill, rim, width): (Color, Color, f64)) {
        self.path(corners, fill, (rim, width), None);
    }

    /// A circle filled with the first colour, rimmed with the second in that width.
    fn circle(&mut self, at: Point, radius: f64, (fill, rim, width): (Color, Color, f64)) {
        self.scene.add(Primitive::Circle {
            cx: snapped(at.0),
            cy: snapped(at.1),
            r: snapped(radius),
            fill,
            fill_opacity: None,
            stroke: Some(rim),
            stroke_width: Some(width),
        });
    }

    /// A stretch of line with its mark, as a legend shows it, `length` units to the right of `at`.
    pub(super) fn sample(&mut self, at: Point, style: Style, length: f64) {
        self.line(&[at, (at.0 + length, at.1)], style);
        self.mark((at.0 + length / 2.0, at.1), style, 6.0);
    }

    /// The heading and the line under it, in the top left corner.
    pub(super) fn heading(&mut self, title: &str, subtitle: &str) {
        let look = |size, bold, ink| Type { size, bold, ink, anchor: TextAnchor::Start };
        let (title, subtitle) = (fit::clean(title), fit::clean(subtitle));
        let fits = |size| fit::drawn_width(&title, size) <= WIDTH - 60.0;
        let size = [28, 24, 20].into_iter().find(|size| fits(*size)).unwrap_or(20);
        let one_line = |text: &str, size| fit::wrap_drawn(text, size, WIDTH - 60.0, 1).concat();
        self.text((30.0, 44.0), look(size, true, Ink::Text), &one_line(&title, size));
        self.text((30.0, 72.0), look(17, false, Ink::Quiet), &one_line(&subtitle, 17));
    }

    /// The sheet as SVG, named `alt` for those who cannot see it, and scaling with its frame.
    pub(super) fn svg(&self, alt: &str) -> String {
        let drawn = SvgBackend::new().with_pretty(true).render_scene(&self.scene);
        let opening = format!(
            r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}""#,
            escaped(&fit::clean(alt))
        );
        drawn.replacen("<svg", &opening, 1)
    }

    /// The sheet as PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>, ChartError> {
        let backend = RasterBackend::new().with_scale(DENSITY);
        backend.render_scene(&self.scene).map_err(|reason| ChartError::Png { reason })
    }
}

/// The corners of an even polygon around `middle`, clockwise, the first `turn` degrees from the
/// top.
pub(super) fn around(middle: Point, radius: f64, corners: u32, turn: f64) -> Vec<Point> {
    let step = 360.0 / f64::from(corners.max(1));
    let angle = |corner: u32| (f64::from(corner) * step + turn).to_radians();
    let corner = |a: f64| (middle.0 + radius * a.sin(), middle.1 - radius * a.cos());
    (0..corners).map(|at| corner(angle(at))).collect()
}

/// The nearest half unit: fine enough to the eye, and short in a file.
fn snapped(length: f64) -> f64 {
    (length * 2.0).round() / 2.0
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
