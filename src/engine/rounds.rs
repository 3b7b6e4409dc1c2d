//! The life of a round: planned, open, extended, closed or cancelled.

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::introduction::{answer_choice, is_pulse, title};
use super::replies::none_open;
use super::speaker::Speaker;
use super::{endings, in_place};
use crate::clock::Instant;
use crate::domain::calendar::Length;
use crate::domain::courtesy::{Pace, nudges};
use crate::domain::ids::{PersonId, PlaceId, RoundId};
use crate::domain::message::{Destination, Message};
use crate::domain::outgoing::{Job, JobKind, Purpose};
use crate::domain::person::Person;
use crate::domain::publication::min_group;
use crate::domain::round::{Round, State, Terms};
use crate::domain::selection::{Plan, questions_of};
use crate::domain::team::{Team, Wake};
use crate::platform::Reply;
use crate::store::kv::Key;
use crate::text::words::{
    AlreadyOpen, Extended, NoSuchPreset, NobodyToAsk, Opened, Planned, Started,
};

/// How old the list of members may be when a round opens.
const FRESH: TimeDelta = TimeDelta::days(1);

/// Presets with at most so many questions are open for five working days, longer ones for 14 days.
const SHORT: usize = 10;

/// The preset that is started where none is named.
pub(super) const USUAL: &str = "quick";

/// What came of an attempt to open a round.
pub(super) enum Opening {
    Open(Round),
    Planned,
    NobodyToAsk,
}

/// `start [preset]`. A starter who is a member gets their own questions with the reply.
pub(super) fn start(
    desk: &Desk<'_>,
    speaker: &Speaker,
    mut team: Team,
    preset: Option<&str>,
) -> Decided<Reply> {
    if let Some(round) = desk.current_round(&team)? {
        let closes = desk.when(round.closes, &team);
        return Ok(desk.reply(&AlreadyOpen { team: team.name, closes }));
    }
    let preset = preset.unwrap_or(USUAL);
    if !desk.content.presets.contains_key(preset) {
        let presets = desk.content.presets.keys().cloned().collect();
        return Ok(desk.reply(&NoSuchPreset { heard: preset.to_owned(), presets }));
    }
    Ok(match plan(desk, &mut team, preset, Some(&speaker.person))? {
        Opening::Open(round) => {
            let started = desk.text.say(&Started {
                team: team.name.clone(),
                members: round.members as usize,
                min_group: round.terms.min_group,
                closes: desk.when(round.closes, &team),
                deferred: team.settings.quiet.covers(desk.now, team.settings.zone),
            });
            super::sittings::show_below(desk, &speaker.person, round.id, started)?
        }
        Opening::Planned => desk.reply(&Planned { team: team.name }),
        Opening::NobodyToAsk => desk.reply(&NobodyToAsk { team: team.name }),
    })
}

/// Plans a round, and opens it at once where the members are known well enough.
///
/// `starter` is shown the questions by the caller and needs no message.
pub(super) fn plan(
    desk: &Desk<'_>,
    team: &mut Team,
    preset: &str,
    starter: Option<&Person>,
) -> Decided<Opening> {
    team.rounds += 1;
    team.current = Some(team.rounds);
    let round = Round {
        id: RoundId { team: team.id, number: team.rounds },
        preset: preset.to_owned(),
        state: State::Planned,
        terms: terms(team, 0),
        bank: 0,
        questions: Vec::new(),
        members: 0,
        starter: starter.map(|person| person.id.clone()),
        nudges: 0,
        planned: desk.now,
        opened: None,
        closes: deadline(desk, team, preset),
        ended: None,
    };
    if team.roster_at.is_some_and(|at| desk.now - at < FRESH) {
        return open(desk, team, round);
    }
    desk.look_up(&team.place, Purpose::LookUp(team.id))?;
    desk.tx.put_round(&round)?;
    desk.tx.put_team(team)?;
    Ok(Opening::Planned)
}

/// Opens a planned round: terms, bank and members are frozen, everyone is asked.
///
/// Whoever started it is left to the caller, who shows or sends them their questions.
pub(super) fn open(desk: &Desk<'_>, team: &mut Team, mut round: Round) -> Decided<Opening> {
    let roster = askable(desk, team)?;
    if roster.is_empty() {
        endings::end(desk, team, &mut round, State::Cancelled)?;
        return Ok(Opening::NobodyToAsk);
    }
    round.state = State::Open;
    round.opened = Some(desk.now);
    round.closes = deadline(desk, team, &round.preset);
    round.members = u32::try_from(roster.len()).unwrap_or(u32::MAX);
    round.terms = terms(team, roster.len());
    round.bank = desk.banks.current;
    desk.tx.keep_bank(round.bank, &desk.content.bank)?;
    round.questions = super::rotation::select(desk, team, &round.preset)?;
    desk.tx.put_roster(round.id, &roster)?;
    desk.tx.put_round(&round)?;
    desk.tx.wake(team, Wake::Close, Some(round.closes))?;
    plan_nudge(desk, team, &round)?;
    desk.tx.put_team(team)?;
    show(desk, team, &round)?;
    let except = round.starter.clone();
    desk.tx.begin(&Job { kind: JobKind::Ask(round.id), after: None, except })?;
    Ok(Opening::Open(round))
}

