//! Results in words: report, summary, trend, explanations.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda;
use super::decision::{Decided, Desk};
use super::introduction::title;
use super::speaker::Speaker;
use crate::domain::access::{self, ReportSight};
use crate::domain::answer::Value;
use crate::domain::bank::{Bank, Kind};
use crate::domain::ids::{Pseudonym, QuestionId};
use crate::domain::level::{Dimension, Pillar, level_of};
use crate::domain::message::{Choice, Destination, Message, Picture, PictureKind, Press};
use crate::domain::outgoing::Purpose;
use crate::domain::publication::{Answers, publish as republish};
use crate::domain::round::{Answer, Round};
use crate::domain::scoring::{Finding, RoundResult, score_round};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report::{self, Report as Numbers};
use crate::text::words::{
    DimensionLine, FindingLine, NoResults, NoSuchSubject, OutcomeLine, PillarLine, ProfileAlt,
    Published, QuestionLine, Report, Summary, Tally, TallyQuestion, TextLines, TopicLine, Trend,
    TrendAlt, When, WhyOverall, WhyPillar, WhyQuestion,
};

/// The mean difference between two answers up to which people are said to agree; `model.md`
/// calls 1.5 and more a disagreement.
const HIGH_AGREEMENT: f64 = 0.75;
const LOW_AGREEMENT: f64 = 1.5;

/// How many findings a message shows; a whole bank of them would fit into no message.
const MOST_FINDINGS: usize = 12;

type Row = (Pseudonym, QuestionId, Answer);

/// The figures that a round ends with.
pub(super) fn final_result(desk: &Desk<'_>, round: &Round, bank: &Bank) -> Decided<RoundResult> {
    Ok(figures(desk, round, bank)?.0)
}

/// The figures as they may be shown now, and the published answers they come from.
fn figures(
    desk: &Desk<'_>,
    round: &Round,
    bank: &Bank,
) -> Decided<(RoundResult, BTreeMap<QuestionId, Answers>)> {
    let rows = desk.tx.answers(round.id)?;
    let mut published = desk.tx.published(round.id)?;
    let m = round.terms.min_group as usize;
    for (question, present) in present(&rows) {
        if let Some(set) = republish(published.get(&question), &present, m) {
            published.insert(question, set);
        }
    }
    let gone: Vec<QuestionId> = published.keys().cloned().collect();
    for question in gone {
        if !rows.iter().any(|(_, id, answer)| *id == question && answer.value.is_some())
            && let Some(set) = republish(published.get(&question), &Answers::new(), m)
        {
            published.insert(question, set);
        }
    }
    let people = participants(&rows, bank);
    // Later joiners who answered count as members, so that nobody is more than everybody.
    let members = people.max(round.members as usize);
    let result = score_round(bank, &published, people, members, m);
    Ok((result, published))
}

/// The answers that hold now, by question.
fn present(rows: &[Row]) -> BTreeMap<QuestionId, Answers> {
    let mut present: BTreeMap<QuestionId, Answers> = BTreeMap::new();
    for (who, question, answer) in rows {
        if let Some(value) = &answer.value {
            present.entry(question.clone()).or_default().insert(*who, value.clone());
        }
    }
    present
}

/// How many people have any answer that holds to a question of the bank.
fn participants(rows: &[Row], bank: &Bank) -> usize {
    let holds = |(_, id, answer): &&Row| answer.value.is_some() && bank.question(id).is_some();
    rows.iter().filter(holds).map(|(who, ..)| *who).collect::<BTreeSet<_>>().len()
}

/// How many people have answered something in an open round; `None` below the minimum group.
pub(super) fn turnout(desk: &Desk<'_>, round: &Round) -> Decided<Option<usize>> {
    let bank = desk.bank_of(round)?;
    let people = participants(&desk.tx.answers(round.id)?, &bank);
    Ok(enough(people, round))
}

fn enough(people: usize, round: &Round) -> Option<usize> {
    (people >= round.terms.min_group as usize).then_some(people)
}

