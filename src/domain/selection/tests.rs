use rstest::rstest;

use super::*;
use crate::domain::sample;

fn rules() -> PulseRules {
    PulseRules {
        per_week: 2,
        kinds: ["level", "yesno", "checklist"].map(str::to_owned).to_vec(),
        cycle: ["weakest", "other1", "other2", "weakest", "other3"]
            .map(|name| Slot::named(name).unwrap())
            .to_vec(),
        cycle_without_weakest: Pillar::ALL.to_vec(),
        restart_on_change: true,
    }
}

/// The pillars asked over some weeks, and the questions, with everything asked remembered.
fn weeks(count: u64, weakest: Option<Pillar>) -> Vec<Vec<QuestionId>> {
    let (bank, rules) = (sample::bank(), rules());
    let (mut state, mut asked) = (PulseState::default(), BTreeMap::new());
    let mut weeks = Vec::new();
    for number in 0..count {
        let (week, next) = next_week(&bank, &rules, state, weakest, &asked);
        asked.extend(week.iter().map(|id| (id.clone(), number)));
        state = next;
        weeks.push(week);
    }
    weeks
}

fn pillars(week: &[QuestionId]) -> Vec<&str> {
    week.iter().map(|id| id.as_str().split('.').next().unwrap()).collect()
}

#[test]
fn the_weakest_pillar_has_two_slots_of_five_and_no_pillar_comes_twice_a_week() {
    let weeks = weeks(5, Some(Pillar::Tooling));
    let asked: Vec<Vec<&str>> = weeks.iter().map(|week| pillars(week)).collect();
    let expected = [
        ["skills", "tooling"],
        ["structure", "tooling"],
        ["tooling", "processes"],
        ["skills", "structure"],
        ["tooling", "processes"],
    ];
    assert_eq!(asked, expected);
}

#[test]
fn without_a_weakest_pillar_all_take_turns() {
    let weeks = weeks(3, None);
    let asked: Vec<Vec<&str>> = weeks.iter().map(|week| pillars(week)).collect();
    assert_eq!(asked, [["skills", "structure"], ["tooling", "processes"], ["skills", "structure"]]);
}

#[test]
fn a_pillar_goes_through_all_its_questions_before_one_comes_again() {
    let skills: Vec<QuestionId> = weeks(14, None)
        .into_iter()
        .flatten()
        .filter(|id| id.as_str().starts_with("skills"))
        .collect();
    let names: Vec<&str> = skills.iter().map(QuestionId::as_str).collect();
    let expected = [
        "skills.a-level",
        "skills.a-yesno",
        "skills.a-checklist",
        "skills.b-level",
        "skills.b-yesno",
        "skills.b-checklist",
        "skills.a-level",
    ];
    assert_eq!(names, expected);
}

#[rstest]
#[case(Some(Pillar::Skills), 3)]
#[case(Some(Pillar::Structure), 2)]
#[case(None, 2)]
fn the_cycle_restarts_when_the_weakest_pillar_changes(
    #[case] weakest: Option<Pillar>,
    #[case] next_slot: usize,
) {
    let state = PulseState { weakest_of_cycle: Some(Pillar::Skills), next_slot: 1 };
    let (_, next) = next_week(&sample::bank(), &rules(), state, weakest, &BTreeMap::new());
    assert_eq!(next, PulseState { weakest_of_cycle: weakest, next_slot });
}

#[test]
fn asked_longest_ago_comes_first_once_all_were_asked() {
    let bank = sample::bank();
    let mut asked: BTreeMap<QuestionId, u64> =
        bank.questions.iter().map(|question| (question.id.clone(), 9)).collect();
    asked.insert("skills.b-yesno".into(), 3);
    asked.insert("structure.b-level".into(), 4);
    asked.insert("structure.a-checklist".into(), 4);
    let (week, _) = next_week(&bank, &rules(), PulseState::default(), None, &asked);
    assert_eq!(week, ["skills.b-yesno".into(), "structure.a-checklist".into()]);
}

#[test]
fn a_week_that_would_ask_one_pillar_twice_is_noticed() {
    assert!(!rules().repeats_in_a_week());
    assert!(PulseRules { per_week: 3, ..rules() }.repeats_in_a_week());
}

#[test]
fn presets_keep_bank_order_and_a_pulse_asks_no_text() {
    let bank = sample::bank();
    let listed = Plan::Listed(vec!["tooling.a-level".into(), "skills.a-yesno".into()]);
    let ids: Vec<&str> = questions_of(&bank, &listed).iter().map(|q| q.id.as_str()).collect();
    assert_eq!(ids, ["skills.a-yesno", "tooling.a-level"]);
    assert_eq!(questions_of(&bank, &Plan::All).len(), 32);
    assert_eq!(questions_of(&bank, &Plan::Pulse(rules())).len(), 24);
}
