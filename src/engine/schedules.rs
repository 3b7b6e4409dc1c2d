//! When a team is asked: shown, set, chosen in a form, or off.

use super::decision::{Decided, Desk};
use super::membership::apply;
use super::schedule_fields;
use super::sheet::{Sheet, Values};
use crate::domain::command::ScheduleWish;
use crate::domain::message::{Form, Message, Press};
use crate::domain::schedule::Schedule;
use crate::domain::team::{Scheduled, Settings, Team};
use crate::platform::Reply;
use crate::text::words::{BadSchedule, ScheduleLine, ScheduleShown, When};

/// How many coming times a schedule is shown with.
const SHOWN: usize = 5;

/// `schedule`: shown, set, or off.
pub(super) fn schedule(desk: &Desk<'_>, team: Team, wish: Option<ScheduleWish>) -> Decided<Reply> {
    match wish.map(|wish| schedule_fields::worded(desk, &wish)) {
        None => Ok(shown(desk, &team, false)),
        Some(Ok(schedules)) => set(desk, team, schedules),
        Some(Err(problem)) => Ok(desk.reply(&BadSchedule { problem })),
    }
}

/// `schedule choose`: a form, or what came back of it.
pub(super) fn choose(desk: &Desk<'_>, team: Team, values: Option<&Values>) -> Decided<Reply> {
    let present = schedule_fields::values(&team.settings.schedules);
    let mut sheet = Sheet::of(desk, values, present);
    if values.is_some()
        && let Some(schedules) = schedule_fields::read(&mut sheet)
    {
        return set(desk, team, schedules);
    }
    Ok(Some(Message::Form(Form {
        name: Press::Tell(team.id, "schedule choose".to_owned()).token(),
        title: sheet.word("schedule-title"),
        body: sheet.word("schedule-body"),
        fields: schedule_fields::all(&sheet),
        submit: sheet.word("keep"),
        choices: Vec::new(),
    })))
}

fn set(desk: &Desk<'_>, mut team: Team, schedules: Vec<Scheduled>) -> Decided<Reply> {
    let settings = Settings { schedules, ..team.settings.clone() };
    apply(desk, &mut team, settings)?;
    desk.tx.put_team(&team)?;
    Ok(shown(desk, &team, true))
}

fn shown(desk: &Desk<'_>, team: &Team, changed: bool) -> Reply {
    let line = |it: &Scheduled| ScheduleLine {
        preset: it.preset.clone(),
        times: schedule_fields::in_words(desk, &it.times),
    };
    desk.reply(&ScheduleShown {
        team: team.name.clone(),
        zone: team.settings.zone.name().to_owned(),
        lines: team.settings.schedules.iter().map(line).collect(),
        next: next_times(desk, team),
        changed,
    })
}

fn next_times(desk: &Desk<'_>, team: &Team) -> Vec<When> {
    let zone = team.settings.zone;
    let times =
        |it: &Scheduled| Schedule { expr: it.times.clone(), zone }.upcoming(desk.now, SHOWN);
    let mut all: Vec<_> = team.settings.schedules.iter().flat_map(times).collect();
    all.sort();
    all.truncate(SHOWN);
    all.into_iter().map(|at| desk.when(at, team)).collect()
}