/// The numbers to report now: those of an open round where its terms allow, else the last closed.
pub(super) fn numbers(desk: &Desk<'_>, team: &Team) -> Decided<Option<Numbers>> {
    if let Some(round) =
        desk.current_round(team)?.filter(|round| round.is_open() && round.terms.early)
    {
        let bank = desk.bank_of(&round)?;
        let (result, published) = figures(desk, &round, &bank)?;
        publish_changed(desk, &round, &published)?;
        return Ok(report::of_round(&desk.tx, team, round.id, Some(result))?);
    }
    Ok(report::latest(&desk.tx, team)?)
}

/// Keeps what is shown now, as far as one commit holds it; the rest follows in the next.
fn publish_changed(
    desk: &Desk<'_>,
    round: &Round,
    published: &BTreeMap<QuestionId, Answers>,
) -> Decided<()> {
    let before = desk.tx.published(round.id)?;
    for (question, set) in published.iter().filter(|(id, set)| before.get(*id) != Some(*set)) {
        desk.tx.put_published(round.id, question, set)?;
        if desk.is_full() {
            break;
        }
    }
    Ok(())
}

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

/// When a newer round ended without figures, so that this one's are shown.
pub(super) fn newer(desk: &Desk<'_>, team: &Team, numbers: &Numbers) -> Option<When> {
    numbers.newer.as_ref().map(|round| desk.when(round.ended.unwrap_or(desk.now), team))
}

