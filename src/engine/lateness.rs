//! What somebody hears who has nothing to answer, or whose answer cannot count.

use super::decision::Desk;
use super::questions::Front;
use super::replies::not_yours;
use super::speaker::Speaker;
use crate::clock::Instant;
use crate::domain::ids::RoundId;
use crate::domain::team::{Team, Wake};
use crate::platform::Reply;
use crate::text::words::{NotAsked, NothingOpen, TooLate};

/// Nothing is open; says when the next questions come.
pub(super) fn nothing_open(desk: &Desk<'_>, speaker: &Speaker) -> Reply {
    let next = speaker.teams.iter().find_map(|team| Some((next_round(team)?, team)));
    let next = next.map(|(at, team)| desk.when(at, team));
    desk.reply(&NothingOpen { next })
}

/// The round takes no answer of this person: it is over, or they are not asked in it.
pub(super) fn too_late(desk: &Desk<'_>, speaker: &Speaker, round: RoundId) -> Reply {
    let Some(team) = speaker.teams.iter().find(|team| team.id == round.team) else {
        return not_yours(desk);
    };
    let closes = team.wake_at(Wake::Close).filter(|_| team.current == Some(round.number));
    if closes.is_some_and(|closes| desk.at.get() < closes) {
        let forgotten = speaker.person.sits_out.contains(&round);
        if forgotten || speaker.person.outside {
            return desk.reply(&NotAsked { team: team.name.clone(), forgotten });
        }
        return not_yours(desk);
    }
    let next = next_round(team).map(|at| desk.when(at, team));
    desk.reply(&TooLate { team: team.name.clone(), next })
}

/// An answer came after its round had closed.
pub(super) fn too_late_for(desk: &Desk<'_>, front: &Front) -> Reply {
    let next = next_round(&front.team).map(|at| desk.when(at, &front.team));
    desk.reply(&TooLate { team: front.team.name.clone(), next })
}

fn next_round(team: &Team) -> Option<Instant> {
    let schedules = team.wakes.iter().filter(|(wake, _)| matches!(wake, Wake::Schedule(_)));
    schedules.map(|(_, at)| *at).min()
}
