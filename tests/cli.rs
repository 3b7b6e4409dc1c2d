//! The commands of an operator, through the binary, from config to report.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs the binary in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs")
}

/// What a command prints when all is well.
fn fine(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).expect("text")
}

/// What a command complains about.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// A folder with a try-out in `t`, as made-up teammates filled it.
fn tried() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(["try", "--data", "t", "--as", "Ann"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("its input").write_all(b"help\n").expect("it listens");
    assert!(child.wait().expect("it ends").success());
    folder
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one")) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(path).expect("a file"));
        }
    }
    found
}

fn example(folder: &Path) {
    let text = include_str!("../config/example.toml");
    std::fs::write(folder.join("bot.toml"), text).expect("a file");
}

#[test]
fn check_says_what_is_fine_and_when_schedules_fire() {
    let folder = tempfile::tempdir().expect("a folder");
    example(folder.path());
    let told = fine(folder.path(), &["check", "--config", "bot.toml"]);
    assert!(told.contains("bot.toml is fine"), "{told}");
    assert!(told.contains("Payments in console:payments, Europe/Berlin"), "{told}");
    assert!(told.contains("pulse      0 10 * * TUE"), "{told}");
    assert_eq!(files(folder.path()).len(), 1, "nothing was made");
}

#[test]
fn check_tells_every_mistake_of_all_files_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "prompts_dir = \"none\"\ngrace_hour = 3\n[defaults]\nzone = \"Berlin\"\n";
    std::fs::write(folder.path().join("bot.toml"), text).expect("a file");
    let told = refused(folder.path(), &["check", "--config", "bot.toml"]);
    for line in [
        "bot.toml:2: there is no key `grace_hour`; did you mean `grace_hours`?",
        "bot.toml:4: `defaults.zone` is `Berlin`, which is no time zone; did you mean",
        "none/presets.yaml: cannot be read",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    assert!(refused(folder.path(), &["check", "--config", "other.toml"]).contains("other.toml"));
}

#[test]
fn check_warns_of_other_words_under_the_same_version() {
    let folder = tried();
    let prompts = folder.path().join("prompts");
    std::fs::create_dir_all(prompts.join("bank")).expect("a folder");
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    for name in ["skills", "structure", "tooling", "processes"] {
        let name = format!("bank/{name}.yaml");
        std::fs::copy(original.join(&name), prompts.join(&name)).expect("a copy");
    }
    std::fs::copy(original.join("presets.yaml"), prompts.join("presets.yaml")).expect("a copy");
    let config = "data_dir = \"t\"\nprompts_dir = \"prompts\"\n";
    std::fs::write(folder.path().join("bot.toml"), config).expect("a file");
    let before = files(&folder.path().join("t"));
    assert!(!fine(folder.path(), &["check", "--config", "bot.toml"]).contains("warning"));

    let skills = prompts.join("bank/skills.yaml");
    let text = std::fs::read_to_string(&skills).expect("a file");
    let (head, tail) = text.split_once("text: ").expect("a question");
    let quoted = tail.starts_with('"');
    let changed = if quoted { tail.replacen('"', "\"Say: ", 1) } else { format!("Say {tail}") };
    std::fs::write(&skills, format!("{head}text: {changed}")).expect("a file");
    let told = fine(folder.path(), &["check", "--config", "bot.toml"]);
    assert!(told.contains("warning: question `skills."), "{told}");
    assert_eq!(files(&folder.path().join("t")), before, "the data were touched");
}

#[test]
fn next_lists_what_goes_out_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    example(folder.path());
    let told = fine(folder.path(), &["next", "--config", "bot.toml", "--days", "45"]);
    let lines: Vec<&str> = told.lines().filter(|line| line.contains("  ")).collect();
    assert!(!lines.is_empty(), "{told}");
    let found = |to: &str, what: &str, preset: &str| {
        lines.iter().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.windows(3).any(|three| three == [to, what, preset])
        })
    };
    for (to, what, preset) in [
        ("#payments", "opening", "quick"),
        ("ann", "questions", "quick"),
        ("dee", "reminder", "quick"),
        ("#payments", "summary", "quick"),
        ("#search", "opening", "pulse"),
        ("gus", "questions", "pulse"),
    ] {
        assert!(found(to, what, preset), "{to} {what} {preset} is not in {told}");
    }
    assert_eq!(files(folder.path()).len(), 1, "nothing was made");
}

