//! The shape of what `score` prints.

use super::input::Team;
use super::json::{Json, maybe, object};
use super::replay::Report;
use crate::domain::actions::NextAction;
use crate::domain::level::{Dimension, Pillar, level_of};
use crate::domain::scoring::{Finding, QuestionResult, RoundResult, gap};
use crate::domain::trend::{Direction, PillarTrend, Point};

/// The figures of one team.
pub(super) fn team(team: &Team, report: &Report) -> Json {
    let rounds = team.rounds.iter().zip(&report.results);
    let rounds = rounds.map(|(round, result)| {
        self::round(&round.id, result, report.targets, Some(result.participation), question)
    });
    let trends = Pillar::ALL.into_iter().zip(&report.trend);
    object([
        ("team", Json::from(team.name.as_str())),
        ("m", Json::from(report.m)),
        ("rounds", Json::List(rounds.collect())),
        ("trend", object(trends.map(|(pillar, t)| (pillar.name(), trend(&report.in_trend, t))))),
        (
            "next_actions",
            Json::List(
                report.next_actions.iter().map(|it| next_action(it, owner(team, it))).collect(),
            ),
        ),
    ])
}

/// The figures of one round; `question` prints those of one question.
pub(in crate::cli) fn round(
    id: &str,
    result: &RoundResult,
    targets: [u8; 4],
    participation: Option<f64>,
    question: fn(&QuestionResult) -> Json,
) -> Json {
    let questions = result.questions.iter().map(|q| (q.id.as_str(), question(q)));
    let topics = result.topics.iter().map(|topic| (topic.id.as_str(), scored(Some(topic.score))));
    let dimensions = Dimension::ALL.into_iter().zip(result.dimensions);
    let overall = result.overall;
    object([
        ("id", Json::from(id)),
        ("participation", maybe(participation)),
        ("confidence", Json::from(result.confidence.name())),
        ("questions", object(questions)),
        ("topics", object(topics)),
        ("dimensions", object(dimensions.map(|(dimension, s)| (dimension.name(), scored(s))))),
        ("pillars", object(Pillar::ALL.map(|p| (p.name(), pillar(result, p, targets[p.index()]))))),
        (
            "overall",
            object([
                ("level", maybe(overall.map(|overall| overall.level))),
                ("score", maybe(overall.map(|overall| overall.score))),
                ("complete", Json::from(overall.is_some_and(|overall| overall.complete))),
            ]),
        ),
        ("weakest", maybe(result.weakest.map(Pillar::name))),
        ("findings", Json::List(result.findings.iter().map(finding).collect())),
    ])
}

fn question(result: &QuestionResult) -> Json {
    object([
        ("respondents", Json::from(result.respondents)),
        ("dont_know", Json::from(result.dont_know)),
        ("score", maybe(result.score)),
        ("disagreement", maybe(result.disagreement)),
    ])
}

fn scored(score: Option<f64>) -> Json {
    object([("score", maybe(score)), ("level", maybe(score.map(level_of)))])
}

fn pillar(result: &RoundResult, pillar: Pillar, target: u8) -> Json {
    let figures = result.pillar(pillar);
    object([
        ("displayable", Json::from(figures.score.is_some())),
        ("score", maybe(figures.score)),
        ("level", maybe(figures.score.map(level_of))),
        ("target", Json::from(target)),
        ("gap", maybe(figures.score.map(|score| gap(target, score)))),
        ("respondents", Json::from(figures.respondents)),
        ("participation", Json::from(figures.participation)),
        ("confidence", Json::from(figures.confidence.name())),
        ("dont_know_share", maybe(figures.dont_know_share)),
    ])
}

fn finding(finding: &Finding) -> Json {
    let (kind, on) = match finding {
        Finding::NobodyKnows(pillar) => ("nobody-knows", pillar.name()),
        Finding::Disagreement(question) => ("disagreement", question.as_str()),
    };
    object([("kind", Json::from(kind)), ("on", Json::from(on))])
}

/// How a pillar moved over the rounds of these ids.
pub(in crate::cli) fn trend(rounds: &[String], trend: &PillarTrend) -> Json {
    let points = &trend.points;
    let each = |value: fn(&Point) -> Json| Json::List(points.iter().map(value).collect());
    object([
        ("rounds", Json::List(rounds.iter().map(|id| Json::from(id.as_str())).collect())),
        ("scores", each(|point| maybe(point.score))),
        ("deltas", each(|point| maybe(point.delta))),
        ("directions", each(|point| maybe(point.direction.map(Direction::name)))),
        ("slope", maybe(trend.slope)),
    ])
}

/// The accepted champion of an action's pillar.
fn owner<'a>(team: &'a Team, action: &NextAction) -> Option<&'a str> {
    let accepts = |champion: &&super::input::Champion| {
        champion.pillar == action.pillar && champion.status == "accepted"
    };
    team.champions.iter().find(accepts).map(|champion| champion.person.as_str())
}

/// One thing to do next, and who owns it.
pub(in crate::cli) fn next_action(action: &NextAction, owner: Option<&str>) -> Json {
    object([
        ("id", Json::from(action.id.as_str())),
        ("pillar", Json::from(action.pillar.name())),
        ("for", Json::from(action.offered_by.as_str())),
        ("priority", Json::from(action.priority)),
        ("owner", maybe(owner)),
    ])
}
