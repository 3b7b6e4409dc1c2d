//! A second reading of the assessment model, sections 5 to 7, with its figures side by side with
//! the stored ones.

use std::collections::{BTreeMap, BTreeSet};

use maturity_bot::domain::answer::{Value, YesNo};
use maturity_bot::domain::bank::{Action, Bank, Effort, Question};
use maturity_bot::domain::level::{Dimension, Pillar};
use maturity_bot::domain::scoring::{Finding, RoundResult};

const CLOSE: f64 = 1e-9;

#[derive(Clone, Debug, PartialEq)]
pub struct PillarFigures {
    pub score: Option<f64>,
    pub respondents: usize,
    pub participation: f64,
    pub dont_know: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QuestionFigures {
    pub at: usize,
    pub scored: usize,
    pub dont_know: usize,
    pub score: Option<f64>,
    pub disagreement: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct Figures {
    pub m: usize,
    pub people: usize,
    pub members: usize,
    pub questions: Vec<QuestionFigures>,
    /// By topic, in bank order.
    pub topics: Vec<(String, f64)>,
    pub dimensions: Vec<Option<f64>>,
    pub pillars: Vec<PillarFigures>,
    /// Level, score, and whether all pillars are in it.
    pub overall: Option<(u8, f64, bool)>,
    pub weakest: Option<usize>,
    pub nobody_knows: Vec<usize>,
    pub disagreements: Vec<usize>,
}

#[expect(clippy::cast_precision_loss, reason = "counts of people are small")]
fn float(count: usize) -> f64 {
    count as f64
}

pub fn level(score: f64) -> u8 {
    (0..=5).rev().find(|level| score + CLOSE >= f64::from(*level)).unwrap_or(0)
}

fn score_of(value: &Value, question: &Question) -> Option<f64> {
    match value {
        Value::Level(index) => Some(f64::from(*index)),
        Value::YesNo(YesNo::Yes) => Some(5.0),
        Value::YesNo(YesNo::Partly) => Some(2.5),
        Value::YesNo(YesNo::No) => Some(0.0),
        Value::Checklist(set) => {
            Some(5.0 * float(set.len()) / float(question.kind.options().len()))
        }
        Value::Text(_) | Value::DontKnow => None,
    }
}

fn mean(bank: &Bank, of: &[&QuestionFigures]) -> Option<f64> {
    let weight = |it: &QuestionFigures| f64::from(bank.questions[it.at].weight);
    let counting: Vec<(f64, f64)> =
        of.iter().filter_map(|it| Some((it.score?, weight(it)))).collect();
    let weights: f64 = counting.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = counting.iter().map(|(score, weight)| score * weight).sum();
    (!counting.is_empty()).then(|| sum / weights)
}

fn question(bank: &Bank, at: usize, answers: &BTreeMap<usize, Value>, m: usize) -> QuestionFigures {
    let question = &bank.questions[at];
    let mut scores: Vec<f64> =
        answers.values().filter_map(|value| score_of(value, question)).collect();
    scores.sort_by(f64::total_cmp);
    let n = scores.len();
    let counts = n >= m && n > 0;
    let median = || f64::midpoint(scores[(n - 1) / 2], scores[n / 2]);
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    let apart: f64 = pairs.map(|(a, b)| scores[b] - scores[a]).sum();
    QuestionFigures {
        at,
        scored: n,
        dont_know: answers.values().filter(|value| **value == Value::DontKnow).count(),
        score: counts.then(median),
        disagreement: (counts && n >= 3).then(|| apart / float(n * (n - 1) / 2)),
    }
}

/// The figures of one round, from its published answers.
pub fn score(
    bank: &Bank,
    published: &BTreeMap<usize, BTreeMap<usize, Value>>,
    people: usize,
    members: usize,
    m: usize,
) -> Figures {
    let scored = |at: &usize| bank.questions[*at].kind.is_scored();
    let asked: Vec<usize> = published.keys().copied().filter(scored).collect();
    let questions: Vec<QuestionFigures> =
        asked.iter().map(|at| question(bank, *at, &published[at], m)).collect();
    let of = |which: &dyn Fn(&Question) -> bool| -> Vec<&QuestionFigures> {
        questions.iter().filter(|it| which(&bank.questions[it.at])).collect()
    };
    let topics = bank.topics.iter().filter_map(|topic| {
        Some((topic.id.to_string(), mean(bank, &of(&|it| it.topic == topic.id))?))
    });
    let dimensions = Dimension::ALL.map(|wanted| mean(bank, &of(&|it| it.dimension == wanted)));
    let pillars: Vec<PillarFigures> = Pillar::ALL
        .iter()
        .map(|pillar| {
            let own = of(&|it| it.pillar == *pillar);
            pillar_figures(bank, published, &own, members, m)
        })
        .collect();
    let shown: Vec<f64> = pillars.iter().filter_map(|it| it.score).collect();
    let lowest = shown.iter().copied().map(level).min();
    let overall =
        lowest.map(|low| (low, shown.iter().sum::<f64>() / float(shown.len()), shown.len() == 4));
    let least = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let is_least = |it: &PillarFigures| it.score.is_some_and(|score| score <= least + CLOSE);
    Figures {
        m,
        people,
        members,
        topics: topics.collect(),
        dimensions: dimensions.to_vec(),
        weakest: pillars.iter().position(is_least),
        nobody_knows: (0..4)
            .filter(|at| pillars[*at].dont_know.is_some_and(|share| share >= 0.4 - CLOSE))
            .collect(),
        disagreements: questions
            .iter()
            .filter(|it| it.disagreement.is_some_and(|apart| apart >= 1.5 - CLOSE))
            .map(|it| it.at)
            .collect(),
        pillars,
        overall,
        questions,
    }
}

fn pillar_figures(
    bank: &Bank,
    published: &BTreeMap<usize, BTreeMap<usize, Value>>,
    own: &[&QuestionFigures],
    members: usize,
    m: usize,
) -> PillarFigures {
    let counting = own.iter().filter(|it| it.score.is_some());
    let people: BTreeSet<usize> = counting
        .flat_map(|it| {
            let question = &bank.questions[it.at];
            let scored = |(_, value): &(&usize, &Value)| score_of(value, question).is_some();
            published[&it.at].iter().filter(scored).map(|(who, _)| *who)
        })
        .collect();
    let answered = own.iter().filter(|it| it.scored + it.dont_know >= m);
    let (unknown, all) = answered.fold((0, 0), |(unknown, all), it| {
        (unknown + it.dont_know, all + it.scored + it.dont_know)
    });
    let share = if members == 0 { 0.0 } else { float(people.len()) / float(members) };
    PillarFigures {
        score: mean(bank, own),
        respondents: people.len(),
        participation: share.min(1.0),
        dont_know: (all > 0).then(|| float(unknown) / float(all)),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < CLOSE
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => near(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn confidence(share: f64) -> &'static str {
    match share + CLOSE {
        share if share >= 0.7 => "high",
        share if share >= 0.4 => "medium",
        _ => "low",
    }
}

impl Figures {
    /// Figures of which nothing may be shown.
    pub fn withheld(&self) -> Self {
        let none = |it: &PillarFigures| PillarFigures {
            score: None,
            dont_know: None,
            respondents: 0,
            participation: it.participation,
        };
        Self {
            questions: Vec::new(),
            topics: Vec::new(),
            dimensions: vec![None; 4],
            pillars: self.pillars.iter().map(none).collect(),
            overall: None,
            weakest: None,
            nobody_knows: Vec::new(),
            disagreements: Vec::new(),
            ..self.clone()
        }
    }

    /// What of a stored result is not as it should be.
    pub fn differences(&self, bank: &Bank, stored: &RoundResult) -> Vec<String> {
        let mut found = Vec::new();
        let mut check = |what: &str, agrees: bool| {
            if !agrees {
                found.push(what.to_owned());
            }
        };
        let share = if self.members == 0 { 0.0 } else { float(self.people) / float(self.members) };
        check("minimum group", stored.m == self.m);
        check("members", stored.members == self.members);
        check("participants", stored.participants == self.people);
        check("participation", near(stored.participation, share.min(1.0)));
        check("confidence", stored.confidence.name() == confidence(share));
        let questions: Vec<_> = stored
            .questions
            .iter()
            .map(|it| QuestionFigures {
                at: bank.questions.iter().position(|own| own.id == it.id).expect("in the bank"),
                scored: it.respondents,
                dont_know: it.dont_know,
                score: it.score,
                disagreement: it.disagreement,
            })
            .collect();
        let alike = |(a, b): (&QuestionFigures, &QuestionFigures)| {
            (a.at, a.scored, a.dont_know) == (b.at, b.scored, b.dont_know)
                && same(a.score, b.score)
                && same(a.disagreement, b.disagreement)
        };
        check("number of questions", questions.len() == self.questions.len());
        check("questions", questions.iter().zip(&self.questions).all(alike));
        let topics = stored.topics.iter().zip(&self.topics);
        check("number of topics", stored.topics.len() == self.topics.len());
        check("topics", { topics }.all(|(a, b)| a.id.as_str() == b.0 && near(a.score, b.1)));
        let dimensions = stored.dimensions.iter().zip(&self.dimensions);
        check("dimensions", { dimensions }.all(|(a, b)| same(*a, *b)));
        for (at, own) in self.pillars.iter().enumerate() {
            let it = &stored.pillars[at];
            check("pillar score", same(it.score, own.score));
            check("pillar respondents", it.respondents == own.respondents);
            check("pillar participation", near(it.participation, own.participation));
            check("pillar confidence", it.confidence.name() == confidence(own.participation));
            check("don't know", same(it.dont_know_share, own.dont_know));
        }
        let overall = stored.overall.map(|it| (it.level, it.complete));
        check("overall", overall == self.overall.map(|(level, _, whole)| (level, whole)));
        let overall = stored.overall.map(|it| it.score);
        check("overall score", same(overall, self.overall.map(|it| it.1)));
        check("weakest", stored.weakest.map(Pillar::index) == self.weakest);
        let findings: Vec<Finding> = self
            .nobody_knows
            .iter()
            .map(|at| Finding::NobodyKnows(Pillar::ALL[*at]))
            .chain(
                self.disagreements
                    .iter()
                    .map(|at| Finding::Disagreement(bank.questions[*at].id.clone())),
            )
            .collect();
        check("findings", stored.findings == findings);
        found
    }

    fn topic(&self, id: &str) -> Option<f64> {
        self.topics.iter().find(|it| it.0 == id).map(|it| it.1)
    }

    /// The next actions, section 7.
    pub fn next_actions<'a>(
        &self,
        bank: &'a Bank,
        targets: [u8; 4],
        over: &BTreeSet<String>,
    ) -> Vec<&'a Action> {
        let settled = |action: &Action| {
            let passed = |score: f64| action.from.iter().all(|from| level(score) > *from);
            over.contains(action.id.as_str())
                || self.topic(action.topic.as_str()).is_some_and(passed)
        };
        let mut best: BTreeMap<&str, (f64, &Action)> = BTreeMap::new();
        for (topic, score) in &self.topics {
            let found = bank.topics.iter().find(|it| it.id.as_str() == topic).expect("known");
            let (at, target) = (found.pillar.index(), f64::from(targets[found.pillar.index()]));
            let offers = |it: &&Action| it.topic == found.id && it.from.contains(&level(*score));
            let Some(mut action) = bank.actions.iter().find(offers) else { continue };
            if *score >= target - CLOSE || settled(action) {
                continue;
            }
            while let Some(first) = action.requires.iter().find_map(|id| {
                bank.actions.iter().find(|it| it.id == *id).filter(|it| !settled(it))
            }) {
                action = first;
            }
            let gap = (target - self.pillars[at].score.expect("a topic of it has one")).max(0.0);
            let scored = bank.questions.iter().filter(|it| it.topic == found.id);
            let weight: u32 = scored.filter(|it| it.kind.is_scored()).map(|it| it.weight).sum();
            let effort = match action.effort {
                Effort::S => 1.0,
                Effort::M => 0.8,
                Effort::L => 0.5,
            };
            let factor = if self.weakest == Some(at) { 1.5 } else { 1.0 };
            let priority = gap * f64::from(weight) * factor * effort;
            let entry = best.entry(action.id.as_str()).or_insert((priority, action));
            entry.0 = entry.0.max(priority);
        }
        let mut all: Vec<(f64, &Action)> =
            best.into_values().filter(|(priority, _)| *priority >= CLOSE).collect();
        all.sort_by(|a, b| {
            let tie = (a.1.pillar, a.1.id.as_str()).cmp(&(b.1.pillar, b.1.id.as_str()));
            if near(a.0, b.0) { tie } else { b.0.total_cmp(&a.0) }
        });
        let mut taken = [0; 4];
        let room = |(_, action): &(f64, &Action)| {
            taken[action.pillar.index()] += 1;
            taken[action.pillar.index()] <= 2
        };
        all.into_iter().filter(room).take(3).map(|(_, action)| action).collect()
    }
}
