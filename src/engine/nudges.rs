//! Reminders: few, and only to those who have not finished.

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::introduction::is_pulse;
use super::{replies, rounds};
use crate::clock::Instant;
use crate::domain::courtesy::{Availability, Timing, when};
use crate::domain::outgoing::{Job, JobKind};
use crate::domain::round::Round;
use crate::domain::team::{Team, Wake};
use crate::platform::Reply;
use crate::text::words::Nudged;

/// How many reminders a round has, and a pulse round in each span of 28 days.
const MOST: u32 = 2;

/// The planned reminder of a round is due.
pub(super) fn fire(desk: &Desk<'_>, mut team: Team) -> Decided<()> {
    desk.tx.wake(&mut team, Wake::Nudge, None)?;
    if let Some(mut round) = desk.current_round(&team)?.filter(Round::is_open) {
        rounds::plan_nudge(desk, &mut team, &round)?;
        if team.paused.is_none() && left(desk, &round) > 0 {
            remind(desk, &mut round)?;
        }
    }
    Ok(desk.tx.put_team(&team)?)
}

/// `nudge`: a lead asks for a reminder now; it takes one of those that are left.
pub(super) fn asked(desk: &Desk<'_>, mut team: Team) -> Decided<Reply> {
    let Some(mut round) = desk.current_round(&team)?.filter(Round::is_open) else {
        return Ok(replies::none_open(desk, &team));
    };
    let next = team.wake_at(Wake::Nudge).map(|at| desk.when(reaches(&team, at), &team));
    let sent = left(desk, &round) > 0;
    if sent {
        remind(desk, &mut round)?;
        if left(desk, &round) == 0 {
            desk.tx.wake(&mut team, Wake::Nudge, None)?;
        }
        desk.tx.put_team(&team)?;
    }
    Ok(desk.reply(&Nudged { sent, next }))
}

/// When a reminder reaches whoever keeps the team's hours.
pub(super) fn reaches(team: &Team, planned: Instant) -> Instant {
    match when(&team.settings.quiet, &Availability::new(team.settings.zone), planned) {
        Timing::At(at) => at,
        Timing::Never(_) => planned,
    }
}

fn remind(desk: &Desk<'_>, round: &mut Round) -> Decided<()> {
    round.nudges = lapsed(desk, round).max(round.nudges) + 1;
    desk.tx.put_round(round)?;
    desk.tx.begin(&Job { kind: JobKind::Nudge(round.id), after: None, except: None })?;
    Ok(())
}

/// How many reminders a round has left now.
fn left(desk: &Desk<'_>, round: &Round) -> u32 {
    let lapsed = lapsed(desk, round);
    (lapsed + MOST).saturating_sub(round.nudges.max(lapsed))
}

/// How many reminders the past spans of a pulse round had; those that were not sent lapse.
fn lapsed(desk: &Desk<'_>, round: &Round) -> u32 {
    if !is_pulse(desk, &round.preset) {
        return 0;
    }
    let open_for = desk.now - round.opened.unwrap_or(round.planned);
    let spans = open_for.num_seconds() / TimeDelta::days(28).num_seconds();
    MOST * u32::try_from(spans).unwrap_or(0)
}
