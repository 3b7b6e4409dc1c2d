//! `why`: how a figure came about.

use super::decision::{Decided, Desk};
use super::figures::numbers;
use super::lines::{limit, none, pillars};
use crate::domain::ids::QuestionId;
use crate::domain::level::{Pillar, level_of};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report::Report as Numbers;
use crate::text::words::{
    NoSuchSubject, QuestionLine, TopicLine, WhyOverall, WhyPillar, WhyQuestion,
};

/// The mean difference between two answers up to which people are said to agree; `model.md`
/// calls 1.5 and more a disagreement.
const HIGH_AGREEMENT: f64 = 0.75;
const LOW_AGREEMENT: f64 = 1.5;

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
