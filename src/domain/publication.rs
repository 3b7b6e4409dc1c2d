//! Which answers may be shown (`model.md`, sections 3 and 4).
//!
//! Every figure but round participation is computed from published answers. They change only when
//! the answers of a whole minimum group do, so that comparing two reports reveals nobody.

use std::collections::BTreeMap;

use super::answer::Value;
use super::ids::Pseudonym;

/// The answers of one round to one question, one per person.
pub type Answers = BTreeMap<Pseudonym, Value>;

/// The minimum group `m`: how many people must stand behind a figure.
///
/// `max_members` is the largest number of members of any round in the report. A team of two may opt
/// in to see its own figures; otherwise the configured number holds, but never fewer than two.
#[must_use]
pub fn min_group(configured: usize, small_team_opt_in: bool, max_members: usize) -> usize {
    if small_team_opt_in && max_members <= 2 { 1 } else { configured.max(2) }
}

/// The answers to one question that count as published once a report is shown, or at closing.
///
/// `published` is what was published before in this round, `None` if nothing was. The present
/// answers are taken over when at least `m` people's appeared, vanished or differ; else the result
/// is what was published before. Text answers are never published here.
#[must_use]
pub fn publish(published: Option<&Answers>, present: &Answers, m: usize) -> Option<Answers> {
    let shown = |(_, value): &(&Pseudonym, &Value)| !matches!(value, Value::Text(_));
    let nothing = Answers::new();
    let before = published.unwrap_or(&nothing);
    let appeared_or_differ =
        present.iter().filter(shown).filter(|(who, value)| before.get(who) != Some(value)).count();
    let vanished = before.keys().filter(|who| !present.contains_key(who)).count();
    if appeared_or_differ + vanished >= m.max(1) {
        Some(present.iter().filter(shown).map(|(who, value)| (*who, value.clone())).collect())
    } else {
        published.cloned()
    }
}

/// Lets a withdrawn answer keep counting under a fresh label that nothing joins to the person.
/// Says whether there was an answer under `old`.
///
/// A person who answers again after this counts as another one when the next change is measured.
pub fn relabel(published: &mut Answers, old: Pseudonym, fresh: Pseudonym) -> bool {
    let Some(value) = published.remove(&old) else { return false };
    published.insert(fresh, value);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn who(number: u8) -> Pseudonym {
        Pseudonym([number; 8])
    }

    fn levels(answers: &[(u8, u8)]) -> Answers {
        answers.iter().map(|&(person, level)| (who(person), Value::Level(level))).collect()
    }

    #[rstest]
    #[case(3, false, 2, 3)]
    #[case(0, false, 9, 2)]
    #[case(1, false, 2, 2)]
    #[case(3, true, 2, 1)]
    #[case(3, true, 3, 3)]
    #[case(1, true, 3, 2)]
    #[case(5, true, 0, 1)]
    fn the_minimum_group_is_one_only_for_a_small_team_that_opted_in(
        #[case] configured: usize,
        #[case] opt_in: bool,
        #[case] members: usize,
        #[case] m: usize,
    ) {
        assert_eq!(min_group(configured, opt_in, members), m);
    }

    #[test]
    fn nothing_is_published_below_the_minimum_group() {
        assert_eq!(publish(None, &levels(&[(1, 0), (2, 0)]), 3), None);
        let three = levels(&[(1, 0), (2, 0), (3, 5)]);
        assert_eq!(publish(None, &three, 3), Some(three));
    }

    #[test]
    fn appearing_vanishing_and_changing_count_together() {
        let before = levels(&[(1, 0), (2, 0), (3, 0)]);
        let two_changes = levels(&[(1, 0), (2, 1), (3, 0), (4, 0)]);
        assert_eq!(publish(Some(&before), &two_changes, 3), Some(before.clone()));
        let three_changes = levels(&[(2, 1), (3, 0), (4, 0)]);
        assert_eq!(publish(Some(&before), &three_changes, 3), Some(three_changes));
    }

    #[test]
    fn dont_know_is_an_answer_and_words_are_not() {
        let mut present = levels(&[(1, 0), (2, 0)]);
        present.insert(who(3), Value::DontKnow);
        assert!(publish(None, &present, 3).is_some());
        present.insert(who(3), Value::Text("words".to_owned()));
        assert_eq!(publish(None, &present, 3), None);
    }

    #[test]
    fn a_relabelled_answer_keeps_counting() {
        let mut published = levels(&[(1, 4), (2, 2)]);
        assert!(relabel(&mut published, who(1), who(9)));
        assert!(!relabel(&mut published, who(1), who(8)));
        assert_eq!(published, levels(&[(2, 2), (9, 4)]));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Answer(u8, u8),
        Withdraw(u8),
        Report,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..8_u8, 0..4_u8).prop_map(|(person, level)| Step::Answer(person, level)),
            1 => (0..8_u8).prop_map(Step::Withdraw),
            2 => Just(Step::Report),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_published_moves_only_by_whole_groups(
            steps in prop::collection::vec(step(), 0..60),
            m in 1..5_usize,
        ) {
            let mut present = Answers::new();
            let mut published: Option<Answers> = None;
            for step in steps {
                match step {
                    Step::Answer(person, level) => {
                        present.insert(who(person), Value::Level(level));
                    }
                    Step::Withdraw(person) => {
                        present.remove(&who(person));
                    }
                    Step::Report => {
                        let next = publish(published.as_ref(), &present, m);
                        let (old, new) = (published.unwrap_or_default(), next.clone().unwrap_or_default());
                        let moved = (0..8).filter(|&person| old.get(&who(person)) != new.get(&who(person)));
                        let moved = moved.count();
                        prop_assert!(moved == 0 || moved >= m, "{moved} people moved a figure");
                        prop_assert!(moved == 0 || new == present);
                        published = next;
                    }
                }
            }
        }
    }
}
