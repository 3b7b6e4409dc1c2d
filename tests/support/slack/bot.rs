//! The real binary, told to take our Slack for the real one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Double;
use super::deliver::Urls;

/// How Slack reaches the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over sockets.
    Sockets,
    /// Over signed requests.
    Http,
}

/// The secret that requests are signed with.
pub const SECRET: &str = "a signing secret";

/// A running bot, killed with the test.
pub struct Bot {
    double: Double,
    folder: PathBuf,
    way: Way,
    child: Child,
}

impl Bot {
    /// Starts the bot in a folder, with more lines for its config, those at its top and those
    /// below, and waits until it is reached.
    pub async fn start(double: &Double, folder: &Path, way: Way, [top, config]: [&str; 2]) -> Self {
        let listen = free_address();
        if way == Way::Http {
            double.with(|state| state.urls = Some(urls(&listen)));
        }
        let text = format!("{top}{}{config}", head(double, folder, way, &listen));
        write(folder, &text);
        let child = launch(double, folder);
        let bot = Self { double: double.clone(), folder: folder.to_owned(), way, child };
        bot.reached(0).await;
        bot
    }

    /// Ends the process with SIGKILL.
    pub fn die(&mut self) {
        // It may have ended already, which the test then finds out by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks the process to end; gives how long it took to, at most the time given.
    pub async fn stops(&mut self, most: Duration) -> Option<Duration> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "there is a process to end");
        let begun = self.double.now();
        while self.lives() {
            if self.double.now() - begun > i64::try_from(most.as_millis()).unwrap_or(i64::MAX) {
                return None;
            }
            super::pause(Duration::from_millis(20)).await;
        }
        u64::try_from(self.double.now() - begun).ok().map(Duration::from_millis)
    }

    /// Starts it again where it was, and waits until it is reached.
    pub async fn again(&mut self) {
        let before = self.double.with(|state| {
            // A killed process closes its sockets, which may be noticed only now.
            let open = state.links.open();
            for number in open {
                state.links.send(number, super::links::Frame::Cut);
                if let Some(link) = state.links.all.get_mut(&number) {
                    link.closed = Some(state.now);
                }
            }
            state.logs.len()
        });
        self.child = launch(&self.double, &self.folder);
        self.reached(before).await;
    }

    /// Whether the process is there.
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    async fn reached(&self, before: usize) {
        let way = self.way;
        let reached = |state: &super::state::State| {
            let listens = || state.logs[before..].iter().any(|line| line.contains("listening"));
            let reached = match way {
                Way::Sockets if state.expects_no_link => state.logs.len() > before,
                Way::Sockets => !state.links.open().is_empty(),
                Way::Http => listens(),
            };
            reached.then_some(())
        };
        self.double.until("the bot is reached", reached).await;
    }
}

/// What a subcommand that takes a config says, and whether it was content.
pub async fn says(double: &Double, arguments: &[&str], config: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("{}{config}", head(double, folder.path(), Way::Sockets, "127.0.0.1:0"));
    write(folder.path(), &text);
    let mut command = Command::new(env!("CARGO_BIN_EXE_maturity-bot"));
    command.args(arguments).arg("--config").arg(folder.path().join("bot.toml"));
    // The workspace answers on the runtime, which must not be held up.
    let done = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends");
    let done = done.expect("the binary starts");
    let words = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&words).into_owned())
}

fn write(folder: &Path, config: &str) {
    std::fs::write(folder.join("bot.toml"), config).expect("a folder that can be written to");
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.die();
    }
}

fn head(double: &Double, folder: &Path, way: Way, listen: &str) -> String {
    let token = double
        .with(|state| state.own_token.clone().unwrap_or_else(|| state.workspace.bot_token.clone()));
    let own = match way {
        Way::Sockets => "app_token = \"xapp-1-double\"".to_owned(),
        Way::Http => format!("signing_secret = \"{SECRET}\"\nlisten = \"{listen}\""),
    };
    let data = folder.join("data");
    let data = data.display();
    format!(
        "data_dir = \"{data}\"\nadmins = [\"slack:U0ROOT\"]\n\n[slack]\n\
         enabled = true\nbot_token = {token:?}\n{own}\napi_url = {:?}\n\n",
        double.api()
    )
}

fn urls(listen: &str) -> Urls {
    let url = |end: &str| format!("http://{listen}/slack/{end}");
    Urls {
        events: url("events"),
        interactive: url("interactions"),
        commands: url("commands"),
        secret: SECRET.into(),
    }
}

/// An address that was free a moment ago.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}

fn launch(double: &Double, folder: &Path) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(["run", "--config"])
        .arg(folder.join("bot.toml"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let double = double.clone();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            double.with(|state| state.logs.push(line));
        }
    });
    child
}
