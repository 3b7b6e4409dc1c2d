//! `maturity-bot run`: the bot itself, with the platforms and teams of a config file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{prompts, terminal};
use crate::app::{self, Courier};
use crate::clock::Clock;
use crate::config::{self, Config, Loaded, LogFormat, TeamEntry};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Message;
use crate::engine::{Drawer, Engine, InPlace, Rules, TeamPlan, reconcile};
use crate::ops;
use crate::platform::console::{Console, Resident, Session, Stage};
#[cfg(feature = "slack")]
use crate::platform::slack::Slack;
use crate::platform::{Inbox, Platform, Refused, Stop};
use crate::store::keyring::Keyring;
use crate::store::marker::StoreKind;
use crate::store::sled::{Options, SledKv};

/// Run the bot until it is told to stop.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The config file; `config/example.toml` is a beginning.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Runs the bot until it is stopped or fails.
///
/// # Errors
///
/// A config with defects, data that cannot be used, or a failed write, each with its mend.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let loaded = config::load(&arguments.config).map_err(|defects| {
        anyhow::anyhow!("the config cannot be used:\n{}", prompts::lines(&defects))
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(loaded));
    runtime.shutdown_background();
    result
}

async fn serve(loaded: Loaded) -> anyhow::Result<()> {
    let Loaded { config, content, text } = loaded;
    log_to_stderr(&config);
    if config.platforms().is_empty() {
        bail!("no platform is enabled; set `enabled = true` under [slack], [matrix] or [console]");
    }
    let clock = Clock::system();
    let kv = SledKv::open(
        &config.data_dir,
        &Options { cache_bytes: config.cache_mb * 1024 * 1024, ..Options::new(StoreKind::Real) },
    )?;
    let fatal = kv.fatal();
    let keyring = Keyring::open(&config.data_dir.join("keys"))?;
    let (kv, text) = (Arc::new(kv), Arc::new(text));
    let engine = Engine::new(kv, keyring, text, content, clock.clone(), rules(&config));
    let engine = Arc::new(engine);
    engine.shred().await?;
    engine.follow_zones().await?;
    reconcile(&engine, &plans(&config)).await?;
    let known = engine.snapshot(&[])?;
    tracing::info!(teams = known.teams + known.paused, "ready");
    tokio::select! {
        result = live(&config, engine, clock) => result,
        cause = fatal => bail!("a write failed, so nothing more is acknowledged: {cause}"),
    }
}

/// Everything that runs side by side; the first to fail ends all.
async fn live(config: &Config, engine: Arc<Engine>, clock: Clock) -> anyhow::Result<()> {
    let (inbox, events) = app::inbox();
    let (stop, stopped) = app::stop_signal();
    let mut platforms: Vec<Arc<dyn Platform>> = Vec::new();
    let console = config.console.then(|| console(config, &engine, &clock)).transpose()?;
    if let Some(console) = &console {
        platforms.push(Arc::clone(console) as Arc<dyn Platform>);
    }
    #[cfg(feature = "matrix")]
    if let Some(settings) = &config.matrix {
        platforms.push(super::matrix::platform(settings, config, &engine, &clock).await?);
    }
    #[cfg(feature = "slack")]
    if let Some(settings) = &config.slack {
        let memory = Arc::new(Drawer::new(Arc::clone(&engine), "slack"));
        platforms.push(Arc::new(Slack::new(settings, engine.text(), clock.clone(), memory)?));
    }
    let courier = Arc::new(Courier::new(Arc::clone(&engine), platforms.clone()));
    if let Some(console) = &console {
        console.set_stage(Arc::new(RunStage { courier: Arc::clone(&courier) }));
    }

    let refused: Refusals = Arc::default();
    let mut parts = JoinSet::new();
    if let Some(address) = config.ops {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("[ops] cannot listen on {address}; is it in use already?"))?;
        let look = look(&engine, config, &refused);
        parts.spawn(ops::serve(listener, look, stopped.clone()));
    }
    parts.spawn(app::handle_events(Arc::clone(&engine), events, stopped.clone()));
    parts.spawn(app::watch_clock(engine, courier, stopped.clone()));
    for platform in platforms {
        parts.spawn(take_part(platform, inbox.clone(), Arc::clone(&refused), stopped.clone()));
    }
    let result = tokio::select! {
        part = parts.join_next() => ended(part.context("nothing was started")?),
        signal = until_signal() => signal,
    };
    tracing::info!("stopping");
    if let Some(console) = &console {
        console.leave_stage();
    }
    let _ = stop.send(true);
    while let Some(part) = parts.join_next().await {
        ended(part)?;
    }
    result
}

fn ended(part: Result<anyhow::Result<()>, tokio::task::JoinError>) -> anyhow::Result<()> {
    part.context("a part of the bot broke off")?
}

/// The platforms that refuse the bot.
type Refusals = Arc<Mutex<BTreeSet<String>>>;

/// How an operator's tools look at the bot.
fn look(engine: &Arc<Engine>, config: &Config, refusals: &Refusals) -> ops::Look {
    let (engine, refusals) = (Arc::clone(engine), Arc::clone(refusals));
    let platforms: Vec<String> = config.platforms().into_iter().map(ToOwned::to_owned).collect();
    Arc::new(move || {
        let mut snapshot = engine.snapshot(&platforms).map_err(|trouble| trouble.to_string())?;
        for name in refusals.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            snapshot.platforms.insert(name.clone(), ops::Link::Refused);
        }
        Ok(snapshot)
    })
}

