//! From published answers to the figures of one round (`model.md`, section 5).

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Value;
use super::bank::{Bank, Question};
use super::ids::{Pseudonym, QuestionId};
use super::level::{Dimension, Pillar, TOLERANCE, level_of, reaches};
use super::publication::Answers;

mod figures;

pub use figures::{
    Confidence, Finding, Overall, PillarResult, QuestionResult, RoundResult, TopicResult,
};

const DISAGREEMENT_FROM: f64 = 1.5;
const NOBODY_KNOWS_FROM: f64 = 0.4;

/// How far a score from 0 to 5 stays below its target; 0 once the target is reached.
#[must_use]
pub fn gap(target: u8, score: f64) -> f64 {
    (f64::from(target) - score).max(0.0)
}

/// Computes the figures of one round.
///
/// `published` holds the published answers of each question, `participants` is the number of people
/// with any answer, published or not, and `m` the minimum group. Answers to questions missing from
/// the bank and text answers are ignored.
#[must_use]
pub fn score_round(
    bank: &Bank,
    published: &BTreeMap<QuestionId, Answers>,
    participants: usize,
    members: usize,
    m: usize,
) -> RoundResult {
    let tallies: Vec<Tally> = bank
        .questions
        .iter()
        .filter_map(|question| Tally::of(question, published.get(&question.id)?, m))
        .collect();
    let pillars = Pillar::ALL.map(|pillar| score_pillar(&tallies, pillar, members, m));
    let participation = share(participants, members);
    RoundResult {
        m,
        members,
        participants,
        participation,
        confidence: Confidence::of(participation),
        questions: tallies.iter().map(Tally::result).collect(),
        topics: score_topics(bank, &tallies),
        dimensions: Dimension::ALL.map(|dimension| {
            weighted_mean(tallies.iter().filter(|tally| tally.question.dimension == dimension))
        }),
        overall: overall(&pillars),
        weakest: weakest(&pillars),
        findings: findings(&pillars, &tallies),
        pillars,
    }
}

impl RoundResult {
    /// The same round with all figures suppressed but round participation, for a round held with a
    /// minimum group that the report no longer allows.
    #[must_use]
    pub fn withheld(&self) -> Self {
        let nothing = Bank {
            titles: Default::default(),
            topics: Vec::new(),
            questions: Vec::new(),
            actions: Vec::new(),
        };
        score_round(&nothing, &BTreeMap::new(), self.participants, self.members, self.m)
    }
}

/// What was published about one question.
struct Tally<'a> {
    question: &'a Question,
    scorers: Vec<Pseudonym>,
    dont_know: usize,
    score: Option<f64>,
    disagreement: Option<f64>,
}

impl<'a> Tally<'a> {
    /// `None` where nothing of a scored question is published.
    fn of(question: &'a Question, answers: &Answers, m: usize) -> Option<Self> {
        let dont_know = answers.values().filter(|value| **value == Value::DontKnow).count();
        let (people, mut scores): (Vec<_>, Vec<_>) =
            answers.iter().filter_map(|(who, value)| Some((*who, value.score(question)?))).unzip();
        if !question.kind.is_scored() || people.len() + dont_know == 0 {
            return None;
        }
        let counts = scores.len() >= m;
        let disagreement = (counts && scores.len() >= 3).then(|| mean_distance(&scores));
        let score = if counts { median(&mut scores) } else { None };
        Some(Self { question, scorers: people, dont_know, score, disagreement })
    }

    fn result(&self) -> QuestionResult {
        QuestionResult {
            id: self.question.id.clone(),
            version: self.question.version,
            pillar: self.question.pillar,
            respondents: self.scorers.len(),
            dont_know: self.dont_know,
            score: self.score,
            disagreement: self.disagreement,
        }
    }
}

fn score_topics(bank: &Bank, tallies: &[Tally]) -> Vec<TopicResult> {
    let scored = bank.topics.iter().filter_map(|topic| {
        let score = weighted_mean(tallies.iter().filter(|t| t.question.topic == topic.id))?;
        Some(TopicResult { id: topic.id.clone(), pillar: topic.pillar, score })
    });
    scored.collect()
}

fn score_pillar(tallies: &[Tally], pillar: Pillar, members: usize, m: usize) -> PillarResult {
    let own = || tallies.iter().filter(|tally| tally.question.pillar == pillar);
    let counting = own().filter(|tally| tally.score.is_some());
    let people: BTreeSet<_> = counting.flat_map(|tally| &tally.scorers).collect();
    let participation = share(people.len(), members);
    let asked = own().filter(|tally| tally.scorers.len() + tally.dont_know >= m);
    let (unknown, all) = asked.fold((0, 0), |(unknown, all), tally| {
        (unknown + tally.dont_know, all + tally.dont_know + tally.scorers.len())
    });
    PillarResult {
        score: weighted_mean(own()),
        respondents: people.len(),
        participation,
        confidence: Confidence::of(participation),
        dont_know_share: (all > 0).then(|| share(unknown, all)),
    }
}

fn overall(pillars: &[PillarResult; 4]) -> Option<Overall> {
    let scores: Vec<f64> = pillars.iter().filter_map(|pillar| pillar.score).collect();
    let level = scores.iter().map(|&score| level_of(score)).min()?;
    let score = scores.iter().sum::<f64>() / float(scores.len());
    Some(Overall { level, score, complete: scores.len() == pillars.len() })
}

fn weakest(pillars: &[PillarResult; 4]) -> Option<Pillar> {
    let displayable = Pillar::ALL.into_iter().filter_map(|p| Some((p, pillars[p.index()].score?)));
    let lower = |best: (Pillar, f64), next: (Pillar, f64)| {
        if reaches(next.1, best.1) { best } else { next }
    };
    displayable.reduce(lower).map(|(pillar, _)| pillar)
}

fn findings(pillars: &[PillarResult; 4], tallies: &[Tally]) -> Vec<Finding> {
    let over = |value: Option<f64>, from| value.is_some_and(|value| reaches(value, from));
    let unknown = Pillar::ALL
        .into_iter()
        .filter(|pillar| over(pillars[pillar.index()].dont_know_share, NOBODY_KNOWS_FROM))
        .map(Finding::NobodyKnows);
    let apart = tallies
        .iter()
        .filter(|tally| over(tally.disagreement, DISAGREEMENT_FROM))
        .map(|tally| Finding::Disagreement(tally.question.id.clone()));
    unknown.chain(apart).collect()
}

/// Weighted mean of the counting questions among these; `None` without any.
fn weighted_mean<'a, 'b: 'a>(tallies: impl Iterator<Item = &'a Tally<'b>>) -> Option<f64> {
    let (sum, weights) = tallies.fold((0.0, 0.0), |(sum, weights), tally| {
        let weight = f64::from(tally.question.weight);
        tally.score.map_or((sum, weights), |score| (sum + weight * score, weights + weight))
    });
    (weights > TOLERANCE).then(|| sum / weights)
}

/// The middle value, or the mean of the middle two; sorts the values on the way.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(values[middle - 1], upper)) }
}

/// Mean distance over all unordered pairs; needs two values.
fn mean_distance(scores: &[f64]) -> f64 {
    let from_here = |(index, a): (usize, &f64)| -> f64 {
        scores[index + 1..].iter().map(|b| (a - b).abs()).sum()
    };
    let sum: f64 = scores.iter().enumerate().map(from_here).sum();
    sum / float(scores.len() * (scores.len() - 1) / 2)
}

/// Part of a whole, at most 1; 0 of an empty whole.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (float(part) / float(whole)).min(1.0) }
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
