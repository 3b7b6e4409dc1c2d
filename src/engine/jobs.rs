//! Work on many people, a few at a time.

use std::collections::BTreeSet;

use super::decision::{Decided, Desk, ROOM, zone_of};
use super::questions::Front;
use super::sittings::introduction;
use super::speaker::leads_of;
use crate::clock::Instant;
use crate::domain::courtesy::{Availability, Timing, when};
use crate::domain::ids::{PersonId, RoundId};
use crate::domain::message::{Destination, Message};
use crate::domain::outgoing::{Job, JobKind, Mishap, Purpose};
use crate::domain::person::Person;
use crate::domain::round::{Round, State};
use crate::domain::team::Team;
use crate::store::kv::{Key, StoreError};
use crate::text::words::{Nudge, PulseAsk, RoundOver};

/// How many people one step takes; each costs at most three operations.
const STEP: usize = 18;

/// How many posts one step retires; each costs at most three operations.
const RETIRED: usize = 15;

/// The oldest unfinished work, at most `limit` and one piece for each team: a team's own is done
/// in its order. What was `left` before is passed over, and so is what cannot be read.
pub(super) fn unfinished(
    desk: &Desk<'_>,
    left: &BTreeSet<Key>,
    limit: usize,
) -> Decided<(Vec<Key>, Vec<StoreError>)> {
    let mut teams = BTreeSet::new();
    let (mut jobs, damaged) = desk.tx.jobs(limit + left.len())?;
    jobs.retain(|(key, job)| !left.contains(key) && teams.insert(job.kind.round().team));
    Ok((jobs.into_iter().map(|(key, _)| key).collect(), damaged))
}

/// Does a step of a piece of work; gives whether there was one to do.
pub(super) fn step(desk: &Desk<'_>, key: &Key) -> Decided<bool> {
    let Some(mut job) = desk.tx.job(key)? else { return Ok(false) };
    let round = job.kind.round();
    let swept = match job.kind {
        JobKind::Sweep(_) => Some(desk.tx.drop_published(round, ROOM)? < ROOM),
        JobKind::Retire(_) => Some(retire(desk, round)?),
        JobKind::Ask(_) | JobKind::Nudge(_) => None,
    };
    if let Some(done) = swept {
        if done {
            desk.tx.delete(key.clone());
        }
        return Ok(true);
    }
    let people = next_people(desk, &job, round)?;
    for id in &people {
        if job.except.as_ref() != Some(id)
            && let Some(person) = desk.tx.person(id)?
        {
            one(desk, &job.kind, round, &person)?;
        }
    }
    finish(desk, key.clone(), &mut job, people)?;
    Ok(true)
}

/// Takes the buttons off some posts of an ended round; gives whether none is left.
fn retire(desk: &Desk<'_>, round: RoundId) -> Decided<bool> {
    let posts = desk.tx.posted(round)?;
    let Some(team) = desk.tx.team(round.team)? else { return Ok(true) };
    let cancelled = desk.tx.round(round)?.is_some_and(|it| it.state == State::Cancelled);
    let (done, newest) = (posts.len() <= RETIRED, posts.len().saturating_sub(1));
    for (at, (to, reference)) in posts.into_iter().take(RETIRED).enumerate() {
        let words = RoundOver { team: team.name.clone(), cancelled, newest: at == newest };
        let over = Message::Text(desk.text.say(&words));
        desk.update(to, reference, over, Purpose::News(round))?;
    }
    desk.tx.forget_posted(round, RETIRED)?;
    Ok(done)
}

fn next_people(desk: &Desk<'_>, job: &Job, round: RoundId) -> Decided<Vec<PersonId>> {
    let mut people = desk.tx.members(round.team)?;
    people.retain(|id| job.after.as_ref().is_none_or(|after| id > after));
    people.truncate(STEP);
    Ok(people)
}

fn finish(desk: &Desk<'_>, key: Key, job: &mut Job, people: Vec<PersonId>) -> Decided<()> {
    if people.len() < STEP {
        desk.tx.delete(key);
        return Ok(());
    }
    job.after = people.into_iter().next_back();
    Ok(desk.tx.put_job(key, job)?)
}

fn one(desk: &Desk<'_>, kind: &JobKind, round: RoundId, person: &Person) -> Decided<()> {
    let Some(front) = Front::of(desk, person, round)? else { return Ok(()) };
    if front.left() == 0 {
        return Ok(());
    }
    let Some(at) = opportunity(desk, person, &front.team, front.round.closes) else {
        return Ok(());
    };
    let (message, purpose) = match kind {
        JobKind::Ask(_) => {
            replace_waiting(desk, person, round)?;
            (asking(desk, &front)?, Purpose::Question(round))
        }
        // Whoever is about to be asked needs no reminder.
        JobKind::Nudge(_) if is_to_be_asked(desk, person, round)? => return Ok(()),
        JobKind::Nudge(_) => {
            replace_waiting(desk, person, round)?;
            (reminder(desk, &front, at), Purpose::Nudge(round))
        }
        JobKind::Sweep(_) | JobKind::Retire(_) => return Ok(()),
    };
    unasked(desk, person, message, purpose, at, front.round.closes)
}

