//! The bot of a test: the real binary, with a configuration of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::world::{World, user};

/// Its name on every homeserver of these tests.
pub const NAME: &str = "maturity-bot";
/// The password of every account in these tests; see `humans/person.mjs`.
pub const PASSWORD: &str = "nobody-else-knows";

/// A configured bot; what it holds stays when the process ends.
pub struct Bot {
    folder: PathBuf,
    child: Option<Child>,
    /// The key that its first login printed.
    key: Option<String>,
}

/// A room with a team in it.
pub struct Team<'a> {
    /// The room.
    pub room: &'a str,
    /// Who leads it.
    pub lead: &'a str,
    /// More keys of its entry, a line each.
    pub more: &'a str,
}

impl Bot {
    /// Configures it and signs it in; it does not run yet.
    pub fn sign_in(world: &World, teams: &[Team<'_>], matrix: &str) -> Self {
        Self::sign_in_at(&world.synapse.url(), world, teams, matrix)
    }

    /// The same, with another way to the homeserver.
    pub fn sign_in_at(server: &str, world: &World, teams: &[Team<'_>], matrix: &str) -> Self {
        let mut bot = Self::configure(&world.folder().join("bot"), server, matrix, teams);
        let done = bot.log_in(PASSWORD);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        bot.key = Some(recovery_key(&done));
        bot
    }

    /// Writes its configuration into a folder; `matrix` are more lines of that section.
    pub fn configure(folder: &Path, server: &str, matrix: &str, teams: &[Team<'_>]) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let entries: Vec<String> = (1..).zip(teams).map(|(number, it)| entry(number, it)).collect();
        let config = format!(
            "data_dir = \"{data}\"\nadmins = [\"matrix:{admin}\"]\n\n[matrix]\nenabled = true\n\
             homeserver = \"{server}\"\nuser = \"{user}\"\n{matrix}\n\n[defaults]\nquiet = \"off\"\n\
             workdays = [\"Mon\", \"Tue\", \"Wed\", \"Thu\", \"Fri\", \"Sat\", \"Sun\"]\n{teams}",
            data = folder.join("data").display(),
            admin = user("ann"),
            user = user(NAME),
            teams = entries.concat(),
        );
        std::fs::write(folder.join("config.toml"), config).expect("a file");
        Self { folder: folder.to_owned(), child: None, key: None }
    }

    /// The folder of everything it has.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `matrix login`, with this password.
    pub fn log_in(&self, password: &str) -> Output {
        let mut command = self.command(&["matrix", "login", "--password-file"]);
        command.arg(self.secret("password", password)).output().expect("the binary starts")
    }

    /// The same, with a token that somebody made for a device.
    pub fn log_in_with_token(&self, token: &str, device: &str) -> Output {
        let mut command = self.command(&["matrix", "login", "--token-file"]);
        command.arg(self.secret("token", token)).args(["--device", device]);
        command.output().expect("the binary starts")
    }

    /// The picture of its team's report, as the command line draws it.
    pub fn draws_report(&self) -> Vec<u8> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maturity-bot"));
        command.args(["report", "--format", "png", "--data"]).arg(self.folder.join("data"));
        let done = command.stdin(Stdio::null()).output().expect("the binary starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    /// The same, with the recovery key of an earlier login.
    pub fn log_in_with_key(&self, password: &str, key: &str) -> Output {
        let mut command = self.command(&["matrix", "login", "--password-file"]);
        command.arg(self.secret("password", password)).arg("--recovery-key-file");
        command.arg(self.secret("recovery-key", key)).output().expect("the binary starts")
    }

    /// Loses its account with all keys, and signs in anew as another device.
    pub fn becomes_another_device(&self) {
        let account = self.folder.join("data/matrix");
        std::fs::rename(account, self.folder.join("account-lost")).expect("movable");
        let key = self.key.as_deref().expect("it was signed in");
        let done = self.log_in_with_key(PASSWORD, key);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn secret(&self, name: &str, secret: &str) -> PathBuf {
        let file = self.folder.join(name);
        std::fs::write(&file, format!("{secret}\n")).expect("a file");
        file
    }

    /// Starts it.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = || File::options().append(true).create(true).open(self.log_file());
        let child = self
            .command(&["run"])
            .stdout(log().expect("a file"))
            .stderr(log().expect("a file"))
            .spawn();
        self.child = Some(child.expect("the binary starts"));
    }

    /// Ends it at once, whatever it is doing.
    pub fn die(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it was running");
        child.wait().expect("it ends");
    }

    /// Ends it at once and starts it again.
    pub fn die_and_run(&mut self) {
        self.die();
        self.run();
    }

    /// Ends it as an operator would, and waits until it has.
    pub fn stop(&mut self) {
        let mut child = self.child.take().expect("it runs");
        let pid = child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("there is a `kill`");
        let status = child.wait().expect("it ends");
        assert!(status.success(), "it ended with {status}:\n{}", self.log());
    }

    /// Waits until it ends by itself; gives whether it was content.
    pub fn ends(&mut self) -> bool {
        let mut child = self.child.take().expect("it runs");
        for _ in 0..2400 {
            if let Some(status) = child.try_wait().expect("a child of ours") {
                return status.success();
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        let _ = child.kill();
        panic!("it did not end within two minutes:\n{}", self.log());
    }

    /// Runs it and waits until it ends by itself; gives what it said.
    pub fn run_to_its_end(&self) -> Output {
        self.command(&["run"]).output().expect("the binary starts")
    }

    /// Everything it logged, in all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maturity-bot"));
        let (verbs, flags): (Vec<&str>, Vec<&str>) =
            words.iter().partition(|word| !word.starts_with("--"));
        command.args(verbs).arg("--config").arg(self.folder.join("config.toml")).args(flags);
        command.stdin(Stdio::null());
        command
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(30).collect();
            let last: Vec<&str> = last.into_iter().rev().collect();
            eprintln!("the bot's log ended with:\n{}", last.join("\n"));
        }
    }
}

/// The recovery key in what `matrix login` printed: twelve groups of four.
pub fn recovery_key(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout);
    let is_group = |word: &&str| word.len() == 4 && word.chars().all(char::is_alphanumeric);
    let lines = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut keys = lines.filter(|words| words.iter().filter(|it| is_group(it)).count() >= 12);
    let key = keys.next().unwrap_or_else(|| panic!("no recovery key in: {said}"));
    assert!(keys.next().is_none(), "the key stands there twice: {said}");
    key.into_iter().filter(is_group).collect::<Vec<_>>().join(" ")
}

fn entry(number: usize, team: &Team<'_>) -> String {
    format!(
        "\n[[team]]\nid = \"team-{number}\"\nname = \"Try-out\"\nplace = \"matrix:{room}\"\n\
         leads = [\"matrix:{lead}\"]\ndigest = \"off\"\ntrend = \"off\"\n{more}\n",
        room = team.room,
        lead = user(team.lead),
        more = team.more,
    )
}
