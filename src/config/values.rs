//! Single values: read, brought into their types, or refused with a mend.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use toml::de::DeValue;

use super::names::{LogFormat, PLATFORMS};
use super::reading::{Wrong, nearest};
use crate::domain::cron::CronExpr;
use crate::domain::team::Mode;
use crate::text::content::Content;

/// The word that switches a schedule or the quiet hours off.
const OFF: &str = "off";

/// Words that are not empty.
pub fn text(value: &DeValue<'_>) -> Result<String, Wrong> {
    match value {
        DeValue::String(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        DeValue::String(_) => Err(Wrong::new("is empty", "write it, or remove the key")),
        other => Err(Wrong::kind(other, "write text in quotes")),
    }
}

/// The path of a file or folder.
pub fn path(value: &DeValue<'_>) -> Result<PathBuf, Wrong> {
    text(value).map(PathBuf::from)
}

/// A host's address and a port.
pub fn address(value: &DeValue<'_>) -> Result<SocketAddr, Wrong> {
    let heard = text(value)?;
    heard.parse().map_err(|_| {
        let mend = "write an IP address, a colon and a port, such as `127.0.0.1:9464`";
        Wrong::new(format!("is `{heard}`"), mend)
    })
}

/// `true` or `false`.
pub fn flag(value: &DeValue<'_>) -> Result<bool, Wrong> {
    value.as_bool().ok_or_else(|| Wrong::kind(value, "write true or false, without quotes"))
}

/// A whole number within these bounds.
pub fn number<T>(value: &DeValue<'_>, least: T, most: T) -> Result<T, Wrong>
where
    T: TryFrom<i64> + PartialOrd + Display + Copy,
{
    let mend = format!("write a whole number from {least} to {most}");
    let Some(integer) = value.as_integer() else { return Err(Wrong::kind(value, mend)) };
    let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
    let number = number.and_then(|number| T::try_from(number).ok());
    let within = number.filter(|number| least <= *number && *number <= most);
    within.ok_or_else(|| Wrong::new(format!("is {}", integer.as_str()), mend))
}

/// One of some words.
pub fn word<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, Wrong> {
    let heard = text(value)?;
    let found = words.iter().find(|(word, _)| *word == heard).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        unknown(&heard, &names)
    })
}

/// A word that is none of those known.
pub fn unknown(heard: &str, known: &[&str]) -> Wrong {
    let mend = match nearest(heard, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", known.join(", ")),
    };
    Wrong::new(format!("is `{heard}`"), mend)
}

/// How important a line of the log must be.
pub fn level(value: &DeValue<'_>) -> Result<tracing::Level, Wrong> {
    use tracing::Level;
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    word(value, &levels)
}

