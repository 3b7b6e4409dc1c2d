//! The fields that say when a team is asked: plain choices, and cron for experts.

use super::decision::Desk;
use super::sheet::Sheet;
use crate::domain::command::ScheduleWish;
use crate::domain::cron::CronExpr;
use crate::domain::message::{Entry, Field, Input};
use crate::domain::team::Scheduled;
use crate::text::words::Times;

const RHYTHMS: [&str; 4] = ["off", "weekly", "monthly", "workdays"];
const WEEKDAYS: [&str; 5] = ["MON", "TUE", "WED", "THU", "FRI"];
/// The hours at which most people work.
const HOURS: std::ops::RangeInclusive<u8> = 7..=18;

/// What stands in the fields for these schedules; a form shows one.
pub(super) fn values(schedules: &[Scheduled]) -> [(&'static str, String); 5] {
    let first = schedules.first();
    let times = first.map(|it| it.times.as_str()).unwrap_or_default();
    let plain = plain_choices(times);
    let (rhythm, weekday, hour) = plain.unwrap_or(("off", "MON", 10));
    [
        ("preset", first.map_or_else(|| "quick".to_owned(), |it| it.preset.clone())),
        ("rhythm", rhythm.to_owned()),
        ("weekday", weekday.to_owned()),
        ("hour", hour.to_string()),
        ("schedule", if plain.is_some() { String::new() } else { times.to_owned() }),
    ]
}

/// The fields.
pub(super) fn all(sheet: &Sheet<'_>) -> Vec<Field> {
    let presets = sheet.desk.content.presets.iter();
    let presets = presets
        .map(|(name, preset)| Entry { value: name.clone(), label: preset.title.clone() })
        .collect();
    let hours = HOURS.map(|hour| Entry { value: hour.to_string(), label: format!("{hour}:00") });
    let named = |values: &[&str]| Input::One(values.iter().map(|it| sheet.entry(it)).collect());
    vec![
        sheet.field("preset", Input::One(presets)),
        sheet.field("rhythm", named(&RHYTHMS)),
        sheet.field("weekday", named(&WEEKDAYS)),
        sheet.field("hour", Input::One(hours.collect())),
        sheet.optional("schedule", Input::Line),
    ]
}

/// Reads the fields; `None` where one of them cannot be used, which the form then says.
pub(super) fn read(sheet: &mut Sheet<'_>) -> Option<Vec<Scheduled>> {
    let preset = sheet.value("preset").to_owned();
    if !sheet.desk.content.presets.contains_key(&preset) {
        sheet.refuse("preset");
    }
    let (times, field) = match sheet.value("schedule") {
        "" => match chosen(sheet) {
            Ok(times) => (times, "rhythm"),
            Err(field) => {
                sheet.refuse(field);
                return None;
            }
        },
        times => (Some(times.to_owned()), "schedule"),
    };
    let wish = times.map_or(ScheduleWish::Off, |it| ScheduleWish::Words(format!("{preset} {it}")));
    let read = worded(sheet.desk, &wish);
    if read.is_err() {
        sheet.refuse(field);
    }
    read.ok().filter(|_| !sheet.is_refused())
}

/// The expression of the plain choices; none where no round opens by itself.
fn chosen(sheet: &Sheet<'_>) -> Result<Option<String>, &'static str> {
    let mut hours = HOURS;
    let hour = hours.find(|hour| hour.to_string() == sheet.value("hour")).ok_or("hour")?;
    let weekday = WEEKDAYS.into_iter().find(|day| *day == sheet.value("weekday"));
    let weekday = weekday.ok_or("weekday")?;
    match sheet.value("rhythm") {
        "off" => Ok(None),
        rhythm => expression(rhythm, weekday, hour).map(Some).ok_or("rhythm"),
    }
}

fn expression(rhythm: &str, weekday: &str, hour: u8) -> Option<String> {
    match rhythm {
        "weekly" => Some(format!("0 {hour} * * {weekday}")),
        "monthly" => Some(format!("0 {hour} * * {weekday}#1")),
        "workdays" => Some(format!("0 {hour} * * MON-FRI")),
        _ => None,
    }
}

/// The plain choices that say the same as an expression.
fn plain_choices(times: &str) -> Option<(&'static str, &'static str, u8)> {
    let every = RHYTHMS.into_iter().flat_map(|rhythm| {
        let days = WEEKDAYS.into_iter();
        days.flat_map(move |day| HOURS.map(move |hour| (rhythm, day, hour)))
    });
    let mut same = every
        .filter(|&(rhythm, day, hour)| expression(rhythm, day, hour).as_deref() == Some(times));
    same.next()
}

/// The times of a schedule in words, where the plain choices say the same; else the expression.
pub(super) fn in_words(desk: &Desk<'_>, times: &CronExpr) -> String {
    let plain = plain_choices(times.as_str());
    desk.text.say(&Times {
        rhythm: plain.map(|(rhythm, ..)| rhythm),
        weekday: plain.map_or("", |(_, weekday, _)| weekday),
        hour: plain.map_or(0, |(.., hour)| hour),
        expression: times.as_str().to_owned(),
    })
}

/// Reads `[PRESET] CRON`; without a preset, `quick` is asked.
///
/// # Errors
///
/// What is wrong, and the mend, in words.
pub(super) fn worded(desk: &Desk<'_>, wish: &ScheduleWish) -> Result<Vec<Scheduled>, String> {
    let ScheduleWish::Words(words) = wish else { return Ok(Vec::new()) };
    let words = words.trim();
    let (preset, times) = match words.split_once(char::is_whitespace) {
        Some((first, rest)) if desk.content.presets.contains_key(&first.to_lowercase()) => {
            (first.to_lowercase(), rest)
        }
        _ => ("quick".to_owned(), words),
    };
    let times = CronExpr::parse(times).map_err(|error| error.to_string())?;
    Ok(vec![Scheduled { preset, times }])
}
