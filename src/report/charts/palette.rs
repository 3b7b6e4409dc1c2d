//! Colours and marks: the palette of Okabe and Ito, which people with any colour vision can tell
//! apart. Every colour comes with a mark and a dash of its own, so none carries meaning alone.

use kuva::render::color::Color;

/// What a stroke, a mark or a word is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Quiet,
    Grid,
    Paper,
    Blue,
    Vermilion,
    Green,
    Purple,
    Sky,
    Black,
}

impl Ink {
    pub(super) fn colour(self) -> Color {
        let (red, green, blue) = match self {
            Self::Text => (0x22, 0x22, 0x22),
            Self::Quiet => (0x66, 0x66, 0x66),
            Self::Grid => (0xd4, 0xd4, 0xd4),
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Blue => (0x00, 0x72, 0xb2),
            Self::Vermilion => (0xd5, 0x5e, 0x00),
            Self::Green => (0x00, 0x9e, 0x73),
            Self::Purple => (0xb0, 0x5c, 0x8c),
            Self::Sky => (0x56, 0xb4, 0xe9),
            Self::Black => (0x00, 0x00, 0x00),
        };
        Color::Rgb(red, green, blue)
    }
}

/// The shape that stands on a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Disc,
    Ring,
    Square,
    Diamond,
    HollowDiamond,
    Triangle,
    Cross,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) ink: Ink,
    pub(super) mark: Mark,
    pub(super) width: f64,
    /// Lengths of dashes and gaps; empty for an unbroken line.
    pub(super) dash: &'static str,
}

const fn style(ink: Ink, mark: Mark, dash: &'static str) -> Style {
    Style { ink, mark, width: 3.0, dash }
}

/// The scores of a profile.
pub(super) const SCORE: Style = style(Ink::Blue, Mark::Disc, "");
/// The targets of a profile.
pub(super) const TARGET: Style = style(Ink::Vermilion, Mark::HollowDiamond, "9,7");
/// The scores of the round before.
pub(super) const PREVIOUS: Style =
    Style { ink: Ink::Quiet, mark: Mark::Ring, width: 2.0, dash: "2,5" };

const LINES: [Style; 6] = [
    style(Ink::Blue, Mark::Disc, ""),
    style(Ink::Vermilion, Mark::Square, "14,8"),
    style(Ink::Green, Mark::Triangle, "14,7,2,7"),
    style(Ink::Purple, Mark::Diamond, "3,8"),
    style(Ink::Sky, Mark::Ring, "24,8"),
    style(Ink::Black, Mark::Cross, "8,8"),
];

/// The style of the trend line in place `at`; they repeat after six.
pub(super) fn line(at: usize) -> Style {
    LINES[at % LINES.len()]
}
