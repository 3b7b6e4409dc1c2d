//! The records on disk, side by side with the model's.

use std::collections::BTreeMap;

use maturity_bot::domain::ids::{Pseudonym, RoundId, TeamId};
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::outgoing::{OutRow, Purpose};
use maturity_bot::domain::round::State;
use maturity_bot::store::tx::Tx;

use crate::chat::{number_of, person_id};
use crate::model::{Answer, Kind, Letter, Model, Stage};
use crate::time::Instant;

pub fn round_id(team: usize, number: usize) -> RoundId {
    let small = |number: usize| u32::try_from(number + 1).expect("few");
    RoundId { team: TeamId(small(team)), number: small(number) }
}

fn stage(state: State) -> Stage {
    match state {
        State::Planned => Stage::Planned,
        State::Open => Stage::Open,
        State::Closed => Stage::Closed,
        State::Cancelled => Stage::Cancelled,
    }
}

/// Answers of one person, as far as a store without keys tells: sorted words.
fn words<'a>(own: impl Iterator<Item = (String, &'a Answer)>) -> Vec<String> {
    let mut words: Vec<String> = own
        .map(|(id, it)| format!("{id}: {:?} before {:?} {:?}", it.value, it.before, it.comment))
        .collect();
    words.sort();
    words
}

/// Compares everything that is stored of a round.
pub fn judge_round(model: &Model, tx: &Tx<'_>, now: Instant, team: usize, number: usize) {
    let id = round_id(team, number);
    let about = [model.teams[team].name.clone()];
    let own = &model.teams[team].rounds[number];
    let stored = tx.round(id).expect("readable").expect("the round is there");
    let bank = &model.bank;
    let questions: Vec<_> = own.questions.iter().map(|at| bank.questions[*at].id.clone()).collect();
    let facts = [
        ("preset", stored.preset == own.preset),
        ("state", stage(stored.state) == own.stage),
        ("mode", stored.terms.mode == own.mode),
        ("minimum group", own.opened.is_none() || stored.terms.min_group as usize == own.m),
        ("opened", stored.opened == own.opened),
        ("closes", stored.closes == own.closes),
        ("ended", stored.ended == own.ended),
        ("members", stored.members as usize == own.members),
        ("questions", stored.questions == questions),
        ("reminders", stored.nudges == own.nudges),
    ];
    for (what, agrees) in facts {
        if !agrees {
            model.differ(now, &about, &format!("{what}: stored {stored:#?}, expected {own:#?}"));
        }
    }
    let mut people: BTreeMap<Pseudonym, Vec<(String, Answer)>> = BTreeMap::new();
    for (who, question, it) in tx.answers(id).expect("readable") {
        let (value, before, comment) = (it.value, it.before, it.comment);
        let answer = Answer { value, before, comment, source: String::new() };
        people.entry(who).or_default().push((question.to_string(), answer));
    }
    let named =
        |it: &Vec<(String, Answer)>| words(it.iter().map(|(id, answer)| (id.clone(), answer)));
    let mut found: Vec<Vec<String>> = people.values().map(named).collect();
    let expected = own.answers.values().filter(|own| !own.is_empty());
    let id_of = |at: &usize| bank.questions[*at].id.to_string();
    let mut expected: Vec<Vec<String>> =
        expected.map(|own| words(own.iter().map(|(at, it)| (id_of(at), it)))).collect();
    found.sort();
    expected.sort();
    if found != expected {
        let words = format!("answers of {id}: stored {found:#?}, expected {expected:#?}");
        model.differ(now, &about, &words);
    }
    if own.stage == Stage::Closed {
        let result = tx.result(id).expect("readable").expect("a closed round has figures");
        let figures = own.figures.as_ref().expect("closed");
        let wrong = figures.differences(bank, &result);
        if !wrong.is_empty() {
            let words = format!("{id}: {wrong:?}: stored {result:#?}, expected {figures:#?}");
            model.differ(now, &about, &words);
        }
    }
}

