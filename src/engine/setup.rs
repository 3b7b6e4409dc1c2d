//! Making a team in chat: `setup` in its channel, with words or with a form.

use super::decision::{Decided, Desk};
use super::setup_form::{self, LONGEST_NAME, Wish};
use super::sheet::Values;
use super::speaker::Speaker;
use super::{membership, schedule_fields, settings};
use crate::domain::command::{Command, Setting};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Destination, Message};
use crate::domain::outgoing::Purpose;
use crate::domain::selection::PulseState;
use crate::domain::team::{Settings, Team, Wake};
use crate::platform::Reply;
use crate::text::words::{Founded, SetUp, SetupProblem};

/// `setup`: without settings a form comes back, with some the team is made at once.
pub(super) fn asked(desk: &Desk<'_>, speaker: &Speaker, command: Command) -> Decided<Reply> {
    let Command::Setup(wishes) = command else { return Ok(None) };
    let Some(place) = speaker.place.clone() else { return Ok(problem(desk, "here", "")) };
    if let Some(refusal) = refusal(desk, speaker)? {
        return Ok(refusal);
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
    if let Some(refusal) = refusal(desk, speaker)? {
        return Ok(refusal);
    }
    if desk.tx.team_at(&place)?.is_some() {
        return Ok(taken(desk, speaker, &place));
    }
    match setup_form::read(desk, &place, values) {
        Ok(Wish { name, leads, settings }) => make(desk, speaker, place, name, leads, settings),
        Err(form) => Ok(Some(Message::Form(*form))),
    }
}

/// What a person hears who may not make a team: guests and people from outside, and whoever may
/// be one of these, as long as nobody has told the bot.
fn refusal(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Option<Reply>> {
    let person = &speaker.person;
    if speaker.admin {
        return Ok(None);
    }
    if !desk.rules.open_setup || person.outside {
        return Ok(Some(super::replies::refused(desk)));
    }
    let may_be_guest = desk.rules.guests_on.contains(person.id.platform());
    let is_stranger = may_be_guest && desk.tx.person(&person.id)?.is_none();
    Ok(is_stranger.then(|| problem(desk, "stranger", "")))
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
    announce(desk, &team)?;
    Ok(desk.reply(&SetUp { team: team.name.clone(), next }))
}

/// Tells everybody in its place of a new team, once it is known who is there.
fn announce(desk: &Desk<'_>, team: &Team) -> Decided<()> {
    let mut leads = Vec::new();
    for lead in &team.leads {
        // Of whoever the bot has not met, it has no name to tell.
        leads.extend(desk.tx.person(lead)?.map(|person| person.name));
    }
    let settings = &team.settings;
    let times = settings.schedules.iter().map(|it| schedule_fields::in_words(desk, &it.times));
    let words = Founded {
        team: team.name.clone(),
        leads,
        times: times.collect(),
        mode: settings.mode.name(),
        min_group: settings.min_respondents,
        prefix: desk.rules.prefix.clone(),
    };
    let place = Destination::Place(team.place.clone());
    desk.send(place, Message::Text(desk.text.say(&words)), Purpose::Notice(team.id))
}

/// The place has a team already, whose name its people hear.
fn taken(desk: &Desk<'_>, speaker: &Speaker, place: &PlaceId) -> Reply {
    let own = speaker.teams.iter().find(|team| team.place == *place);
    problem(desk, "place", own.map_or("", |team| &team.name))
}

fn problem(desk: &Desk<'_>, field: &str, heard: &str) -> Reply {
    desk.reply(&SetupProblem { field: field.to_owned(), heard: heard.to_owned() })
}
