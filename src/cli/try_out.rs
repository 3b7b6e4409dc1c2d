//! `maturity-bot try`: the whole bot in a terminal, with made-up teammates or an empty team.

mod guide;
mod samples;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use chrono::TimeDelta;

use super::terminal;
use crate::app::{self, Courier};
use crate::clock::Clock;
use crate::domain::calendar::{Calendar, Workdays};
use crate::domain::courtesy::Quiet;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::Message;
use crate::domain::team::Settings;
use crate::engine::{Drawer, Engine, Rules, TeamPlan};
use crate::platform::console::{self, Console, Session, Stage};
use crate::platform::{Facts, Inbox, Incoming, Platform, What};
use crate::store::keyring::Keyring;
use crate::store::marker::StoreKind;
use crate::store::sled::{Options, SledKv};
use crate::text::Text;
use crate::text::content::Content;
use crate::text::words::{ConsoleBye, ConsoleWelcome};
use guide::{Guide, TryStage};

/// Try the bot in this terminal: no account, no config, nothing leaves the machine.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where the try-out is kept; a folder of your own data place if not given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Start without the made-up team; the first to speak leads.
    #[arg(long)]
    empty: bool,
    /// Speak as this person first.
    #[arg(long = "as", value_name = "NAME", value_parser = speaker_name)]
    speaker: Option<String>,
    /// Questions and messages from this folder instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
}

impl Arguments {
    /// The command that comes back to the same try-out.
    fn again(&self) -> String {
        let Some(data) = &self.data else { return "maturity-bot try".to_owned() };
        let data = data.display().to_string();
        let plain = |sign: char| sign.is_alphanumeric() || "/._-~\\:".contains(sign);
        if data.chars().all(plain) {
            format!("maturity-bot try --data {data}")
        } else {
            format!("maturity-bot try --data '{}'", data.replace('\'', r"'\''"))
        }
    }
}

fn speaker_name(typed: &str) -> Result<String, &'static str> {
    console::name_of(typed).ok_or("a name has 1 to 40 characters")
}

/// Runs the try-out until the input ends.
///
/// # Errors
///
/// A folder that cannot be used, prompts with defects, or a store that failed; each with its mend.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(play(arguments));
    runtime.shutdown_background();
    result
}

async fn play(arguments: &Arguments) -> anyhow::Result<()> {
    let data = arguments.data.clone().map_or_else(usual_folder, Ok)?;
    let (content, text) = super::prompts::load(arguments.prompts.as_deref())?;
    let clock = Clock::system();
    let engine = Arc::new(open(&data, content, Arc::new(text), clock.clone())?);
    let (inbox, events) = app::inbox();
    let (stop, stopped) = app::stop_signal();
    let handling = tokio::spawn(app::handle_events(Arc::clone(&engine), events, stopped.clone()));

    let memory = Arc::new(Drawer::new(Arc::clone(&engine), "console"));
    let kept = Console::kept_session(memory.as_ref());
    let back = kept.is_some();
    let session = match kept {
        Some(kept) => {
            clock.advance(TimeDelta::milliseconds(kept.offset));
            resumed(kept, arguments)
        }
        None => begin(&engine, &inbox, &clock, arguments).await?,
    };
    let console =
        Arc::new(Console::new(engine.text(), clock.clone(), memory, session, terminal::own()?));
    let courier = Arc::new(Courier::new(
        Arc::clone(&engine),
        vec![Arc::clone(&console) as Arc<dyn Platform>],
    ));
    let guide = Guide::new(!arguments.empty);
    let stage = Arc::new(TryStage {
        engine: Arc::clone(&engine),
        courier: Arc::clone(&courier),
        console: Arc::clone(&console),
        clock,
        inbox: inbox.clone(),
        guide,
    });
    console.set_stage(Arc::clone(&stage) as Arc<dyn Stage>);
    inbox.linked(console.name(), true, engine.now()).await?;
    console.keep_session().await?;
    rejoin(&console, &inbox, &engine).await?;
    courier.settle().await?;
    welcome(&engine, &console, arguments, back);
    first_words(&stage, back || arguments.empty).await?;
    console.end_block();
    if let Err(gone) = console.run(inbox, stopped).await {
        // Why nothing is taken any more is what whoever handles events says.
        let _ = stop.send(true);
        return handling.await.context("the engine broke off")?.and(Err(gone));
    }
    console.end_session().await?;
    let (data, command) = (data.display().to_string(), arguments.again());
    console.show(&Message::Text(engine.say(&ConsoleBye { data, command })));
    console.end_block();
    console.leave_stage();
    let _ = stop.send(true);
    handling.await.context("the engine broke off")?
}

/// Whoever speaks first is greeted; in a new example, a round is opened for them.
async fn first_words(stage: &TryStage, known: bool) -> anyhow::Result<()> {
    let Some(speaker) = stage.console.speaker() else { return Ok(()) };
    if known {
        stage.greet(&speaker).await?;
    } else {
        stage.engine.handle_as(&speaker, "/maturity start quick").await?;
        stage.courier.settle().await?;
        stage.console.say_as(&stage.inbox, &speaker, "/maturity answer").await?;
    }
    stage.courier.settle().await
}

