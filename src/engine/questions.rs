//! Which question is in front of a person, and how it is put.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::decision::{Decided, Desk, Trouble};
use super::speaker::Speaker;
use crate::domain::answer::{Value, YesNo};
use crate::domain::bank::{Bank, Kind, Question};
use crate::domain::ids::{Pseudonym, QuestionId, RoundId};
use crate::domain::message::{Choice, Message, Press};
use crate::domain::person::Person;
use crate::domain::round::{Answer, Round, Sitting};
use crate::domain::team::Team;
use crate::text::words::{Asked, Labels};

/// A person in front of an open round.
pub(super) struct Front {
    pub team: Team,
    pub round: Round,
    pub bank: Arc<Bank>,
    pub sitting: Sitting,
    /// The person's own answers that hold.
    pub answers: BTreeMap<QuestionId, Answer>,
    /// Whether nothing could be read, because the person had no key yet.
    unread: Cell<bool>,
}

impl Front {
    /// The open round in front of a person, if they may still answer in it.
    pub fn of(desk: &Desk<'_>, person: &Person, id: RoundId) -> Decided<Option<Self>> {
        let Some(round) = desk.tx.round(id)?.filter(Round::is_open) else { return Ok(None) };
        let Some(team) = desk.tx.team(id.team)? else { return Ok(None) };
        let over = desk.at.get() >= round.closes;
        let barred = person.outside || person.sits_out.contains(&id) || over;
        if barred || !desk.tx.is_member(team.id, &person.id)? {
            return Ok(None);
        }
        let bank = desk.bank_of(&round)?;
        let who = desk.find_pseudonym(&round, person)?;
        let (sitting, answers) = match who {
            Some(who) => (desk.tx.sitting(id, who)?, desk.tx.answers_of(id, who)?),
            None => (Sitting::default(), BTreeMap::new()),
        };
        let unread = Cell::new(who.is_none());
        Ok(Some(Self { team, round, bank, sitting, answers, unread }))
    }

