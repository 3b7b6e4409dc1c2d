//! `maturity-bot next`: what will be sent to whom and when, as a dry run.
//!
//! The list is exact because it is no forecast: the real engine runs on a copy of the data with a
//! clock that is moved from one due moment to the next.

mod recorder;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use chrono::TimeDelta;

use super::paper::{out, outln};
use super::run::{plans, rules};
use super::{check, stored};
use crate::app::Courier;
use crate::clock::{Clock, Instant};
use crate::config::{self, Config, Loaded};
use crate::engine::{Engine, reconcile};
use crate::platform::Platform;
use crate::store::copy;
use crate::store::keyring::Keyring;
use crate::store::marker::StoreKind;
use crate::store::memory::MemoryKv;
use recorder::{Recorder, Sent};

/// List what will be sent to whom and when, if nobody writes anything in the meantime.
///
/// The bot may be running; nothing is sent, and its data are not touched.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The config file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// How many days to look ahead.
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
}

/// How far the clock moves when something due cannot be done, as with an unknown platform.
const STUCK: TimeDelta = TimeDelta::minutes(15);

/// Prints the list.
///
/// # Errors
///
/// A config file with mistakes, or data that cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let loaded = config::load(&arguments.config);
    let loaded = loaded.or_else(|defects| bail!(check::told(&defects)))?;
    let now = Clock::system().now();
    let end = now + TimeDelta::days(i64::from(arguments.days));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sent = runtime.block_on(rehearse(loaded, now, end))?;
    let day = |at: Instant| at.format("%-d %b %Y").to_string();
    outln!("From {} to {}, if nobody writes anything:\n", day(now), day(end));
    out!("{}", table(&sent));
    Ok(())
}

async fn rehearse(loaded: Loaded, now: Instant, end: Instant) -> anyhow::Result<Vec<Sent>> {
    let Loaded { config, content, text } = loaded;
    let kv = Arc::new(store(&config)?);
    let keyring = Keyring::copy_in_memory(&config.data_dir.join("keys"))?;
    let clock = Clock::fixed(now);
    let (rules, text) = (rules(&config), Arc::new(text));
    let engine = Engine::new(Arc::clone(&kv) as _, keyring, text, content, clock.clone(), rules);
    let engine = Arc::new(engine);
    engine.shred().await?;
    engine.follow_zones().await?;
    reconcile(&engine, &plans(&config)).await?;
    let recorders: Vec<Arc<Recorder>> = config
        .platforms()
        .into_iter()
        .map(|name| Arc::new(Recorder::new(name, &config, Arc::clone(&kv), clock.clone())))
        .collect();
    let platforms = recorders.iter().map(|it| Arc::clone(it) as Arc<dyn Platform>).collect();
    let courier = Courier::new(Arc::clone(&engine), platforms);
    courier.settle().await?;
    while let Some(due) = courier.next_due()? {
        let next = if due > clock.now() { due } else { clock.now() + STUCK };
        if next > end {
            break;
        }
        clock.set(next);
        courier.settle().await?;
    }
    let mut sent: Vec<Sent> = recorders.iter().flat_map(|it| it.sent()).collect();
    sent.sort_by_key(|it| it.at);
    Ok(sent)
}

/// A copy of what is stored; empty before the first start.
fn store(config: &Config) -> anyhow::Result<MemoryKv> {
    match copy::read(&config.data_dir)? {
        Some((StoreKind::TryOut, _)) => bail!(
            "{} holds a try-out; name another `data_dir` for real teams",
            config.data_dir.display()
        ),
        // What is played through needs no disk.
        Some((StoreKind::Real, kv)) => Ok(MemoryKv::copy_of(&kv)?),
        None => Ok(MemoryKv::new()),
    }
}

fn table(sent: &[Sent]) -> String {
    if sent.is_empty() {
        return "Nothing will be sent. A lead opens a round with `start`, or set a `schedule`.\n"
            .to_owned();
    }
    let rows: Vec<[String; 5]> = sent.iter().map(row).collect();
    let widths: [usize; 5] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn row(sent: &Sent) -> [String; 5] {
    let moment = stored::moment(sent.at, sent.zone);
    [moment, sent.to.clone(), sent.what.to_owned(), sent.preset.clone(), sent.team.clone()]
}