/// Shows a round in its team's place, with its questions where they can be answered there.
fn show(desk: &Desk<'_>, team: &Team, round: &Round) -> Decided<()> {
    let post = opening_post(desk, team, round)?;
    let place = Destination::Place(team.place.clone());
    desk.send_at(place, post, Purpose::Opening(round.id), desk.now, Some(round.closes))?;
    in_place::ask(desk, team, round, &round.questions)
}

/// Shows an open round in the place that took over from an `old` one, unless it stands there.
pub(super) fn show_again(desk: &Desk<'_>, team: &Team, old: &PlaceId) -> Decided<()> {
    let Some(round) = desk.current_round(team)?.filter(Round::is_open) else { return Ok(()) };
    let here = Destination::Place(team.place.clone());
    let is_shown = desk.tx.posted(round.id)?.iter().any(|(to, _)| *to == here);
    if is_shown || !waiting(desk, &here, round.id)?.is_empty() {
        return Ok(());
    }
    // What did not come out there would follow, and stand here twice.
    for key in waiting(desk, &Destination::Place(old.clone()), round.id)? {
        desk.tx.delete(key);
    }
    show(desk, team, &round)
}

/// What of a round waits to be shown in a place.
fn waiting(desk: &Desk<'_>, place: &Destination, round: RoundId) -> Decided<Vec<Key>> {
    let shows = [Purpose::Opening(round), Purpose::Question(round)];
    let mut rows = desk.tx.waiting_for(&place.lane(), usize::MAX)?;
    rows.retain(|(_, row)| shows.contains(&row.purpose));
    Ok(rows.into_iter().map(|(key, _)| key).collect())
}

/// Everybody in the team who may be asked.
pub(super) fn askable(desk: &Desk<'_>, team: &Team) -> Decided<Vec<PersonId>> {
    let mut people = Vec::new();
    for id in desk.tx.members(team.id)? {
        if desk.tx.person(&id)?.is_some_and(|person| !person.outside) {
            people.push(id);
        }
    }
    Ok(people)
}

fn terms(team: &Team, members: usize) -> Terms {
    let settings = &team.settings;
    let m = min_group(settings.min_respondents as usize, settings.small_team, members);
    Terms {
        mode: settings.mode,
        min_group: u32::try_from(m).unwrap_or(u32::MAX),
        early: settings.early,
    }
}

/// When a round of a preset that opens now closes by itself.
fn deadline(desk: &Desk<'_>, team: &Team, preset: &str) -> Instant {
    let plan = desk.content.presets.get(preset).map(|preset| &preset.plan);
    let length = match plan {
        Some(Plan::Pulse(_)) => Length::Weeks(13),
        Some(plan) if questions_of(&desk.content.bank, plan).len() <= SHORT => {
            Length::WorkingDays(5)
        }
        _ => Length::Days(14),
    };
    let settings = &team.settings;
    settings.quiet.calendar.deadline(desk.now, settings.zone, length)
}

/// Plans the next reminder of a round, if one is left.
pub(super) fn plan_nudge(desk: &Desk<'_>, team: &mut Team, round: &Round) -> Decided<()> {
    let pace = if is_pulse(desk, &round.preset) { Pace::Pulse } else { Pace::AtOnce };
    let opened = round.opened.unwrap_or(round.planned);
    let next = nudges(opened, round.closes, pace).into_iter().find(|at| *at > desk.now);
    Ok(desk.tx.wake(team, Wake::Nudge, next)?)
}

fn opening_post(desk: &Desk<'_>, team: &Team, round: &Round) -> Decided<Message> {
    let body = desk.text.say(&Opened {
        team: team.name.clone(),
        title: title(desk, &round.preset),
        total: round.questions.len(),
        closes: desk.when(round.closes, team),
        mode: round.terms.mode.name(),
        min_group: round.terms.min_group,
        small: round.terms.min_group == 1,
        early: round.terms.early,
        leads: desk.tx.names_of(&super::speaker::leads_of(desk, team)?)?,
        pulse: is_pulse(desk, &round.preset),
    });
    let choices = vec![answer_choice(desk, round.id)];
    Ok(Message::Choices { body, choices })
}

/// `extend [days]`: three more days unless said otherwise, at most four weeks.
pub(super) fn extend(desk: &Desk<'_>, mut team: Team, span: Option<TimeDelta>) -> Decided<Reply> {
    let Some(mut round) = desk.current_round(&team)?.filter(Round::is_open) else {
        return Ok(none_open(desk, &team));
    };
    let span = span.unwrap_or(TimeDelta::days(3)).clamp(TimeDelta::hours(1), TimeDelta::weeks(4));
    round.closes += span;
    desk.tx.put_round(&round)?;
    desk.tx.wake(&mut team, Wake::Close, Some(round.closes))?;
    plan_nudge(desk, &mut team, &round)?;
    desk.tx.put_team(&team)?;
    let words = Extended { team: team.name.clone(), closes: desk.when(round.closes, &team) };
    let news = Message::Text(desk.text.say(&words));
    let to = Destination::Place(team.place);
    desk.send_at(to, news, Purpose::News(round.id), desk.now, Some(round.closes))?;
    Ok(desk.reply(&words))
}
