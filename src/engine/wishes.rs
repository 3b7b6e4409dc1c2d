//! A person's wishes about being written to.

use chrono::TimeDelta;

use super::decision::{Decided, Desk, zone_of};
use super::speaker::Speaker;
use crate::clock::Instant;
use crate::domain::calendar::instant_at;
use crate::domain::command::Until;
use crate::domain::person::Person;
use crate::platform::Reply;
use crate::text::words::{BadDate, Snoozed, Stopped, When};

/// How long a pause lasts when nobody says.
const USUAL_SNOOZE: TimeDelta = TimeDelta::days(1);
/// How long an absence lasts when nobody says.
const USUAL_ABSENCE: TimeDelta = TimeDelta::days(7);

/// Until when the person snoozes, and until when they are away, where that lies ahead.
pub(super) fn pauses(desk: &Desk<'_>, speaker: &Speaker) -> (Option<When>, Option<When>) {
    let zone = speaker.teams.first().map_or(chrono_tz::UTC, |team| zone_of(&speaker.person, team));
    let ahead =
        |at: Option<Instant>| at.filter(|at| *at > desk.now).map(|at| When::local(at, zone));
    (ahead(speaker.person.snoozed_until), ahead(speaker.person.away_until))
}

/// Whether the person gets no messages at present, because they said so.
pub(super) fn is_paused(desk: &Desk<'_>, speaker: &Speaker) -> bool {
    let (snoozed, away) = pauses(desk, speaker);
    speaker.person.stopped || snoozed.is_some() || away.is_some()
}

/// `snooze` and `away`.
pub(super) fn snooze(
    desk: &Desk<'_>,
    speaker: &Speaker,
    until: Option<Until>,
    away: bool,
) -> Decided<Reply> {
    let zone = speaker.teams.first().map_or(chrono_tz::UTC, |team| zone_of(&speaker.person, team));
    let usual = if away { USUAL_ABSENCE } else { USUAL_SNOOZE };
    let local = desk.now.with_timezone(&zone).naive_local();
    let end = match until {
        None => Some(desk.now + usual),
        Some(until) => until.after(local).map(|local| instant_at(zone, local)),
    };
    let Some(end) = end else { return Ok(desk.reply(&BadDate { problem: "past" })) };
    let mut person = speaker.person.clone();
    if away {
        person.away_until = Some(end);
    } else {
        person.snoozed_until = Some(end);
    }
    desk.tx.put_person(&person)?;
    Ok(desk.reply(&Snoozed { until: When::local(end, zone), away }))
}

/// `stop`: no direct messages, in any team.
pub(super) fn stop(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Reply> {
    desk.tx.put_person(&Person { stopped: true, ..speaker.person.clone() })?;
    Ok(desk.reply(&Stopped { stopped: true }))
}

/// `resume`: ends stop, snooze and absence; from a lead in the place of a paused team, the pause.
pub(super) fn resume(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Reply> {
    desk.tx.put_person(&Person {
        stopped: false,
        snoozed_until: None,
        away_until: None,
        ..speaker.person.clone()
    })?;
    let here = speaker.teams.iter().find(|team| Some(&team.place) == speaker.place.as_ref());
    if let Some(team) = here.filter(|team| speaker.leads(team)) {
        super::membership::resumed(desk, team.clone())?;
    }
    Ok(desk.reply(&Stopped { stopped: false }))
}
