//! Texts that chance makes, in every place where people or prompts can put one: Slack's own
//! validators and types take every message and view, and nobody is called.

use std::fs;
use std::path::Path;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::double::bot::Way;
use crate::double::judges::judge;
use crate::double::person::{Person, Sent};
use crate::double::seen::pings;
use crate::payloads::copy;
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

/// Pieces that mean something to Slack, to YAML, to Markdown, or to whoever cuts texts.
const PIECES: &str = "(<!channel>|<!here>|<@U0ANN>|<!subteam\\^S0LEADS>|<https://evil\\.example\\|x>\
    |&lt;!everyone&gt;|&amp;|&|<|>|\\*|_|~|`|```|> |- |# |\\{\\{ x \\}\\}|\\{% x %\\}|\\\\|\"|'|:fire:\
    |👩‍👩‍👧‍👦|🏳️‍🌈|👍🏽|🇩🇪|e\u{301}\u{301}\u{301}|שלום|مرحبا|\u{202e}אבג\u{202c}|漢字|\u{200b}|\u{2060}\
    |[a-zA-Z0-9 ]{1,12}|[\u{a1}-\u{24f}]{1,6}|[\u{300}-\u{36f}]{1,6}|[\u{1f300}-\u{1f64f}]{1,4}\
    |[\u{4e00}-\u{4eff}]{1,20}|w{1,80})";

/// Makes texts, the same ones each time.
struct Mill(TestRunner);

impl Mill {
    /// A text of at most so many characters that is not blank; nearly so many, where `full`.
    fn text(&mut self, most: usize, full: bool) -> String {
        let pieces = if full { most } else { 12 };
        let pattern = format!("{PIECES}{{1,{}}}", pieces.clamp(1, 400));
        let strategy = proptest::string::string_regex(&pattern).expect("a pattern");
        let mut text = String::new();
        while text.trim().is_empty() || full && text.chars().count() < most {
            text.push_str(&strategy.new_tree(&mut self.0).expect("a text").current());
        }
        let cut: String = text.trim().chars().take(most).collect();
        if cut.trim().is_empty() { "x".to_owned() } else { cut.trim().to_owned() }
    }

    /// The built-in prompts with a made text in the place of every other.
    fn prompts(&mut self, folder: &Path) {
        copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts")), folder);
        for entry in fs::read_dir(folder.join("bank")).expect("a folder") {
            let path = entry.expect("readable").path();
            let text = fs::read_to_string(&path).expect("text");
            let lines: Vec<String> = text.lines().map(|line| self.line(line)).collect();
            fs::write(&path, lines.join("\n") + "\n").expect("writable");
        }
        // A question that is answered in words, so that somebody can.
        let path = folder.join("presets.yaml");
        let text = fs::read_to_string(&path).expect("text");
        let asked = text.replacen("- skills.kubernetes\n", "- skills.wish\n", 1);
        assert_ne!(asked, text);
        fs::write(path, asked).expect("writable");
    }

    fn line(&mut self, line: &str) -> String {
        const FIELDS: [(&str, usize); 6] = [
            ("title: ", 90),
            ("        title: ", 90),
            ("    title: ", 90),
            ("        first_step: ", 160),
            ("    text: ", 160),
            ("    why: ", 160),
        ];
        let found = FIELDS.iter().find(|(start, _)| line.starts_with(start));
        let (start, most) = match found {
            Some(found) => *found,
            None if line.starts_with("      - ") && !line.starts_with("      - id:") => {
                ("      - ", 70)
            }
            None => return line.to_owned(),
        };
        format!("{start}{}", serde_json::to_string(&self.text(most, false)).expect("text"))
    }
}

/// Answers all pages of a form with the same words.
async fn fills_pages(person: &Person, words: &str) {
    for _ in 0..4 {
        person.fills_all(words);
        let sent = person.submits().await;
        assert!(!matches!(sent, Sent::Trouble(_)), "{sent:?}");
        if sent != Sent::Changed || person.modal().is_none_or(|it| !it.contains("Page")) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v11_v12_made_texts_in_every_place_are_taken_and_call_nobody() {
    let mut mill = Mill(TestRunner::deterministic());
    let prompts = tempfile::tempdir().expect("a folder");
    mill.prompts(prompts.path());
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("crew", &["Ann", "Bob"]);
        for user in &mut state.workspace.users {
            if ["Dia", "Eli"].contains(&user.name.as_str()) {
                user.shown = Some(mill.text(80, true));
            }
        }
    });
    let top = format!("prompts_dir = {:?}\n", prompts.path());
    let name = serde_json::to_string(&mill.text(60, true)).expect("text");
    let entry = ENTRY.replace("\"Payments\"", &name);
    let office = Office::with_top(double, Way::Sockets, &top, &format!("{CALM}{entry}")).await;
    let post = office.starts_round("quick").await;
    for (name, length) in [("Ann", 10_000), ("Bob", 500), ("Cem", 2_999), ("Dia", 3)] {
        let person = office.opens_form(name, &post).await;
        fills_pages(&person, &mill.text(length, true)).await;
        let comment = mill.text(length.min(500), true);
        assert!(person.types(CHANNEL, &format!("/maturity comment {comment}")).await.is_acked());
    }
    let (ann, eli) = (office.person("Ann"), office.person("Eli"));
    assert!(ann.types("C0CREW", "/maturity setup").await.is_acked());
    ann.awaits_modal("zone").await;
    ann.fills_all(&mill.text(10_000, true));
    assert!(matches!(ann.submits().await, Sent::Errors(_)));
    ann.closes().await;
    for verb in [
        "",
        "team ",
        "why ",
        "champion nominate ",
        "action done ",
        "snooze ",
        "answer ",
        "setup name=",
        "schedule ",
        "report ",
        "target ",
        "help ",
    ] {
        for length in [40, 10_000] {
            let words = mill.text(length, true);
            assert!(ann.types(CHANNEL, &format!("/maturity {verb}{words}")).await.is_acked());
        }
    }
    assert!(ann.types(CHANNEL, "/maturity champion nominate @U0DIA for skills").await.is_acked());
    for line in ["close", "report", "why", "trend", "actions", "action take 1", "me", "team", "who"]
    {
        assert!(ann.types(CHANNEL, &format!("/maturity {line}")).await.is_acked());
    }
    for person in [&ann, &eli] {
        assert!(person.opens_home().await.is_acked());
    }
    ann.awaits(CHANNEL, "people answered").await;
    assert_taken(&office);
}

/// Nothing was refused as too long or malformed, nobody was called, and the judges agree.
fn assert_taken(office: &Office) {
    office.assert_well_behaved();
    office.double.with(|state| {
        for entry in &state.journal {
            let refused = ["invalid_blocks", "invalid_arguments", "msg_too_long", "no_text"];
            assert!(!refused.contains(&entry.outcome.as_str()), "{entry}");
            assert!(!entry.outcome.contains("too_long"), "{entry}");
            assert_eq!(pings(&entry.params.to_string()), Vec::<&str>::new(), "{entry}");
        }
    });
    let (fine, words) = judge(&office.double.with(|state| state.journal.clone()));
    assert!(fine, "{words}");
}
