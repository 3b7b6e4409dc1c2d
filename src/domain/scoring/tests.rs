use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::answer::YesNo;
use crate::domain::bank::Kind;
use crate::domain::sample;

type Published = BTreeMap<QuestionId, Answers>;

fn who(number: u8) -> Pseudonym {
    Pseudonym([number; 8])
}

fn levels(scores: &[u8]) -> Answers {
    (0..).map(who).zip(scores.iter().map(|&score| Value::Level(score))).collect()
}

fn unknown(count: u8) -> Answers {
    (100..100 + count).map(|person| (who(person), Value::DontKnow)).collect()
}

fn scored(published: &[(&str, Answers)], members: usize, m: usize) -> RoundResult {
    let published = published.iter().map(|(id, a)| (QuestionId::from(*id), a.clone())).collect();
    score_round(&sample::bank(), &published, 0, members, m)
}

#[rstest]
#[case(&[], None)]
#[case(&[3.0], Some(3.0))]
#[case(&[5.0, 0.0, 1.0], Some(1.0))]
#[case(&[4.0, 1.0, 2.0, 2.0], Some(2.0))]
#[case(&[0.0, 5.0], Some(2.5))]
fn the_median_is_the_middle(#[case] values: &[f64], #[case] middle: Option<f64>) {
    assert_eq!(median(&mut values.to_vec()), middle);
}

#[test]
fn a_question_counts_from_exactly_m_scores() {
    let two = scored(&[("skills.a-level", levels(&[3, 3]))], 4, 3);
    assert_eq!((two.questions[0].score, two.questions[0].respondents), (None, 2));
    assert_eq!((two.pillars[0].score, two.pillars[0].respondents), (None, 0));
    let three = scored(&[("skills.a-level", levels(&[3, 3, 0]))], 4, 3);
    assert_eq!((three.questions[0].score, three.pillars[0].respondents), (Some(3.0), 3));
}

#[test]
fn disagreement_needs_three_scores_even_when_two_count() {
    let two = scored(&[("skills.a-level", levels(&[0, 5]))], 4, 2);
    assert_eq!((two.questions[0].score, two.questions[0].disagreement), (Some(2.5), None));
    let three = scored(&[("skills.a-level", levels(&[0, 5, 5]))], 4, 2);
    assert_eq!(three.findings, [Finding::Disagreement("skills.a-level".into())]);
}

#[test]
fn a_small_team_that_opted_in_is_scored_from_one_answer() {
    let one = scored(&[("skills.a-level", levels(&[4]))], 1, 1);
    assert_eq!(one.pillars[0].score, Some(4.0));
    assert_eq!(one.overall, Some(Overall { level: 4, score: 4.0, complete: false }));
}

#[test]
fn dont_knows_are_found_even_where_the_score_is_suppressed() {
    let mut answers = levels(&[2]);
    answers.extend(unknown(2));
    let round = scored(&[("tooling.a-level", answers)], 4, 3);
    assert_eq!(round.pillars[2].score, None);
    assert_eq!(round.findings, [Finding::NobodyKnows(Pillar::Tooling)]);
}

#[rstest]
#[case(3, 2, true)]
#[case(4, 2, false)]
#[case(1, 1, false)]
fn four_in_ten_dont_knows_are_a_finding(#[case] known: u8, #[case] dont: u8, #[case] found: bool) {
    let mut answers = levels(&vec![2; usize::from(known)]);
    answers.extend(unknown(dont));
    let round = scored(&[("tooling.a-level", answers)], 9, 3);
    assert_eq!(round.findings == [Finding::NobodyKnows(Pillar::Tooling)], found);
    assert_eq!(round.pillars[2].dont_know_share.is_some(), known + dont >= 3);
}