/// How a line of the log looks.
pub fn log_format(value: &DeValue<'_>) -> Result<LogFormat, Wrong> {
    word(value, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
}

/// How answers are kept.
pub fn mode(value: &DeValue<'_>) -> Result<Mode, Wrong> {
    let modes = [Mode::Anonymous, Mode::Pseudonymous, Mode::Open].map(|mode| (mode.name(), mode));
    word(value, &modes)
}

/// The id of a person or place, as `platform:id`, on a platform that takes part.
pub fn id(value: &DeValue<'_>, platforms: &[&str]) -> Result<String, Wrong> {
    let id = text(value)?;
    let (platform, rest) = id.split_once(':').unwrap_or(("", &id));
    if platforms.contains(&platform) && !rest.is_empty() && !id.contains(char::is_whitespace) {
        return Ok(id);
    }
    let what = format!("is `{id}`");
    let mend = if PLATFORMS.contains(&platform) && !platforms.contains(&platform) {
        format!("set `enabled = true` below `[{platform}]`, or use a platform that is enabled")
    } else {
        let usual = platforms.first().unwrap_or(&PLATFORMS[0]);
        let name = nearest(platform, PLATFORMS.into_iter()).unwrap_or(usual);
        let rest = rest.split_whitespace().collect::<Vec<_>>().join("-");
        format!("write the platform, a colon and the id, such as `{name}:{rest}`")
    };
    Err(Wrong::new(what, mend))
}

/// The unique short name of a team's entry.
pub fn slug(value: &DeValue<'_>) -> Result<String, Wrong> {
    let slug = text(value)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.chars().all(fits) && slug.len() <= 40 {
        return Ok(slug);
    }
    let mend = "write at most 40 small letters, digits and hyphens, such as `payments`";
    Err(Wrong::new(format!("is `{slug}`"), mend))
}

/// A team's name as people read it.
pub fn name(value: &DeValue<'_>) -> Result<String, Wrong> {
    let name = text(value)?;
    if name.chars().count() <= 60 && !name.contains(char::is_control) {
        return Ok(name);
    }
    Err(Wrong::new("is too long or has line breaks", "write one line of at most 60 characters"))
}

/// A time zone by its name.
pub fn zone(value: &DeValue<'_>) -> Result<Tz, Wrong> {
    let heard = text(value)?;
    let named = |zone: &Tz| zone.name().eq_ignore_ascii_case(&heard);
    if let Some(zone) = TZ_VARIANTS.into_iter().find(named) {
        return Ok(zone);
    }
    let mend = match near_zone(&heard) {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => "write a name such as `Europe/Berlin`, as the tz database has it".to_owned(),
    };
    Err(Wrong::new(format!("is `{heard}`, which is no time zone"), mend))
}

/// The zone of a city written without its region, or the one that reads nearly the same.
fn near_zone(heard: &str) -> Option<&'static str> {
    let heard = heard.replace(' ', "_");
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let names = || TZ_VARIANTS.iter().map(|zone| Tz::name(*zone));
    let same_city = names().find(|name| city(name) == city(&heard));
    same_city.or_else(|| nearest(&heard, names()))
}

/// A preset, if it is known which there are.
pub fn preset(value: &DeValue<'_>, content: Option<&Content>) -> Result<String, Wrong> {
    let heard = text(value)?;
    let Some(content) = content else { return Ok(heard) };
    let names: Vec<&str> = content.presets.keys().map(String::as_str).collect();
    if names.contains(&heard.as_str()) { Ok(heard) } else { Err(unknown(&heard, &names)) }
}

/// When something happens, or `off`.
pub fn times(value: &DeValue<'_>) -> Result<Option<CronExpr>, Wrong> {
    let heard = text(value)?;
    if heard == OFF {
        return Ok(None);
    }
    let what = || format!("is `{heard}`, which is no schedule");
    CronExpr::parse(&heard).map(Some).map_err(|error| Wrong::new(what(), error.to_string()))
}

/// Quiet hours as `18:00-09:00`; `off` is an empty span.
pub fn quiet(value: &DeValue<'_>) -> Result<(NaiveTime, NaiveTime), Wrong> {
    let heard = text(value)?;
    if heard == OFF {
        return Ok((NaiveTime::MIN, NaiveTime::MIN));
    }
    let time = |word: &str| NaiveTime::parse_from_str(word.trim(), "%H:%M").ok();
    let span = heard.split_once('-').and_then(|(from, to)| time(from).zip(time(to)));
    span.filter(|(from, to)| from != to).ok_or_else(|| {
        Wrong::new(format!("is `{heard}`"), "write two times, such as `18:00-09:00`, or `off`")
    })
}

/// A weekday.
pub fn weekday(value: &DeValue<'_>) -> Result<Weekday, Wrong> {
    let heard = text(value)?;
    Weekday::from_str(&heard)
        .map_err(|_| Wrong::new(format!("has `{heard}`"), "write days such as `Mon` or `Tuesday`"))
}

/// A date, with or without quotes.
pub fn date(value: &DeValue<'_>) -> Result<NaiveDate, Wrong> {
    let heard = match value {
        DeValue::Datetime(date) => date.to_string(),
        other => text(other)?,
    };
    heard.parse().map_err(|_| {
        Wrong::new(format!("has `{heard}`, which is no date"), "write dates such as 2026-12-24")
    })
}
