//! Results in words: report, summary, tally, trend.

use std::collections::BTreeMap;

use super::agenda;
use super::decision::{Decided, Desk};
use super::explanations::why_pillar;
use super::figures::{enough, figures, numbers};
use super::introduction::title;
use super::lines::{dimensions, findings, limit, newer, none, outcomes, pillars};
use super::remarks::remarks;
use super::speaker::Speaker;
use crate::domain::access::{self, ReportSight};
use crate::domain::answer::Value;
use crate::domain::level::Pillar;
use crate::domain::message::{Choice, Destination, Message, Picture, PictureKind, Press};
use crate::domain::outgoing::Purpose;
use crate::domain::round::Round;
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report::{self, Report as Numbers};
use crate::text::words::{
    NoResults, PillarLine, ProfileAlt, Published, Report, Summary, Tally, TallyQuestion, Trend,
    TrendAlt,
};

/// `report`: the lead's full report, or the summary that members were given.
pub(super) fn report(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    pillar: Option<Pillar>,
) -> Decided<Reply> {
    match (access::report_sight(speaker.roles(Some(team))), pillar) {
        (Some(ReportSight::Current), Some(pillar)) => why_pillar(desk, team, pillar),
        (Some(ReportSight::Current), None) => match numbers(desk, team)? {
            Some(numbers) => Ok(Some(full(desk, team, &numbers)?)),
            None => Ok(none(desk, team)),
        },
        (Some(ReportSight::LastPublished), _) => match report::latest(&desk.tx, team)? {
            Some(numbers) => Ok(Some(summary_of(desk, team, &numbers)?)),
            None => Ok(none(desk, team)),
        },
        (None, _) => Ok(super::replies::refused(desk)),
    }
}

pub(super) fn full(desk: &Desk<'_>, team: &Team, numbers: &Numbers) -> Decided<Message> {
    let (round, result) = (&numbers.round, &numbers.result);
    let pillars = pillars(desk, team, numbers)?;
    let (remarks, texts) = remarks(desk, numbers)?;
    let words = Report {
        team: team.name.clone(),
        title: title(desk, &round.preset),
        at: desk.when(round.ended.unwrap_or(desk.now), team),
        open: round.is_open(),
        participants: enough(result.participants, round),
        members: result.members,
        min_group: round.terms.min_group,
        confidence: result.confidence.name(),
        level: result.overall.as_ref().map(|overall| overall.level),
        score: result.overall.as_ref().map(|overall| overall.score),
        complete: result.overall.as_ref().is_some_and(|overall| overall.complete),
        limit: limit(numbers),
        pillars: pillars.clone(),
        dimensions: dimensions(numbers),
        rounds: numbers.series.len(),
        findings: findings(numbers),
        actions: agenda::lines(desk, team, Some(numbers))?,
        outcomes: outcomes(numbers),
        remarks,
        texts,
        reworded: numbers.is_reworded(),
        newer: newer(desk, team, numbers),
    };
    let choices = vec![Choice {
        key: "publish".to_owned(),
        label: desk.text.say(&crate::text::words::Labels { label: "publish" }),
        press: Press::Tell(team.id, "publish".to_owned()),
    }];
    Ok(picture(desk, team, numbers, PictureKind::Profile, desk.text.say(&words), choices, pillars))
}

pub(super) fn picture(
    desk: &Desk<'_>,
    team: &Team,
    numbers: &Numbers,
    kind: PictureKind,
    body: String,
    choices: Vec<Choice>,
    pillars: Vec<PillarLine>,
) -> Message {
    // A picture of nothing says less than the words, and one round is no trend. The figures of an
    // open round may change before the picture is drawn; words suffice then.
    let shows_nothing = match kind {
        PictureKind::Profile => {
            numbers.round.is_open() || pillars.iter().all(|line| line.score.is_none())
        }
        PictureKind::Trend => numbers.series.len() < 2,
    };
    if shows_nothing {
        return Message::Choices { body, choices };
    }
    let name = team.name.clone();
    let alt = match kind {
        PictureKind::Profile => desk.text.say(&ProfileAlt { team: name, pillars }),
        PictureKind::Trend => desk.text.say(&TrendAlt { team: name, pillars }),
    };
    let picture = Picture { team: team.id, round: numbers.round.id.number, kind };
    Message::Picture { body, alt, picture, choices }
}

