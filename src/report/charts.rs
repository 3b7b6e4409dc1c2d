//! The two pictures of a report, each described once and drawn as SVG, PNG and terminal text.
//!
//! A chart holds plain numbers and the words around them; the words come from the caller, so that
//! no sentence lives here. The same chart always gives the same bytes. A score that may not be
//! shown is `None`: it is drawn as missing and named so, never as zero.

mod braille;
mod canvas;
mod fit;
mod palette;
mod plain;
mod profile;
mod profile_text;
mod terminal;
mod trend;
mod trend_text;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use canvas::ChartError;
pub use plain::{Axis, Line, ProfileChart, TrendChart};

/// One picture, ready to be drawn in any of its three forms.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Where a team stands.
    Profile(ProfileChart),
    /// How it moves.
    Trend(TrendChart),
}

impl Chart {
    /// The picture as an SVG document of 800 by 600 units that scales with the page. Its text
    /// stays text, in the reader's own fonts.
    #[must_use]
    pub fn svg(&self) -> String {
        self.canvas().svg(self.alt_text())
    }

    /// The picture as a PNG of 1200 by 900 pixels on white.
    ///
    /// The built-in font knows Latin, Greek, Cyrillic and many symbols. Emoji are left out, and a
    /// letter it lacks is drawn as an empty box; the words around the picture carry the names.
    ///
    /// # Errors
    ///
    /// [`ChartError::Png`] when the pixels cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        self.with_words(fit::for_built_in_font).canvas().png()
    }

    /// The picture as lines of text, at most `width` columns wide (40 to 100, others are brought
    /// into that range). Without `colour` it holds no escape codes.
    #[must_use]
    pub fn terminal(&self, width: usize, colour: bool) -> String {
        let width = width.clamp(40, 100);
        let rows = match self {
            Self::Profile(chart) => profile_text::rows(chart, width),
            Self::Trend(chart) => trend_text::rows(chart, width),
        };
        terminal::paint(&rows, colour)
    }

    /// What the picture says, in the caller's words.
    #[must_use]
    pub fn alt_text(&self) -> &str {
        match self {
            Self::Profile(chart) => &chart.alt,
            Self::Trend(chart) => &chart.alt,
        }
    }

    /// The same chart with every word passed through `change`.
    fn with_words(&self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Profile(chart) => Self::Profile(chart.with_words(change)),
            Self::Trend(chart) => Self::Trend(chart.with_words(change)),
        }
    }

    fn canvas(&self) -> canvas::Canvas {
        match self {
            Self::Profile(chart) => profile::draw(chart),
            Self::Trend(chart) => trend::draw(chart),
        }
    }
}
