//! Events come in here and are sent on to whatever decides them.

use super::decision::{Decided, Desk};
use super::sheet::Values;
use super::{
    answers, commands, conversation, handled, home, membership, pages, setup, setup_form, sittings,
};
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::message::Press;
use crate::platform::{Incoming, Reply, What};

/// Decides one event. An event that was handled before has no effect and no reply.
pub(super) fn decide(desk: &Desk<'_>, event: &Incoming) -> Decided<Reply> {
    if handled::was_handled(desk, event)? {
        return Ok(None);
    }
    desk.at.set(event.sent.min(desk.now));
    let reply = dispatch(desk, event)?;
    if desk.tx.ops() > 0 && !desk.again.get() {
        handled::note(desk, event)?;
    }
    Ok(reply)
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
