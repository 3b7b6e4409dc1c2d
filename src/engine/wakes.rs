//! What the clock brings: schedules, deadlines, reminders, digests.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::introduction::is_pulse;
use super::rotation::select;
use super::{champions, digests, endings, in_place, nudges, rounds};
use crate::clock::Instant;
use crate::domain::cron::CronExpr;
use crate::domain::ids::TeamId;
use crate::domain::outgoing::{Job, JobKind, SkippedSlot};
use crate::domain::round::Round;
use crate::domain::schedule::{Schedule, Skipped};
use crate::domain::team::{Scheduled, Team, Wake};
use crate::store::entries::Due;
use crate::store::kv::Key;

/// How soon a closing that waits for its platform is looked at again.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// How much of what is due is read at a time.
const PAGE: usize = 256;

/// The first things that are due and need not wait for their platform to catch up, at most
/// `limit` and one for each team: a team's own are done in their order, so what is due after a
/// closing that waits comes after it.
pub(super) fn due(desk: &Desk<'_>, limit: usize) -> Decided<Vec<(Key, Due)>> {
    let (mut found, mut teams, mut after) = (Vec::new(), BTreeSet::new(), Key::new());
    loop {
        let page = desk.tx.due(desk.now, &after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(found) };
        after.clone_from(last);
        for (key, due) in page {
            if !teams.insert(due.team) {
                continue;
            }
            if due.wake != Wake::Close || !waits(desk, due.team) {
                found.push((key, due));
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
    }
}

/// Whether a team's closing waits for answers that its platform has not handed in yet. That of a
/// team that cannot be read does not: it is put off like all else of it.
fn waits(desk: &Desk<'_>, team: TeamId) -> bool {
    let waits = |team: &Team| desk.links.waits_until(team.place.platform(), desk.now).is_some();
    desk.tx.team(team).is_ok_and(|team| team.is_some_and(|team| waits(&team)))
}

/// When the next thing is due.
pub(super) fn next(desk: &Desk<'_>) -> Decided<Option<Instant>> {
    if !due(desk, 1)?.is_empty() {
        return Ok(Some(desk.now));
    }
    let waiting = desk.tx.due(desk.now, &[], 1)?.first().map(|_| desk.now + SOON);
    Ok(desk.tx.next_due(desk.now)?.into_iter().chain(waiting).min())
}

/// Does what is due, if nobody did it meanwhile.
pub(super) fn fire(desk: &Desk<'_>, key: &Key, due: Due) -> Decided<()> {
    if !desk.tx.is_due(key, desk.now)? {
        return Ok(());
    }
    desk.tx.delete(key.clone());
    let Some(mut team) = desk.tx.team(due.team)? else { return Ok(()) };
    // One that was moved stands elsewhere too, and fires from there.
    let Some(at) = team.wake_at(due.wake).filter(|at| *at <= desk.now) else { return Ok(()) };
    match due.wake {
        Wake::Close => {
            desk.tx.wake(&mut team, Wake::Close, None)?;
            endings::close(desk, team)?;
        }
        Wake::Nudge => nudges::fire(desk, team)?,
        Wake::Terms => champions::terms(desk, team)?,
        Wake::Digest => {
            if let Some(times) = team.settings.digest.clone()
                && fires(desk, &mut team, due.wake, &times, at)?.is_some()
            {
                digests::digest(desk, &team)?;
            }
        }
        Wake::Trend => {
            if let Some(times) = team.settings.trend.clone()
                && fires(desk, &mut team, due.wake, &times, at)?.is_some()
            {
                digests::trend(desk, &team)?;
            }
        }
        Wake::Schedule(index) => scheduled(desk, team, index, at)?,
    }
    Ok(())
}

/// Puts off what is due for an hour, because it cannot be done now.
pub(super) fn put_off(desk: &Desk<'_>, key: &Key, due: Due) -> Decided<()> {
    if !desk.tx.is_due(key, desk.now)? {
        return Ok(());
    }
    desk.tx.delete(key.clone());
    // The team's own record keeps the time that was to be honoured, so that none is passed over.
    Ok(desk.tx.due_later(due, desk.now + TimeDelta::hours(1))?)
}

/// Accounts for every slot of a schedule from `at` on, plans the next one, and gives the latest if
/// it is to be honoured now: it is not too late, and the team is not paused.
fn fires(
    desk: &Desk<'_>,
    team: &mut Team,
    wake: Wake,
    times: &CronExpr,
    at: Instant,
) -> Decided<Option<Instant>> {
    let schedule = Schedule { expr: times.clone(), zone: team.settings.zone };
    let slots = schedule.catch_up(at - TimeDelta::milliseconds(1), desk.now, desk.rules.grace());
    if let Some(skipped) = slots.skipped {
        note(desk, team, wake, skipped, "missed while the bot was down")?;
    }
    if let Some(slot) = slots.fire.filter(|_| team.paused.is_some()) {
        note(desk, team, wake, only(slot), "the team was paused")?;
    }
    team.accounted = team.accounted.max(Some(slots.last));
    desk.tx.wake(team, wake, schedule.next_after(desk.now.max(slots.last)))?;
    desk.tx.put_team(team)?;
    Ok(slots.fire.filter(|_| team.paused.is_none()))
}

/// Plans a schedule whose times changed; what the old times left undone is noted as skipped.
pub(super) fn replan(
    desk: &Desk<'_>,
    team: &mut Team,
    wake: Wake,
    old: Option<Schedule>,
    new: Option<Schedule>,
) -> Decided<()> {
    if old == new {
        return Ok(());
    }
    if let (Some(old), Some(at)) = (old, team.wake_at(wake).filter(|at| *at <= desk.now)) {
        let none_fires = TimeDelta::milliseconds(-1);
        let slots = old.catch_up(at - TimeDelta::milliseconds(1), desk.now, none_fires);
        if let Some(skipped) = slots.skipped {
            note(desk, team, wake, skipped, "its times were changed before it was honoured")?;
        }
        team.accounted = team.accounted.max(Some(slots.last));
    }
    let from = team.accounted.map_or(desk.now, |last| last.max(desk.now));
    Ok(desk.tx.wake(team, wake, new.and_then(|new| new.next_after(from)))?)
}

fn note(desk: &Desk<'_>, team: &Team, wake: Wake, slots: Skipped, reason: &str) -> Decided<()> {
    let what = match wake {
        Wake::Schedule(index) => team.settings.schedules.get(usize::from(index)),
        _ => None,
    };
    let slot = SkippedSlot {
        what: what.map_or_else(|| format!("{wake:?}"), |it| it.preset.clone()),
        reason: reason.to_owned(),
        first: slots.first,
        count: slots.count,
    };
    Ok(desk.tx.note_skipped(team.id, wake, slots.last, &slot)?)
}

fn only(slot: Instant) -> Skipped {
    Skipped { first: slot, last: slot, count: 1 }
}

fn scheduled(desk: &Desk<'_>, mut team: Team, index: u8, at: Instant) -> Decided<()> {
    let Some(Scheduled { preset, times }) =
        team.settings.schedules.get(usize::from(index)).cloned()
    else {
        return Ok(());
    };
    let wake = Wake::Schedule(index);
    let Some(slot) = fires(desk, &mut team, wake, &times, at)? else { return Ok(()) };
    match desk.current_round(&team)? {
        None => {
            rounds::plan(desk, &mut team, &preset, None)?;
        }
        Some(round) if round.is_open() && round.preset == preset && is_pulse(desk, &preset) => {
            ask_next_week(desk, team, round)?;
        }
        Some(_) => note(desk, &team, wake, only(slot), "a round was open already")?,
    }
    Ok(())
}

/// The next week's questions join an open pulse round; one asked long ago moves to the end.
fn ask_next_week(desk: &Desk<'_>, mut team: Team, mut round: Round) -> Decided<()> {
    let week = select(desk, &mut team, &round.preset)?;
    round.questions.retain(|id| !week.contains(id));
    round.questions.extend(week.iter().cloned());
    desk.tx.put_round(&round)?;
    in_place::ask(desk, &team, &round, &week)?;
    desk.tx.put_team(&team)?;
    desk.tx.begin(&Job { kind: JobKind::Ask(round.id), after: None, except: None })?;
    Ok(())
}
