//! The form that makes a team: plain choices for when to ask, cron for experts.

use std::collections::BTreeMap;

use super::decision::Desk;
use super::settings;
use super::speaker::Speaker;
use crate::domain::command::{ScheduleWish, Setting, read_setting};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Entry, Field, Form, Input};
use crate::domain::team::{Scheduled, Settings};
use crate::text::words::{SetupForm, SetupProblem};

/// The longest name of a team, in characters.
pub(super) const LONGEST_NAME: usize = 60;

/// The form's name.
pub(super) const FORM: &str = "setup";

/// What the form asks for.
pub(super) struct Wish {
    pub name: String,
    pub leads: Vec<PersonId>,
    pub settings: Settings,
}

const RHYTHMS: [&str; 4] = ["off", "weekly", "monthly", "workdays"];
const WEEKDAYS: [&str; 5] = ["MON", "TUE", "WED", "THU", "FRI"];
/// The hours at which most people work.
const HOURS: std::ops::RangeInclusive<u8> = 7..=18;

/// The form before anybody filled it in.
pub(super) fn form(desk: &Desk<'_>, speaker: &Speaker) -> Form {
    let usual = Settings::usual();
    let zone = speaker.person.zone.unwrap_or(usual.zone);
    let values = [
        ("preset", "quick".to_owned()),
        ("rhythm", "off".to_owned()),
        ("weekday", "MON".to_owned()),
        ("hour", "10".to_owned()),
        ("zone", zone.name().to_owned()),
        ("minimum", usual.min_respondents.to_string()),
        ("quiet", "18:00-09:00".to_owned()),
        ("mode", usual.mode.name().to_owned()),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    filled(desk, &values, &BTreeMap::new())
}

/// The form with these values, and with what is wrong with them.
fn filled(
    desk: &Desk<'_>,
    values: &BTreeMap<String, String>,
    errors: &BTreeMap<&'static str, String>,
) -> Form {
    let word = |part: &str| desk.text.say(&SetupForm { part: part.to_owned() });
    let named = |value: &str| Entry { value: value.to_owned(), label: word(value) };
    let same = |value: String| Entry { label: value.clone(), value };
    let presets = desk.content.presets.iter();
    let presets = presets
        .map(|(name, preset)| Entry { value: name.clone(), label: preset.title.clone() })
        .collect();
    let hours = HOURS.map(|hour| Entry { value: hour.to_string(), label: format!("{hour}:00") });
    let modes = ["pseudonymous", "anonymous", "open"].map(ToOwned::to_owned).map(same);
    let field = |name: &'static str, input: Input, optional: bool| Field {
        name: name.to_owned(),
        label: word(name),
        help: String::new(),
        value: values.get(name).cloned().unwrap_or_default(),
        input,
        optional,
        error: errors.get(name).cloned(),
    };
    Form {
        name: FORM.to_owned(),
        title: word("title"),
        body: word("body"),
        fields: vec![
            field("name", Input::Line, false),
            field("leads", Input::People, true),
            field("preset", Input::One(presets), false),
            field("rhythm", Input::One(RHYTHMS.map(named).into()), false),
            field("weekday", Input::One(WEEKDAYS.map(named).into()), false),
            field("hour", Input::One(hours.collect()), false),
            field("schedule", Input::Line, true),
            field("zone", Input::Line, false),
            field("minimum", Input::Line, false),
            field("quiet", Input::Line, false),
            field("mode", Input::One(modes.into()), false),
        ],
        submit: word("submit"),
        choices: Vec::new(),
    }
}

/// Reads the form.
///
/// # Errors
///
/// The form again, with what is wrong beside each field that cannot be used.
pub(super) fn read(
    desk: &Desk<'_>,
    place: &PlaceId,
    values: &BTreeMap<String, String>,
) -> Result<Wish, Box<Form>> {
    let mut errors = BTreeMap::new();
    let value = |name: &str| values.get(name).map(|value| value.trim()).unwrap_or_default();
    let mut wrong = |field: &'static str| {
        let said = SetupProblem { field: field.to_owned(), heard: value(field).to_owned() };
        errors.insert(field, desk.text.say(&said));
    };
    let mut wanted = Settings::usual();
    for key in ["zone", "minimum", "quiet", "mode"] {
        match read_setting(key, value(key)) {
            Ok(setting) => drop(settings::change(&mut wanted, &setting)),
            Err(_) => wrong(key),
        }
    }
    let name = value("name").to_owned();
    let named = read_setting("name", &name);
    if name.chars().count() > LONGEST_NAME || !matches!(named, Ok(Setting::Name(_))) {
        wrong("name");
    }
    if !desk.content.presets.contains_key(value("preset")) {
        wrong("preset");
    }
    match schedules(desk, values) {
        Ok(schedules) => wanted.schedules = schedules,
        Err(field) => wrong(field),
    }
    if !errors.is_empty() {
        return Err(Box::new(filled(desk, values, &errors)));
    }
    Ok(Wish { name, leads: people(place, value("leads")), settings: wanted })
}

/// When to ask: the expression of an expert, else the plain choices.
fn schedules(
    desk: &Desk<'_>,
    values: &BTreeMap<String, String>,
) -> Result<Vec<Scheduled>, &'static str> {
    let value = |name: &str| values.get(name).map(|value| value.trim()).unwrap_or_default();
    let (times, field) = if value("schedule").is_empty() {
        let hour = HOURS.map(|hour| hour.to_string()).find(|hour| hour == value("hour"));
        let hour = hour.ok_or("hour")?;
        let day = WEEKDAYS.into_iter().find(|day| *day == value("weekday")).ok_or("weekday")?;
        let times = match value("rhythm") {
            "off" => return Ok(Vec::new()),
            "weekly" => format!("0 {hour} * * {day}"),
            "monthly" => format!("0 {hour} * * {day}#1"),
            "workdays" => format!("0 {hour} * * MON-FRI"),
            _ => return Err("rhythm"),
        };
        (times, "rhythm")
    } else {
        (value("schedule").to_owned(), "schedule")
    };
    let words = format!("{} {times}", value("preset"));
    settings::read_schedule(desk, &ScheduleWish::Words(words)).map_err(|_| field)
}

/// People by id; an id without its platform is one of the place's.
fn people(place: &PlaceId, heard: &str) -> Vec<PersonId> {
    let separators = |c: char| c == ',' || c.is_whitespace();
    let words = heard.split(separators).map(|word| word.trim_start_matches('@'));
    let platform = format!("{}:", place.platform());
    let id = |word: &str| {
        let own = word.starts_with(&platform);
        PersonId(if own { word.to_owned() } else { format!("{platform}{word}") })
    };
    words.filter(|word| !word.is_empty()).map(id).collect()
}
