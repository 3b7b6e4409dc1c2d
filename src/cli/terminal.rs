//! What this terminal is like: its width, colours, keyboard and time zone.

use std::io::IsTerminal;

use chrono_tz::Tz;

use crate::platform::console::{Input, Style, Terminal};

/// This terminal.
///
/// # Errors
///
/// A keyboard that cannot be set up.
pub fn own() -> anyhow::Result<Terminal> {
    let out = Box::new(std::io::stdout());
    Ok(Terminal { zone: own_zone(), style: style(), input: input()?, out })
}

/// How this terminal wants its text: wrapped to its width, plain where `NO_COLOR` says so.
///
/// A pipe gets plain, unwrapped lines without blank ones between them.
fn style() -> Style {
    let terminal = std::io::stdout().is_terminal();
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let real = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = asked.or_else(|| if terminal { real().or(Some(80)) } else { None });
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Style { width: width.map(|width: usize| width.clamp(40, 100)), colour, blank_lines: terminal }
}

/// Lines from the keyboard with editing, or from whatever standard input is.
fn input() -> anyhow::Result<Input> {
    if std::io::stdin().is_terminal() { Input::keyboard() } else { Ok(Input::piped()) }
}

/// The time zone of this machine; UTC where it does not say.
#[must_use]
pub fn own_zone() -> Tz {
    let named = iana_time_zone::get_timezone().ok();
    named.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}