/// Compares what is stored of a team beside its rounds.
pub fn judge_team(model: &Model, tx: &Tx<'_>, now: Instant, team: usize) {
    let own = &model.teams[team];
    let id = round_id(team, 0).team;
    let stored = tx.team(id).expect("readable").expect("the team is there");
    let about = [own.name.clone()];
    let current = stored.current.map(|number| number as usize - 1);
    let members = tx.members(id).expect("readable");
    let mut members: Vec<usize> = members.iter().map(number_of).collect();
    members.sort_unstable();
    if (stored.rounds as usize, current) != (own.rounds.len(), own.current)
        || members != own.members.iter().copied().collect::<Vec<_>>()
    {
        let words = format!("{stored:#?}, members {members:?}, expected {:?}", own.members);
        model.differ(now, &about, &words);
    }
    let mut notes: Vec<_> =
        own.skips.iter().map(|it| (it.last, it.what.clone(), it.first, it.count)).collect();
    let mut stored: Vec<_> = tx
        .skipped(id, usize::MAX)
        .expect("readable")
        .into_iter()
        .map(|(last, it)| (last, it.what, it.first, usize::from(it.count)))
        .collect();
    notes.sort();
    stored.sort();
    if notes != stored {
        model.differ(now, &about, &format!("skipped {stored:#?}, expected {notes:#?}"));
    }
}

/// When a letter of a team that waits until a moment goes out, if it does before its end.
type Moment<'a> = &'a dyn Fn(usize, Instant, Option<Instant>) -> Option<Instant>;

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

/// Compares what is stored of a person, and what waits for them.
pub fn judge_person(model: &Model, tx: &Tx<'_>, now: Instant, person: usize) {
    let own = &model.people[person];
    let Some(stored) = tx.person(&person_id(person)).expect("readable") else { return };
    let about = [Model::name(person)];
    let ahead = |at: Option<Instant>| at.filter(|at| *at > now);
    let same = (stored.zone, stored.stopped, stored.last_unasked)
        == (own.known_zone, own.stopped, own.last_unasked)
        && ahead(stored.away_until) == ahead(own.away)
        && ahead(stored.snoozed_until) == ahead(own.snoozed);
    if !same {
        model.differ(now, &about, &format!("stored {stored:#?}, expected {own:#?}"));
    }
    judge_letters(model, tx, now, person);
}

/// Compares what waits for a person.
fn judge_letters(model: &Model, tx: &Tx<'_>, now: Instant, person: usize) {
    let lane = Destination::Person(person_id(person)).lane();
    let rows = tx.waiting_for(&lane, usize::MAX).expect("readable");
    let kind = |purpose: Purpose| match purpose {
        Purpose::Question(round) => {
            (round.team.0 as usize - 1, Kind::Question(round.number as usize - 1))
        }
        Purpose::Nudge(round) => {
            (round.team.0 as usize - 1, Kind::Nudge(round.number as usize - 1))
        }
        Purpose::Notice(team) => (team.0 as usize - 1, Kind::Notice),
        other => (other.team().0 as usize - 1, Kind::Champion(None)),
    };
    let words = |(team, kind): (usize, Kind), at: Instant| match kind {
        Kind::Champion(_) => format!("{team} champion {at}"),
        kind => format!("{team} {kind:?} {at}"),
    };
    let waits = |moment: Moment<'_>| {
        let told = |row: &OutRow| {
            let (team, kind) = kind(row.purpose);
            Some(words((team, kind), moment(team, row.not_before, row.expires)?))
        };
        sorted(rows.iter().filter_map(|(_, row)| told(row)))
    };
    let letters = model.letters_of(person);
    let expected = |moment: Moment<'_>| {
        let told = |it: &Letter| {
            Some(words((it.team, it.kind.clone()), moment(it.team, it.not_before, it.expires)?))
        };
        sorted(letters.iter().filter_map(told))
    };
    let as_noted = |_, at, _| Some(at);
    // Of several that are due together nothing says which is put off before one of them goes out
    // and takes the day; what comes of it is the same.
    let as_it_comes = |team, at, end| model.chance(person, team, at, end);
    if waits(&as_noted) != expected(&as_noted) && waits(&as_it_comes) != expected(&as_it_comes) {
        let (waits, expected) = (waits(&as_noted), expected(&as_noted));
        model.differ(
            now,
            &[Model::name(person)],
            &format!("waiting {waits:#?}, expected {expected:#?}"),
        );
    }
}

/// Where a round is open, it is known who is there, or about to be.
pub fn judge_freshness(model: &Model, tx: &Tx<'_>, now: Instant, team: usize) {
    let own = &model.teams[team];
    let stored = tx.team(round_id(team, 0).team).expect("readable").expect("the team is there");
    let waits =
        !tx.waiting_for(&format!("look-up {}", stored.place), 1).expect("readable").is_empty();
    let is_fresh = stored.roster_at.is_some_and(|at| now - at < chrono::TimeDelta::hours(26));
    if own.paused.is_none() && own.current.is_some() && !waits && !is_fresh {
        model.differ(
            now,
            std::slice::from_ref(&own.name),
            &format!("looked up at {:?}", stored.roster_at),
        );
    }
}
