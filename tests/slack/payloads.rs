//! Whatever stands in the questions, Slack takes every message and view, and nobody is called.

use std::fs;
use std::path::Path;

use crate::double::bot::Way;
use crate::double::judges::judge;
use crate::double::person::{Fill, Sent, Spot};
use crate::double::seen::pings;
use crate::report::QUICK;
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

/// Questions that try to call people, to format, to overflow, to confuse.
const NASTY: [&str; 8] = [
    "<!channel> <!here> <@U0ANN> everybody, who is <https://evil.example|here>?",
    "a & b < c > d &amp; &lt;!channel&gt; *bold* _thin_ `code` ~gone~",
    "מי מריץ את הייצור, ומי רק רואה אותו? \u{202e}right to left\u{202c}",
    "😀👩‍👩‍👧‍👦🏳️‍🌈 who 👍🏽 runs :fire: on a Friday? e\u{301}\u{301}\u{301}",
    "\"quotes\" 'and' \\ backslashes \\n {braces} %s ${here}",
    "> a quote? - a list? # a heading? 1. a number? ``` a fence?",
    "Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww?",
    "<!subteam^S0LEADS> 漢字がたくさんある質問ですが、切れ目はどこにもありませんので気をつけてくださいね?",
];

/// The built-in prompts with nasty questions and options in the place of eight.
fn nasty_prompts(folder: &Path) {
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts")), folder);
    for entry in fs::read_dir(folder.join("bank")).expect("a folder") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("text");
        fs::write(&path, spoilt(&text)).expect("writable");
    }
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A bank file with the words of some questions replaced, and their options made long and odd.
fn spoilt(text: &str) -> String {
    let mut words = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("  - id: ") {
            words = QUICK.iter().position(|known| *known == id).map(|at| NASTY[at]);
        }
        let Some(words) = words else {
            lines.push(line.to_owned());
            continue;
        };
        let json = |text: &str| serde_json::to_string(text).expect("text");
        if line.starts_with("    text: ") {
            lines.push(format!("    text: {}", json(words)));
        } else if let Some(option) = line.strip_prefix("      - ") {
            let odd: String = format!("{option} <!here> & {words}").chars().take(70).collect();
            lines.push(format!("      - {}", json(odd.trim())));
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn v11_v12_every_payload_of_a_nasty_round_is_taken_and_calls_nobody() {
    let prompts = tempfile::tempdir().expect("a folder");
    nasty_prompts(prompts.path());
    let config = format!("prompts_dir = {:?}\n", prompts.path());
    let office =
        Office::with_top(workspace().await, Way::Sockets, &config, &format!("{CALM}{ENTRY}")).await;
    let post = office.starts_round("quick").await;
    for name in ["Ann", "Bob", "Cem"] {
        let person = office.opens_form(name, &post).await;
        loop {
            let page = person.modal().expect("a modal");
            let mut filled = 0;
            for words in NASTY {
                // What Slack shows of it, without marks.
                let shown: String = words.chars().take(8).collect();
                if page.lines().any(|line| line.contains(&shown) && line.contains(". ")) {
                    filled += usize::from(person.fills_if_there(&shown, Fill::First));
                }
            }
            let sent = person.submits().await;
            assert!(!matches!(sent, Sent::Errors(_) | Sent::Trouble(_)), "{sent:?}");
            if sent != Sent::Changed || filled == 0 {
                break;
            }
        }
    }
    let dia = office.person("Dia");
    let question = dia.awaits(&dia.direct(), "[I don't know]").await;
    assert!(dia.presses(&Spot::from(&question), "I don't know").await.is_acked());
    assert!(dia.opens_home().await.is_acked());
    dia.awaits_home("Payments").await;
    let ann = office.person("Ann");
    for line in ["close", "report", "why", "trend", "actions", "help", "me", "team", "who"] {
        assert!(ann.types(CHANNEL, &format!("/maturity {line}")).await.is_acked());
    }
    assert!(ann.opens_home().await.is_acked());
    ann.awaits(CHANNEL, "people answered").await;
    office.assert_well_behaved();

    office.double.with(|state| {
        for note in &state.notes {
            assert_eq!(pings(&note.raw()), Vec::<&str>::new(), "{}", note.raw());
        }
        for entry in &state.journal {
            assert_ne!(entry.outcome, "invalid_blocks", "{entry}");
            assert_ne!(entry.outcome, "invalid_arguments", "{entry}");
            let sent = entry.params.to_string();
            assert_eq!(pings(&sent), Vec::<&str>::new(), "{entry}");
        }
    });
    let journal = office.double.with(|state| state.journal.clone());
    let (fine, words) = judge(&journal);
    assert!(fine, "{words}");
}