#[test]
fn findings_list_pillars_first_and_questions_in_bank_order() {
    let mut split = levels(&[0, 5, 5]);
    split.extend(unknown(3));
    let published =
        ["tooling.a-level", "skills.b-level", "skills.a-level"].map(|id| (id, split.clone()));
    let disagreement = |id: &str| Finding::Disagreement(id.into());
    assert_eq!(
        scored(&published, 9, 3).findings,
        [
            Finding::NobodyKnows(Pillar::Skills),
            Finding::NobodyKnows(Pillar::Tooling),
            disagreement("skills.a-level"),
            disagreement("skills.b-level"),
            disagreement("tooling.a-level"),
        ]
    );
}

#[test]
fn the_earlier_of_two_equally_weak_pillars_is_the_weakest() {
    let equal = ["processes.a-level", "structure.a-level"].map(|id| (id, levels(&[2, 2, 2])));
    assert_eq!(scored(&equal, 4, 3).weakest, Some(Pillar::Structure));
}

#[test]
fn participation_is_at_most_one_and_sets_the_confidence() {
    let round = scored(&[("skills.a-level", levels(&[2; 5]))], 4, 3);
    assert!((round.pillars[0].participation - 1.0).abs() < 1e-12);
    assert_eq!(round.pillars[0].respondents, 5);
    assert_eq!(Confidence::of(0.7), Confidence::High);
    assert_eq!(Confidence::of(0.699), Confidence::Medium);
    assert_eq!(Confidence::of(0.4), Confidence::Medium);
    assert_eq!(Confidence::of(2.0 / 6.0), Confidence::Low);
}

#[test]
fn words_and_unknown_questions_leave_no_trace() {
    let words = (0..4).map(|n| (who(n), Value::Text("words".to_owned()))).collect();
    let round = scored(&[("skills.a-text", words), ("gone", levels(&[1, 1, 1]))], 4, 3);
    assert_eq!((round.questions.len(), round.overall), (0, None));
}

#[test]
fn a_withheld_round_keeps_participation_only() {
    let round = scored(&[("skills.a-level", levels(&[4]))], 1, 1).withheld();
    assert_eq!((round.questions.len(), round.overall, round.weakest), (0, None, None));
    assert_eq!(round.members, 1);
}

#[test]
fn a_result_survives_storage() {
    let round = scored(&[("skills.a-level", levels(&[0, 5, 5]))], 4, 3);
    let bytes = postcard::to_allocvec(&round).unwrap();
    assert_eq!(postcard::from_bytes::<RoundResult>(&bytes).unwrap(), round);
}

/// For each question of the sample bank, what each of six people answered, if anything.
pub(crate) fn some_answers() -> impl Strategy<Value = Published> {
    let one = prop_oneof![3 => (0..6_u8).prop_map(Some), 1 => Just(None)];
    let person = prop::option::of(one);
    prop::collection::vec(prop::collection::vec(person, 6), 24).prop_map(|table| {
        let bank = sample::bank();
        let asked = bank.questions.iter().filter(|question| question.kind.is_scored());
        asked
            .zip(table)
            .map(|(question, row)| (question.id.clone(), answers(question, row)))
            .collect()
    })
}

#[expect(clippy::option_option, reason = "silence, not knowing and knowing are three things")]
fn answers(question: &Question, row: Vec<Option<Option<u8>>>) -> Answers {
    let given = (0..).map(who).zip(row).filter_map(|(who, answer)| Some((who, answer?)));
    given
        .map(|(who, answer)| (who, answer.map_or(Value::DontKnow, |n| value(question, n))))
        .collect()
}

/// The question's answer of rank `n`; higher ranks never score lower.
fn value(question: &Question, n: u8) -> Value {
    match &question.kind {
        Kind::Level(_) => Value::Level(n),
        Kind::YesNo => Value::YesNo([YesNo::No, YesNo::Partly, YesNo::Yes][usize::from(n / 2)]),
        Kind::Checklist(_) => Value::checklist(0..n.min(4)),
        Kind::Text => Value::Text("words".to_owned()),
    }
}

