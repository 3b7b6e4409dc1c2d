//! The machine that the bot runs on: lives begin and end on it, and the disk stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maturity_bot::app::Courier;
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::EventId;
use maturity_bot::domain::message::Message;
use maturity_bot::engine::{Engine, InPlace, Rules, TeamPlan, reconcile};
use maturity_bot::platform::{Incoming, Platform, What};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::Kv;
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::sled::{Options, SledKv, Syncer};
use maturity_bot::store::tx::Tx;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;

use crate::chat::Chat;
use crate::world::Mortal;

/// Time stands still here, so waiting for a disk would say nothing.
struct Patient;

impl Syncer for Patient {
    fn sync(&self, _: &fs::File) -> std::io::Result<()> {
        Ok(())
    }
}

struct Life {
    /// The store on disk, in a process that can die at any commit.
    kv: Arc<Mortal<SledKv>>,
    engine: Arc<Engine>,
    courier: Courier,
}

/// How lives end.
#[derive(Debug, Default, Clone, Copy)]
pub struct Ends {
    pub stopped: u64,
    pub killed: u64,
    pub crashed: u64,
}

pub struct Machine {
    pub chat: Arc<Chat>,
    pub clock: Clock,
    pub ends: Ends,
    /// The teams of the config file.
    pub plans: Vec<TeamPlan>,
    /// Whether questions can be answered in a place.
    pub in_place: Option<InPlace>,
    text: Arc<Text>,
    content: Content,
    root: tempfile::TempDir,
    folder: PathBuf,
    folders: u32,
    life: Option<Life>,
    events: u64,
}

impl Machine {
    pub fn new(clock: Clock, content: Content) -> Self {
        let root = tempfile::tempdir().expect("a place to write");
        let folder = root.path().join("0");
        let chat = Arc::new(Chat::new(clock.clone()));
        let (text, plans) = (Arc::new(Text::embedded()), Vec::new());
        Self {
            chat,
            clock,
            ends: Ends::default(),
            plans,
            in_place: None,
            text,
            content,
            root,
            folder,
            folders: 0,
            life: None,
            events: 0,
        }
    }

    fn life(&self) -> &Life {
        self.life.as_ref().expect("the bot runs")
    }

    /// Whether a bot runs on it.
    pub fn lives(&self) -> bool {
        self.life.is_some()
    }

    pub fn engine(&self) -> &Engine {
        &self.life().engine
    }

    pub fn tx(&self) -> Tx<'_> {
        Tx::new(self.life().kv.as_ref())
    }

    /// Starts the bot as `run` does, up to where it listens.
    pub async fn start(&mut self) {
        let options = Options {
            cache_bytes: 16 << 20,
            syncer: Arc::new(Patient),
            ..Options::new(StoreKind::Real)
        };
        let rows = SledKv::open(&self.folder, &options).expect("the store opens again");
        let kv = Arc::new(Mortal::new(rows));
        let keys = Keyring::open(&self.folder.join("keys")).expect("a folder for keys");
        let (text, content) = (Arc::clone(&self.text), self.content.clone());
        let store = Arc::clone(&kv) as Arc<dyn Kv>;
        let clock = self.clock.clone();
        let in_place = self.in_place.map(|it| ("chat".to_owned(), it)).into_iter().collect();
        let rules = Rules { in_place, ..Rules::default() };
        let engine = Engine::new(store, keys, text, content, clock, rules);
        let engine = Arc::new(engine);
        engine.shred().await.expect("a disk that works");
        reconcile(&engine, &self.plans).await.expect("a store that works");
        let platforms = vec![Arc::clone(&self.chat) as Arc<dyn Platform>];
        let courier = Courier::new(Arc::clone(&engine), platforms);
        self.life = Some(Life { kv, engine, courier });
    }

    /// Ends the life in good order.
    pub fn stop(&mut self) {
        self.life = None;
        self.ends.stopped += 1;
    }

    /// Ends the life at once: the next one finds the files as they are at this moment.
    pub fn kill(&mut self) {
        self.folders += 1;
        let left = self.root.path().join(self.folders.to_string());
        // The store tidies by itself, and half of that in a copy is what no disk ever held.
        let mut files = read(&self.folder);
        loop {
            let again = read(&self.folder);
            if again == files {
                break;
            }
            files = again;
        }
        for (file, bytes) in files {
            let file = left.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a disk that works");
            fs::write(file, bytes).expect("a disk that works");
        }
        self.life = None;
        fs::remove_dir_all(&self.folder).expect("a disk that works");
        self.folder = left;
        self.ends.killed += 1;
    }

    /// The process dies after so many commits, the last of which may reach the disk.
    pub fn die_after(&self, commits: u64, reaches_disk: bool) {
        self.life().kv.die_after(commits, reaches_disk);
    }

    /// Whoever was to die lives on.
    pub fn spare(&self) {
        self.life().kv.live();
    }

    async fn reborn(&mut self) {
        self.life = None;
        self.ends.crashed += 1;
        self.start().await;
        self.link(false).await;
        self.link(true).await;
    }

    /// The chat says how far it has come in handing in what happened.
    pub async fn link(&mut self, caught_up: bool) {
        let what = What::Linked { platform: "chat".to_owned(), caught_up };
        let event = Incoming { id: EventId::from("linked"), sent: self.clock.now(), what };
        self.engine().handle(&event).await.expect("it writes nothing");
    }

    pub fn next_event(&mut self) -> EventId {
        self.events += 1;
        EventId(format!("event {}", self.events))
    }

    /// Hands in an event until it is committed; gives the reply, which dies with a process.
    pub async fn hand_in(&mut self, event: &Incoming) -> Option<Message> {
        loop {
            match self.engine().handle(event).await {
                Ok(reply) => return reply,
                Err(trouble) => {
                    assert!(trouble.is_fatal(), "{trouble}: {:?}", event.what);
                    self.reborn().await;
                }
            }
        }
    }

    /// Does and delivers everything that is due.
    pub async fn settle(&mut self) {
        while let Err(trouble) = self.life().courier.settle().await {
            let store = trouble.to_string();
            assert!(store.contains("clos"), "{store}");
            self.reborn().await;
        }
    }

    pub fn next_due(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        self.life().courier.next_due().expect("readable")
    }
}

/// All files below a folder, by their path in it.
fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let entry = entry.expect("readable");
        let (path, name) = (entry.path(), PathBuf::from(entry.file_name()));
        if path.is_dir() {
            files.extend(read(&path).into_iter().map(|(file, bytes)| (name.join(file), bytes)));
        } else {
            files.insert(name, fs::read(path).expect("readable"));
        }
    }
    files
}