fn open(data: &Path, content: Content, text: Arc<Text>, clock: Clock) -> anyhow::Result<Engine> {
    let kv = SledKv::open(data, &Options::new(StoreKind::TryOut))?;
    let keyring = Keyring::open(&data.join("keys"))?;
    let rules = Rules { open_setup: true, ..Rules::default() };
    Ok(Engine::new(Arc::new(kv), keyring, text, content, clock, rules))
}

/// A place of one's own for data, by the platform's habit.
fn usual_folder() -> anyhow::Result<PathBuf> {
    let own = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let home = || std::env::home_dir().map(|home| home.join(".local/share"));
    let base = own.or_else(home).context("no home folder is known; say `--data DIR`")?;
    Ok(base.join("maturity-bot").join("try-out"))
}

/// A session that was cut off goes on with whoever spoke last; one that ended properly begins with
/// whoever is named now.
fn resumed(mut kept: Session, arguments: &Arguments) -> Session {
    if kept.speaker.is_none() {
        let name = arguments.speaker.clone().unwrap_or_else(|| kept.default_name.clone());
        kept.speaker = kept.named(&name).map(|known| known.id.clone());
        kept.default_name = name;
    }
    kept
}

/// Makes the team of a new try-out, with or without made-up teammates.
async fn begin(
    engine: &Arc<Engine>,
    inbox: &Inbox,
    clock: &Clock,
    arguments: &Arguments,
) -> anyhow::Result<Session> {
    let name = arguments.speaker.clone().unwrap_or_else(user_name);
    let mut session = Session::new(PlaceId::from(samples::ROOM), name.clone());
    let plan = TeamPlan {
        config_id: None,
        name: "Try-out".to_owned(),
        place: PlaceId::from(samples::ROOM),
        leads: Vec::new(),
        settings: settings(),
    };
    if arguments.empty {
        engine.make_team(&plan).await?;
    } else {
        samples::live(engine, inbox, clock, &plan, &mut session).await?;
    }
    if !arguments.empty || arguments.speaker.is_some() {
        let resident =
            crate::platform::console::Resident::new(&name, Some(PlaceId::from(samples::ROOM)));
        session.speaker = Some(resident.id.clone());
        if !arguments.empty {
            let joined = What::Joined { place: plan.place.clone(), profile: resident.profile() };
            hand_in(inbox, engine, joined).await?;
            let leads = vec![resident.id.clone()];
            engine.make_team(&TeamPlan { leads, ..plan }).await?;
        }
        session.residents.push(resident);
    }
    Ok(session)
}

/// In a try-out nobody is disturbed: every day is a working day without quiet hours, so that what
/// happens does not depend on when it is tried.
fn settings() -> Settings {
    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let workdays = Workdays::new([Mon, Tue, Wed, Thu, Fri, Sat, Sun]).unwrap_or_default();
    let midnight = chrono::NaiveTime::MIN;
    let calendar = Calendar { workdays, holidays: std::collections::BTreeSet::new() };
    Settings {
        zone: terminal::own_zone(),
        quiet: Quiet { from: midnight, to: midnight, calendar },
        ..Settings::usual()
    }
}

fn user_name() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let fits = |name: &String| !name.is_empty() && name.len() <= 40 && name != "root";
    named.filter(fits).unwrap_or_else(|| "Guest".to_owned())
}

/// Makes sure that everybody in the room is in the team, also after a crash in between.
async fn rejoin(console: &Console, inbox: &Inbox, engine: &Engine) -> anyhow::Result<()> {
    let place = PlaceId::from(samples::ROOM);
    let members = console.members(&place).await?;
    if !engine.is_between_rounds(&place)? {
        return Ok(());
    }
    if let Some(first) = members.first().filter(|_| engine.is_leaderless(&place).unwrap_or(false)) {
        let joined = What::Joined { place: place.clone(), profile: first.clone() };
        hand_in(inbox, engine, joined).await?;
    }
    hand_in(inbox, engine, What::Facts(Facts::Members { place, members })).await
}

async fn hand_in(inbox: &Inbox, engine: &Engine, what: What) -> anyhow::Result<()> {
    let id = crate::domain::ids::EventId(format!(
        "try:{:032x}",
        u128::from_be_bytes(crate::random::bytes())
    ));
    inbox.hand_in(Incoming { id, sent: engine.now(), what }).await?;
    Ok(())
}

fn welcome(engine: &Engine, console: &Console, arguments: &Arguments, back: bool) {
    let name = console.speaker().map(|person: PersonId| console.name_of(&person));
    console.show(&Message::Text(engine.say(&ConsoleWelcome {
        name,
        samples: samples::NAMES.len(),
        rounds: samples::ROUNDS,
        empty: arguments.empty,
        back,
    })));
}