/// Whether questions of a round still wait for a person.
fn is_to_be_asked(desk: &Desk<'_>, person: &Person, round: RoundId) -> Decided<bool> {
    let lane = Destination::Person(person.id.clone()).lane();
    let waiting = desk.tx.waiting_for(&lane, usize::MAX)?;
    Ok(waiting.iter().any(|(_, row)| row.purpose == Purpose::Question(round)))
}

/// Questions that still wait make room for those of a later week, so that nobody gets both at
/// once after the bot was down; so does a reminder of earlier questions that falls due with them,
/// and one that still waits for somebody who is away makes room for the next.
fn replace_waiting(desk: &Desk<'_>, person: &Person, round: RoundId) -> Decided<()> {
    let lane = Destination::Person(person.id.clone()).lane();
    for (key, row) in desk.tx.waiting_for(&lane, usize::MAX)? {
        let earlier = [Purpose::Question(round), Purpose::Nudge(round)].contains(&row.purpose);
        if earlier && !row.sending {
            desk.tx.delete(key);
            desk.mishap(row.purpose, Mishap::Replaced)?;
        }
    }
    Ok(())
}

/// Whoever started a round that had to wait for its members gets the questions now: they asked.
pub(super) fn ask_starter(desk: &Desk<'_>, round: &Round) -> Decided<()> {
    let Some(id) = &round.starter else { return Ok(()) };
    let Some(person) = desk.tx.person(id)? else { return Ok(()) };
    let Some(front) = Front::of(desk, &person, round.id)? else { return Ok(()) };
    let message = asking(desk, &front)?;
    desk.send(Destination::Person(person.id), message, Purpose::Question(round.id))
}

/// When a person may next be written to unasked, if that is before `end`.
fn opportunity(desk: &Desk<'_>, person: &Person, team: &Team, end: Instant) -> Option<Instant> {
    match when(&team.settings.quiet, &availability(person, team), desk.now) {
        Timing::At(at) if at < end => Some(at),
        Timing::At(_) | Timing::Never(_) => None,
    }
}

/// When a person can be written to, and whether they had their message of the day.
pub(super) fn availability(person: &Person, team: &Team) -> Availability {
    Availability {
        zone: zone_of(person, team),
        away_until: person.away_until,
        snoozed_until: person.snoozed_until,
        stopped: person.stopped,
        last_unsolicited: person.last_unasked,
    }
}

/// Writes to a person unasked. Whether the moment suits them is asked again when it has come, and
/// only then does it take from their budget of one a day over all teams.
fn unasked(
    desk: &Desk<'_>,
    person: &Person,
    message: Message,
    purpose: Purpose,
    at: Instant,
    end: Instant,
) -> Decided<()> {
    let to = Destination::Person(person.id.clone());
    desk.send_at(to, message, purpose, at, Some(end))
}

fn asking(desk: &Desk<'_>, front: &Front) -> Decided<Message> {
    let begun = front.answered() > 0;
    let above = if begun {
        let count = front.left();
        desk.text.say(&PulseAsk { team: front.team.name.clone(), count })
    } else {
        introduction(desk, front)?
    };
    Ok(match front.question() {
        Some(question) => front.ask(desk, question, &above),
        None => Message::Text(above),
    })
}

fn reminder(desk: &Desk<'_>, front: &Front, at: Instant) -> Message {
    let body = desk.text.say(&Nudge {
        team: front.team.name.clone(),
        closes: desk.when(front.round.closes, &front.team),
        last: front.round.closes - at < chrono::TimeDelta::hours(36),
    });
    let choices = vec![super::introduction::answer_choice(desk, front.round.id)];
    Message::Choices { body, choices }
}

/// Writes something to a person at the next moment that suits them, without a limit in time.
pub(super) fn write_to(
    desk: &Desk<'_>,
    person: &Person,
    team: &Team,
    message: Message,
    purpose: Purpose,
) -> Decided<bool> {
    let far = desk.now + chrono::TimeDelta::days(366);
    let Some(at) = opportunity(desk, person, team, far) else { return Ok(false) };
    unasked(desk, person, message, purpose, at, far)?;
    Ok(true)
}

/// Writes the same to whoever leads a team.
pub(super) fn write_to_leads(
    desk: &Desk<'_>,
    team: &Team,
    body: String,
    purpose: Purpose,
) -> Decided<()> {
    let message = Message::Text(body);
    for lead in leads_of(desk, team)? {
        write_to(desk, &desk.person(&lead)?, team, message.clone(), purpose)?;
    }
    Ok(())
}