#[test]
fn a_reader_that_has_read_enough_is_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    example(folder.path());
    for command in ["check", "next"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
            .args([command, "--config", "bot.toml"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.is_empty(), "{command}: {told}");
    }
}

#[test]
fn next_refuses_the_data_of_a_try_out() {
    let folder = tried();
    let config = "data_dir = \"t\"\n";
    std::fs::write(folder.path().join("bot.toml"), config).expect("a file");
    assert!(refused(folder.path(), &["next", "--config", "bot.toml"]).contains("try-out"));
}

#[test]
fn an_export_comes_back_whole_and_without_keys() {
    let folder = tried();
    let at = folder.path();
    fine(at, &["export", "--data", "t", "--out", "one.jsonl"]);
    fine(at, &["import", "--data", "copy", "--in", "one.jsonl", "--try-out"]);
    assert!(fine(at, &["verify", "--data", "copy"]).contains("copy is whole"));
    let one = std::fs::read_to_string(at.join("one.jsonl")).expect("a file");
    assert_eq!(fine(at, &["export", "--data", "copy"]), one);
    assert!(!at.join("copy/keys").exists(), "keys were imported");
    let report = |data: &str| fine(at, &["report", "--data", data, "--format", "json"]);
    assert_eq!(report("copy"), report("t"));

    let told = refused(at, &["import", "--data", "copy", "--in", "one.jsonl"]);
    assert!(told.contains("the store is not empty"), "{told}");
    std::fs::write(at.join("half.jsonl"), &one[..one.len() / 2]).expect("a file");
    let told = refused(at, &["import", "--data", "new", "--in", "half.jsonl"]);
    assert!(told.contains("Nothing was imported"), "{told}");
    assert!(!at.join("new").exists(), "a folder was made for a broken file");
    assert!(refused(at, &["import", "--data", ".", "--in", "one.jsonl"]).contains("not empty"));
}

#[test]
fn verify_says_that_a_store_is_damaged_and_what_to_do() {
    let folder = tried();
    let at = folder.path();
    fine(at, &["export", "--data", "t", "--out", "one.jsonl"]);
    fine(at, &["import", "--data", "copy", "--in", "one.jsonl", "--try-out"]);
    let db = at.join("copy/store/db");
    let mut bytes = std::fs::read(&db).expect("a file");
    let name = b"Sample 1";
    let hits: Vec<usize> = (0..bytes.len() - 8).filter(|at| &bytes[*at..*at + 8] == name).collect();
    assert!(!hits.is_empty(), "no record names a teammate");
    for hit in hits {
        bytes[hit] ^= 0x55;
    }
    std::fs::write(&db, bytes).expect("a file");
    let told = refused(at, &["verify", "--data", "copy"]);
    assert!(told.contains("copy") && told.contains("backup"), "{told}");
    assert!(refused(at, &["verify", "--data", "none"]).contains("no store in none"));
}

#[test]
fn a_report_comes_as_text_figures_and_pictures() {
    let folder = tried();
    let at = folder.path();
    let before = files(&at.join("t"));
    let text = fine(at, &["report", "--data", "t", "--width", "60"]);
    assert!(text.contains("is the limit") && text.contains("What to do next"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    let json = fine(at, &["report", "--data", "t", "--format", "json", "--team", "try-out"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["m"], 3);
    let rounds = json["rounds"].as_array().expect("rounds");
    assert_eq!(json["trend"]["skills"]["scores"].as_array().expect("scores").len(), rounds.len());
    assert!(
        json.to_string().contains("agreement") && !json.to_string().contains("disagreement\":")
    );
    assert!(fine(at, &["report", "--data", "t", "--format", "svg"]).contains("<svg"));
    fine(at, &["report", "--data", "t", "--format", "png", "--picture", "trend", "--out", "x.png"]);
    assert!(std::fs::read(at.join("x.png")).expect("a file").starts_with(b"\x89PNG"));
    let told = refused(at, &["report", "--data", "t", "--team", "Nobody"]);
    assert!(told.contains("no such team") && told.contains("`Try-out`"), "{told}");
    assert_eq!(files(&at.join("t")), before, "the data were touched");
}
