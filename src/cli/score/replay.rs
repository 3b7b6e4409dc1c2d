//! Plays a team's rounds step by step and scores what got published.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, anyhow, ensure};

use super::input::{Pairs, Round, State, Team};
use crate::domain::actions::{NextAction, USUAL_TARGET, next_actions};
use crate::domain::answer::{Value, YesNo};
use crate::domain::bank::{Bank, Kind, Question};
use crate::domain::ids::{ActionId, Pseudonym, QuestionId};
use crate::domain::level::{Pillar, TOP_LEVEL};
use crate::domain::publication::{Answers, min_group, publish};
use crate::domain::scoring::{RoundResult, score_round};
use crate::domain::trend::{PillarTrend, series, trend};
use crate::text::content::Content;

const USUAL_GROUP: usize = 3;

/// All figures of one team.
pub(super) struct Report {
    pub m: usize,
    pub targets: [u8; 4],
    /// One result per round, oldest first.
    pub results: Vec<RoundResult>,
    /// The ids of the rounds in the trend.
    pub in_trend: Vec<String>,
    pub trend: [PillarTrend; 4],
    pub next_actions: Vec<NextAction>,
}

/// Computes the figures of one team.
pub(super) fn replay(content: &Content, team: &Team) -> anyhow::Result<Report> {
    let targets = targets(&team.targets)?;
    check_rounds(content, &team.rounds)?;
    let most_members = team.rounds.iter().map(|round| round.members).max().unwrap_or(0);
    let configured = team.min_respondents.unwrap_or(USUAL_GROUP);
    let m = min_group(configured, team.small_team_opt_in, most_members);
    let results = team.rounds.iter().map(|round| {
        let scored = play(&content.bank, round, m);
        scored.with_context(|| format!("round `{}`", round.id))
    });
    let results = results.collect::<anyhow::Result<Vec<_>>>()?;
    let rounds: Vec<(&Round, &RoundResult)> = team.rounds.iter().zip(&results).collect();
    let chosen = series(&rounds, |(round, _)| {
        (round.state == State::Closed).then_some(round.preset.as_str())
    });
    let settled = team.done.iter().chain(&team.dismissed).map(|id| ActionId(id.clone())).collect();
    let next_actions =
        results.last().map(|last| next_actions(&content.bank, last, &targets, &settled));
    Ok(Report {
        m,
        targets,
        in_trend: chosen.iter().map(|(round, _)| round.id.clone()).collect(),
        trend: trend(&chosen.iter().map(|(_, result)| *result).collect::<Vec<_>>()),
        next_actions: next_actions.unwrap_or_default(),
        results,
    })
}

fn targets(set: &Pairs<u8>) -> anyhow::Result<[u8; 4]> {
    let mut targets = [USUAL_TARGET; 4];
    for (name, target) in &set.0 {
        let pillar = Pillar::named(name)
            .ok_or_else(|| anyhow!("`targets` names `{name}`; name one of the four pillars"))?;
        ensure!(*target <= TOP_LEVEL, "the target of {name} is {target}; write 0 to 5");
        targets[pillar.index()] = *target;
    }
    Ok(targets)
}

fn check_rounds(content: &Content, rounds: &[Round]) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for Round { id, preset, members, .. } in rounds {
        ensure!(seen.insert(id), "two rounds have the id `{id}`; rename one of them");
        ensure!(*members >= 1, "round `{id}`: `members` is 0; write at least 1");
        let known = content.presets.keys().cloned().collect::<Vec<_>>().join(", ");
        ensure!(
            content.presets.contains_key(preset),
            "round `{id}`: there is no preset `{preset}`; write one of {known}"
        );
    }
    Ok(())
}

/// What was answered in a round so far. People are numbered, since names are of no use here.
#[derive(Default)]
struct Course<'a> {
    people: BTreeMap<&'a str, Pseudonym>,
    present: BTreeMap<QuestionId, Answers>,
    published: BTreeMap<QuestionId, Answers>,
}

fn play(bank: &Bank, round: &Round, m: usize) -> anyhow::Result<RoundResult> {
    let mut course = Course::default();
    for (number, step) in (1..).zip(&round.steps) {
        for (question, answers) in &step.answers.0 {
            let taken = course.answer(bank, question, answers);
            taken.with_context(|| format!("step {number}"))?;
        }
        for person in &step.withdraw {
            course.withdraw(person);
        }
        if step.report {
            course.report(m);
        }
    }
    course.report(m);
    let participants: BTreeSet<_> = course.present.values().flat_map(BTreeMap::keys).collect();
    Ok(score_round(bank, &course.published, participants.len(), round.members, m))
}

impl<'a> Course<'a> {
    fn answer(
        &mut self,
        bank: &Bank,
        question: &str,
        answers: &'a Pairs<serde_json::Value>,
    ) -> anyhow::Result<()> {
        let Some(question) = bank.question(&question.into()) else { return Ok(()) };
        for (place, (person, value)) in (1..).zip(&answers.0) {
            let value = read_value(value, question).ok_or_else(|| {
                let expected = expected(question);
                anyhow!("answer {place} to {} does not fit; write {expected}", question.id)
            })?;
            let who = self.pseudonym(person);
            self.present.entry(question.id.clone()).or_default().insert(who, value);
        }
        Ok(())
    }

    fn pseudonym(&mut self, person: &'a str) -> Pseudonym {
        let number = self.people.len() as u64;
        *self.people.entry(person).or_insert_with(|| Pseudonym(number.to_be_bytes()))
    }

    fn withdraw(&mut self, person: &str) {
        let Some(who) = self.people.get(person) else { return };
        for answers in self.present.values_mut() {
            answers.remove(who);
        }
    }

    fn report(&mut self, m: usize) {
        for (question, present) in &self.present {
            if let Some(answers) = publish(self.published.get(question), present, m) {
                self.published.insert(question.clone(), answers);
            }
        }
    }
}

fn read_value(value: &serde_json::Value, question: &Question) -> Option<Value> {
    let index = |value: &serde_json::Value| value.as_u64().and_then(|n| u8::try_from(n).ok());
    let value = match (&question.kind, value.as_str()) {
        (Kind::Text, Some(words)) if words != "dont_know" => Value::Text(words.to_owned()),
        (_, Some("dont_know")) => Value::DontKnow,
        (Kind::Level(_), _) => Value::Level(index(value)?),
        (Kind::YesNo, Some("yes")) => Value::YesNo(YesNo::Yes),
        (Kind::YesNo, Some("partly")) => Value::YesNo(YesNo::Partly),
        (Kind::YesNo, Some("no")) => Value::YesNo(YesNo::No),
        (Kind::Checklist(_), _) => {
            let chosen = value.as_array()?.iter().map(index);
            Value::checklist(chosen.collect::<Option<Vec<u8>>>()?)
        }
        _ => return None,
    };
    value.fits(question).then_some(value)
}

fn expected(question: &Question) -> String {
    match &question.kind {
        Kind::Level(_) => "a whole number from 0 to 5 or \"dont_know\"".to_owned(),
        Kind::YesNo => "\"yes\", \"partly\", \"no\" or \"dont_know\"".to_owned(),
        Kind::Checklist(options) => {
            let last = options.len().saturating_sub(1);
            format!("a list of whole numbers from 0 to {last} or \"dont_know\"")
        }
        Kind::Text => "words".to_owned(),
    }
}
