//! The config file: what the operator decides, typed and checked as a whole.
//!
//! Every key, its default and the reason for it stand in `config/default.toml`. A file with
//! mistakes is refused with all of them at once, each with its line and its mend.

mod entries;
mod matrix;
mod names;
mod reading;
mod secret;
mod slack;
mod teams;
#[cfg(test)]
mod tests;
mod values;

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::domain::ids::PersonId;
use crate::text::Text;
use crate::text::content::Content;
use crate::text::defect::Defect;
pub use entries::{Config, Log, Member, TeamEntry};
pub use matrix::Matrix;
pub use names::LogFormat;
use reading::{Reading, Section};
pub use secret::Secret;
pub use slack::{API_URL as SLACK_API_URL, Slack, Way};

/// `config/default.toml`: every key with its default.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// `config/example.toml`: the smallest file that runs.
pub const EXAMPLE: &str = include_str!("../config/example.toml");

/// The keys outside of any table.
const TOP_KEYS: &[&str] = &[
    "data_dir",
    "prompts_dir",
    "grace_hours",
    "second_try_seconds",
    "admins",
    "open_setup",
    "store",
    "log",
    "ops",
    "console",
    "slack",
    "matrix",
    "defaults",
    "team",
];
const STORE_KEYS: &[&str] = &["cache_mb"];
const LOG_KEYS: &[&str] = &["level", "format"];
const OPS_KEYS: &[&str] = &["listen"];
const CONSOLE_KEYS: &[&str] = &["enabled"];

/// The longest time, in hours, that a scheduled message may be late: a week.
const LONGEST_GRACE: u32 = 7 * 24;
/// The longest time, in seconds, before a message is sent once more: an hour.
const LATEST_SECOND_TRY: u32 = 60 * 60;
/// The largest cache, in MiB.
const LARGEST_CACHE: u64 = 64 * 1024;

/// A config file and the prompts it points to, all without a mistake.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The questions, actions and presets.
    pub content: Content,
    /// The words.
    pub text: Text,
}

/// Reads a config file and the prompts it points to.
///
/// # Errors
///
/// Everything that is wrong with any of the files.
pub fn load(path: &Path) -> Result<Loaded, Vec<Defect>> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot be read ({error})");
        let mend = "name a file that is there and readable; config/example.toml is a beginning";
        vec![Defect { file: file.clone(), line: None, what, mend: mend.to_owned() }]
    })?;
    read(&file, &text)
}

/// Reads the text of a config file, named `file` in messages, and the prompts it points to.
///
/// # Errors
///
/// Everything that is wrong with any of the files.
pub fn read(file: &str, text: &str) -> Result<Loaded, Vec<Defect>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let reading = Reading::new(file, text);
    if !errors.is_empty() {
        reading.syntax(&errors);
        return Err(reading.into_defects());
    }
    let top = Section::new(&reading, table.get_ref(), TOP_KEYS, "");
    let prompts_dir = top.get("prompts_dir", values::path);
    let (content, words) = (content(prompts_dir.as_deref()), words(prompts_dir.as_deref()));
    let config = config(&top, prompts_dir, content.as_ref().ok());
    let mut defects = reading.into_defects();
    match (content, words) {
        (Ok(content), Ok(text)) if defects.is_empty() => Ok(Loaded { config, content, text }),
        (content, words) => {
            defects.extend(content.err().into_iter().chain(words.err()).flatten());
            Err(defects)
        }
    }
}

/// The questions and presets of a prompts folder, or the built-in ones.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn content(prompts: Option<&Path>) -> Result<Content, Vec<Defect>> {
    prompts.map_or_else(Content::embedded, Content::from_dir)
}

/// The messages of a prompts folder; a folder without `messages` uses the built-in ones.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn words(prompts: Option<&Path>) -> Result<Text, Vec<Defect>> {
    match prompts.map(|folder| folder.join("messages/en")) {
        Some(messages) if messages.is_dir() => Text::from_dir(&messages),
        _ => Ok(Text::embedded()),
    }
}

fn config(top: &Section<'_>, prompts_dir: Option<PathBuf>, content: Option<&Content>) -> Config {
    let usual = Config::default();
    let (store, log, console) = (
        top.table("store", STORE_KEYS),
        top.table("log", LOG_KEYS),
        top.table("console", CONSOLE_KEYS),
    );
    let mut config = Config {
        data_dir: top.get("data_dir", values::path).unwrap_or(usual.data_dir),
        prompts_dir,
        grace_hours: top
            .get("grace_hours", |it| values::number(it, 1, LONGEST_GRACE))
            .unwrap_or(usual.grace_hours),
        second_try_seconds: top
            .get("second_try_seconds", |it| values::number(it, 1, LATEST_SECOND_TRY))
            .unwrap_or(usual.second_try_seconds),
        admins: Vec::new(),
        open_setup: top.get("open_setup", values::flag).unwrap_or(usual.open_setup),
        cache_mb: store
            .get("cache_mb", |it| values::number(it, 1, LARGEST_CACHE))
            .unwrap_or(usual.cache_mb),
        log: Log {
            level: log.get("level", values::level).unwrap_or(usual.log.level),
            format: log.get("format", values::log_format).unwrap_or(usual.log.format),
        },
        ops: top.table("ops", OPS_KEYS).get("listen", values::address),
        console: console.get("enabled", values::flag).unwrap_or(usual.console),
        slack: slack::read(top),
        matrix: matrix::read(top),
        defaults: usual.defaults,
        teams: Vec::new(),
    };
    let platforms = config.platforms();
    let person = |it: &DeValue<'_>| values::id(it, &platforms).map(PersonId);
    config.admins = top.list("admins", person).into_iter().map(|(_, admin)| admin).collect();
    (config.defaults, config.teams) = teams::read(top, content, &platforms);
    config
}
