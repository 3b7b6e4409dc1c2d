//! How a round ends: at its deadline, by `close` or by `cancel`.

use std::collections::BTreeSet;

use super::decision::{Decided, Desk};
use super::replies::none_open;
use super::{figures, questions, results};
use crate::domain::ids::Pseudonym;
use crate::domain::message::{Choice, Destination, Message, Press};
use crate::domain::outgoing::{Job, JobKind, Purpose};
use crate::domain::round::{Round, State};
use crate::domain::team::{Mode, Team, Wake};
use crate::platform::Reply;
use crate::store::entries::Shred;
use crate::text::words::{Cancelled, Closed, EndAsk};

/// `close`, or the deadline.
pub(super) fn close(desk: &Desk<'_>, mut team: Team) -> Decided<Reply> {
    let Some(mut round) = desk.current_round(&team)?.filter(Round::is_open) else {
        return Ok(none_open(desk, &team));
    };
    let bank = desk.bank_of(&round)?;
    round.members += joiners_who_answered(desk, &round)?;
    let result = figures::final_result(desk, &round, &bank)?;
    desk.tx.put_result(round.id, &result)?;
    let tally = match round.terms.mode {
        Mode::Open => results::tally(desk, &team, &round)?,
        Mode::Anonymous | Mode::Pseudonymous => None,
    };
    end(desk, &mut team, &mut round, State::Closed)?;
    let summary = results::summary(desk, &team, &round)?;
    let place = Destination::Place(team.place.clone());
    desk.send(place.clone(), summary, Purpose::Closing(round.id))?;
    if let Some(tally) = tally {
        desk.send(place, tally, Purpose::Closing(round.id))?;
    }
    Ok(desk.reply(&Closed { team: team.name }))
}

/// Later joiners who answered count as members, also those who left since; so do leavers who were
/// there at the opening.
fn joiners_who_answered(desk: &Desk<'_>, round: &Round) -> Decided<u32> {
    let rows = desk.tx.answers(round.id)?;
    let held = rows.into_iter().filter(|(.., answer)| answer.value.is_some());
    let mut joiners: BTreeSet<Pseudonym> = held.map(|(who, ..)| who).collect();
    for id in desk.tx.roster(round.id)? {
        if let Some(who) = desk.find_pseudonym(round, &desk.person(&id)?)? {
            joiners.remove(&who);
        }
    }
    Ok(u32::try_from(joiners.len()).unwrap_or(u32::MAX))
}

/// `cancel`: nothing of the round is ever shown.
pub(super) fn cancel(desk: &Desk<'_>, mut team: Team) -> Decided<Reply> {
    let Some(mut round) = desk.current_round(&team)? else { return Ok(none_open(desk, &team)) };
    let was_open = round.is_open();
    end(desk, &mut team, &mut round, State::Cancelled)?;
    let words = Cancelled { team: team.name.clone() };
    if was_open {
        let news = Message::Text(desk.text.say(&words));
        desk.send(Destination::Place(team.place), news, Purpose::News(round.id))?;
    }
    Ok(desk.reply(&words))
}

/// Says what ending the round in this state would mean, to somebody who may only have wanted to
/// leave their own questions.
pub(super) fn ask(desk: &Desk<'_>, team: &Team, state: State) -> Decided<Reply> {
    let cancel = state == State::Cancelled;
    let round = desk.current_round(team)?.filter(|round| cancel || round.is_open());
    let Some(round) = round else { return Ok(none_open(desk, team)) };
    let answered = round.is_open().then(|| figures::turnout(desk, &round));
    let answered = answered.transpose()?.flatten();
    let body = desk.text.say(&EndAsk { team: team.name.clone(), cancel, answered });
    let (label, words) = if cancel { ("cancel", "cancel yes") } else { ("close", "close") };
    let choice = Choice {
        key: words.to_owned(),
        label: questions::say(desk, label),
        press: Press::Tell(team.id, words.to_owned()),
    };
    Ok(Some(Message::Choices { body, choices: vec![choice] }))
}

/// Ends a round, and with it what would still have come of it.
pub(super) fn end(
    desk: &Desk<'_>,
    team: &mut Team,
    round: &mut Round,
    state: State,
) -> Decided<()> {
    round.state = state;
    round.ended = Some(desk.now);
    team.current = None;
    desk.tx.put_round(round)?;
    if !desk.tx.posted(round.id)?.is_empty() {
        desk.tx.begin(&Job { kind: JobKind::Retire(round.id), after: None, except: None })?;
    }
    if round.terms.early {
        desk.tx.begin(&Job { kind: JobKind::Sweep(round.id), after: None, except: None })?;
    }
    desk.tx.wake(team, Wake::Close, None)?;
    desk.tx.wake(team, Wake::Nudge, None)?;
    desk.tx.put_team(team)?;
    if round.terms.mode == Mode::Anonymous {
        desk.tx.shred(&Shred::Round(round.id))?;
    }
    Ok(())
}
