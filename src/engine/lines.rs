//! What several messages tell of the same figures, line by line.

use super::decision::{Decided, Desk};
use crate::domain::level::{Dimension, Pillar, level_of};
use crate::domain::scoring::Finding;
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report::{self, Report as Numbers};
use crate::text::words::{DimensionLine, FindingLine, NoResults, OutcomeLine, PillarLine, When};

/// How many findings a message shows; a whole bank of them would fit into no message.
const MOST_FINDINGS: usize = 12;

/// When a newer round ended without figures, so that this one's are shown.
pub(super) fn newer(desk: &Desk<'_>, team: &Team, numbers: &Numbers) -> Option<When> {
    numbers.newer.as_ref().map(|round| desk.when(round.ended.unwrap_or(desk.now), team))
}

/// There is nothing to show yet.
pub(super) fn none(desk: &Desk<'_>, team: &Team) -> Reply {
    desk.reply(&NoResults { team: team.name.clone(), open: team.current.is_some() })
}

/// The pillars of a report, in pillar order.
pub(super) fn pillars(desk: &Desk<'_>, team: &Team, numbers: &Numbers) -> Decided<Vec<PillarLine>> {
    let mut lines = Vec::new();
    for pillar in Pillar::ALL {
        let figures = numbers.result.pillar(pillar);
        let change = numbers.change(pillar);
        lines.push(PillarLine {
            title: numbers.bank.title(pillar).to_owned(),
            score: figures.score,
            level: figures.score.map(level_of),
            target: team.settings.target(pillar),
            change: change.map(|(change, _)| change),
            direction: change.map(|(_, direction)| direction.name()),
            slope: numbers.trends[pillar.index()].slope,
            confidence: figures.confidence.name(),
            respondents: figures.respondents,
            champions: desk.tx.names_of(&numbers.champions[pillar.index()])?,
        });
    }
    Ok(lines)
}

/// The second cut through the same answers.
pub(super) fn dimensions(numbers: &Numbers) -> Vec<DimensionLine> {
    let line = |dimension: Dimension| DimensionLine {
        name: dimension.name(),
        score: numbers.result.dimensions[dimension.index()],
    };
    Dimension::ALL.map(line).into()
}

/// The title of the weakest pillar.
pub(super) fn limit(numbers: &Numbers) -> Option<String> {
    numbers.result.weakest.map(|pillar| numbers.bank.title(pillar).to_owned())
}

/// What stands out, the first of them.
pub(super) fn findings(numbers: &Numbers) -> Vec<FindingLine> {
    let line = |finding: &Finding| match finding {
        Finding::NobodyKnows(pillar) => FindingLine {
            kind: "nobody-knows",
            on: numbers.bank.title(*pillar).to_owned(),
            id: None,
        },
        Finding::Disagreement(id) => FindingLine {
            kind: "disagreement",
            on: numbers.bank.question(id).map(|it| it.text.clone()).unwrap_or_default(),
            id: Some(id.to_string()),
        },
    };
    numbers.result.findings.iter().take(MOST_FINDINGS).map(line).collect()
}

/// What became of done actions.
pub(super) fn outcomes(numbers: &Numbers) -> Vec<OutcomeLine> {
    let line = |outcome: &report::OutcomeOf| OutcomeLine {
        title: numbers
            .bank
            .action(&outcome.action)
            .map(|action| action.title.clone())
            .unwrap_or_default(),
        pillar: numbers.bank.title(outcome.pillar).to_owned(),
        direction: outcome.change.map(|(_, direction)| direction.name()),
        change: outcome.change.map(|(change, _)| change),
    };
    numbers.outcomes.iter().map(line).collect()
}
