//! A small bank for tests: two topics per pillar with three questions and five actions each.

use super::bank::{Action, Bank, Effort, Kind, Question, Topic};
use super::level::{Dimension, Pillar};

const EFFORTS: [Effort; 3] = [Effort::S, Effort::M, Effort::L];

/// The bank; each action from level 1 on requires one of the other topics' earlier actions.
pub(crate) fn bank() -> Bank {
    let mut bank = Bank {
        titles: Pillar::ALL.map(|pillar| pillar.name().to_owned()),
        topics: Vec::new(),
        questions: Vec::new(),
        actions: Vec::new(),
    };
    for pillar in Pillar::ALL {
        for name in ["a", "b"] {
            add_topic(&mut bank, pillar, &format!("{}.{name}", pillar.name()));
        }
    }
    bank
}

fn add_topic(bank: &mut Bank, pillar: Pillar, id: &str) {
    bank.topics.push(Topic { id: id.into(), pillar, title: id.to_owned() });
    let options = |count: usize| (0..count).map(|n| format!("option {n}")).collect();
    let kinds = [Kind::Level(options(6)), Kind::YesNo, Kind::Checklist(options(4)), Kind::Text];
    for (weight, kind) in (1..).zip(kinds) {
        bank.questions.push(Question {
            id: format!("{id}-{}", kind.name()).as_str().into(),
            version: 1,
            topic: id.into(),
            pillar,
            dimension: Dimension::ALL[pillar.index()],
            kind,
            weight,
            text: "How?".to_owned(),
            why: "Because.".to_owned(),
        });
    }
    for level in 0..5_u8 {
        let earlier = bank.topics.len().checked_sub(2).filter(|_| level > 0);
        let required = earlier.map(|topic| format!("{}.{}", bank.topics[topic].id, level - 1));
        bank.actions.push(Action {
            id: format!("{id}.{level}").as_str().into(),
            topic: id.into(),
            pillar,
            from: vec![level],
            title: "Do it".to_owned(),
            first_step: "Begin".to_owned(),
            effort: EFFORTS[usize::from(level) % 3],
            requires: required.iter().map(|id| id.as_str().into()).collect(),
        });
    }
}

#[test]
fn the_sample_has_no_defect() {
    assert_eq!(bank().defects(), []);
}
