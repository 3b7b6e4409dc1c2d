//! Reads settings: of a team, its schedule and its mode.

use chrono::NaiveTime;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::misunderstood::Wanted;
use super::read::{Read, joined, mention, name};
use super::said::{Command, ScheduleWish, Setting, TeamWord};
use super::words::{Word, words as words_of};
use crate::domain::team::Mode;

const LONGEST_WISH: usize = 120;

pub fn mode(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Mode(None)),
        words => read_mode(words).map(|mode| Command::Mode(Some(mode))),
    }
}

fn read_mode(words: &[Word]) -> Result<Mode, Wanted> {
    match words {
        [one] => match one.key.as_str() {
            "anonymous" => Ok(Mode::Anonymous),
            "pseudonymous" => Ok(Mode::Pseudonymous),
            "open" => Ok(Mode::Open),
            _ => Err(Wanted::Mode),
        },
        _ => Err(Wanted::Mode),
    }
}

pub fn schedule(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Schedule(None)),
        [one] if matches!(one.key.as_str(), "choose" | "change" | "edit") => {
            Ok(Command::ChooseSchedule)
        }
        words => wish(words).map(|wish| Command::Schedule(Some(wish))),
    }
}

fn wish(words: &[Word]) -> Result<ScheduleWish, Wanted> {
    let text = joined(words);
    match words {
        [one] if matches!(one.key.as_str(), "off" | "none" | "never") => Ok(ScheduleWish::Off),
        _ if text.chars().count() > LONGEST_WISH => Err(Wanted::Schedule),
        _ => Ok(ScheduleWish::Words(text)),
    }
}

pub fn team(words: &[Word]) -> Read {
    let word = match words.split_first() {
        None => TeamWord::Show(None),
        Some((first, rest)) => match first.key.as_str() {
            "list" | "all" if rest.is_empty() => TeamWord::List,
            "show" => TeamWord::Show(Some(name(rest)?)),
            "lead" | "leads" => lead(rest)?,
            key if SETTINGS.contains(&key) => TeamWord::Set(setting(key, rest)?),
            _ => TeamWord::Show(Some(name(words)?)),
        },
    };
    Ok(Command::Team(word))
}

fn lead(words: &[Word]) -> Result<TeamWord, Wanted> {
    let (step, person) = words.split_first().ok_or(Wanted::Lead)?;
    let person = mention(person);
    match step.key.as_str() {
        "add" => person.map(TeamWord::AddLead).ok_or(Wanted::Person),
        "remove" => person.map(TeamWord::RemoveLead).ok_or(Wanted::Person),
        _ => Err(Wanted::Lead),
    }
}

/// `KEY=VALUE` words in any order; words before the first of them are the team's name.
pub fn setup(words: &[Word]) -> Read {
    let first_key = words.iter().position(|word| word.raw.contains('=')).unwrap_or(words.len());
    let (bare, pairs) = words.split_at(first_key);
    let mut settings = Vec::new();
    if !bare.is_empty() {
        settings.push(Setting::Name(name(bare)?));
    }
    for pair in pairs {
        let (key, value) = pair.raw.split_once('=').ok_or(Wanted::Setting)?;
        let value = words_of(value);
        settings.push(setting(&key.to_lowercase(), &value)?);
    }
    Ok(Command::Setup(settings))
}

/// The keys of `team KEY VALUE` and `setup KEY=VALUE`.
const SETTINGS: &[&str] =
    &["name", "zone", "minimum", "quiet", "early", "small", "mode", "schedule"];

/// Reads the value of one setting, as a field of a form brings it.
///
/// # Errors
///
/// What would have been read.
pub fn read_setting(key: &str, value: &str) -> Result<Setting, Wanted> {
    setting(key, &words_of(value))
}

fn setting(key: &str, words: &[Word]) -> Result<Setting, Wanted> {
    Ok(match key {
        "name" => Setting::Name(name(words)?),
        "zone" => Setting::Zone(zone(words).ok_or(Wanted::Zone)?),
        "minimum" => Setting::Minimum(minimum(words).ok_or(Wanted::Minimum)?),
        "quiet" => Setting::Quiet(quiet(words)?),
        "early" => Setting::Early(on_off(words)?),
        "small" => Setting::Small(on_off(words)?),
        "mode" => Setting::Mode(read_mode(words)?),
        "schedule" if !words.is_empty() => Setting::Schedule(wish(words)?),
        _ => return Err(Wanted::Setting),
    })
}

fn zone(words: &[Word]) -> Option<Tz> {
    let [one] = words else { return None };
    TZ_VARIANTS.into_iter().find(|zone| zone.name().eq_ignore_ascii_case(&one.key))
}

fn minimum(words: &[Word]) -> Option<u8> {
    let [one] = words else { return None };
    one.key.parse().ok().filter(|number| (2..=50).contains(number))
}

fn quiet(words: &[Word]) -> Result<Option<(NaiveTime, NaiveTime)>, Wanted> {
    let text: String = words.iter().map(|word| word.key.as_str()).collect();
    if text == "off" {
        return Ok(None);
    }
    let (from, to) = text.split_once('-').ok_or(Wanted::Quiet)?;
    match (time(from), time(to)) {
        (Some(from), Some(to)) if from != to => Ok(Some((from, to))),
        _ => Err(Wanted::Quiet),
    }
}

fn time(word: &str) -> Option<NaiveTime> {
    match word.split_once(':') {
        Some(_) => NaiveTime::parse_from_str(word, "%H:%M").ok(),
        None => NaiveTime::from_hms_opt(word.parse().ok()?, 0, 0),
    }
}

fn on_off(words: &[Word]) -> Result<bool, Wanted> {
    match words {
        [one] => match one.key.as_str() {
            "on" | "yes" => Ok(true),
            "off" | "no" => Ok(false),
            _ => Err(Wanted::OnOff),
        },
        _ => Err(Wanted::OnOff),
    }
}
