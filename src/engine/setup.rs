//! Making a team in chat: `setup` in its channel, with words or with a form.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono_tz::Tz;

use super::decision::{Decided, Desk};
use super::speaker::Speaker;
use super::{membership, settings};
use crate::domain::command::{Command, ScheduleWish, Setting};
use crate::domain::ids::PlaceId;
use crate::domain::message::{Entry, Field, Form, Input, Message};
use crate::domain::outgoing::Purpose;
use crate::domain::selection::PulseState;
use crate::domain::team::{Mode, Settings, Team, Wake};
use crate::platform::Reply;
use crate::text::words::{SetUp, SetupForm, SetupProblem};

/// The longest name of a team, in characters.
const LONGEST_NAME: usize = 60;

/// `setup`: without settings a form comes back, with some the team is made at once.
pub(super) fn asked(desk: &Desk<'_>, speaker: &Speaker, command: Command) -> Decided<Reply> {
    let Command::Setup(wishes) = command else { return Ok(None) };
    let Some(place) = speaker.place.clone() else { return Ok(problem(desk, "here", "")) };
    if !desk.rules.open_setup && !speaker.admin {
        return Ok(super::replies::refused(desk));
    }
    if desk.tx.team_at(&place)?.is_some() {
        return Ok(problem(desk, "place", ""));
    }
    if wishes.is_empty() {
        return Ok(Some(Message::Form(form(desk))));
    }
    let mut name = None;
    let mut wanted = Settings::usual();
    for wish in &wishes {
        match wish {
            Setting::Name(words) => name = Some(words.clone()),
            Setting::Schedule(wish) => match settings::read_schedule(desk, wish) {
                Ok(schedules) => wanted.schedules = schedules,
                Err(_) => return Ok(problem(desk, "schedule", "")),
            },
            other => {
                settings::change(&mut wanted, other);
            }
        }
    }
    match name {
        Some(name) => make(desk, speaker, place, name, wanted),
        None => Ok(problem(desk, "name", "")),
    }
}

fn form(desk: &Desk<'_>) -> Form {
    let word = |part: &'static str| desk.text.say(&SetupForm { part });
    let entry = |value: String| Entry { label: value.clone(), value };
    let field = |name: &'static str, value: &str, options: Vec<String>, optional: bool| Field {
        name: name.to_owned(),
        label: word(name),
        help: String::new(),
        value: value.to_owned(),
        input: match options {
            none if none.is_empty() => Input::Line,
            options => Input::One(options.into_iter().map(entry).collect()),
        },
        optional,
        error: None,
    };
    let presets = desk.content.presets.keys().cloned().collect();
    let modes = ["pseudonymous", "anonymous", "open"].map(ToOwned::to_owned).into();
    Form {
        name: "setup".to_owned(),
        title: word("title"),
        body: word("body"),
        fields: vec![
            field("name", "", Vec::new(), false),
            field("zone", "UTC", Vec::new(), false),
            field("preset", "quick", presets, false),
            field("schedule", "", Vec::new(), true),
            field("minimum", "3", Vec::new(), false),
            field("mode", "pseudonymous", modes, false),
        ],
        submit: word("submit"),
        choices: Vec::new(),
    }
}

/// The form came back.
pub(super) fn submitted(
    desk: &Desk<'_>,
    speaker: &Speaker,
    values: &BTreeMap<String, String>,
) -> Decided<Reply> {
    let Some(place) = speaker.place.clone() else { return Ok(problem(desk, "here", "")) };
    if !desk.rules.open_setup && !speaker.admin {
        return Ok(super::replies::refused(desk));
    }
    match read(desk, values) {
        Ok((name, settings)) => make(desk, speaker, place, name, settings),
        Err((field, heard)) => Ok(problem(desk, field, &heard)),
    }
}

type Refused = (&'static str, String);

fn read(desk: &Desk<'_>, values: &BTreeMap<String, String>) -> Result<(String, Settings), Refused> {
    let value = |name: &str| values.get(name).map(|value| value.trim()).unwrap_or_default();
    let refused = |field: &'static str| (field, value(field).to_owned());
    let mut settings = Settings::usual();
    settings.zone = Tz::from_str(value("zone")).map_err(|_| refused("zone"))?;
    settings.min_respondents = match value("minimum").parse() {
        Ok(minimum @ 2..=50) => minimum,
        _ => return Err(refused("minimum")),
    };
    settings.mode = match value("mode") {
        "anonymous" => Mode::Anonymous,
        "pseudonymous" => Mode::Pseudonymous,
        "open" => Mode::Open,
        _ => return Err(refused("mode")),
    };
    if !desk.content.presets.contains_key(value("preset")) {
        return Err(refused("preset"));
    }
    if !value("schedule").is_empty() {
        let words = format!("{} {}", value("preset"), value("schedule"));
        settings.schedules = settings::read_schedule(desk, &ScheduleWish::Words(words))
            .map_err(|_| refused("schedule"))?;
    }
    Ok((value("name").to_owned(), settings))
}

fn make(
    desk: &Desk<'_>,
    speaker: &Speaker,
    place: PlaceId,
    name: String,
    settings: Settings,
) -> Decided<Reply> {
    if desk.tx.team_at(&place)?.is_some() {
        return Ok(problem(desk, "place", ""));
    }
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Ok(problem(desk, "name", ""));
    }
    let bare = Settings { schedules: Vec::new(), digest: None, trend: None, ..settings.clone() };
    let mut team = Team {
        id: desk.tx.mint_team()?,
        name,
        place,
        config_id: None,
        paused: None,
        leads: vec![speaker.person.id.clone()],
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

fn problem(desk: &Desk<'_>, field: &str, heard: &str) -> Reply {
    desk.reply(&SetupProblem { field: field.to_owned(), heard: heard.to_owned() })
}
