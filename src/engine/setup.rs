//! Making a team in chat: `setup` in its channel, with words or with a form.

use super::decision::{Decided, Desk};
use super::setup_form::{self, LONGEST_NAME, Wish};
use super::sheet::Values;
use super::speaker::Speaker;
use super::{membership, schedule_fields, settings};
use crate::domain::command::{Command, Setting};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Message;
use crate::domain::outgoing::Purpose;
use crate::domain::selection::PulseState;
use crate::domain::team::{Settings, Team, Wake};
use crate::platform::Reply;
use crate::text::words::{SetUp, SetupProblem};

/// `setup`: without settings a form comes back, with some the team is made at once.
pub(super) fn asked(desk: &Desk<'_>, speaker: &Speaker, command: Command) -> Decided<Reply> {
    let Command::Setup(wishes) = command else { return Ok(None) };
    let Some(place) = speaker.place.clone() else { return Ok(problem(desk, "here", "")) };
    if !may_make(desk, speaker) {
        return Ok(super::replies::refused(desk));
    }
    if desk.tx.team_at(&place)?.is_some() {
        return Ok(taken(desk, speaker, &place));
    }
    if wishes.is_empty() {
        return Ok(Some(Message::Form(setup_form::form(desk, speaker))));
    }
    let mut name = None;
    let mut wanted = setup_form::defaults(desk, speaker);
    for wish in &wishes {
        match wish {
            Setting::Name(words) => name = Some(words.clone()),
            Setting::Schedule(wish) => match schedule_fields::worded(desk, wish) {
                Ok(schedules) => wanted.schedules = schedules,
                Err(_) => return Ok(problem(desk, "schedule", "")),
            },
            other => {
                settings::change(&mut wanted, other);
            }
        }
    }
    match name {
        Some(name) => make(desk, speaker, place, name, Vec::new(), wanted),
        None => Ok(problem(desk, "name", "")),
    }
}

/// The form came back.
pub(super) fn submitted(desk: &Desk<'_>, speaker: &Speaker, values: &Values) -> Decided<Reply> {
    let Some(place) = speaker.place.clone() else { return Ok(problem(desk, "here", "")) };
    if !may_make(desk, speaker) {
        return Ok(super::replies::refused(desk));
    }
    if desk.tx.team_at(&place)?.is_some() {
        return Ok(taken(desk, speaker, &place));
    }
    match setup_form::read(desk, &place, values) {
        Ok(Wish { name, leads, settings }) => make(desk, speaker, place, name, leads, settings),
        Err(form) => Ok(Some(Message::Form(*form))),
    }
}

/// Whether a person may make a team; guests and people from outside may not.
fn may_make(desk: &Desk<'_>, speaker: &Speaker) -> bool {
    speaker.admin || (desk.rules.open_setup && !speaker.person.outside)
}

fn make(
    desk: &Desk<'_>,
    speaker: &Speaker,
    place: PlaceId,
    name: String,
    mut leads: Vec<PersonId>,
    settings: Settings,
) -> Decided<Reply> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Ok(problem(desk, "name", ""));
    }
    if !leads.contains(&speaker.person.id) {
        leads.insert(0, speaker.person.id.clone());
    }
    let bare = Settings { schedules: Vec::new(), digest: None, trend: None, ..settings.clone() };
    let mut team = Team {
        id: desk.tx.mint_team()?,
        name,
        place,
        config_id: None,
        paused: None,
        leads,
        settings: bare,
        rounds: 0,
        current: None,
        roster_at: None,
        pulse: PulseState::default(),
        accounted: None,
        wakes: Vec::new(),
    };
    membership::apply(desk, &mut team, settings)?;
    desk.tx.settle(&team)?;
    desk.tx.put_team(&team)?;
    desk.tx.put_person(&speaker.person)?;
    desk.tx.add_member(team.id, &speaker.person.id)?;
    desk.look_up(&team.place, Purpose::LookUp(team.id))?;
    let next = team.wakes.iter().filter(|(wake, _)| matches!(wake, Wake::Schedule(_)));
    let next = next.map(|(_, at)| desk.when(*at, &team)).next();
    Ok(desk.reply(&SetUp { team: team.name.clone(), next }))
}

/// The place has a team already, whose name its people hear.
fn taken(desk: &Desk<'_>, speaker: &Speaker, place: &PlaceId) -> Reply {
    let own = speaker.teams.iter().find(|team| team.place == *place);
    problem(desk, "place", own.map_or("", |team| &team.name))
}

fn problem(desk: &Desk<'_>, field: &str, heard: &str) -> Reply {
    desk.reply(&SetupProblem { field: field.to_owned(), heard: heard.to_owned() })
}
