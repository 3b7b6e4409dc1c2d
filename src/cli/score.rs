//! `maturity-bot score`: answers in, figures out, both as JSON.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::text::content::Content;

mod input;
pub(super) mod json;
pub(super) mod output;
mod replay;

/// What `score` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder laid out as `prompts/`; without it, the questions the binary carries.
    #[arg(long, value_name = "DIR")]
    bank: Option<PathBuf>,
    /// File with one team, or with `teams`; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
}

/// Prints the figures of all teams in the input.
///
/// # Errors
/// When the content or the input cannot be read or is not valid; the message names the place and
/// the mend.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let content = match &arguments.bank {
        Some(folder) => Content::from_dir(folder),
        None => Content::embedded(),
    };
    let content = content.map_err(|defects| {
        let lines: Vec<String> = defects.iter().map(|defect| format!("\n  {defect}")).collect();
        anyhow!("the questions cannot be used:{}", lines.concat())
    })?;
    let (name, text) = read(&arguments.input)?;
    let figures = score(&content, &text).with_context(|| name)?;
    match std::io::stdout().write_all(figures.as_bytes()) {
        // Whoever reads may have read enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The figures of all teams in `text`, as JSON ending with a line break.
///
/// # Errors
/// What is wrong with the input, with its place and mend.
pub fn score(content: &Content, text: &str) -> anyhow::Result<String> {
    let input = input::Input::parse(text)?;
    let scored = |team: &input::Team| {
        let report = replay::replay(content, team).with_context(|| format!("team `{}`", team.name));
        Ok(output::team(team, &report?))
    };
    let json = match &input {
        input::Input::One(team) => scored(team)?,
        input::Input::Many(teams) => {
            let teams = teams.iter().map(scored).collect::<anyhow::Result<Vec<_>>>()?;
            json::object([("teams", json::Json::List(teams))])
        }
    };
    Ok(json.pretty())
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.context("standard input cannot be read; pipe JSON in UTF-8 into it")?;
        return Ok(("standard input".to_owned(), text));
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{name} cannot be read; check the name and the rights"))?;
    Ok((name, text))
}

#[cfg(test)]
mod tests;
