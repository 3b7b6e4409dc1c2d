//! The real binary at the end of a pipe: a line goes in, a block comes out.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running try-out of an empty team.
pub struct Terminal {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Terminal {
    /// Starts the try-out of a folder; gives it with its first block.
    pub fn open(folder: &Path) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
            .args(["try", "--empty", "--data"])
            .arg(folder)
            .env_remove("COLUMNS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut terminal = Self { child, input, output };
        let welcome = terminal.block();
        (terminal, welcome)
    }

    /// Types a line; gives the block it brings.
    pub fn say(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").expect("the binary listens");
        self.block()
    }

    /// Types a line and ends the process a little later with SIGKILL, whatever it is doing.
    /// Gives what had come out by then.
    pub fn say_and_die_after(mut self, line: &str, pause: std::time::Duration) -> String {
        writeln!(self.input, "{line}").expect("the binary listens");
        std::thread::park_timeout(pause);
        self.child.kill().expect("it was running");
        let mut cut_off = Vec::new();
        std::io::Read::read_to_end(&mut self.output, &mut cut_off).expect("readable");
        self.child.wait().expect("it ends");
        String::from_utf8_lossy(&cut_off).into_owned()
    }

    /// Ends the process with SIGKILL.
    pub fn die(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }

    /// Ends the input; gives the last block.
    pub fn close(mut self) -> String {
        drop(self.input);
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.output, &mut rest).expect("text");
        assert!(self.child.wait().expect("it ends").success(), "it ended badly: {rest}");
        rest
    }

    fn block(&mut self) -> String {
        let mut block = String::new();
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).expect("text");
            assert!(length > 0, "the binary ended after:\n{block}");
            if line == "\n" {
                return block;
            }
            block.push_str(&line);
        }
    }
}

/// What came out of a script, block by block.
#[derive(Default)]
pub struct Played {
    /// The reply to each line.
    pub replies: Vec<String>,
    /// Every block, those of restarts too, in the order they came.
    pub blocks: Vec<String>,
}

impl Played {
    /// What was delivered to somebody or somewhere: to whom, and the first line.
    pub fn deliveries(&self) -> Vec<String> {
        let mut all: Vec<String> = self.blocks.iter().flat_map(|block| deliveries(block)).collect();
        all.sort();
        all
    }
}

/// The headings say the time of day, which differs from run to run; the day does not.
fn deliveries(block: &str) -> Vec<String> {
    let lines: Vec<&str> = block.lines().collect();
    let heading = |(at, line): (usize, &&str)| {
        let to = line.strip_prefix("→ to ")?;
        let (to, when) = to.split_once(" (")?;
        let (day, _time) = when.split_once(',')?;
        let about = lines[at + 1..].iter().find(|line| !is_drawn(line)).copied()?;
        Some(format!("{to} · {day} · {about}"))
    };
    lines.iter().enumerate().filter_map(heading).collect()
}

fn is_drawn(line: &str) -> bool {
    line.starts_with(' ')
}

/// Plays lines in one folder; after each line for which `dies` holds, the process is killed and
/// started again.
pub fn play(folder: &Path, lines: &[String], dies: impl Fn(usize) -> bool) -> Played {
    let mut played = Played::default();
    let (mut terminal, welcome) = Terminal::open(folder);
    played.blocks.push(welcome);
    for (number, line) in lines.iter().enumerate() {
        let reply = terminal.say(line);
        played.blocks.push(reply.clone());
        played.replies.push(reply);
        if dies(number) {
            terminal.die();
            let (again, welcome) = Terminal::open(folder);
            played.blocks.push(welcome);
            terminal = again;
        }
    }
    played.blocks.push(terminal.close());
    played
}
