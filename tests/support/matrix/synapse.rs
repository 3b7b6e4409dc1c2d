//! The homeserver of a test: a real Synapse, on a port of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;

/// Names the socket of `nursery.py`, where one runs; without it every homeserver starts by itself.
const NURSERY: &str = "MATURITY_SYNAPSE_NURSERY";

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
    process: Mutex<Process>,
}

/// What runs it.
enum Process {
    /// A process of ours.
    Own(Child),
    /// A process of the nursery, which ends with this connection, and its id.
    Nursed(BufReader<UnixStream>, String),
}

impl Synapse {
    /// Starts one that keeps its files in `folder`, and waits until it answers.
    pub fn start(folder: &Path, database: Database, limits: Limits) -> Self {
        let port = free_port();
        let process = Mutex::new(launch(folder, port, database, limits));
        let synapse = Self { folder: folder.to_owned(), port, database, limits, process };
        synapse.wait_until_up();
        synapse
    }

    /// The address people and the bot use.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it, as an operator would.
    pub fn stop(&self) {
        let mut process = self.process();
        Command::new("kill").args(["-TERM", &process.id()]).status().expect("there is a `kill`");
        process.wait();
    }

    /// Starts it again, with the same port and files.
    pub fn start_again(&self) {
        *self.process() = launch(&self.folder, self.port, self.database, self.limits);
        self.wait_until_up();
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_up(&self) {
        for _ in 0..2400 {
            if self.process().has_ended() {
                let log = std::fs::read_to_string(self.folder.join("homeserver.log"));
                panic!("the homeserver ended: {}", log.unwrap_or_default());
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
        self.process().kill();
    }
}

impl Process {
    fn id(&self) -> String {
        match self {
            Self::Own(child) => child.id().to_string(),
            Self::Nursed(_, id) => id.clone(),
        }
    }

    fn has_ended(&mut self) -> bool {
        match self {
            Self::Own(child) => child.try_wait().expect("a child of ours").is_some(),
            Self::Nursed(connection, _) => {
                let stream = connection.get_mut();
                stream.set_nonblocking(true).expect("a socket");
                let has_ended = matches!(stream.read(&mut [0]), Ok(0));
                stream.set_nonblocking(false).expect("a socket");
                has_ended
            }
        }
    }

    fn wait(&mut self) {
        match self {
            Self::Own(child) => drop(child.wait().expect("it ends")),
            Self::Nursed(connection, _) => drop(connection.read_to_end(&mut Vec::new())),
        }
    }

    fn kill(&mut self) {
        match self {
            Self::Own(child) => drop(child.kill()),
            Self::Nursed(connection, _) => drop(connection.get_ref().shutdown(Shutdown::Write)),
        }
        self.wait();
    }
}

fn launch(folder: &Path, port: u16, database: Database, limits: Limits) -> Process {
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
    match std::env::var_os(NURSERY) {
        Some(nursery) => nursed(&nursery, folder, port, database, limits),
        None => Process::Own(alone(folder, port, database, limits)),
    }
}

fn alone(folder: &Path, port: u16, database: &str, limits: &str) -> Child {
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/synapse"))
        .arg("serve")
        .arg(folder)
        .args(["--port", &port.to_string(), "--database", database, "--limits", limits])
        .stdin(Stdio::null())
        .spawn()
        .expect("Python 3 is there")
}

fn nursed(socket: &OsStr, folder: &Path, port: u16, database: &str, limits: &str) -> Process {
    let mut stream = UnixStream::connect(socket)
        .unwrap_or_else(|error| panic!("no nursery at {}: {error}", Path::new(socket).display()));
    let wish = json!({"folder": folder, "port": port, "database": database, "limits": limits});
    writeln!(stream, "{wish}").expect("the nursery listens");
    let (mut connection, mut id) = (BufReader::new(stream), String::new());
    connection.read_line(&mut id).expect("text");
    assert!(!id.is_empty(), "no homeserver came of {wish}");
    Process::Nursed(connection, id.trim().to_owned())
}

/// A port below those that the system gives to connections, so that it is still free when the
/// homeserver is started again.
fn free_port() -> u16 {
    let first = u16::try_from(std::process::id() * 31 % 10_000).expect("less than ten thousand");
    let ports = (0..10_000).map(|step| 20_000 + (first + step) % 10_000);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.into_iter().find(free).expect("one of ten thousand ports is free")
}
