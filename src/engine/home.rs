//! The home view, and a person's wishes about being written to.

use chrono::TimeDelta;

use super::answers::{face, introduction};
use super::decision::{Decided, Desk, zone_of};
use super::questions;
use super::questions::Front;
use super::speaker::Speaker;
use crate::clock::Instant;
use crate::domain::calendar::instant_at;
use crate::domain::champions::Champions;
use crate::domain::command::Until;
use crate::domain::message::{Message, Section};
use crate::domain::person::Person;
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report;
use crate::text::words::{BadDate, Home, MyTeam, Snoozed, Stopped, When};

/// How long a pause lasts when nobody says.
const USUAL_SNOOZE: TimeDelta = TimeDelta::days(1);
/// How long an absence lasts when nobody says.
const USUAL_ABSENCE: TimeDelta = TimeDelta::days(7);

/// The home view: how the person stands, and the question that waits for them.
pub(super) fn opened(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Reply> {
    let about = Section { body: desk.text.say(&home(desk, speaker)?), choices: Vec::new() };
    let mut sections = vec![about];
    if let Some(front) = waiting(desk, speaker)?
        && let Some(question) = front.question()
    {
        face(desk, &speaker.person, front.round.id)?;
        let asked = front.ask(desk, question, &introduction(desk, &front)?);
        sections.push(Section { body: asked.body(), choices: asked.choices() });
    }
    Ok(Some(Message::Overview(sections)))
}

/// The open round in front of the person, else the first one with questions left.
fn waiting(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Option<Front>> {
    let faced = Front::find(desk, speaker)?;
    if faced.as_ref().is_some_and(|front| front.question().is_some()) {
        return Ok(faced);
    }
    let all = Front::open_rounds(desk, speaker)?;
    Ok(all.into_iter().find(|front| front.question().is_some()))
}

fn home(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Home> {
    let (snoozed, away) = pauses(desk, speaker);
    Ok(Home {
        name: speaker.person.name.clone(),
        teams: my_teams(desk, speaker)?,
        snoozed,
        away,
        stopped: speaker.person.stopped,
    })
}

/// Until when the person snoozes, and until when they are away, where that lies ahead.
pub(super) fn pauses(desk: &Desk<'_>, speaker: &Speaker) -> (Option<When>, Option<When>) {
    let zone = speaker.teams.first().map_or(chrono_tz::UTC, |team| zone_of(&speaker.person, team));
    let ahead =
        |at: Option<Instant>| at.filter(|at| *at > desk.now).map(|at| When::local(at, zone));
    (ahead(speaker.person.snoozed_until), ahead(speaker.person.away_until))
}

/// The teams of a person as they may see them.
pub(super) fn my_teams(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<MyTeam>> {
    speaker.teams.iter().map(|team| my_team(desk, speaker, team)).collect()
}

fn my_team(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<MyTeam> {
    let champions: Champions = desk.tx.champions(team.id)?;
    let held = champions.held_by(&speaker.person.id).into_iter();
    let last = report::of_last_closed(&desk.tx, team)?;
    let current = desk.current_round(team)?;
    let terms = current.map(|round| round.terms).filter(|terms| terms.min_group > 0);
    Ok(MyTeam {
        name: team.name.clone(),
        lead: speaker.leads(team),
        mode: terms.map_or(team.settings.mode, |terms| terms.mode).name(),
        min_group: terms.map_or(team.settings.min_respondents.max(2), |terms| terms.min_group),
        champion: held.map(|pillar| desk.content.bank.title(pillar).to_owned()).collect(),
        level: last.and_then(|numbers| numbers.result.overall).map(|overall| overall.level),
        progress: questions::progress(desk, speaker, team)?,
    })
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
    if let Some(team) = here.filter(|team| team.config_id.is_none() && speaker.leads(team)) {
        let mut team = team.clone();
        super::membership::unpause(desk, &mut team)?;
        desk.tx.put_team(&team)?;
    }
    Ok(desk.reply(&Stopped { stopped: false }))
}
