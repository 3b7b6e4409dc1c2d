//! `maturity-bot report`: a team's last closed round, as text, figures or a picture.

mod figures;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;

use super::stored;
use crate::clock::Clock;
use crate::domain::message::{Message, PictureKind};
use crate::domain::team::Team;
use crate::engine::{Engine, Rules};
use crate::platform::Drawing;
use crate::platform::console::Style;
use crate::report::pictures::Drawn;
use crate::store::keyring::Keyring;
use crate::store::tx::Tx;

/// Show the last closed round of a team as its leads see it.
///
/// The bot may be running; its data are not touched. Formats: `text` for people; `svg` and `png`
/// for the picture alone; `json` for programs: `team`, `m` (the minimum group), `rounds` (oldest
/// first, as `score` prints them, with `agreement` in words in the place of `disagreement`),
/// `trend` and `next_actions`. `null` stands for what is not shown.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The team's name, or its id in the config file; needed where there are several.
    #[arg(long, value_name = "NAME")]
    team: Option<String>,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Which picture, and which words beside it.
    #[arg(long, value_enum, default_value_t = Which::Profile)]
    picture: Which,
    /// Questions and messages from this folder instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// The file to write; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many columns text may have.
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u16).range(40..=200))]
    width: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Svg,
    Png,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    Profile,
    Trend,
}

/// Writes the report.
///
/// # Errors
///
/// No such folder, team or closed round, or a file that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (_, kv) = stored::open(&arguments.data)?;
    let kv = Arc::new(kv);
    let team = stored::team(&Tx::new(kv.as_ref()), arguments.team.as_deref())?;
    if arguments.format == Format::Json {
        let report = crate::report::of_last_closed(&Tx::new(kv.as_ref()), &team)?;
        let report = report.with_context(|| nothing(&team))?;
        return write(arguments, figures::json(&team, &report).as_bytes());
    }
    let (content, text) = super::prompts::load(arguments.prompts.as_deref())?;
    let (keyring, clock) = (Keyring::in_memory(), Clock::system());
    let engine = Engine::new(kv, keyring, Arc::new(text), content, clock, Rules::default());
    let bytes = drawn(arguments, &engine, &team)?;
    write(arguments, &bytes)
}

fn nothing(team: &Team) -> String {
    format!("{} has no closed round yet; the report comes with the first", team.name)
}

fn drawn(arguments: &Arguments, engine: &Engine, team: &Team) -> anyhow::Result<Vec<u8>> {
    let which = match arguments.picture {
        Which::Profile => PictureKind::Profile,
        Which::Trend => PictureKind::Trend,
    };
    let message = engine.report_for_operator(team, which)?.with_context(|| nothing(team))?;
    let picture = match &message {
        Message::Picture { picture, alt, .. } => engine.draw(picture, alt)?,
        _ => None,
    };
    if arguments.format == Format::Text {
        return Ok(on_paper(arguments, &message, picture.as_ref()).into_bytes());
    }
    let Drawn(chart) = picture.context("there is no picture of this round")?;
    match arguments.format {
        Format::Svg => Ok(chart.svg().into_bytes()),
        _ => Ok(chart.png()?),
    }
}

fn on_paper(arguments: &Arguments, message: &Message, picture: Option<&Drawn>) -> String {
    let colour = arguments.out.is_none()
        && std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let width = Some(usize::from(arguments.width));
    let style = Style { width, colour, blank_lines: true };
    // Nothing can be pressed here.
    let words = Message::Text(message.body());
    style.message(&words, picture.map(|it| it as &dyn Drawing))
}

fn write(arguments: &Arguments, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(file) = &arguments.out {
        let place = || anyhow!("{} cannot be written; check its folder", file.display());
        return std::fs::write(file, bytes).with_context(place);
    }
    let mut out = std::io::stdout().lock();
    if arguments.format == Format::Png && out.is_terminal() {
        bail!("a PNG is nothing to read; say `--out FILE`");
    }
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Whoever reads may have read enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
