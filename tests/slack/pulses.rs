//! Pulse rounds, answered by the buttons that stand in the channel for all.

use std::collections::{BTreeMap, BTreeSet};

use maturity_bot::domain::bank::{Bank, Kind, Question};
use serde_json::{Value, json};

use crate::answering::{Manner, Player};
use crate::double::bot::Way;
use crate::double::state::{Note, State};
use crate::report::{bank, figures, report_of};
use crate::script::{TEAM, figure_lines};
use crate::team::{CHANNEL, Office};

/// The questions that stand in the channel since a mark, once there are two.
async fn asked<'a>(office: &Office, bank: &'a Bank, mark: usize) -> Vec<&'a Question> {
    let shown = |state: &State| {
        let notes = state.notes.iter().skip(mark);
        let shared = notes.filter(|it| it.channel == CHANNEL && it.only.is_none());
        let words: Vec<String> =
            shared.map(Note::screen).filter(|it| it.contains("[I don't know]")).collect();
        let found: Vec<&Question> = bank
            .questions
            .iter()
            .filter(|it| words.iter().any(|all| all.contains(&it.text)))
            .collect();
        (found.len() == 2).then_some(found)
    };
    office.double.until("two questions in the channel", shown).await
}

/// What a person answers in a round.
fn reply(question: &Question, person: usize, round: usize) -> Value {
    match &question.kind {
        _ if person == 4 => json!("dont_know"),
        Kind::Level(_) => json!((person + round) % 4),
        Kind::YesNo => json!(["yes", "partly", "no"][(person + round) % 3]),
        other => panic!("nothing to press: {other:?}"),
    }
}

/// All answer by the same two messages; gives the round as `score` reads it.
async fn pulse(office: &Office, bank: &Bank, round: usize) -> Value {
    let (ann, mark) = (office.person("Ann"), office.person("Ann").mark());
    assert!(ann.types(CHANNEL, "/maturity start pulse").await.is_acked());
    let questions = asked(office, bank, mark).await;
    let mut answers: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (number, name) in TEAM.into_iter().enumerate() {
        let own: BTreeMap<String, Value> =
            questions.iter().map(|it| (it.id.to_string(), reply(it, number, round))).collect();
        for question in &questions {
            let value = own[question.id.as_str()].clone();
            answers.entry(question.id.as_str()).or_default().insert(name, value);
        }
        let person = office.person(name);
        let player = Player { person, bank, answers: &own, since: mark };
        let mut pressed = BTreeSet::new();
        while player.presses_next(Manner::Post, &mut pressed).await {}
    }
    let mark = ann.mark();
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    ann.awaits_after(mark, CHANNEL, "closed").await;
    json!({
        "id": format!("r{round}"), "preset": "pulse", "state": "closed", "members": TEAM.len(),
        "steps": [{"answers": answers}],
    })
}

/// The lines with figures; with two pillars of four, a sentence says what that means.
fn lines(screen: &str) -> BTreeSet<String> {
    let plain =
        screen.replace(" Not every pillar has enough answers, so the true level may be lower.", "");
    figure_lines(&plain).into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pulses_answered_in_the_channel_end_in_the_report_that_the_model_computes_over_sockets()
{
    two_pulses(Way::Sockets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pulses_answered_in_the_channel_end_in_the_report_that_the_model_computes_over_http() {
    two_pulses(Way::Http).await;
}

async fn two_pulses(way: Way) {
    let (office, bank) = (Office::open(way).await, bank());
    let mut rounds = Vec::new();
    for round in 0..2 {
        rounds.push(pulse(&office, &bank, round).await);
        let (ann, mark) = (office.person("Ann"), office.person("Ann").mark());
        assert!(ann.types(CHANNEL, "/maturity report").await.is_acked());
        let screen = ann.awaits_after(mark, CHANNEL, "your report").await.screen();
        let plain = screen.replace('•', "-").replace('_', "");
        let expected =
            report_of(&bank, &figures(&json!({"team": "Payments", "rounds": rounds})), None);
        assert_eq!(lines(&plain), expected.into_iter().collect(), "in:\n{screen}");
    }
    office.assert_well_behaved();
}
