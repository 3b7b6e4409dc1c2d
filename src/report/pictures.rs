//! The two pictures of a report, labelled in the words of `prompts/`.

use super::charts::{Axis, Chart, Line, ProfileChart, TrendChart};
use super::{Report, of_round};
use crate::domain::ids::RoundId;
use crate::domain::level::Pillar;
use crate::domain::message::{Picture, PictureKind};
use crate::domain::team::Team;
use crate::platform::Drawing;
use crate::store::kv::StoreError;
use crate::store::tx::Tx;
use crate::text::Text;
use crate::text::words::{ChartLabel, When};

/// How many rounds a trend shows at most; more cannot be told apart.
const SHOWN_ROUNDS: usize = 24;

/// A picture, ready to be drawn in any form.
#[derive(Clone, Debug)]
pub struct Drawn(pub Chart);

impl Drawing for Drawn {
    fn png(&self) -> Result<Vec<u8>, String> {
        self.0.png().map_err(|error| error.to_string())
    }

    fn terminal(&self, width: usize, colour: bool) -> String {
        self.0.terminal(width, colour)
    }
}

/// The picture that a message names; `None` when its results are gone.
///
/// # Errors
///
/// A store that failed.
pub fn draw(
    tx: &Tx<'_>,
    text: &Text,
    picture: &Picture,
    alt: &str,
) -> Result<Option<Drawn>, StoreError> {
    let Some(team) = tx.team(picture.team)? else { return Ok(None) };
    let id = RoundId { team: team.id, number: picture.round };
    let Some(report) = of_round(tx, &team, id, None)? else { return Ok(None) };
    Ok(Some(Drawn(chart(text, &team, &report, picture.kind, alt))))
}

/// A picture of a report.
#[must_use]
pub fn chart(text: &Text, team: &Team, report: &Report, kind: PictureKind, alt: &str) -> Chart {
    let words = Labels { text, team };
    match kind {
        PictureKind::Profile => Chart::Profile(profile(&words, report, alt)),
        PictureKind::Trend => Chart::Trend(trend(&words, report, alt)),
    }
}

struct Labels<'a> {
    text: &'a Text,
    team: &'a Team,
}

impl Labels<'_> {
    fn say(&self, label: &'static str, at: Option<When>) -> String {
        self.text.say(&ChartLabel { label, team: self.team.name.clone(), at })
    }
}

fn profile(words: &Labels<'_>, report: &Report, alt: &str) -> ProfileChart {
    let axis = |pillar: Pillar| Axis {
        label: report.bank.title(pillar).to_owned(),
        score: report.result.pillar(pillar).score,
        target: f64::from(words.team.settings.target(pillar)),
    };
    let ended = report.round.ended.unwrap_or(report.round.planned);
    let before = report.series.len().checked_sub(2).filter(|_| report.is_in_series());
    let previous = before.map(|at| {
        let figures = &report.series[at].1;
        Pillar::ALL.map(|pillar| figures.pillar(pillar).score).into()
    });
    ProfileChart {
        title: words.say("profile", Some(When::local(ended, words.team.settings.zone))),
        subtitle: String::new(),
        axes: Pillar::ALL.map(axis).into(),
        legend_score: words.say("score", None),
        legend_target: words.say("target", None),
        not_enough: words.say("not_enough", None),
        previous,
        legend_previous: words.say("previous", None),
        alt: alt.to_owned(),
    }
}

fn trend(words: &Labels<'_>, report: &Report, alt: &str) -> TrendChart {
    let behind = report.series.len().saturating_sub(SHOWN_ROUNDS);
    let shown = &report.series[behind..];
    let label = |(round, _): &(crate::domain::round::Round, _)| {
        let ended = round.ended.unwrap_or(round.planned);
        words.say("short-date", Some(When::local(ended, words.team.settings.zone)))
    };
    let line = |pillar: Pillar| Line {
        label: report.bank.title(pillar).to_owned(),
        scores: shown.iter().map(|(_, figures)| figures.pillar(pillar).score).collect(),
    };
    TrendChart {
        title: words.say("trend", None),
        subtitle: String::new(),
        rounds: shown.iter().map(label).collect(),
        lines: Pillar::ALL.map(line).into(),
        axis_rounds: words.say("rounds", None),
        axis_scores: words.say("level", None),
        not_enough: words.say("not_enough", None),
        alt: alt.to_owned(),
    }
}
