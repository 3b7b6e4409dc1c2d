//! Everything that is so in the workspace.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deliver::{Delivered, Urls};
use super::faults::Faults;
use super::hooks::Hook;
use super::journal::Entry;
use super::judges;
use super::kin::Kin;
use super::links::Links;
use super::uploads::Upload;
use super::views::Views;
use super::workspace::Workspace;

/// A message, as people see it.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// The channel or direct conversation.
    pub channel: String,
    /// Its time, which is its name.
    pub ts: String,
    /// The words beside the blocks.
    pub text: String,
    /// Its blocks, each with a `block_id`.
    pub blocks: Value,
    /// What machines read.
    pub metadata: Value,
    /// The message it is below.
    pub thread: Option<String>,
    /// The only person who sees it.
    pub only: Option<String>,
    /// The files shared with it.
    pub files: Vec<String>,
    /// How often it was changed.
    pub edits: u32,
    /// When it was posted, in milliseconds.
    pub at: i64,
}

/// The right to open a view.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Who acted.
    pub user: String,
    /// When, in milliseconds.
    pub at: i64,
    /// Whether a view was opened with it.
    pub used: bool,
}

/// All of it.
#[derive(Debug, Default)]
pub struct State {
    /// The time of the current request, in milliseconds.
    pub now: i64,
    /// People and channels.
    pub workspace: Workspace,
    /// Messages in the order they came.
    pub notes: Vec<Note>,
    /// Modals and home views.
    pub views: Views,
    /// Trigger ids given out.
    pub triggers: BTreeMap<String, Trigger>,
    /// Response addresses given out.
    pub(super) hooks: BTreeMap<String, Hook>,
    /// Files by id.
    pub files: BTreeMap<String, Upload>,
    /// Everything that was asked.
    pub journal: Vec<Entry>,
    /// What goes wrong next, and what is limited.
    pub faults: Faults,
    /// Open sockets.
    pub links: Links,
    /// Where events go over HTTP; without it they go over sockets.
    pub urls: Option<Urls>,
    /// How long an acknowledgement may take, where it is not Slack's own three seconds.
    pub patience: Option<std::time::Duration>,
    /// What was sent to the app, and when it was acknowledged.
    pub delivered: Vec<Delivered>,
    /// The token that configs hold, where it is not the one that is good.
    pub own_token: Option<String>,
    /// Whether a bot that is started is waited for at its log, since it will open no socket.
    pub expects_no_link: bool,
    /// What the bot wrote to its log.
    pub logs: Vec<String>,
    /// What the app did that a well-behaved app does not.
    pub violations: Vec<String>,
    /// Where the journal is written at the end, for the judges.
    pub journal_at: Option<std::path::PathBuf>,
    /// What kind of server this is.
    pub kin: Kin,
    /// The scopes that the current request needed.
    pub needed: Vec<String>,
    numbers: u64,
}

impl State {
    /// An id that was not given out before.
    pub fn fresh(&mut self, prefix: &str) -> String {
        self.numbers += 1;
        format!("{prefix}0{:08X}", self.numbers)
    }

    /// The time of a new message.
    pub fn fresh_ts(&mut self) -> String {
        self.numbers += 1;
        format!("{}.{:06}", self.now / 1000, self.numbers % 1_000_000)
    }

    /// Puts a message up; gives its time.
    pub fn put(&mut self, mut note: Note) -> String {
        note.ts = self.fresh_ts();
        note.at = self.now;
        let ts = note.ts.clone();
        self.notes.push(note);
        ts
    }

    /// A message by its name.
    pub fn note(&mut self, channel: &str, ts: &str) -> Option<&mut Note> {
        self.notes.iter_mut().find(|note| note.channel == channel && note.ts == ts)
    }

    /// The last things asked and done wrong, for a test that waits in vain.
    pub fn tail(&self) -> String {
        let asked = self.journal.iter().rev().take(12).rev().map(ToString::to_string);
        let sent = self.delivered.iter().rev().take(6).rev().map(|it| format!("{it:?}"));
        let wrong = self.violations.iter().map(|it| format!("violation: {it}"));
        let logs = self.logs.iter().rev().take(12).rev().map(|it| format!("log: {it}"));
        asked.chain(sent).chain(wrong).chain(logs).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(path) = &self.journal_at {
            judges::write(path, &self.journal);
        }
    }
}