    /// The open round that a person's words are about: the one put before them, else the only one
    /// they can answer in.
    pub fn find(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Option<Self>> {
        if let Some(id) = speaker.person.facing
            && let Some(front) = Self::of(desk, &speaker.person, id)?
        {
            return Ok(Some(front));
        }
        Self::open_rounds(desk, speaker).map(|fronts| fronts.into_iter().next())
    }

    /// All open rounds that a person can answer in, that of this place first.
    pub fn open_rounds(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Self>> {
        let mut fronts = Vec::new();
        for team in &speaker.teams {
            if let Some(number) = team.current {
                let id = RoundId { team: team.id, number };
                fronts.extend(Self::of(desk, &speaker.person, id)?);
            }
        }
        Ok(fronts)
    }

    /// The pseudonym to write under; draws the key on the first answer.
    pub fn who(&self, desk: &Desk<'_>, person: &Person) -> Decided<Pseudonym> {
        let who = desk.pseudonym(&self.round, person)?;
        // What a first answer rests on is that there is none; another may come at the same time.
        if self.unread.replace(false) {
            let id = self.round.id;
            let fresh = desk.tx.sitting(id, who)? == Sitting::default();
            if !fresh || !desk.tx.answers_of(id, who)?.is_empty() {
                return Err(Trouble::Overtaken);
            }
        }
        Ok(who)
    }

    /// The value that holds for a question.
    pub fn value(&self, id: &QuestionId) -> Option<&Value> {
        self.answers.get(id).and_then(|answer| answer.value.as_ref())
    }

    /// A question by its id, if the round asks it.
    pub fn asked(&self, id: &QuestionId) -> Option<&Question> {
        self.bank.question(id).filter(|_| self.round.questions.contains(id))
    }

    /// The number under which people know a question, from 1 on.
    pub fn number(&self, id: &QuestionId) -> usize {
        self.round.questions.iter().position(|it| it == id).map_or(1, |place| place + 1)
    }

    /// How many questions of the round are answered.
    pub fn answered(&self) -> usize {
        self.round.questions.iter().filter(|id| self.value(id).is_some()).count()
    }

    /// How many questions are neither answered nor skipped.
    pub fn left(&self) -> usize {
        self.round.questions.iter().filter(|id| self.is_waiting(id)).count()
    }

    /// Whether the person has been shown the round and its terms: they were put before them, or
    /// they have answered or skipped something.
    pub fn is_before(&self, person: &Person) -> bool {
        let begun = self.answered() > 0 || !self.sitting.skipped.is_empty();
        person.facing == Some(self.round.id) || begun
    }

    fn is_waiting(&self, id: &QuestionId) -> bool {
        self.value(id).is_none() && !self.sitting.skipped.contains(id)
    }

    /// The question in front of the person: the one shown last, else the first one waiting.
    pub fn question(&self) -> Option<&Question> {
        let shown = self.sitting.current.as_ref().filter(|id| self.round.questions.contains(id));
        self.bank.question(shown.or_else(|| self.next_after(None))?)
    }

    /// The first waiting question behind another, then those before it.
    pub fn next_after(&self, id: Option<&QuestionId>) -> Option<&QuestionId> {
        let all = &self.round.questions;
        let from = all.iter().position(|known| Some(known) == id).map_or(0, |place| place + 1);
        let (before, behind) = all.split_at(from);
        behind.iter().chain(before).find(|id| self.is_waiting(id))
    }

    /// A question by its number in the round, from 1, or by its id or the end of its id.
    pub fn find_question(&self, heard: &str) -> Option<&Question> {
        let by_number = heard
            .parse::<usize>()
            .ok()
            .and_then(|number| self.round.questions.get(number.checked_sub(1)?));
        let by_name = || {
            self.round
                .questions
                .iter()
                .find(|id| id.as_str() == heard || id.as_str().split('.').nth(1) == Some(heard))
        };
        self.bank.question(by_number.or_else(by_name)?)
    }

    /// A question as a message.
    pub fn ask(&self, desk: &Desk<'_>, question: &Question, above: &str) -> Message {
        let now = self.value(&question.id).map(|value| label(desk, question, value));
        let body = desk.text.say(&words(&self.round, &self.bank, question, now));
        let body = if above.is_empty() { body } else { format!("{above}\n\n{body}") };
        Message::Choices { body, choices: choices(desk, &self.round, question) }
    }
}

/// A question as it stands before nobody in particular: its words, and the answers it takes.
pub(super) fn asked(
    desk: &Desk<'_>,
    round: &Round,
    bank: &Bank,
    question: &Question,
) -> (String, Vec<Choice>) {
    let body = desk.text.say(&words(round, bank, question, None));
    (body, choices(desk, round, question))
}

fn words(round: &Round, bank: &Bank, question: &Question, now: Option<String>) -> Asked {
    let number = round.questions.iter().position(|id| *id == question.id).unwrap_or(0);
    let topic = bank.topic(&question.topic).map(|topic| topic.title.clone());
    Asked {
        number: number + 1,
        total: round.questions.len(),
        topic: topic.unwrap_or_default(),
        text: question.text.clone(),
        kind: kind_name(&question.kind),
        now,
    }
}

/// The answers a question takes, each to press or to type; none where it takes words.
pub(super) fn choices(desk: &Desk<'_>, round: &Round, question: &Question) -> Vec<Choice> {
    let choice = |key: String, label: String| Choice {
        press: Press::Answer(round.id, question.id.clone(), key.clone()),
        key,
        label,
    };
    let mut choices: Vec<Choice> = match &question.kind {
        Kind::Level(options) | Kind::Checklist(options) => (0..)
            .zip(options)
            .map(|(index, option): (u8, _)| choice(index.to_string(), option.clone()))
            .collect(),
        Kind::YesNo => {
            ["yes", "partly", "no"].map(|word| choice(word.to_owned(), say(desk, word))).into()
        }
        Kind::Text => return Vec::new(),
    };
    if matches!(question.kind, Kind::Checklist(_)) {
        choices.push(choice("none".to_owned(), say(desk, "none")));
    }
    choices.push(choice("?".to_owned(), say(desk, "dont_know")));
    choices
}

/// The name templates know a kind by.
pub(super) fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Level(_) => "level",
        Kind::YesNo => "yesno",
        Kind::Checklist(_) => "checklist",
        Kind::Text => "text",
    }
}

/// A value as its person reads it back.
pub(super) fn label(desk: &Desk<'_>, question: &Question, value: &Value) -> String {
    let options = question.kind.options();
    let option = |index: &u8| options.get(usize::from(*index)).cloned().unwrap_or_default();
    match value {
        Value::Level(index) => format!("{index}, {}", option(index)),
        Value::YesNo(YesNo::Yes) => say(desk, "yes"),
        Value::YesNo(YesNo::Partly) => say(desk, "partly"),
        Value::YesNo(YesNo::No) => say(desk, "no"),
        Value::Checklist(chosen) if chosen.is_empty() => say(desk, "none"),
        Value::Checklist(chosen) => chosen.iter().map(option).collect::<Vec<_>>().join("; "),
        Value::Text(_) => say(desk, "text"),
        Value::DontKnow => say(desk, "dont_know"),
    }
}

/// A value as its person would type it.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::Level(index) => index.to_string(),
        Value::YesNo(YesNo::Yes) => "yes".to_owned(),
        Value::YesNo(YesNo::Partly) => "partly".to_owned(),
        Value::YesNo(YesNo::No) => "no".to_owned(),
        Value::Checklist(chosen) if chosen.is_empty() => "none".to_owned(),
        Value::Checklist(chosen) => {
            chosen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        Value::Text(words) => words.clone(),
        Value::DontKnow => "?".to_owned(),
    }
}

/// One of the words that are no option of the bank.
pub(super) fn say(desk: &Desk<'_>, label: &'static str) -> String {
    desk.text.say(&Labels { label })
}

/// How far a person has come in a team's open round: questions answered, and all of them.
pub(super) fn progress(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
) -> Decided<Option<(usize, usize)>> {
    let Some(number) = team.current else { return Ok(None) };
    let id = RoundId { team: team.id, number };
    let front = Front::of(desk, &speaker.person, id)?;
    Ok(front.map(|front| (front.answered(), front.round.questions.len())))
}