fn scores(round: &RoundResult) -> Vec<Option<f64>> {
    let pillars = round.pillars.iter().map(|pillar| pillar.score);
    let questions = round.questions.iter().map(|question| question.score);
    let topics = round.topics.iter().map(|topic| Some(topic.score));
    pillars.chain(questions).chain(topics).chain(round.dimensions).collect()
}

proptest! {
    #[test]
    fn scores_stay_within_zero_and_five(published in some_answers(), m in 1..5_usize) {
        let round = score_round(&sample::bank(), &published, 6, 6, m);
        prop_assert!(scores(&round).into_iter().flatten().all(|score| (0.0..=5.0).contains(&score)));
    }

    #[test]
    fn permuting_people_within_questions_moves_no_score(published in some_answers(), by in 1..6_u8) {
        let turned: Published = published
            .iter()
            .zip(0_u8..)
            .map(|((id, answers), nth)| {
                let turn = |who: &Pseudonym| Pseudonym([(who.0[0] + by + nth) % 6; 8]);
                (id.clone(), answers.iter().map(|(who, value)| (turn(who), value.clone())).collect())
            })
            .collect();
        let bank = sample::bank();
        let (before, after) =
            (score_round(&bank, &published, 6, 6, 3), score_round(&bank, &turned, 6, 6, 3));
        prop_assert_eq!(&before.questions, &after.questions);
        prop_assert_eq!(scores(&before), scores(&after));
        prop_assert_eq!(before.findings, after.findings);
    }

    #[test]
    fn the_order_of_questions_in_the_bank_moves_no_pillar(published in some_answers()) {
        let mut bank = sample::bank();
        let before = score_round(&bank, &published, 6, 6, 3);
        bank.questions.reverse();
        let after = score_round(&bank, &published, 6, 6, 3);
        for (before, after) in before.pillars.iter().zip(&after.pillars) {
            let distance = before.score.unwrap_or(9.0) - after.score.unwrap_or(9.0);
            prop_assert!(distance.abs() < 1e-9);
            prop_assert_eq!(before.respondents, after.respondents);
        }
    }

    #[test]
    fn raising_one_answer_lowers_no_score(
        published in some_answers(),
        raised in any::<prop::sample::Index>(),
    ) {
        let bank = sample::bank();
        let before = score_round(&bank, &published, 6, 6, 3);
        let given: Vec<(QuestionId, Pseudonym)> = published
            .iter()
            .flat_map(|(id, answers)| answers.iter().map(|(who, value)| (id.clone(), *who, value.clone())))
            .filter(|(_, _, value)| *value != Value::DontKnow)
            .map(|(id, who, _)| (id, who))
            .collect();
        prop_assume!(!given.is_empty());
        let (id, who) = raised.get(&given).clone();
        let mut higher = published;
        let best = value(bank.question(&id).unwrap(), 5);
        higher.get_mut(&id).unwrap().insert(who, best);
        let after = score_round(&bank, &higher, 6, 6, 3);
        for (before, after) in scores(&before).into_iter().zip(scores(&after)) {
            prop_assert_eq!(before.is_some(), after.is_some());
            prop_assert!(before.unwrap_or(0.0) <= after.unwrap_or(0.0) + 1e-9);
        }
    }

    #[test]
    fn a_dont_know_more_or_an_answer_less_is_never_a_zero(published in some_answers()) {
        let bank = sample::bank();
        let before = score_round(&bank, &published, 6, 6, 3);
        let mut more = published.clone();
        for answers in more.values_mut() {
            answers.insert(who(77), Value::DontKnow);
        }
        let after = score_round(&bank, &more, 6, 6, 3);
        prop_assert_eq!(before.pillars.map(|p| p.score), after.pillars.map(|p| p.score));
        let mut fewer = published;
        fewer.retain(|_, answers| answers.values().filter(|v| **v != Value::DontKnow).count() >= 3);
        let after = score_round(&bank, &fewer, 6, 6, 3);
        prop_assert_eq!(before.dimensions, after.dimensions);
    }
}