fn none(desk: &Desk<'_>, team: &Team) -> Reply {
    desk.reply(&NoResults { team: team.name.clone(), open: team.current.is_some() })
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
fn dimensions(numbers: &Numbers) -> Vec<DimensionLine> {
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

fn findings(numbers: &Numbers) -> Vec<FindingLine> {
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

/// Whether a round with more than two members is known, beside which a single answer is withheld.
fn is_beside_more(numbers: &Numbers) -> bool {
    let known = numbers.series.iter().map(|(_, result)| result.members);
    let newer = numbers.newer.iter().map(|round| round.members as usize);
    known.chain(newer).chain([numbers.result.members]).any(|members| members > 2)
}

/// Remarks and texts of a closed round, sorted by their words so that no order betrays a person,
/// each kind only where enough people wrote one.
fn remarks(desk: &Desk<'_>, numbers: &Numbers) -> Decided<(Vec<String>, Vec<TextLines>)> {
    let round = &numbers.round;
    if round.is_open() {
        return Ok((Vec::new(), Vec::new()));
    }
    let m = round.terms.min_group as usize;
    if m == 1 && is_beside_more(numbers) {
        return Ok((Vec::new(), Vec::new()));
    }
    let rows = desk.tx.answers(round.id)?;
    let remarks = unattributed(
        rows.iter().filter_map(|(who, _, answer)| {
            // With an answer taken back, what was said about it is taken back too.
            Some((*who, answer.comment.clone().filter(|_| answer.value.is_some())?))
        }),
        m,
    );
    let questions = numbers.bank.questions.iter().filter(|it| it.kind == Kind::Text);
    let texts = questions.filter_map(|question| {
        let own = rows.iter().filter(|(_, id, _)| *id == question.id);
        let texts = unattributed(own.filter_map(|(who, _, answer)| Some((*who, text(answer)?))), m);
        (!texts.is_empty()).then(|| TextLines { question: question.text.clone(), texts })
    });
    Ok((remarks, texts.collect()))
}

fn text(answer: &Answer) -> Option<String> {
    match &answer.value {
        Some(Value::Text(words)) => Some(words.clone()),
        _ => None,
    }
}

fn unattributed(written: impl Iterator<Item = (Pseudonym, String)>, m: usize) -> Vec<String> {
    let written: Vec<(Pseudonym, String)> = written.collect();
    let writers: BTreeSet<Pseudonym> = written.iter().map(|(who, _)| *who).collect();
    if writers.len() < m {
        return Vec::new();
    }
    let mut words: Vec<String> = written.into_iter().map(|(_, words)| words).collect();
    words.sort();
    words
}

/// `why`, without a subject.
pub(super) fn why_overall(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    let Some(numbers) = numbers(desk, team)? else { return Ok(none(desk, team)) };
    let overall = numbers.result.overall.as_ref();
    Ok(desk.reply(&WhyOverall {
        level: overall.map(|overall| overall.level),
        score: overall.map(|overall| overall.score),
        limit: limit(&numbers),
        complete: overall.is_some_and(|overall| overall.complete),
        pillars: pillars(desk, team, &numbers)?,
        min_group: numbers.round.terms.min_group,
    }))
}

/// `why PILLAR`.
pub(super) fn why_pillar(desk: &Desk<'_>, team: &Team, pillar: Pillar) -> Decided<Reply> {
    let Some(numbers) = numbers(desk, team)? else { return Ok(none(desk, team)) };
    let figures = numbers.result.pillar(pillar);
    let questions = question_lines(&numbers, |id| {
        numbers.bank.question(id).is_some_and(|question| question.pillar == pillar)
    });
    let counting = questions.iter().filter(|line| line.score.is_some());
    let scored = numbers.bank.questions.iter().filter(|it| it.pillar == pillar);
    let scored = scored.filter(|it| it.kind.is_scored()).count();
    let topics = numbers.bank.topics.iter().filter(|topic| topic.pillar == pillar);
    let topics = topics.map(|topic| TopicLine {
        title: topic.title.clone(),
        score: numbers.result.topic(&topic.id),
    });
    Ok(desk.reply(&WhyPillar {
        pillar: numbers.bank.title(pillar).to_owned(),
        score: figures.score,
        level: figures.score.map(level_of),
        weights: counting.map(|line| line.weight).sum(),
        min_group: numbers.round.terms.min_group,
        topics: topics.collect(),
        unasked: scored - questions.len(),
        questions,
        dont_know: figures.dont_know_share,
        version: format!("{:08x}", numbers.round.bank >> 32),
    }))
}

fn question_lines(numbers: &Numbers, of: impl Fn(&QuestionId) -> bool) -> Vec<QuestionLine> {
    let shown = numbers.result.questions.iter().filter(|figures| of(&figures.id));
    let line = |figures: &crate::domain::scoring::QuestionResult| {
        let question = numbers.bank.question(&figures.id)?;
        Some(QuestionLine {
            id: figures.id.to_string(),
            text: question.text.clone(),
            weight: question.weight,
            score: figures.score,
            respondents: figures.respondents,
            dont_know: figures.dont_know,
            agreement: figures.disagreement.map(agreement),
        })
    };
    shown.filter_map(line).collect()
}

/// How much people agree, in the words that stand for an exact disagreement wherever people read.
#[must_use]
pub fn agreement(disagreement: f64) -> &'static str {
    if crate::domain::level::reaches(disagreement, LOW_AGREEMENT) {
        "low"
    } else if disagreement > HIGH_AGREEMENT {
        "mixed"
    } else {
        "high"
    }
}

/// `why QUESTION`.
pub(super) fn why_question(desk: &Desk<'_>, team: &Team, id: &QuestionId) -> Decided<Reply> {
    let Some(numbers) = numbers(desk, team)? else { return Ok(none(desk, team)) };
    let Some(question) = numbers.bank.question(id) else {
        return Ok(desk.reply(&NoSuchSubject { heard: id.to_string() }));
    };
    let topic = numbers.bank.topic(&question.topic).map(|topic| topic.title.clone());
    let line = question_lines(&numbers, |shown| shown == id).pop().unwrap_or(QuestionLine {
        id: id.to_string(),
        text: question.text.clone(),
        weight: question.weight,
        score: None,
        respondents: 0,
        dont_know: 0,
        agreement: None,
    });
    Ok(desk.reply(&WhyQuestion {
        question: line,
        topic: topic.unwrap_or_default(),
        why: question.why.clone(),
        min_group: numbers.round.terms.min_group,
    }))
}
