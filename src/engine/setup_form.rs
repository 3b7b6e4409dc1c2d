//! The form that makes a team: plain choices for when to ask, cron for experts.

use chrono_tz::Tz;

use super::decision::Desk;
use super::sheet::{Sheet, Values};
use super::speaker::Speaker;
use super::{schedule_fields, settings};
use crate::domain::command::{Setting, read_setting};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::{Entry, Form, Input};
use crate::domain::team::Settings;

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

/// What a new team has that nobody says anything else of: the operator's defaults, in the zone of
/// whoever makes it where the operator named none.
pub(super) fn defaults(desk: &Desk<'_>, speaker: &Speaker) -> Settings {
    let usual = desk.rules.defaults.clone();
    let own = speaker.person.zone.filter(|_| usual.zone == Tz::UTC);
    Settings { zone: own.unwrap_or(usual.zone), ..usual }
}

/// The form before anybody filled it in.
pub(super) fn form(desk: &Desk<'_>, speaker: &Speaker) -> Form {
    let usual = defaults(desk, speaker);
    let values = [
        ("zone", usual.zone.name().to_owned()),
        ("minimum", usual.min_respondents.to_string()),
        ("quiet", settings::typed_quiet(&usual)),
        ("mode", usual.mode.name().to_owned()),
    ];
    let values = values.into_iter().chain(schedule_fields::values(&usual.schedules));
    shown(&Sheet::blank(desk, values))
}

fn shown(sheet: &Sheet<'_>) -> Form {
    let same = |value: &str| Entry { label: value.to_owned(), value: value.to_owned() };
    let modes = ["pseudonymous", "anonymous", "open"].map(same);
    let mut fields = vec![sheet.field("name", Input::Line), sheet.optional("leads", Input::People)];
    fields.extend(schedule_fields::all(sheet));
    fields.push(sheet.field("zone", Input::Line));
    fields.push(sheet.field("minimum", Input::Line));
    fields.push(sheet.field("quiet", Input::Line));
    fields.push(sheet.field("mode", Input::One(modes.into())));
    Form {
        name: FORM.to_owned(),
        title: sheet.word("title"),
        body: sheet.word("body"),
        fields,
        submit: sheet.word("submit"),
        choices: Vec::new(),
    }
}

/// Reads the form.
///
/// # Errors
///
/// The form again, with what is wrong beside each field that cannot be used.
pub(super) fn read(desk: &Desk<'_>, place: &PlaceId, values: &Values) -> Result<Wish, Box<Form>> {
    let mut sheet = Sheet::filled(desk, values);
    let mut settings = desk.rules.defaults.clone();
    for key in ["zone", "minimum", "quiet", "mode"] {
        match read_setting(key, sheet.value(key)) {
            Ok(setting) => drop(settings::change(&mut settings, &setting)),
            Err(_) => sheet.refuse(key),
        }
    }
    let name = sheet.value("name").to_owned();
    let named = read_setting("name", &name);
    if name.chars().count() > LONGEST_NAME || !matches!(named, Ok(Setting::Name(_))) {
        sheet.refuse("name");
    }
    let schedules = schedule_fields::read(&mut sheet);
    match schedules.filter(|_| !sheet.is_refused()) {
        Some(schedules) => {
            let leads = people(place, sheet.value("leads"));
            Ok(Wish { name, leads, settings: Settings { schedules, ..settings } })
        }
        None => Err(Box::new(shown(&sheet))),
    }
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
