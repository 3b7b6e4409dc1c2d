//! The people of a test. They use the client library behind Element, in one process of their own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// That process.
pub struct Humans {
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    child: Child,
}

impl Humans {
    /// Starts it beside a homeserver.
    pub fn start(server: &str) -> Self {
        let (node, library) = installed();
        let support = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/matrix/humans/main.mjs");
        let mut child = Command::new(node)
            .args([support, server])
            .env("HUMANS_LIBRARY", library)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { pipes: Mutex::new((input, output)), child }
    }

    /// Lets a person do something; gives what came of it, or why nothing did.
    pub fn try_to(&self, who: &str, verb: &str, mut arguments: Value) -> Result<Value, String> {
        arguments["who"] = who.into();
        arguments["verb"] = verb.into();
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(pipes.0, "{arguments}").expect("the people listen");
        let mut line = String::new();
        pipes.1.read_line(&mut line).expect("text");
        let mut answer: Value = serde_json::from_str(&line).expect("the people are there");
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["ok"].take()),
        }
    }
}

impl Drop for Humans {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Node and the folder of the library, as the script of that name leaves them.
fn installed() -> (String, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/matrix/install");
    let done = Command::new(script).stderr(Stdio::inherit()).output().expect("there is a shell");
    assert!(done.status.success(), "what judges the Matrix platform could not be installed");
    let said = String::from_utf8(done.stdout).expect("text");
    let (node, library) = said.trim().split_once('\n').expect("two lines");
    (node.to_owned(), library.to_owned())
}
