//! `maturity-bot doctor`: whether the chats of a config file would let the bot do its work.

use std::path::PathBuf;

use anyhow::bail;

use super::check::told;
use super::paper::outln;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::ids::PlaceId;
use crate::platform::slack::{Finding, checkup};

/// Check tokens, permissions, channels and clock of the chats in a config file.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The config file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Also have the chat itself judge every shape of message and form that the bot sends.
    #[arg(long)]
    online: bool,
}

/// Looks, and says what is fine and what is not.
///
/// # Errors
///
/// A config with defects, or when something was found that keeps the bot from its work.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let loaded = config::load(&arguments.config);
    let config = loaded.or_else(|defects| bail!(told(&defects)))?.config;
    let Some(settings) = &config.slack else {
        bail!(
            "there is nothing to look at: Slack is not enabled in {}",
            arguments.config.display()
        );
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let places = places(&config);
    let looked = checkup(settings, &places, arguments.online, Clock::system());
    let found = runtime.block_on(looked)?;
    let mut wrong = 0;
    for finding in &found {
        match finding {
            Finding::Fine(what) => outln!("ok     {what}"),
            Finding::Note(what) => outln!("note   {what}"),
            Finding::Wrong(what) => {
                wrong += 1;
                outln!("wrong  {what}");
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} of {} things keep the bot from its work", found.len());
    }
    Ok(())
}

/// The channels of the teams in Slack.
fn places(config: &Config) -> Vec<PlaceId> {
    let places = config.teams.iter().map(|team| team.place.clone());
    places.filter(|place| place.platform() == "slack").collect()
}
