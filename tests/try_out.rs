//! The try-out as somebody meets it: what it shows whatever they type, and how it ends.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rstest::rstest;

/// Types lines into a try-out that lives in `data` below the folder.
fn type_in(folder: &Path, data: &str, lines: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_maturity-bot"))
        .args(["try", "--as", "Ann", "--data", data])
        .current_dir(folder)
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A try-out that refuses to begin may be gone before it is typed into.
    let _ = child.stdin.take().expect("its input").write_all(lines);
    child.wait_with_output().expect("it ends")
}

fn told(folder: &Path, lines: &[u8]) -> String {
    let output = type_in(folder, "t", lines);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[rstest]
fn a_report_shows_something_of_everything(
    #[values("0", "2", "5", "?", "skip", "0\n5")] answer: &str,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = format!("{answer}\n").repeat(if answer.contains('\n') { 4 } else { 8 });
    let told = told(folder.path(), format!("{lines}report\n").as_bytes());
    let report = told.split("your report as lead").nth(1).expect("a report");
    let wanted = [
        "Structure is the limit",
        "target 4, up 0.5",
        "target 4, down 1.0",
        "target 4, steady",
        "Change a round, over 4 rounds",
        "“don't know”",
        "Answers lie far apart: What is the hardest Kubernetes task",
        "What to do next",
        "- Tooling: Sample 2",
        "Remarks",
    ];
    for words in wanted {
        assert!(report.contains(words), "no `{words}` in{report}");
    }
}

#[test]
fn nonsense_moves_nothing_and_ends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut lines = Vec::new();
    for line in ["😀😀", "yes", "7", "3.5", "**", "مرحبا", &"a".repeat(5000), "", "\u{1b}[2Jx\u{7}"]
    {
        lines.extend([line.as_bytes(), b"\n"].concat());
    }
    lines.extend(b"\xff\xfe\n2\n");
    let told = told(folder.path(), &lines);
    assert!(told.contains("Saved (1 of 8): 2"), "{told}");
    assert!(!told.contains('\u{1b}') && !told.contains('\u{7}'), "{told:?}");
    assert!(told.lines().all(|line| line.chars().count() < 500), "{told}");
}

#[test]
fn words_outside_a_round_are_not_thrown_back_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines =
        format!("as Kim\ncancel yes\nas Ann\ncancel yes\n\u{1b}[2Jx\n{}\n**\n\n", "a".repeat(5000));
    let told = told(folder.path(), lines.as_bytes());
    assert!(!told.contains('\u{1b}'), "{told:?}");
    assert!(told.lines().all(|line| line.chars().count() < 500), "{told}");
    assert!(told.contains("There is nothing in that I could read."), "{told}");
}

#[test]
fn the_last_line_says_how_to_come_back_and_that_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = type_in(folder.path(), "my data", b"2\n");
    let told = String::from_utf8(first.stdout).expect("text");
    let last = "`maturity-bot try --data 'my data'` goes on from here.";
    assert_eq!(told.trim_end().lines().last(), Some(last));
    let second = type_in(folder.path(), "my data", b"");
    let told = String::from_utf8(second.stdout).expect("text");
    assert!(told.starts_with("Welcome back, Ann."), "{told}");
    assert!(told.contains("2 of 8 · "), "{told}");
}

#[test]
fn a_file_in_place_of_a_folder_is_refused_with_the_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("f"), "").expect("a file");
    let output = type_in(folder.path(), "f", b"");
    let told = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with("error: f cannot be used"), "{told}");
}
