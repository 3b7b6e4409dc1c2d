//! `maturity-bot check`: everything that is wrong with config and prompts, before anything runs.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::paper::{out, outln};
use super::{prompts, stored};
use crate::clock::{Clock, Instant};
use crate::config::{self, Config, Loaded, TeamEntry};
use crate::domain::bank::Bank;
use crate::domain::cron::CronExpr;
use crate::domain::schedule::Schedule;
use crate::store::copy;
use crate::store::tx::Tx;
use crate::text::content::Content;
use crate::text::defect::Defect;

/// Check a config file and its questions and words; tells every mistake at once.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The config file; without it, only questions and words are checked.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Check this folder, laid out as `prompts`, without a config file.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    prompts: Option<PathBuf>,
}

/// How many coming times a schedule is shown with.
const SHOWN: usize = 3;

/// Checks and says what is fine.
///
/// # Errors
///
/// All mistakes, one a line.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let loaded = match &arguments.config {
        Some(file) => config::load(file),
        None => prompts_alone(arguments.prompts.as_deref()),
    };
    let loaded = loaded.or_else(|defects| bail!(told(&defects)))?;
    let now = Clock::system().now();
    if let Some(file) = &arguments.config {
        outln!("{} is fine.", file.display());
    }
    outln!("{}", prompts_line(&loaded, arguments.prompts.as_deref()));
    for team in &loaded.config.teams {
        out!("\n{}", team_lines(team, now));
    }
    if arguments.config.is_some() {
        warn_of_rewording(&loaded.config, &loaded.content);
    }
    Ok(())
}

/// All defects as one message.
pub(super) fn told(defects: &[Defect]) -> String {
    let things = if defects.len() == 1 { "thing" } else { "things" };
    format!("{} {things} to mend:\n{}", defects.len(), prompts::lines(defects))
}

fn prompts_alone(folder: Option<&Path>) -> Result<Loaded, Vec<Defect>> {
    let (content, text) = prompts::both(folder)?;
    Ok(Loaded { config: Config::default(), content, text })
}

fn prompts_line(loaded: &Loaded, folder: Option<&Path>) -> String {
    let folder = folder.or(loaded.config.prompts_dir.as_deref());
    let name = folder.map_or_else(
        || "The built-in questions and words are fine".to_owned(),
        |folder| format!("{} is fine", folder.display()),
    );
    let presets: Vec<&str> = loaded.content.presets.keys().map(String::as_str).collect();
    let questions = loaded.content.bank.questions.len();
    format!("{name}: {questions} questions, presets {}.", presets.join(", "))
}

fn team_lines(team: &TeamEntry, now: Instant) -> String {
    let settings = &team.settings;
    let mut lines = vec![format!("{} in {}, {}\n", team.name, team.place, settings.zone)];
    let mut line = |what: &str, times: &CronExpr| {
        let schedule = Schedule { expr: times.clone(), zone: settings.zone };
        let coming = schedule.upcoming(now, SHOWN);
        let coming: Vec<String> =
            coming.iter().map(|at| stored::moment(*at, settings.zone)).collect();
        lines.push(format!("  {what:<10} {:<16} {}\n", times.as_str(), coming.join(", ")));
    };
    settings.schedules.iter().for_each(|it| line(&it.preset, &it.times));
    settings.digest.iter().for_each(|times| line("digest", times));
    settings.trend.iter().for_each(|times| line("trend", times));
    if settings.schedules.is_empty() {
        lines.push("  no schedule: a lead opens rounds with `start`\n".to_owned());
    }
    lines.concat()
}

/// Compares the questions with those that the newest round asked, if there is one to be read.
fn warn_of_rewording(config: &Config, content: &Content) {
    let asked = copy::read(&config.data_dir).map_err(anyhow::Error::from).and_then(|stored| {
        let Some((_, kv)) = stored else { return Ok(None) };
        Ok(newest_bank(&Tx::new(&kv))?)
    });
    match asked {
        Ok(Some(asked)) => {
            for id in Bank::reworded(&asked, &content.bank) {
                outln!(
                    "\nwarning: question `{id}` has other words than in the newest round, and the \
                     same version; raise its `version` if the meaning changed, so that no trend \
                     runs across it"
                );
            }
        }
        Ok(None) => {}
        Err(error) => outln!("\nnote: not compared with earlier rounds: {error:#}"),
    }
}

fn newest_bank(tx: &Tx<'_>) -> Result<Option<Bank>, crate::store::kv::StoreError> {
    let mut newest = None;
    for team in tx.teams()? {
        let rounds = tx.rounds(team.id)?;
        newest = newest.max(rounds.iter().filter_map(|it| Some((it.opened?, it.bank))).max());
    }
    newest.map_or(Ok(None), |(_, bank)| tx.bank(bank))
}
