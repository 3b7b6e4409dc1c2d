//! A made-up team that answers, as lines to type and as the figures that must come of it.
//!
//! Every platform can play the same script: what people say is the same everywhere.

use std::collections::BTreeMap;

use maturity_bot::domain::bank::{Bank, Kind, Question};
use serde_json::{Value, json};

/// The five who play.
pub const TEAM: [&str; 5] = ["Ann", "Bob", "Cem", "Dia", "Eli"];

/// What one person says, and what counts of it.
#[derive(Default)]
pub struct Sitting {
    /// The lines.
    pub lines: Vec<String>,
    /// The answers that hold at the end, by question.
    pub answers: BTreeMap<String, Value>,
}

/// A round as `score` reads it.
pub fn round_json(id: &str, preset: &str, sittings: &[Sitting]) -> Value {
    let mut answers: BTreeMap<&str, BTreeMap<&str, &Value>> = BTreeMap::new();
    for (name, sitting) in TEAM.iter().zip(sittings) {
        for (question, value) in &sitting.answers {
            answers.entry(question).or_default().insert(name, value);
        }
    }
    let steps = json!([{"answers": answers}]);
    json!({"id": id, "preset": preset, "state": "closed", "members": TEAM.len(), "steps": steps})
}

/// What a person of this number answers to a question; `shift` differs from round to round.
fn reply(question: &Question, person: usize, place: usize, shift: usize) -> (String, Value) {
    let draw = (person * 7 + place * 5 + shift * 3 + person * place) % 11;
    if question.kind.is_scored() && draw == 10 {
        return ("?".to_owned(), json!("dont_know"));
    }
    match &question.kind {
        // People differ by their number, pillars by their place; the later round is higher.
        Kind::Level(_) => {
            let level = (draw % 3 + place / 14 + shift).min(5);
            (level.to_string(), json!(level))
        }
        Kind::YesNo => {
            let word = ["yes", "partly", "no"][draw % 3];
            (word.to_owned(), json!(word))
        }
        Kind::Checklist(options) => {
            let chosen: Vec<usize> = [0, 2, 3].into_iter().take(draw % 4).collect();
            assert!(options.len() > 3);
            let typed: Vec<String> = chosen.iter().map(usize::to_string).collect();
            let typed = if typed.is_empty() { "none".to_owned() } else { typed.join(",") };
            (typed, json!(chosen))
        }
        Kind::Text => {
            let words = format!("Words of nobody in particular, number {}", 9 - person);
            (words.clone(), json!(words))
        }
    }
}

/// One person's answers to some questions in order, with everything people do on the way: each of
/// the five has a habit of their own.
pub fn sitting(questions: &[&Question], person: usize, shift: usize) -> Sitting {
    let mut sitting = Sitting::default();
    for (place, question) in questions.iter().enumerate() {
        let (typed, value) = reply(question, person, place, shift);
        let scored = question.kind.is_scored();
        let id = question.id.to_string();
        let mut say = |line: &str| sitting.lines.push(line.to_owned());
        match (person, place) {
            // Takes an answer back and gives another.
            (0, 2 | 20) if scored => {
                say("?");
                say("undo");
            }
            // Types nonsense first, and asks why.
            (1, 1 | 30) if scored => {
                say("99 perhaps");
                say("why");
            }
            // Stops and comes back.
            (4, 3 | 17) => {
                say("later");
                say("go on");
            }
            // Does not want some of the questions.
            (2, 5 | 6 | 33) => {
                say("skip");
                continue;
            }
            _ => {}
        }
        say(&typed);
        match (person, place) {
            // Goes back and changes an answer.
            (3, 4 | 25) if scored && place + 1 < questions.len() => {
                say("back");
                say("?");
                sitting.answers.insert(id, json!("dont_know"));
                continue;
            }
            // Three people leave a remark, which is enough for leads to read them.
            (0..=2, 8) => say(&format!("comment Remark {}", 9 - person)),
            _ => {}
        }
        sitting.answers.insert(id, value);
    }
    // Two think again after the last question.
    if person == 3 {
        let first = questions[0];
        let (typed, value) = reply(first, person + 1, 0, shift);
        sitting.lines.extend(["answer 1".to_owned(), typed]);
        sitting.answers.insert(first.id.to_string(), value);
    }
    sitting
}

/// The questions of a preset that names them, or of the whole bank.
pub fn questions<'a>(bank: &'a Bank, ids: Option<&[&str]>) -> Vec<&'a Question> {
    let wanted = |question: &&Question| ids.is_none_or(|ids| ids.contains(&question.id.as_str()));
    bank.questions.iter().filter(wanted).collect()
}

/// All lines of a reply to `report` that carry figures.
pub fn figure_lines(reply: &str) -> Vec<String> {
    let carries = |line: &&str| {
        let numbered = line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        let listed =
            line.starts_with("- ") && !line.contains("Remark") && !line.contains("Words of");
        numbered
            || listed
            || line.starts_with("   First step")
            || line.starts_with("Level")
            || line.starts_with("Confidence")
            || line.ends_with("people answered.")
    };
    let lines: Vec<String> = reply.lines().filter(carries).map(ToOwned::to_owned).collect();
    // Names of champions are no figures.
    lines.into_iter().filter(|line| line != "- Tooling: Bob").collect()
}