/// A platform that ends by itself, such as a terminal at the end of its input, does not end the
/// bot: schedules go on.
async fn take_part(
    platform: Arc<dyn Platform>,
    inbox: Inbox,
    refusals: Refusals,
    mut stop: Stop,
) -> anyhow::Result<()> {
    if let Err(error) = platform.run(inbox, stop.clone()).await {
        let Some(refused) = error.downcast_ref::<Refused>() else { return Err(error) };
        tracing::error!(platform = platform.name(), "{refused}");
        let mut refusals = refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.insert(platform.name().to_owned());
    }
    let _ = stop.wait_for(|stop| *stop).await;
    Ok(())
}

/// Waits for an interrupt or the request to end.
async fn until_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// What the file says about all teams.
pub(super) fn rules(config: &Config) -> Rules {
    Rules {
        admins: config.admins.clone(),
        grace_hours: config.grace_hours,
        second_try_seconds: config.second_try_seconds,
        open_setup: config.open_setup,
        defaults: config.defaults.clone(),
        // Whoever moderates a room leads its team.
        leading_groups: vec![PersonId::from("matrix:moderators")],
        // Slack tells the bot alone what somebody pressed; a Matrix room sees every vote.
        in_place: BTreeMap::from([
            ("slack".to_owned(), InPlace::Hidden),
            ("matrix".to_owned(), InPlace::Seen),
        ]),
        guests_on: BTreeSet::from(["slack".to_owned()]),
        ..Rules::default()
    }
}

/// The teams of the file as the engine wants them.
#[must_use]
pub fn plans(config: &Config) -> Vec<TeamPlan> {
    config.teams.iter().map(plan).collect()
}

fn plan(entry: &TeamEntry) -> TeamPlan {
    TeamPlan {
        config_id: Some(entry.id.clone()),
        name: entry.name.clone(),
        place: entry.place.clone(),
        leads: entry.leads.clone(),
        settings: entry.settings.clone(),
    }
}

fn console(config: &Config, engine: &Arc<Engine>, clock: &Clock) -> anyhow::Result<Arc<Console>> {
    let memory = Arc::new(Drawer::new(Arc::clone(engine), "console"));
    let home = config
        .teams
        .first()
        .map_or_else(|| PlaceId::from("console:lobby"), |team| team.place.clone());
    let mut session = Session::new(home, "operator".to_owned());
    session.residents = residents(config);
    let terminal = terminal::own()?;
    Ok(Arc::new(Console::new(engine.text(), clock.clone(), memory, session, terminal)))
}

/// The people of the file, each once, in all rooms that list them.
#[must_use]
pub fn residents(config: &Config) -> Vec<Resident> {
    let mut residents: Vec<Resident> = Vec::new();
    for team in &config.teams {
        for member in &team.members {
            match residents.iter_mut().find(|it| it.id == member.id) {
                Some(known) => known.places.push(team.place.clone()),
                None => residents.push(Resident {
                    id: member.id.clone(),
                    name: member.name.clone(),
                    zone: member.zone,
                    places: vec![team.place.clone()],
                }),
            }
        }
    }
    residents
}

fn log_to_stderr(config: &Config) {
    // Colours are for eyes, not for the files that logs end in.
    let colour = std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let targets = quietened(config.log.level);
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_max_level(config.log.level);
    match config.log.format {
        LogFormat::Text => lines.finish().with(targets).init(),
        LogFormat::Json => lines.json().finish().with(targets).init(),
    }
}

/// All lines of ours; of the libraries' only those that an operator can do something about. Matrix's
/// takes every 404 for an error, also those by which it finds out what a server can do. Those that
/// carry requests would tell the secrets in them.
fn quietened(level: tracing::Level) -> Targets {
    let level = LevelFilter::from(level);
    let carriers = ["h2", "hyper", "hyper_util", "reqwest", "tokio_tungstenite", "tungstenite"];
    Targets::new()
        .with_default(level)
        .with_targets(carriers.map(|name| (name, level.min(LevelFilter::WARN))))
        .with_target("matrix_sdk", level.min(LevelFilter::ERROR))
        .with_target("matrix_sdk::http_client", LevelFilter::OFF)
        .with_target("matrix_sdk::room", LevelFilter::OFF)
        .with_target("matrix_sdk_base", level.min(LevelFilter::ERROR))
        .with_target("matrix_sdk_crypto", level.min(LevelFilter::ERROR))
        .with_target("matrix_sdk_sqlite", level.min(LevelFilter::ERROR))
}

/// The bot behind a terminal that is one of its platforms.
struct RunStage {
    courier: Arc<Courier>,
}

#[async_trait]
impl Stage for RunStage {
    async fn settle(&self) -> anyhow::Result<()> {
        self.courier.settle_with("console").await
    }

    async fn travel(&self, _span: TimeDelta) -> anyhow::Result<bool> {
        Ok(false)
    }

    async fn may_join(&self, _place: &PlaceId) -> anyhow::Result<bool> {
        Ok(false)
    }

    async fn after(&self, _speaker: &PersonId) -> anyhow::Result<Vec<Message>> {
        Ok(Vec::new())
    }
}
