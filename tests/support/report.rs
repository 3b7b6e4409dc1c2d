//! The figures that a report must carry, computed from the answers by `score` alone.

use maturity_bot::cli::score::score;
use maturity_bot::domain::bank::{Bank, Effort};
use maturity_bot::text::content::Content;
use serde_json::{Value, json};

/// The questions of the preset `quick`.
pub const QUICK: [&str; 8] = [
    "skills.kubernetes",
    "skills.spread",
    "structure.platform-owner",
    "structure.find-contact",
    "tooling.metrics",
    "tooling.access-rights",
    "processes.rollback",
    "processes.node-failure",
];

const PILLARS: [&str; 4] = ["skills", "structure", "tooling", "processes"];

/// The built-in questions.
pub fn bank() -> Bank {
    Content::embedded().expect("the built-in content is sound").bank
}

/// What `score` computes of some rounds.
pub fn figures(input: &Value) -> Value {
    let content = Content::embedded().expect("the built-in content is sound");
    let printed = score(&content, &input.to_string()).expect("a sound input");
    serde_json::from_str(&printed).expect("JSON")
}

/// One decimal, cut off: what people read of a number from 0 to 5.
fn shown(number: &Value) -> String {
    let tenths = (number.as_f64().expect("a number").abs() * 10.0 + 1e-8).floor();
    format!("{:.1}", tenths / 10.0)
}

/// The lines of a report that carry figures, in the order they stand in it.
pub fn report_of(bank: &Bank, figures: &Value, done: Option<&Value>) -> Vec<String> {
    let round = figures["rounds"].as_array().expect("rounds").last().expect("one");
    let title = |pillar: &Value| {
        let place = PILLARS.iter().position(|name| pillar == name).expect("a pillar");
        bank.titles[place].clone()
    };
    let participation = round["participation"].as_f64().expect("a number");
    let mut lines = vec![
        format!("{} of 5 people answered.", (participation * 5.0).round()),
        format!(
            "Confidence: {}, by how many answered.",
            round["confidence"].as_str().expect("a word")
        ),
    ];
    let limit = title(&round["weakest"]);
    lines.push(format!(
        "Level {}. {limit} is the limit: a platform is as mature as its weakest pillar.",
        round["overall"]["level"]
    ));
    for name in PILLARS {
        lines.push(pillar_line(
            &title(&json!(name)),
            &round["pillars"][name],
            &figures["trend"][name],
        ));
    }
    for finding in round["findings"].as_array().expect("findings") {
        let on = finding["on"].as_str().expect("an id");
        lines.push(if finding["kind"] == "nobody-knows" {
            let on = title(&finding["on"]);
            format!(
                "- {on}: at least four in ten answers are “don't know”. Find out together first."
            )
        } else {
            let text = &bank.question(&on.into()).expect("known").text;
            format!("- Answers lie far apart: {text}")
        });
    }
    for (number, next) in (1..).zip(figures["next_actions"].as_array().expect("actions")) {
        lines.push(action_line(bank, number, next));
        let id = next["id"].as_str().expect("an id");
        let step = &bank.action(&id.into()).expect("known").first_step;
        lines.push(format!("   First step: {step}"));
    }
    lines.extend(done.map(|id| outcome_line(bank, id, figures)));
    lines
}

fn pillar_line(title: &str, pillar: &Value, trend: &Value) -> String {
    if pillar["score"].is_null() {
        return format!("- {title}: not enough answers");
    }
    let last = |key: &str| trend[key].as_array().expect("a list").last().cloned().expect("one");
    let change = match last("directions").as_str() {
        None => String::new(),
        Some("flat") => ", steady".to_owned(),
        Some(way) => format!(", {way} {}", shown(&last("deltas"))),
    };
    let (level, score, target) = (&pillar["level"], shown(&pillar["score"]), &pillar["target"]);
    format!("- {title}: level {level} ({score}), target {target}{change}")
}

fn action_line(bank: &Bank, number: usize, next: &Value) -> String {
    let id = next["id"].as_str().expect("an id");
    let action = bank.action(&id.into()).expect("known");
    let pillar = &bank.titles[action.pillar.index()];
    let span = match action.effort {
        Effort::S => "days",
        Effort::M => "weeks",
        Effort::L => "months",
    };
    let owner = next["owner"].as_str().map_or(String::new(), |owner| format!(", champion {owner}"));
    format!("{number}. {} ({pillar}, {span}{owner})", action.title)
}

fn outcome_line(bank: &Bank, id: &Value, figures: &Value) -> String {
    let action = bank.action(&id.as_str().expect("an id").into()).expect("known");
    let pillar = &bank.titles[action.pillar.index()];
    let trend = &figures["trend"][PILLARS[action.pillar.index()]];
    let title = &action.title;
    match trend["directions"][1].as_str().expect("two rounds to compare") {
        "flat" => format!("- {title}: no clear change of {pillar} since."),
        way => format!("- {title}: {pillar} went {way} by {} since.", shown(&trend["deltas"][1])),
    }
}
