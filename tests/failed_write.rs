//! A write that fails ends the bot: within two seconds, not with success, and with the cause.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CONFIG: &str = r#"
data_dir = "data"

[console]
enabled = true

[[team]]
id = "payments"
name = "Payments"
place = "console:payments"
members = ["console:ann", "console:ben", "console:cem"]
leads = ["console:ann"]
zone = "UTC"
schedule = "0 10 * * MON#1"
"#;

/// No file may grow past this many blocks of 512 or 1024 bytes, as the shell counts.
const BLOCKS: [u32; 5] = [8, 64, 256, 512, 600];

#[test]
#[expect(clippy::disallowed_methods, reason = "the time a process takes is what is tested")]
fn a_failed_write_ends_the_bot_soon_and_says_why() {
    let mut ended_in_service = 0;
    for blocks in BLOCKS {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("bot.toml"), CONFIG).expect("a file");
        // The signal for a file that grew too long is ignored, so that the write fails instead.
        let wrapper =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run --config bot.toml");
        let mut child = Command::new("sh")
            .args(["-c", &wrapper, env!("CARGO_BIN_EXE_maturity-bot")])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut input = child.stdin.take().expect("its input");
        let talk = std::thread::spawn(move || {
            use std::io::Write;
            for number in 0..4_000 {
                let line = format!("as ann\nhelp\nstart\n2\nas ben\nanswer\n{}\n", number % 5);
                if input.write_all(line.as_bytes()).is_err() {
                    return;
                }
            }
        });
        let mut told = String::new();
        let mut failed_at = None;
        for line in BufReader::new(child.stderr.take().expect("piped")).lines() {
            let line = line.expect("text");
            if line.contains("a write failed") || line.contains("the store stopped") {
                failed_at.get_or_insert_with(Instant::now);
            }
            told.push_str(&line);
            told.push('\n');
        }
        let status = child.wait().expect("it ends");
        assert!(!status.success(), "{blocks}: {told}");
        assert!(status.code().is_some(), "{blocks}: ended by a signal, {status}: {told}");
        assert!(told.contains("error: "), "{blocks}: {told}");
        if let Some(at) = failed_at {
            ended_in_service += 1;
            assert!(at.elapsed() < Duration::from_secs(2), "{blocks}: {told}");
        }
        drop(talk);
    }
    eprintln!("{ended_in_service} of {} ended while in service", BLOCKS.len());
    assert!(ended_in_service > 0, "all ended before they had started");
}
