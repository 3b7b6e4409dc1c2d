//! The bot within the test's own process, so that its clock can be moved.

use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::app;
use maturity_bot::clock::Clock;
use maturity_bot::config;
use maturity_bot::engine::{Drawer, Engine, Rules};
use maturity_bot::platform::matrix::{Matrix, PLATFORM};
use maturity_bot::platform::{Parcel, Platform};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::sled::{Options, SledKv};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A bot without teams that runs until this is dropped.
pub struct Inside {
    runtime: Runtime,
    /// There until this is dropped.
    platform: Option<Arc<Matrix>>,
    clock: Clock,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Inside {
    /// Runs what was configured and signed in below a folder.
    pub fn run(folder: &Path) -> Self {
        let runtime = Runtime::new().expect("threads");
        let clock = Clock::system();
        let (platform, stop, running) = runtime.block_on(start(folder, &clock));
        Self { runtime, platform: Some(platform), clock, stop, running: Some(running) }
    }

    /// Moves its clock.
    pub fn waits(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    /// Posts something, as the engine would; gives the room and the event.
    pub fn posts(&self, parcel: &Parcel<'_>) -> String {
        let post = self.platform.as_ref().expect("it runs").post(parcel);
        self.runtime.block_on(post).expect("it is delivered").0
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(running) = self.running.take() {
            let _ = self.runtime.block_on(running);
        }
        // The connections to its store are closed by the runtime they were opened in.
        let _inside = self.runtime.enter();
        self.platform = None;
    }
}

type Started = (Arc<Matrix>, watch::Sender<bool>, JoinHandle<anyhow::Result<()>>);

async fn start(folder: &Path, clock: &Clock) -> Started {
    let loaded = config::load(&folder.join("config.toml")).expect("a sound configuration");
    let config::Loaded { config, content, text } = loaded;
    let options = Options { cache_bytes: 1 << 20, ..Options::new(StoreKind::Real) };
    let kv = SledKv::open(&config.data_dir, &options).expect("a store");
    let keyring = Keyring::open(&config.data_dir.join("keys")).expect("a keyring");
    let (text, rules) = (Arc::new(text), Rules::default());
    let engine = Engine::new(Arc::new(kv), keyring, text, content, clock.clone(), rules);
    let engine = Arc::new(engine);
    let settings = config.matrix.clone().expect("a section for Matrix");
    let memory = Arc::new(Drawer::new(Arc::clone(&engine), PLATFORM));
    let voice = (engine.text(), clock.clone());
    let matrix = Matrix::resume(settings, config.admins, &config.data_dir, memory, voice).await;
    let platform = Arc::new(matrix.expect("a session"));
    let (inbox, events) = app::inbox();
    let (stop, stopped) = app::stop_signal();
    tokio::spawn(app::handle_events(engine, events, stopped.clone()));
    let running = Arc::clone(&platform);
    let running = tokio::spawn(async move { running.run(inbox, stopped).await });
    (platform, stop, running)
}
