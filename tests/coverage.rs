//! Every lesson that the questions were made from stays covered.
//!
//! `coverage/seeds.txt` has one line per lesson: its number, then the questions (`pillar.name`),
//! actions (`pillar.topic.name`), `feature:` and `finding:` names that cover it. A question that is
//! dropped from the bank, or a feature that goes, shows here as the lessons it leaves uncovered.

use std::collections::{BTreeMap, BTreeSet};

use maturity_bot::cli::score::score;
use maturity_bot::domain::command::parse;
use maturity_bot::text::content::Content;

const SEEDS: &str = include_str!("coverage/seeds.txt");
/// How many lessons there are.
const COUNT: usize = 181;

/// What shows that a feature is there.
enum Shown {
    /// Somebody can ask for it.
    Command(&'static str),
    /// Rounds can ask it.
    Preset(&'static str),
    /// It is among the figures of every round.
    Figure(&'static str),
}

fn shown(feature: &str) -> Option<Shown> {
    Some(match feature {
        "feature:champions" => Shown::Command("champion volunteer skills"),
        "feature:who" => Shown::Command("who tooling"),
        "feature:targets" => Shown::Command("target skills 3"),
        "feature:full-assessment" => Shown::Preset("full"),
        "feature:pulse" => Shown::Preset("pulse"),
        "feature:pillars" => Shown::Figure("pillars"),
        "feature:levels" => Shown::Figure("level"),
        "feature:dimensions" => Shown::Figure("dimensions"),
        "feature:weakest-pillar" => Shown::Figure("weakest"),
        "feature:gap-report" => Shown::Figure("gap"),
        "feature:next-actions" => Shown::Figure("next_actions"),
        "feature:trend" => Shown::Figure("trend"),
        "feature:participation" => Shown::Figure("participation"),
        "feature:minimum-group" => Shown::Figure("m"),
        "feature:findings" => Shown::Figure("findings"),
        "finding:disagreement" => Shown::Figure("disagreement"),
        "finding:nobody-knows" => Shown::Figure("dont_know_share"),
        _ => return None,
    })
}

/// The lines of the list, by number.
fn seeds() -> BTreeMap<&'static str, Vec<&'static str>> {
    let line = |line: &'static str| {
        let (number, covered) = line.split_once(' ').expect("a line covers something");
        (number, covered.split(' ').collect())
    };
    SEEDS.lines().map(line).collect()
}

#[test]
fn every_lesson_has_a_line() {
    let expected: BTreeSet<String> = (1..=COUNT).map(|number| format!("S{number}")).collect();
    let found: BTreeSet<String> = seeds().into_keys().map(ToOwned::to_owned).collect();
    assert_eq!(found, expected);
    assert_eq!(SEEDS.lines().count(), COUNT, "a number stands twice");
}

#[test]
fn whatever_covers_a_lesson_is_there() {
    let content = Content::embedded().expect("the built-in questions are fine");
    let figures = score(&content, include_str!("checks/worked-example.input.json"));
    let figures = figures.expect("the worked example is fine");
    let is_there = |name: &str| match shown(name) {
        Some(Shown::Command(words)) => parse(words).is_ok(),
        Some(Shown::Preset(preset)) => content.presets.contains_key(preset),
        Some(Shown::Figure(key)) => figures.contains(&format!("\"{key}\"")),
        None if name.matches('.').count() == 1 => content.bank.question(&name.into()).is_some(),
        None => content.bank.action(&name.into()).is_some(),
    };
    let missing: Vec<String> = seeds()
        .into_iter()
        .flat_map(|(number, names)| names.into_iter().map(move |name| (number, name)))
        .filter(|(_, name)| !is_there(name))
        .map(|(number, name)| format!("{number}: {name}"))
        .collect();
    assert!(missing.is_empty(), "no longer there:\n{}", missing.join("\n"));
}

#[test]
fn questions_name_the_lessons_that_they_cover() {
    for pillar in ["skills", "structure", "tooling", "processes"] {
        let file = format!("{}/prompts/bank/{pillar}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&file).expect("the bank can be read");
        for (question, named) in named_in(&text) {
            let listed: BTreeSet<&str> = seeds()
                .into_iter()
                .filter(|(_, names)| names.contains(&question))
                .map(|(number, _)| number)
                .collect();
            assert_eq!(named, listed, "{question} and the list disagree");
        }
    }
}

/// The questions of a bank file, each with its `seeds`.
fn named_in(text: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let mut found = Vec::new();
    let mut question = "";
    for line in text.lines() {
        let line = line.trim();
        if let Some(id) = line.strip_prefix("- id: ") {
            question = id;
        } else if let Some(list) = line.strip_prefix("seeds: [") {
            found.push((question, list.trim_end_matches(']').split(", ").collect()));
        }
    }
    found
}
