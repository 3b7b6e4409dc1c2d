//! Slack's own client and types, which judge our Slack and every payload.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::journal::Entry;

/// Python with Slack's packages, Node, and the folder of the types, as the installer tells.
///
/// # Panics
///
/// If they cannot be had: a judge that cannot be had is a failure.
fn installed() -> Vec<String> {
    let done = Command::new(sources().join("install")).output().expect("the installer starts");
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "Slack's own client cannot be had: {words}");
    String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect()
}

/// Their sources.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/slack/judges")
}

/// Python, with Slack's packages.
pub fn python() -> Command {
    Command::new(&installed()[0])
}

/// Where the journal of the running test goes: `scripts/test` holds all of them against the judges.
/// Each Slack of a test has one of its own.
pub fn journal_of_this_test() -> PathBuf {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let name = std::thread::current().name().unwrap_or("unnamed").replace("::", ".");
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("slack-journals")
        .join(format!("{name}.{number}.json"))
}

/// Writes down which scopes the manifests ask for, beside the journals.
pub fn write_scopes(scopes: &serde_json::Value) {
    let journal = journal_of_this_test();
    let folder = journal.parent().expect("a file in a folder");
    std::fs::create_dir_all(folder).expect("a folder that can be made");
    std::fs::write(folder.join("scopes"), scopes.to_string()).expect("a folder to write to");
}

/// Writes a journal down.
pub fn write(path: &Path, journal: &[Entry]) {
    let folder = path.parent().expect("a file in a folder");
    std::fs::create_dir_all(folder).expect("a folder that can be made");
    let text = serde_json::to_string(journal).expect("plain values");
    std::fs::write(path, text).expect("a folder that can be written to");
}

/// What the judges say of some requests: whether they accept all, and their words.
pub fn judge(journal: &[Entry]) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("journal.json"), journal);
    let script = sources().join("judge.py");
    let [python, node, types] = &installed()[..] else { panic!("three lines") };
    let mut command = Command::new(python);
    let done =
        command.arg(script).args([node, types]).arg(folder.path()).output().expect("Python starts");
    let words = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&words).into_owned())
}