/// The summary of a round that has just closed.
pub(super) fn summary(desk: &Desk<'_>, team: &Team, round: &Round) -> Decided<Message> {
    agenda::renumber(desk, team)?;
    match report::of_round(&desk.tx, team, round.id, None)? {
        Some(numbers) => summary_of(desk, team, &numbers),
        None => {
            Ok(Message::Text(desk.text.say(&NoResults { team: team.name.clone(), open: false })))
        }
    }
}

fn summary_of(desk: &Desk<'_>, team: &Team, numbers: &Numbers) -> Decided<Message> {
    let (round, result) = (&numbers.round, &numbers.result);
    let pillars = pillars(desk, team, numbers)?;
    let words = Summary {
        team: team.name.clone(),
        title: title(desk, &round.preset),
        at: desk.when(round.ended.unwrap_or(desk.now), team),
        participants: enough(result.participants, round),
        members: result.members,
        min_group: round.terms.min_group,
        level: result.overall.as_ref().map(|overall| overall.level),
        score: result.overall.as_ref().map(|overall| overall.score),
        complete: result.overall.as_ref().is_some_and(|overall| overall.complete),
        limit: limit(numbers),
        pillars: pillars.clone(),
        findings: findings(numbers),
        actions: agenda::lines(desk, team, Some(numbers))?,
        outcomes: outcomes(numbers),
        newer: newer(desk, team, numbers),
    };
    let body = desk.text.say(&words);
    Ok(picture(desk, team, numbers, PictureKind::Profile, body, Vec::new(), pillars))
}

/// How a round that was answered openly came out, question by question, as far as it may be shown.
pub(super) fn tally(desk: &Desk<'_>, team: &Team, round: &Round) -> Decided<Option<Message>> {
    let bank = desk.bank_of(round)?;
    let (_, published) = figures(desk, round, &bank)?;
    let mut questions = Vec::new();
    for question in round.questions.iter().filter_map(|id| bank.question(id)) {
        let Some(answers) = published.get(&question.id) else { continue };
        let mut counts: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for value in answers.values().filter(|value| !matches!(value, Value::Text(_))) {
            let said = || (super::questions::label(desk, question, value), 0);
            counts.entry(super::questions::typed(value)).or_insert_with(said).1 += 1;
        }
        if !counts.is_empty() {
            let lines = counts.into_values().collect();
            questions.push(TallyQuestion { text: question.text.clone(), lines });
        }
    }
    if questions.is_empty() {
        return Ok(None);
    }
    Ok(Some(Message::Text(desk.text.say(&Tally { team: team.name.clone(), questions }))))
}

/// `publish`: the summary of the last closed round goes to the team's place.
pub(super) fn publish(desk: &Desk<'_>, team: Team) -> Decided<Reply> {
    let Some(numbers) = report::latest(&desk.tx, &team)? else {
        return Ok(none(desk, &team));
    };
    agenda::renumber(desk, &team)?;
    let message = summary_of(desk, &team, &numbers)?;
    let purpose = Purpose::Closing(numbers.round.id);
    desk.send(Destination::Place(team.place.clone()), message, purpose)?;
    Ok(desk.reply(&Published { team: team.name }))
}

/// `trend`.
pub(super) fn trend(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    match report::latest(&desk.tx, team)? {
        Some(numbers) => Ok(Some(trend_of(desk, team, &numbers, false)?)),
        None => Ok(none(desk, team)),
    }
}

/// The trend as a message: `summary` when it is posted to the team.
pub(super) fn trend_of(
    desk: &Desk<'_>,
    team: &Team,
    numbers: &Numbers,
    summary: bool,
) -> Decided<Message> {
    let pillars = pillars(desk, team, numbers)?;
    let words = Trend {
        team: team.name.clone(),
        title: title(desk, &numbers.round.preset),
        rounds: numbers.series.len(),
        summary,
        pillars: pillars.clone(),
        actions: if summary { agenda::lines(desk, team, Some(numbers))? } else { Vec::new() },
        newer: newer(desk, team, numbers),
    };
    let body = desk.text.say(&words);
    Ok(picture(desk, team, numbers, PictureKind::Trend, body, Vec::new(), pillars))
}
