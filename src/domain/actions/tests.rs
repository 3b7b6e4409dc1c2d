use proptest::prelude::*;

use super::*;
use crate::domain::answer::Value;
use crate::domain::ids::Pseudonym;
use crate::domain::publication::Answers;
use crate::domain::sample;
use crate::domain::scoring::score_round;

/// The round in which three people gave these levels to each of these questions.
fn round(bank: &Bank, levels: &[(&str, u8)]) -> RoundResult {
    let three = |level: u8| -> Answers {
        (0..3).map(|person| (Pseudonym([person; 8]), Value::Level(level))).collect()
    };
    let published = levels.iter().map(|&(id, level)| (id.into(), three(level))).collect();
    score_round(bank, &published, 3, 3, 3)
}

fn settled(ids: &[&str]) -> BTreeSet<ActionId> {
    ids.iter().map(|id| ActionId::from(*id)).collect()
}

fn ids(actions: &[NextAction]) -> Vec<&str> {
    actions.iter().map(|action| action.id.as_str()).collect()
}

/// The sample bank without prerequisites.
fn loose() -> Bank {
    let mut bank = sample::bank();
    bank.actions.iter_mut().for_each(|action| action.requires.clear());
    bank
}

#[test]
fn a_priority_shows_how_it_came_about() {
    let bank = loose();
    let result = round(&bank, &[("skills.a-level", 1), ("tooling.a-level", 3)]);
    let next = next_actions(&bank, &result, &[4; 4], &settled(&[]));
    assert_eq!(ids(&next), ["skills.a.1", "tooling.a.3"]);
    let expected = Why {
        pillar: Pillar::Skills,
        gap: 3.0,
        weight: 6,
        weakest: true,
        effort: Effort::M,
        instead_of: None,
    };
    assert_eq!(next[0].why, expected);
    assert!((next[0].priority - 3.0 * 6.0 * 1.5 * 0.8).abs() < 1e-12);
}

#[test]
fn a_topic_or_pillar_at_its_target_offers_nothing() {
    let bank = loose();
    let result = round(&bank, &[("skills.a-level", 5), ("skills.b-level", 3)]);
    assert_eq!(next_actions(&bank, &result, &[4; 4], &settled(&[])), []);
    let higher = next_actions(&bank, &result, &[5, 4, 4, 4], &settled(&[]));
    assert_eq!(ids(&higher), ["skills.b.3"]);
}

#[test]
fn a_settled_offer_is_dropped_rather_than_replaced() {
    let bank = sample::bank();
    let result = round(&bank, &[("structure.a-level", 2)]);
    let next = next_actions(&bank, &result, &[4; 4], &settled(&["structure.a.2"]));
    assert_eq!(next, []);
}

#[test]
fn an_unsettled_prerequisite_takes_the_place_of_the_offer() {
    let bank = sample::bank();
    let result = round(&bank, &[("structure.a-level", 2)]);
    let next = next_actions(&bank, &result, &[4; 4], &settled(&[]));
    assert_eq!(ids(&next), ["skills.a.0"]);
    assert_eq!((next[0].pillar, next[0].offered_by.as_str()), (Pillar::Skills, "structure.a"));
    assert_eq!(next[0].why.instead_of, Some("structure.a.2".into()));
    let next = next_actions(&bank, &result, &[4; 4], &settled(&["skills.a.0"]));
    assert_eq!(ids(&next), ["skills.b.1"]);
}

#[test]
fn a_topic_above_an_action_settles_it() {
    let bank = sample::bank();
    let result = round(&bank, &[("skills.b-level", 2), ("structure.a-level", 2)]);
    let next = next_actions(&bank, &result, &[0, 4, 4, 4], &settled(&[]));
    assert_eq!(ids(&next), ["structure.a.2"]);
}

#[test]
fn equal_priorities_go_by_pillar_then_id_with_two_per_pillar() {
    let mut bank = loose();
    bank.actions.iter_mut().for_each(|action| action.effort = Effort::S);
    let questions = ["structure.b-level", "structure.a-level", "tooling.b-level", "skills.a-level"];
    let result = round(&bank, &questions.map(|id| (id, 2)));
    let mut result = result;
    result.weakest = None;
    let next = next_actions(&bank, &result, &[4; 4], &settled(&[]));
    assert_eq!(ids(&next), ["skills.a.2", "structure.a.2", "structure.b.2"]);
}

#[test]
fn an_action_offered_twice_keeps_the_higher_priority() {
    let mut bank = loose();
    let shared = ActionId::from("processes.b.0");
    for offer in bank.actions.iter_mut().filter(|action| action.id != shared) {
        offer.requires = vec![shared.clone()];
    }
    let result = round(&bank, &[("skills.a-level", 3), ("structure.a-level", 1)]);
    let next = next_actions(&bank, &result, &[4; 4], &settled(&[]));
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].offered_by.as_str(), "structure.a");
    let mut even =
        round(&bank, &[("skills.b-level", 2), ("skills.a-level", 2), ("tooling.a-level", 2)]);
    even.weakest = None;
    let next = next_actions(&bank, &even, &[4; 4], &settled(&[]));
    assert_eq!(next[0].offered_by.as_str(), "skills.a");
}

#[test]
fn a_circle_that_was_never_checked_does_not_hang() {
    let mut bank = loose();
    let ids: Vec<ActionId> = bank.actions.iter().map(|action| action.id.clone()).collect();
    for (nth, action) in bank.actions.iter_mut().enumerate() {
        action.requires = vec![ids[(nth + 1) % ids.len()].clone()];
    }
    let result = round(&bank, &[("skills.a-level", 3)]);
    assert_eq!(next_actions(&bank, &result, &[4; 4], &settled(&[])).len(), 1);
}

proptest! {
    #[test]
    fn next_actions_are_few_unsettled_and_ready(
        scores in prop::collection::vec(0..6_u8, 8),
        done in prop::collection::vec(any::<bool>(), 40),
        targets in prop::array::uniform4(0..6_u8),
    ) {
        let bank = sample::bank();
        let asked: Vec<String> = bank.topics.iter().map(|topic| format!("{}-level", topic.id)).collect();
        let levels: Vec<(&str, u8)> = asked.iter().map(String::as_str).zip(scores).collect();
        let result = round(&bank, &levels);
        let done: BTreeSet<ActionId> = bank
            .actions
            .iter()
            .zip(done)
            .filter(|(_, done)| *done)
            .map(|(action, _)| action.id.clone())
            .collect();
        let next = next_actions(&bank, &result, &targets, &done);
        let view = View { bank: &bank, result: &result, targets: &targets, settled: &done };
        prop_assert!(next.len() <= 3);
        prop_assert!(next.iter().all(|action| action.priority > 0.0));
        prop_assert!(next.is_sorted_by(|a, b| a.priority > b.priority - 1e-9));
        for pillar in Pillar::ALL {
            prop_assert!(next.iter().filter(|action| action.pillar == pillar).count() <= 2);
        }
        for action in &next {
            let action = bank.action(&action.id).unwrap();
            prop_assert!(!view.is_settled(action));
            let ready = action.requires.iter().all(|id| view.is_settled(bank.action(id).unwrap()));
            prop_assert!(ready, "{} comes before what it requires", action.id);
        }
    }
}
