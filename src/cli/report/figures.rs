//! A report as JSON, in the form that `score` prints.

use crate::cli::score::json::{Json, maybe, object};
use crate::cli::score::output;
use crate::domain::ids::PersonId;
use crate::domain::level::Pillar;
use crate::domain::round::Round;
use crate::domain::scoring::{QuestionResult, RoundResult};
use crate::domain::team::Team;
use crate::engine::agreement;
use crate::report::Report;

/// The figures of a team's closed rounds, ending with a line break.
pub(super) fn json(team: &Team, report: &Report) -> String {
    let id = |round: &Round| round.id.number.to_string();
    let ids: Vec<String> = report.series.iter().map(|(round, _)| id(round)).collect();
    let rounds = report.series.iter().map(|(round, figures)| {
        let participation = participation(round, figures);
        output::round(&id(round), figures, team.settings.targets, participation, question)
    });
    let trends = Pillar::ALL.into_iter().zip(&report.trends);
    let next = report
        .next
        .iter()
        .map(|action| output::next_action(action, report.owner(action).map(PersonId::as_str)));
    let json = object([
        ("team", Json::from(team.name.as_str())),
        ("m", Json::from(report.round.terms.min_group as usize)),
        ("rounds", Json::List(rounds.collect())),
        ("trend", object(trends.map(|(pillar, t)| (pillar.name(), output::trend(&ids, t))))),
        ("next_actions", Json::List(next.collect())),
    ]);
    json.pretty()
}

/// Nobody learns how many took part until enough did.
fn participation(round: &Round, figures: &RoundResult) -> Option<f64> {
    let enough = figures.participants >= round.terms.min_group as usize;
    enough.then_some(figures.participation)
}

/// As `score` prints a question, but for its exact disagreement: with the score beside it, that
/// would give away every single answer of a small group.
fn question(result: &QuestionResult) -> Json {
    object([
        ("respondents", Json::from(result.respondents)),
        ("dont_know", Json::from(result.dont_know)),
        ("score", maybe(result.score)),
        ("agreement", maybe(result.disagreement.map(agreement))),
    ])
}
