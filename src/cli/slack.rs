//! `maturity-bot slack`: what an operator needs to set the bot up in a workspace.

use clap::Subcommand;

use super::paper::out;
use crate::platform::slack::{Wishes, manifest};

/// Set the bot up in a Slack workspace.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Manifest(Manifest),
}

/// Print the app manifest to paste at api.slack.com/apps.
#[derive(Debug, clap::Args)]
struct Manifest {
    /// Let Slack call this https address instead of opening sockets to it.
    #[arg(long, value_name = "URL", value_parser = base)]
    http: Option<String>,
    /// Ask for the scopes that tell whether a message arrived whose answer was lost; without them
    /// it is posted a second time.
    #[arg(long)]
    history: bool,
    /// Ask for the scope that tells when people do not want to be disturbed.
    #[arg(long)]
    dnd: bool,
}

/// An address that paths are put behind.
fn base(text: &str) -> Result<String, String> {
    // Slack itself wants https; a server on the same machine has nobody in between.
    let starts = ["https://", "http://localhost", "http://127.0.0.1"];
    let fits = starts.iter().any(|start| text.starts_with(start));
    if fits && !text.contains([' ', '"', '?', '#']) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("begin it with https://".to_owned())
    }
}

/// Does what the arguments ask for.
///
/// # Errors
///
/// None so far.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Command::Manifest(Manifest { http, history, dnd }) = &arguments.command;
    let wishes = Wishes { http: http.clone(), history: *history, quiet: *dnd };
    out!("{}", manifest(&wishes));
    Ok(())
}
