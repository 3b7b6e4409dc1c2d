//! The homeserver of a test: a real Synapse, on a port of its own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where its database is.
#[derive(Clone, Copy)]
pub enum Database {
    /// In memory: quick, and gone when it stops.
    Memory,
    /// In a file: there again when it starts again.
    File,
}

/// How much it lets people do.
#[derive(Clone, Copy)]
pub enum Limits {
    /// Whatever they like.
    None,
    /// What a homeserver allows that nobody configured.
    Default,
    /// Whatever they like, with tokens that soon have to be renewed.
    ShortTokens,
    /// Whatever they like, but one room a second.
    FewRooms,
}

/// A homeserver that ends with this value.
pub struct Synapse {
    folder: PathBuf,
    port: u16,
    database: Database,
    limits: Limits,
    child: Mutex<Child>,
}

impl Synapse {
    /// Starts one that keeps its files in `folder`, and waits until it answers.
    pub fn start(folder: &Path, database: Database, limits: Limits) -> Self {
        let port = free_port();
        let child = Mutex::new(launch(folder, port, database, limits));
        let synapse = Self { folder: folder.to_owned(), port, database, limits, child };
        synapse.wait_until_up();
        synapse
    }

    /// The address people and the bot use.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it, as an operator would.
    pub fn stop(&self) {
        let mut child = self.child();
        let pid = child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("there is a `kill`");
        child.wait().expect("it ends");
    }

    /// Starts it again, with the same port and files.
    pub fn start_again(&self) {
        *self.child() = launch(&self.folder, self.port, self.database, self.limits);
        self.wait_until_up();
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_up(&self) {
        for _ in 0..2400 {
            if let Some(code) = self.child().try_wait().expect("a child of ours") {
                let log = std::fs::read_to_string(self.folder.join("homeserver.log"));
                panic!("the homeserver ended with {code}: {}", log.unwrap_or_default());
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        panic!("the homeserver did not come up within two minutes");
    }
}

impl Drop for Synapse {
    fn drop(&mut self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn launch(folder: &Path, port: u16, database: Database, limits: Limits) -> Child {
    let database = match database {
        Database::Memory => "memory",
        Database::File => "file",
    };
    let limits = match limits {
        Limits::None => "none",
        Limits::Default => "default",
        Limits::ShortTokens => "short-tokens",
        Limits::FewRooms => "few-rooms",
    };
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/synapse"))
        .arg("serve")
        .arg(folder)
        .args(["--port", &port.to_string(), "--database", database, "--limits", limits])
        .stdin(Stdio::null())
        .spawn()
        .expect("Python 3 is there")
}

/// A port below those that the system gives to connections, so that it is still free when the
/// homeserver is started again.
fn free_port() -> u16 {
    let first = u16::try_from(std::process::id() * 31 % 10_000).expect("less than ten thousand");
    let ports = (0..10_000).map(|step| 20_000 + (first + step) % 10_000);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.into_iter().find(free).expect("one of ten thousand ports is free")
}
