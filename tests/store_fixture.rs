//! A store written by an earlier version is read as it was: `scripts/make-store-fixture` made it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn bot(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maturity-bot"));
    command.args(arguments).current_dir(folder).output().expect("the binary runs")
}

fn unpacked(schema: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = fixture(&format!("store-schema-{schema}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(packed).arg("-C").arg(folder.path());
    assert!(tar.status().expect("tar is there").success());
    folder
}

#[test]
fn a_store_of_schema_1_is_whole_and_says_what_it_said() {
    let folder = unpacked(1);
    let verified = bot(folder.path(), &["verify", "--data", "data"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let exported = bot(folder.path(), &["export", "--data", "data"]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let kept = std::fs::read(fixture("store-schema-1.jsonl")).expect("the export is kept");
    assert!(exported.stdout == kept, "the export differs from the one that was kept");
}

#[test]
fn an_export_of_schema_1_goes_in_and_comes_out_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = fixture("store-schema-1.jsonl");
    let arguments = ["import", "--data", "new", "--try-out", "--in", &kept.to_string_lossy()];
    let read = bot(folder.path(), &arguments);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let exported = bot(folder.path(), &["export", "--data", "new"]);
    assert!(exported.stdout == std::fs::read(kept).expect("the export is kept"));
}

#[test]
fn a_repair_works_on_a_copy_and_says_what_to_do_next() {
    let folder = unpacked(1);
    let snapshot = folder.path().join("data/store/snap.00000000000000FF");
    std::fs::write(&snapshot, "damaged").expect("a file");
    assert!(!bot(folder.path(), &["verify", "--data", "data"]).status.success());
    let repaired = bot(folder.path(), &["verify", "--data", "data", "--repair", "mended"]);
    let told = String::from_utf8_lossy(&repaired.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&repaired.stderr);
    assert!(repaired.status.success(), "{complaint}");
    assert!(told.contains("mended is whole") && told.contains("Next: stop the bot"), "{told}");
    assert!(snapshot.exists(), "the original is not touched");
}
