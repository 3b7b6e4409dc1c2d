//! Events come in here and are sent on to whatever decides them.

use super::decision::{Decided, Desk};
use super::sheet::Values;
use super::{
    answers, commands, conversation, home, membership, pages, setup, setup_form, sittings,
};
use crate::domain::ids::{PersonId, RoundId, TeamId};
use crate::domain::message::Press;
use crate::platform::{Incoming, Reply, What};
use crate::store::keyring::event_digest;

/// Days after which a handled event is forgotten; no platform repeats one that old.
const REMEMBERED_DAYS: u32 = 14;

/// How many handled events are forgotten at a time; each takes two operations.
const PRUNED: usize = 30;

/// Decides one event. An event that was handled before has no effect and no reply.
pub(super) fn decide(desk: &Desk<'_>, event: &Incoming) -> Decided<Reply> {
    let digest = desk.keyring.event_digest(&event.id)?;
    if desk.tx.was_seen(&digest)? || was_seen_hidden(desk, event)? {
        return Ok(None);
    }
    desk.at.set(event.sent.min(desk.now));
    let reply = dispatch(desk, event)?;
    if desk.tx.ops() > 0 && !desk.again.get() {
        // The chat knows whose event it was. What is noted beside an answer is therefore hidden
        // with the answer's own key, and says nothing once that is destroyed.
        let hidden = desk.under.borrow().as_ref().map(|key| event_digest(key, &event.id));
        desk.tx.note_seen(&hidden.unwrap_or(digest), today(desk))?;
    }
    Ok(reply)
}

/// Whether an event was noted under a key that hides its person's answers.
fn was_seen_hidden(desk: &Desk<'_>, event: &Incoming) -> Decided<bool> {
    let Some(person) = event.what.person() else { return Ok(false) };
    // An answer that names its round was noted under a key of that round's team, if at all.
    let teams = match named_round(&event.what) {
        Some(round) => desk.tx.team(round.team)?.into_iter().collect(),
        None => desk.tx.teams_of(person)?,
    };
    for team in teams {
        let own = desk.keyring.find_person_key(team.id, person)?;
        let round = desk.current_round(&team)?;
        let of_round = round.map(|round| desk.find_key(&round, person)).transpose()?.flatten();
        for key in own.into_iter().chain(of_round) {
            if desk.tx.was_seen(&event_digest(&key, &event.id))? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The round of an answer that was pressed or voted for.
fn named_round(what: &What) -> Option<RoundId> {
    let (What::Chose { token, .. } | What::Voted { token, .. }) = what else { return None };
    match Press::read(token) {
        Some(Press::Answer(round, ..)) => Some(round),
        _ => None,
    }
}

fn dispatch(desk: &Desk<'_>, event: &Incoming) -> Decided<Reply> {
    match &event.what {
        What::Said { person, place, text } => {
            let speaker = super::speaker::Speaker::new(desk, person, place.as_ref())?;
            conversation::said(desk, &speaker, text, event)
        }
        What::Chose { person, place, token } => {
            let press = Press::read(token);
            // Most presses are answers, and those need not know every team of their person.
            if let Some(Press::Answer(round, question, reply)) = press {
                return answers::pressed(desk, person, round, &question, &reply, event);
            }
            let speaker = super::speaker::Speaker::new(desk, person, place.as_ref())?;
            match press {
                Some(Press::Ask(round)) => sittings::show(desk, &speaker, round),
                Some(Press::Say(words)) => conversation::said(desk, &speaker, &words, event),
                Some(Press::Tell(team, words)) => told(desk, person, team, &words, None),
                Some(Press::Page(round, page)) => pages::show(desk, &speaker, round, page),
                _ => Ok(commands::help(desk, &speaker, None)),
            }
        }
        What::Voted { person, token, .. } => {
            if let Some(Press::Answer(round, question, reply)) = Press::read(token) {
                answers::voted(desk, person, round, &question, &reply, event)?;
            }
            Ok(None)
        }
        What::Submitted { person, place, form, values } => {
            let speaker = super::speaker::Speaker::new(desk, person, place.as_ref())?;
            match Press::read(form) {
                Some(Press::Page(round, page)) => {
                    pages::submitted(desk, &speaker, round, page, values, event)
                }
                Some(Press::Tell(team, words)) => told(desk, person, team, &words, Some(values)),
                _ if form == setup_form::FORM => setup::submitted(desk, &speaker, values),
                _ => Ok(None),
            }
        }
        What::Opened { person, whole } => {
            let speaker = super::speaker::Speaker::new(desk, person, None)?;
            home::opened(desk, &speaker, *whole)
        }
        What::Edited { person, of, text } => answers::edited(desk, person, of, Some(text)),
        What::Withdrawn { person, of } => answers::edited(desk, person, of, None),
        What::Joined { place, profile } => membership::joined(desk, place, profile),
        What::Left { place, person } => membership::left(desk, place, person),
        What::PlaceChanged { place, change } => membership::place_changed(desk, place, change),
        What::Facts(facts) => membership::facts(desk, facts),
        What::Arrived { place, by } => membership::arrived(desk, place, by.as_ref()),
        What::Linked { .. } => Ok(None),
    }
}

/// Words said in private about a team, as if they had been said in its place; with the values of
/// the form that they brought before, where it came back.
fn told(
    desk: &Desk<'_>,
    person: &PersonId,
    team: TeamId,
    words: &str,
    values: Option<&Values>,
) -> Decided<Reply> {
    let place = desk.tx.team(team)?.map(|team| team.place);
    let speaker = super::speaker::Speaker::new(desk, person, place.as_ref())?;
    commands::typed(desk, &speaker, words, values)
}

fn today(desk: &Desk<'_>) -> u32 {
    u32::try_from(desk.now.timestamp() / 86_400).unwrap_or(0)
}

/// Forgets some events that were handled long ago; tells whether there may be more of them.
pub(super) fn prune(desk: &Desk<'_>) -> Decided<bool> {
    let forgotten = desk.tx.prune_seen(today(desk).saturating_sub(REMEMBERED_DAYS), PRUNED)?;
    Ok(forgotten == PRUNED)
}
